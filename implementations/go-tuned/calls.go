package main

import (
	"slices"
	"time"
)

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
