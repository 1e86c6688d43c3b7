package main

import (
	"log/slog"
	"time"
)

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
