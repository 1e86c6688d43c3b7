package main

import (
	"errors"
	"io"
	"log/slog"
	"slices"
	"syscall"
	"time"
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

// command is one call to Redis.
type command struct {
	kind     commandKind
	client   *conn   // of a write, removal or probe; nil when it has been answered
	flight   *flight // of a read
	data     []byte  // key and value of a write or removal
	keySize  int
	ttl      milliseconds
	queuedAt time.Duration
}

type commandKind int

const (
	readCommand commandKind = iota
	writeCommand
	removeCommand
	probeCommand
	setUpCommand
)

// flight is the one read of a key that is under way, and who waits for it.
type flight struct {
	key     []byte
	waiters []*conn
	ttl     int64 // PTTL's answer
	hasTTL  bool
	doubt   bool // the key changed between PTTL and GET
	failed  bool
}

// PTTL's answer for a key without a time to live.
const noExpiry = -1

func newLink(w *worker) *link {
	return &link{w: w, fd: -1, reads: make(map[string]*flight)}
}

// available is the circuit breaker: while an answer is overdue nothing more is
// sent, and clients are told so at once. The overdue answer is the probe: when
// it comes, Redis is back, and everything before it is in order.
func (l *link) available() bool { return l.up && l.told == 0 }

func (l *link) read(c *conn, key []byte) {
	if f, joined := l.reads[string(key)]; joined {
		f.waiters = append(f.waiters, c)
		c.state = waiting
		return
	}
	if !l.available() {
		l.w.fail(c, unavailable, 503, detailNoAnswer)
		return
	}
	f := &flight{key: slices.Clone(key), waiters: []*conn{c}}
	l.reads[string(key)] = f
	l.out = appendRead(l.out, key)
	l.push(command{kind: readCommand, flight: f})
	c.state = waiting
}

func (l *link) write(c *conn, key, value []byte, ttl milliseconds) {
	if !l.available() {
		l.w.fail(c, unavailable, 503, detailNoAnswer)
		return
	}
	l.out = appendWrite(l.out, key, value, ttl)
	data := append(append(l.w.values.get(), key...), value...)
	l.push(command{kind: writeCommand, client: c, data: data, keySize: len(key), ttl: ttl})
	c.state = waiting
}

func (l *link) remove(c *conn, key []byte) {
	if !l.available() {
		l.w.fail(c, unavailable, 503, detailNoAnswer)
		return
	}
	l.out = appendRemove(l.out, key)
	l.push(command{kind: removeCommand, client: c, data: append(l.w.values.get(), key...), keySize: len(key)})
	c.state = waiting
}

// probe is for readyz.
func (l *link) probe(c *conn) {
	if !l.available() {
		l.w.problem(c, 503, detailNoAnswer)
		return
	}
	l.out = appendCommand(l.out, "PING")
	l.push(command{kind: probeCommand, client: c})
	c.state = waiting
}

// ping finds a dead connection that nothing is sent over.
func (l *link) ping() {
	if l.up && l.first == len(l.queue) {
		l.out = appendCommand(l.out, "PING")
		l.push(command{kind: probeCommand})
	}
}

func (l *link) push(c command) {
	c.queuedAt = l.w.now
	if l.first > 1024 && l.first > len(l.queue)/2 {
		rest := copy(l.queue, l.queue[l.first:])
		clear(l.queue[rest:])
		l.queue, l.first = l.queue[:rest], 0
	}
	l.queue = append(l.queue, c)
}

func (l *link) pop() command {
	c := l.queue[l.first]
	l.queue[l.first] = command{}
	l.first++
	l.told = max(l.told-1, 0)
	if l.first == len(l.queue) {
		l.queue, l.first = l.queue[:0], 0
	}
	return c
}

// expire tells clients that Redis does not answer in time. The commands stay:
// their answers come in order, and say what happened.
func (l *link) expire() {
	for at := l.first + l.told; at < len(l.queue) && l.w.now-l.queue[at].queuedAt >= l.w.settings.redisTimeout; at = l.first + l.told {
		if l.told == 0 {
			slog.Warn("redis does not answer")
		}
		l.told++
		l.giveUp(&l.queue[at])
	}
}

// untilExpiry is the time until expire has something to do.
func (l *link) untilExpiry() time.Duration {
	at := l.first + l.told
	if at >= len(l.queue) {
		return time.Second
	}
	return max(l.queue[at].queuedAt+l.w.settings.redisTimeout-l.w.now, 0)
}

// giveUp answers all who wait for a command with 503.
func (l *link) giveUp(c *command) {
	if c.flight != nil {
		delete(l.reads, string(c.flight.key))
		waiters := c.flight.waiters
		c.flight.waiters = nil
		for _, waiter := range waiters {
			l.finish(waiter, func() { l.w.fail(waiter, unavailable, 503, detailNoAnswer) })
		}
		return
	}
	client, isProbe := c.client, c.kind == probeCommand
	c.client = nil
	if client == nil {
		return
	}
	l.finish(client, func() {
		if isProbe {
			l.w.problem(client, 503, detailNoAnswer)
		} else {
			l.w.fail(client, unavailable, 503, detailNoAnswer)
		}
	})
}

// finish answers a client and goes on with what else it has sent.
func (l *link) finish(c *conn, answer func()) {
	if c.state != waiting {
		return // it went away
	}
	c.state = serving
	answer()
	l.w.pump(c)
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
