package main

import (
	"sync"
	"time"
)

// maxBatch bounds how long the first command of a batch waits for the last
// one's answer: 256 values of 1 MiB take some 200 ms over the loopback. Beyond
// 64 the cost per command hardly falls, but a Redis that is slow to get a turn
// of its processor is asked less often: with a thousand clients and 64 a batch
// the queue outlived REDIS_TIMEOUT_MS on a crowded machine.
const maxBatch = 256

// pipeline is the one line to Redis. While a batch is under way the next one
// gathers, and every answer is settled in the order in which Redis executed the
// commands. That order is the whole consistency of this service:
//
//   - L1 goes through the same states as Redis, so a read that was on its way
//     during our PUT or DELETE cannot leave the older value behind;
//   - a read joins another of the same key only until that one is settled, so
//     a client never joins a read from before its own acknowledged write.
//
// What others write is told by invalidation.go; guard.go brings it in line.
type pipeline struct {
	store   store
	timeout time.Duration
	// settle sees each finished command, in order, before anyone who waits,
	// and whether the answer may enter L1. It is called under the lock.
	settle func(c *command, admitted bool)

	mu      sync.Mutex
	waiting []*command
	reads   map[string]*command // not settled yet, to be joined
	guard   guard
	wake    chan struct{}
}

func newPipeline(s store, timeout time.Duration, settle func(*command, bool)) *pipeline {
	return &pipeline{
		store: s, timeout: timeout, settle: settle,
		reads: make(map[string]*command),
		wake:  make(chan struct{}, 1),
	}
}

// do queues a write, removal or probe and waits for its outcome.
func (p *pipeline) do(c *command) error {
	p.mu.Lock()
	p.push(c)
	p.mu.Unlock()
	return p.wait(c)
}

// read waits for the one read of key that is under way, or starts it. Under the
// lock, and only if there is none, it asks settled first: the read that the
// caller saw no trace of may have been settled just now.
func (p *pipeline) read(key string, settled func() bool) (c *command, err error) {
	p.mu.Lock()
	c, joined := p.reads[key]
	if !joined {
		if settled() {
			p.mu.Unlock()
			return nil, nil
		}
		c = &command{operation: read, key: key}
		p.reads[key] = c
		p.push(c)
	}
	p.mu.Unlock()
	return c, p.wait(c)
}

// push is called under the lock. The queue needs no bound of its own: whatever
// waits longer than the timeout leaves it with the next batch.
func (p *pipeline) push(c *command) {
	c.queuedAt = time.Now()
	c.done = make(chan struct{})
	p.waiting = append(p.waiting, c)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *pipeline) wait(c *command) error {
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	select {
	case <-c.done:
		return c.err
	case <-timer.C:
		return errNoAnswer
	}
}

// run moves batches to Redis for the life of the process.
func (p *pipeline) run() {
	for range p.wake {
		for {
			batch := p.take()
			if len(batch) == 0 {
				break
			}
			p.store.exec(batch)
			for _, c := range batch {
				p.finish(c)
			}
		}
	}
}

// take cuts the next batch off the queue. Commands that have waited longer than
// the timeout are never sent: their clients have been told 503, and a late
// write serves nobody.
func (p *pipeline) take() []*command {
	now := time.Now()
	var batch, late []*command
	p.mu.Lock()
	taken := 0
	for _, c := range p.waiting {
		if len(batch) == maxBatch {
			break
		}
		taken++
		if now.Sub(c.queuedAt) >= p.timeout {
			late = append(late, c)
			continue
		}
		c.sentAt, c.epoch = now, p.guard.now
		batch = append(batch, c)
	}
	rest := copy(p.waiting, p.waiting[taken:])
	clear(p.waiting[rest:])
	p.waiting = p.waiting[:rest]
	p.mu.Unlock()

	for _, c := range late {
		c.refuse(errNoAnswer)
		p.finish(c)
	}
	return batch
}

func (p *pipeline) finish(c *command) {
	p.mu.Lock()
	p.settle(c, p.guard.admits(c))
	if p.reads[c.key] == c {
		delete(p.reads, c.key)
	}
	p.mu.Unlock()
	close(c.done)
}
