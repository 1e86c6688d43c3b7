package main

import (
	"errors"
	"testing"
	"time"
)

var errDown = errors.New("down")

func fail3(b *breaker) {
	for range failuresToOpen {
		b.note(errDown)
	}
}

func TestBreakerOpensAfterFailuresInARow(t *testing.T) {
	b := newBreaker(func() error { return errDown })
	for range failuresToOpen - 1 {
		b.note(errDown)
	}
	b.note(nil)
	b.note(errDown)
	if b.isOpen() {
		t.Fatal("open, though an answer came between the failures")
	}
	fail3(b)
	if !b.isOpen() {
		t.Fatal("closed after failures in a row")
	}
}

func TestBreakerClosesWhenItsProbeIsAnswered(t *testing.T) {
	answers := make(chan error)
	b := newBreaker(func() error { return <-answers })
	b.pause = time.Millisecond
	fail3(b)
	answers <- errDown
	if !b.isOpen() {
		t.Fatal("closed though the probe failed")
	}
	answers <- nil
	for b.isOpen() {
		time.Sleep(time.Millisecond)
	}
}

func TestOpenBreakerRefusesWithoutSending(t *testing.T) {
	n := &node{breaker: newBreaker(func() error { return errDown })} // no client: sending would crash
	fail3(n.breaker)
	c := &command{operation: write, key: "k", sentAt: time.Now()}
	n.exec([]*command{c})
	if !errors.Is(c.err, errNoAnswer) || !c.sentAt.IsZero() {
		t.Fatalf("err = %v, sent at %v; want no answer, never sent", c.err, c.sentAt)
	}
}

func TestHitsAreServedWhileTheBreakerIsOpen(t *testing.T) {
	redis := newFakeStore()
	redis.foreignSet("k", "1")
	c := startCache(t, redis, time.Second)
	expect(t, c, "k", "1", fromL2)
	redis.mu.Lock()
	redis.refuses = true
	redis.mu.Unlock()
	if err := c.put("k", "2", 60_000); !errors.Is(err, errNotAsked) {
		t.Fatalf("err = %v, want not asked", err)
	}
	expect(t, c, "k", "1", fromL1) // the write surely had no effect
}
