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

// settle brings L1 to the state that Redis was in when it answered. A write
// that was sent and failed may or may not have happened: L1 forgets the key.
func (c *cache) settle(done *command) {
	c.metrics.redisCall(time.Since(done.queuedAt))
	neverSent := done.sentAt.IsZero()
	switch done.operation {
	case read:
		switch {
		case done.err != nil:
		case !done.found:
			c.l1.noteAbsent(done.key)
		case done.ttl == noExpiry:
			c.l1.fill(done.key, done.value, milliseconds(c.l1.maxLife.Milliseconds()), done.sentAt)
		default:
			c.l1.fill(done.key, done.value, done.ttl, done.sentAt)
		}
	case write:
		switch {
		case neverSent:
		case done.err != nil:
			c.l1.evict(done.key)
		default:
			c.l1.fill(done.key, done.value, done.ttl, done.sentAt)
		}
	case remove:
		if !neverSent {
			c.l1.evict(done.key)
		}
	case probe:
	}
}
