package main

import (
	"log/slog"
	"time"
)

// takeAnswer settles the oldest command; false if nothing was asked.
func (l *link) takeAnswer(f frame, message []byte) bool {
	if l.first == len(l.queue) {
		return false
	}
	if oldest := &l.queue[l.first]; oldest.kind == readCommand && !oldest.flight.hasTTL {
		l.noteTTL(oldest.flight, f)
		return true
	}
	wasTold := l.told > 0
	done := l.pop()
	if wasTold && l.told == 0 {
		slog.Info("redis answers again")
	}
	l.w.metrics.redisTimes.observe(time.Since(l.w.born) - done.queuedAt)
	switch done.kind {
	case readCommand:
		l.settleRead(&done, f)
	case writeCommand, removeCommand:
		l.settleWrite(&done, f)
	case probeCommand:
		if done.client != nil {
			l.finish(done.client, func() {
				if f.kind == '-' {
					l.w.problem(done.client, 503, detailRefused)
				} else {
					l.w.text(done.client, "ready\n")
				}
			})
		}
	case setUpCommand:
		l.stepSetUp(f, message)
	}
	return true
}

func (l *link) noteTTL(f *flight, answer frame) {
	f.hasTTL = true
	ttl, ok := number(answer.text)
	f.ttl, f.failed = ttl, answer.kind != ':' || !ok
}

func (l *link) settleRead(done *command, answer frame) {
	f := done.flight
	if l.reads[string(f.key)] == f {
		delete(l.reads, string(f.key))
	}
	isError := f.failed || answer.kind != '$' && answer.kind != '_'
	if !isError && l.trusted && !f.doubt {
		if answer.null {
			l.w.l1.noteAbsent(f.key, l.w.nowMs)
		} else {
			l.fill(f.key, answer.text, milliseconds(f.ttl), done.queuedAt)
		}
	}
	for _, waiter := range f.waiters {
		l.finish(waiter, func() {
			switch {
			case isError:
				l.w.fail(waiter, failed, 503, detailRefused)
			case answer.null:
				l.w.fail(waiter, miss, 404, detailAbsent)
			default:
				l.w.count(waiter, l2Hit)
				l.w.value(waiter, headL2, answer.text)
			}
		})
	}
}

func (l *link) settleWrite(done *command, answer frame) {
	key, value := done.data[:done.keySize], done.data[done.keySize:]
	if done.kind == writeCommand && answer.kind == '+' && l.trusted {
		l.fill(key, value, done.ttl, done.queuedAt)
	} else {
		l.w.l1.evict(key)
	}
	l.w.values.put(done.data)
	if done.client == nil {
		return
	}
	l.finish(done.client, func() {
		if answer.kind == '-' {
			l.w.fail(done.client, failed, 503, detailRefused)
			return
		}
		l.w.count(done.client, ok)
		l.w.done(done.client)
	})
}

// fill keeps a value that Redis held for ttl more, counted from a moment not
// later than Redis's answer: so the entry never outlives the key.
func (l *link) fill(key, value []byte, ttl milliseconds, asOf time.Duration) {
	life := l.w.settings.l1TTL
	if ttl != noExpiry && ttl < life {
		life = ttl
	}
	expires := asOf.Milliseconds() + int64(life)
	if expires <= l.w.nowMs {
		l.w.l1.evict(key)
		return
	}
	l.w.l1.fill(key, value, expires)
}
