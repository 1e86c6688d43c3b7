package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// heard is a listener that writes down what it is told.
type heard chan string

func (h heard) changed(keys []string) { h <- fmt.Sprint("changed ", keys) }
func (h heard) emptied()              { h <- "emptied" }
func (h heard) trust(trusted bool)    { h <- fmt.Sprint("trust ", trusted) }
func (h heard) ping() error           { return nil }

func (h heard) next(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-h:
		if got != want {
			t.Fatalf("heard %q, want %q", got, want)
		}
	case <-time.After(5 * time.Second):
		t.Fatalf("heard nothing, want %q", want)
	}
}

func startInvalidation(t *testing.T, servers ...*fakeRedis) (h heard, i *invalidation) {
	t.Helper()
	h = make(heard, 100)
	i = newInvalidation(h, nil)
	i.follow(optionsOf(servers...))
	t.Cleanup(func() { i.follow(nil) })
	return h, i
}

func optionsOf(servers ...*fakeRedis) []*redis.Options {
	var all []*redis.Options
	for _, server := range servers {
		all = append(all, &redis.Options{Addr: server.listener.Addr().String(), DialTimeout: time.Second, DialerRetries: 1})
	}
	return all
}

func TestInvalidationIsToldWithoutThePrefix(t *testing.T) {
	server := startFakeRedis(t)
	h, _ := startInvalidation(t, server)
	h.next(t, "trust true")
	server.push("cache:a", "cache:cache:b")
	h.next(t, "changed [a cache:b]")
	server.push()
	h.next(t, "emptied")
}

func TestCutConnectionIsDistrustedUntilTrackingIsOnAgain(t *testing.T) {
	server := startFakeRedis(t)
	h, _ := startInvalidation(t, server)
	h.next(t, "trust true")
	server.cut()
	h.next(t, "trust false")
	h.next(t, "trust true")
	server.mu.Lock()
	defer server.mu.Unlock()
	if !server.tracked {
		t.Fatal("trusted before tracking was on")
	}
}

func TestL1IsTrustedOnlyWhileEveryPrimaryIsTracked(t *testing.T) {
	one, two := startFakeRedis(t), startFakeRedis(t)
	h, i := startInvalidation(t, one)
	h.next(t, "trust true")
	i.follow(optionsOf(one, two))
	h.next(t, "trust false")
	h.next(t, "trust true")
	two.cut()
	h.next(t, "trust false")
	h.next(t, "trust true")
	two.push("cache:k")
	h.next(t, "changed [k]")
}

func TestUnansweredPingEndsTheConnectionOnlyIfCommandsGetThrough(t *testing.T) {
	server := startFakeRedis(t)
	server.mute = true
	h, i := startInvalidation(t, server)
	h.next(t, "trust true")
	var t1 *tracker
	for _, t1 = range i.trackers {
	}
	for range 5 {
		t1.check(func() bool { return false })
	}
	select {
	case got := <-h:
		t.Fatalf("heard %q while Redis was silent as a whole", got)
	case <-time.After(50 * time.Millisecond):
	}
	for range 2 {
		t1.check(func() bool { return true })
	}
	h.next(t, "trust false")
	h.next(t, "trust true")
}

func TestAnsweredPingsKeepTheConnection(t *testing.T) {
	server := startFakeRedis(t)
	h, i := startInvalidation(t, server)
	h.next(t, "trust true")
	for _, tracked := range i.trackers {
		for range 4 {
			tracked.check(func() bool { return true })
			for end := time.Now().Add(5 * time.Second); tracked.pongs.Load() == 0 && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
		}
	}
	if len(h) > 0 {
		t.Fatalf("heard %q", <-h)
	}
}
