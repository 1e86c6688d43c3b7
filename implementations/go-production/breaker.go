package main

import (
	"log/slog"
	"sync"
	"time"
)

const (
	// One batch may be lost with its connection, and a second with a restart.
	failuresToOpen = 3
	probeEvery     = 250 * time.Millisecond
)

// breaker keeps commands from a Redis that does not answer: after a few
// failures in a row it opens, and clients get their 503 at once instead of
// after a timeout each. A probe of its own, not a client's command, finds out
// when Redis is back.
type breaker struct {
	probe func() error
	pause time.Duration // between probes

	mu       sync.Mutex
	failures int // in a row
}

func newBreaker(probe func() error) *breaker { return &breaker{probe: probe, pause: probeEvery} }

func (b *breaker) isOpen() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= failuresToOpen
}

// note is told how each exchange with Redis ended, while the breaker is closed.
func (b *breaker) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.failures = 0
		return
	}
	b.failures++
	if b.failures == failuresToOpen {
		slog.Warn("redis does not answer", "err", err)
		go b.watch()
	}
}

func (b *breaker) watch() {
	for {
		time.Sleep(b.pause)
		if b.probe() == nil {
			break
		}
	}
	slog.Info("redis answers again")
	b.mu.Lock()
	b.failures = 0
	b.mu.Unlock()
}
