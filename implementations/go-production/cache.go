package main

import "time"

// source tells where a value came from; it is the X-Cache header.
type source string

const (
	fromL1  source = "L1"
	fromL2  source = "L2"
	nowhere source = ""
)

// cache is the read and write path: L1 in front of the pipeline to Redis.
type cache struct {
	l1       *l1
	pipeline *pipeline
	metrics  *metrics
}

func newCache(l1 *l1, s store, timeout time.Duration, m *metrics) *cache {
	c := &cache{l1: l1, metrics: m}
	c.pipeline = newPipeline(s, timeout, c.settle)
	return c
}

// get answers nowhere when the key does not exist.
func (c *cache) get(key string) (value string, from source, err error) {
	lookUp := func() (settled bool) {
		if cached, found := c.l1.get(key); found {
			value, from = cached, fromL1
			return true
		}
		return c.l1.knownAbsent(key)
	}
	if lookUp() {
		return value, from, nil
	}
	answer, err := c.pipeline.read(key, lookUp)
	switch {
	case err != nil:
		return "", nowhere, err
	case answer == nil: // lookUp succeeded at the second try
		return value, from, nil
	case !answer.found:
		return "", nowhere, nil
	}
	return answer.value, fromL2, nil
}

func (c *cache) put(key, value string, ttl milliseconds) error {
	return c.pipeline.do(&command{operation: write, key: key, value: value, ttl: ttl})
}

func (c *cache) delete(key string) error {
	return c.pipeline.do(&command{operation: remove, key: key})
}

func (c *cache) ping() error {
	return c.pipeline.do(&command{operation: probe})
}

// settle brings L1 to the state that Redis was in when it answered. A PUT does
// not fill L1: Redis tells of our own changes as of those of others, so the
// entry would be evicted a moment later.
func (c *cache) settle(done *command, admitted bool) {
	c.metrics.redisCall(time.Since(done.queuedAt))
	switch done.operation {
	case read:
		switch {
		case done.err != nil || !admitted:
		case !done.found:
			c.l1.noteAbsent(done.key)
		case done.ttl == noExpiry:
			c.l1.fill(done.key, done.value, milliseconds(c.l1.maxLife.Milliseconds()), done.sentAt)
		default:
			c.l1.fill(done.key, done.value, done.ttl, done.sentAt)
		}
	case write, remove:
		// One that was sent and failed may have happened.
		if neverSent := done.sentAt.IsZero(); !neverSent {
			c.l1.evict(done.key)
		}
	case probe:
	}
}

// What the invalidation tells: keys that changed, that all keys are gone, and
// whether every change is told from now on. Until it is, nothing enters L1.

func (c *cache) changed(keys []string) { c.pipeline.outdate(keys, c.l1.evict) }
func (c *cache) emptied()              { c.pipeline.doubtAll(c.l1.evictAll) }
func (c *cache) trust(trusted bool)    { c.pipeline.trust(trusted, c.l1.evictAll) }
