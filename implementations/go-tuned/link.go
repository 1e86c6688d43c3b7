package main

import (
	"errors"
	"io"
	"log/slog"
	"slices"
	"syscall"
)

// link is a worker's one connection to Redis. Commands go out in batches, one
// a turn of the event loop. Redis answers in order, and on the same connection,
// in order with the answers, it tells what others have changed (CLIENT TRACKING
// with NOLOOP, so not what we have changed). L1 does what this one stream says
// and nothing else, so it goes through the same states as Redis:
//
//   - an answer from before a change comes before the news of that change;
//   - no answer can leave an older value behind a newer one;
//   - what was written here may stay in L1.
type link struct {
	w       *worker
	fd      int // -1: not connected
	up      bool
	trusted bool // what is read may be kept
	setUp   setUp

	in, out []byte
	sent    int // of out

	queue []command // sent and not answered, from first
	first int
	told  int // of these, how many have outlived the timeout
	reads map[string]*flight
}

func newLink(w *worker) *link {
	return &link{w: w, fd: -1, reads: make(map[string]*flight)}
}

// flush sends what this turn of the loop has gathered.
func (l *link) flush() {
	for l.fd >= 0 && l.sent < len(l.out) {
		n, err := writeSocket(l.fd, l.out[l.sent:])
		if err != nil {
			l.drop(err)
			return
		}
		if n == 0 {
			return // until the socket is writable
		}
		l.sent += n
	}
	const keep = 256 << 10
	if cap(l.out) > keep {
		l.out = nil
	}
	l.out, l.sent = l.out[:0], 0
}

func (l *link) onEvent() {
	for l.fd >= 0 {
		l.in = slices.Grow(l.in, readSize/2)
		space := l.in[len(l.in):cap(l.in)]
		n, again, err := readSocket(l.fd, space)
		if again {
			return
		}
		if n == 0 && err == nil {
			err = io.EOF
		}
		if err != nil {
			l.drop(err)
			return
		}
		l.in = l.in[:len(l.in)+n]
		l.takeAll()
	}
}

var errProtocol = errors.New("the answer is not RESP3, or not to what was asked")

// takeAll takes every complete message off the input.
func (l *link) takeAll() {
	at := 0
	for l.fd >= 0 {
		size := messageSize(l.in[at:])
		if size < 0 {
			l.drop(errProtocol)
		}
		if size <= 0 {
			break
		}
		message := l.in[at : at+size]
		at += size
		f, header := nextFrame(message)
		if f.kind == '>' {
			l.takePush(message[header:], f.elements)
		} else if !l.takeAnswer(f, message) {
			l.drop(errProtocol)
		}
	}
	rest := copy(l.in, l.in[min(at, len(l.in)):])
	l.in = l.in[:rest]
	const keep = 256 << 10
	if rest == 0 && cap(l.in) > keep {
		l.in = nil
	}
}

// takePush reads ["invalidate", keys], where null means all keys.
func (l *link) takePush(b []byte, elements int) {
	name, size := nextFrame(b)
	if elements != 2 || string(name.text) != "invalidate" {
		return
	}
	b = b[size:]
	keys, size := nextFrame(b)
	if keys.null {
		for _, f := range l.reads {
			f.doubt = true
		}
		l.w.l1.evictAll()
		return
	}
	for range keys.elements {
		b = b[size:]
		var key frame
		key, size = nextFrame(b)
		if len(key.text) < len(keyPrefix) {
			continue
		}
		name := key.text[len(keyPrefix):]
		if f := l.reads[string(name)]; f != nil {
			f.doubt = true
		}
		l.w.l1.evict(name)
	}
}

// drop ends the connection. What is in L1 was trusted because of it.
func (l *link) drop(cause error) {
	if l.fd < 0 {
		return
	}
	slog.Warn("connection to redis lost", "err", cause)
	_ = syscall.Close(l.fd)
	l.fd, l.up, l.trusted = -1, false, false
	l.w.l1.evictAll()
	queue := l.queue[l.first:]
	l.queue, l.first, l.told = nil, 0, 0
	l.in, l.out, l.sent = nil, nil, 0
	for i := range queue {
		l.giveUp(&queue[i])
	}
	l.dialLater()
}
