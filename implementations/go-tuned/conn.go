package main

import (
	"slices"
	"syscall"
	"time"
)

type connState int

const (
	serving   connState = iota
	waiting             // for Redis; what else has arrived stays where it is
	lingering           // answered and shut down, until the client has seen it
	closed
)

// conn is a client's connection. An idle one owns no buffer: input is read into
// the worker's, output is written from a pooled one, and only what could not be
// finished at once stays here.
type conn struct {
	fd       int
	state    connState
	readable bool // the kernel may have more
	hungUp   bool // at the latest behind it comes the end
	eof      bool
	touched  int64 // second of the last event

	in   []byte // received, not consumed
	out  []byte // composed
	sent int    // of out

	// Of the request under way.
	closes   bool // the connection ends with it
	finished bool // and it is answered
	head     bool // HEAD: no body in the answer
	op       op
	start    time.Duration
	body     body
	key      []byte // of a PUT whose body is not complete
	ttl      milliseconds
}

const (
	// maxUnsent stops the serving of a client that does not read.
	maxUnsent = 256 << 10
	readSize  = 64 << 10

	lingerSeconds  = 1
	partialSeconds = 30
	idleSeconds    = 300
)

func (c *conn) takes() bool {
	return c.state == serving && !c.finished && len(c.out)-c.sent < maxUnsent
}

// pump serves all that has arrived and can be served now, and then writes the
// answers in one go.
func (w *worker) pump(c *conn) {
	for {
		w.consume(c, c.in)
		for c.takes() && c.readable {
			if data, ok := w.receive(c); ok {
				w.consume(c, data)
			}
		}
		full := len(c.out)-c.sent >= maxUnsent
		w.flush(c)
		if !full || !c.takes() {
			return
		}
	}
}

// consume takes requests off data and keeps the rest.
func (w *worker) consume(c *conn, data []byte) {
	used := 0
	for used < len(data) && c.takes() {
		n := w.step(c, data[used:])
		if n == 0 {
			break
		}
		used += n
	}
	if used == len(data) || c.finished {
		c.in = nil
	} else {
		c.in = append(c.in[:0], data[used:]...)
	}
}

// receive answers with everything that is not consumed.
func (w *worker) receive(c *conn) (data []byte, ok bool) {
	buffer, kept := w.in, len(c.in)
	if kept > 0 {
		c.in = slices.Grow(c.in, readSize/4)
		buffer = c.in[kept:cap(c.in)]
	}
	n, again, err := readSocket(c.fd, buffer)
	if again {
		c.readable = false
		return nil, false
	}
	if n == 0 || err != nil {
		c.readable, c.eof, c.finished = false, true, true
		return nil, false
	}
	// Less than was asked for is all there was. After a hang-up there is no
	// further edge, so the end itself must be read.
	c.readable = n == len(buffer) || c.hungUp
	w.received = time.Since(w.born)
	if kept > 0 {
		c.in = c.in[:kept+n]
		return c.in, true
	}
	return buffer[:n], true
}

func (w *worker) flush(c *conn) {
	if c.state == closed {
		return
	}
	for c.sent < len(c.out) {
		n, err := writeSocket(c.fd, c.out[c.sent:])
		if err != nil {
			w.close(c)
			return
		}
		if n == 0 {
			return // until the socket is writable
		}
		c.sent += n
	}
	if c.out != nil {
		w.outs.put(c.out)
		c.out, c.sent = nil, 0
	}
	if !c.finished || c.state != serving {
		return
	}
	if c.eof {
		w.close(c)
		return
	}
	// Closing with unread input would reset the connection, perhaps before the
	// client has read its answer.
	_ = syscall.Shutdown(c.fd, syscall.SHUT_WR)
	c.state = lingering
	w.linger(c)
}

// linger reads on until the client ends, too.
func (w *worker) linger(c *conn) {
	for c.readable {
		n, again, err := readSocket(c.fd, w.in)
		if again {
			c.readable = false
			return
		}
		if n == 0 || err != nil {
			w.close(c)
			return
		}
	}
}

func (w *worker) close(c *conn) {
	if c.state == closed {
		return
	}
	_ = syscall.Close(c.fd)
	w.conns[c.fd] = nil
	w.open.Add(-1)
	c.state, c.fd, c.in, c.out = closed, -1, nil, nil
}

// onEvent is told of the edges of a client's socket.
func (w *worker) onEvent(c *conn, events uint32) {
	c.touched = w.second
	if events&(syscall.EPOLLIN|hungUp) != 0 {
		c.readable = true
		c.hungUp = c.hungUp || events&hungUp != 0
	}
	switch c.state {
	case serving:
		w.pump(c)
	case waiting:
		w.flush(c)
	case lingering:
		w.linger(c)
	case closed:
	}
}

// sweep closes what has been idle for too long. Called once a second.
func (w *worker) sweep() {
	for _, c := range w.conns {
		if c == nil || c.state == waiting {
			continue
		}
		allowed := int64(idleSeconds)
		switch {
		case c.state == lingering:
			allowed = lingerSeconds
		case len(c.in) > 0 || len(c.out) > 0 || c.body.active:
			allowed = partialSeconds
		}
		if w.second-c.touched > allowed {
			w.close(c)
		}
	}
}
