package main

import (
	"hash/maphash"
	"sync/atomic"
)

// l1 is the in-process cache of one worker: S3-FIFO (Yang et al., SOSP 2023)
// over the bytes of keys and values. New keys pass through a small queue, and
// only those that are read again there, or come back soon after, get into the
// main one: a scan cannot push out what is in use. Nothing moves on a hit.
type l1 struct {
	entries map[string]*entry
	small   queue
	main    queue
	absent  queue // keys known not to exist, oldest first
	ghosts  ghosts
	max     int64

	bytes, count atomic.Int64 // read by /metrics of any worker
}

const (
	// smallShare of the budget is the paper's tenth.
	smallShare = 10
	maxReads   = 3
	// An absent key is remembered this long.
	absenceLife = 1_000
	maxAbsences = 10_000
)

type entry struct {
	key      string
	value    []byte
	expires  int64 // ms of the worker's clock
	previous *entry
	next     *entry
	in       *queue
	reads    uint8
}

func newL1(maxBytes int64) *l1 {
	c := &l1{entries: make(map[string]*entry), max: maxBytes}
	c.small.init()
	c.main.init()
	c.absent.init()
	c.ghosts.init()
	return c
}

// lookup is what L1 knows of a key.
type lookup int

const (
	unknown lookup = iota
	present
	knownAbsent
)

// get lends the value until the next change.
func (c *l1) get(key []byte, now int64) (value []byte, what lookup) {
	e := c.entries[string(key)]
	if e == nil {
		return nil, unknown
	}
	if now >= e.expires {
		c.drop(e)
		return nil, unknown
	}
	if e.in == &c.absent {
		return nil, knownAbsent
	}
	if e.reads < maxReads {
		e.reads++
	}
	return e.value, present
}

// fill keeps a copy of value.
func (c *l1) fill(key []byte, value []byte, expires int64) {
	e := c.entries[string(key)]
	if e != nil && e.in == &c.absent {
		c.drop(e)
		e = nil
	}
	size := int64(len(key) + len(value))
	if size > c.max {
		c.evict(key)
		return
	}
	if e == nil {
		e = &entry{key: string(key)}
		c.entries[e.key] = e
		into := &c.small
		if c.ghosts.has(e.key) {
			into = &c.main
		}
		into.push(e)
		c.account(int64(len(key)), 1)
	}
	c.account(int64(len(value)-len(e.value)), 0)
	e.in.bytes += int64(len(value) - len(e.value))
	if cap(e.value) < len(value) || cap(e.value) > 2*len(value)+64 {
		e.value = make([]byte, 0, len(value))
	}
	e.value = append(e.value[:0], value...)
	e.expires = expires
	for c.bytes.Load() > c.max {
		c.evictOne()
	}
}

func (c *l1) noteAbsent(key []byte, now int64) {
	c.evict(key)
	for first := c.absent.first(); first != nil && (c.absent.length >= maxAbsences || now >= first.expires); first = c.absent.first() {
		c.drop(first)
	}
	e := &entry{key: string(key), expires: now + absenceLife}
	c.entries[e.key] = e
	c.absent.push(e)
}

func (c *l1) evict(key []byte) {
	if e := c.entries[string(key)]; e != nil {
		c.drop(e)
	}
}

func (c *l1) evictAll() {
	clear(c.entries)
	c.small.init()
	c.main.init()
	c.absent.init()
	c.bytes.Store(0)
	c.count.Store(0)
}

func (c *l1) evictOne() {
	if c.small.bytes > c.max/smallShare || c.main.length == 0 {
		e := c.small.first()
		if e.reads > 1 {
			e.reads = 0
			c.small.remove(e)
			c.main.push(e)
			return
		}
		c.ghosts.add(e.key, c.main.length+c.small.length)
		c.drop(e)
		return
	}
	e := c.main.first()
	if e.reads > 0 {
		e.reads--
		c.main.remove(e)
		c.main.push(e)
		return
	}
	c.drop(e)
}

func (c *l1) drop(e *entry) {
	if e.in != &c.absent {
		c.account(-int64(len(e.key)+len(e.value)), -1)
	}
	e.in.remove(e)
	delete(c.entries, e.key)
}

func (c *l1) account(bytes, count int64) {
	c.bytes.Add(bytes)
	c.count.Add(count)
}

// queue is a ring through its root: the oldest entry is root.next.
type queue struct {
	root   entry
	length int
	bytes  int64
}

func (q *queue) init() {
	q.root.next, q.root.previous = &q.root, &q.root
	q.length, q.bytes = 0, 0
}

func (q *queue) first() *entry {
	if q.length == 0 {
		return nil
	}
	return q.root.next
}

func (q *queue) push(e *entry) {
	last := q.root.previous
	e.previous, e.next, e.in = last, &q.root, q
	last.next, q.root.previous = e, e
	q.length++
	q.bytes += int64(len(e.key) + len(e.value))
}

func (q *queue) remove(e *entry) {
	e.previous.next, e.next.previous = e.next, e.previous
	q.length--
	q.bytes -= int64(len(e.key) + len(e.value))
}

// ghosts remembers the hashes of keys that left the small queue, about as many
// as there are entries, in two generations.
type ghosts struct {
	seed     maphash.Seed
	now, old map[uint64]struct{}
}

func (g *ghosts) init() {
	g.seed = maphash.MakeSeed()
	g.now = make(map[uint64]struct{})
}

func (g *ghosts) add(key string, entries int) {
	if len(g.now) > max(entries/2, 64) {
		g.now, g.old = make(map[uint64]struct{}, len(g.now)), g.now
	}
	g.now[maphash.String(g.seed, key)] = struct{}{}
}

func (g *ghosts) has(key string) bool {
	if len(g.now)+len(g.old) == 0 {
		return false
	}
	hash := maphash.String(g.seed, key)
	_, now := g.now[hash]
	_, old := g.old[hash]
	return now || old
}
