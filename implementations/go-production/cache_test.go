package main

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func startCache(t *testing.T, s store, timeout time.Duration) *cache {
	t.Helper()
	l1 := newL1(1<<20, time.Minute)
	c := newCache(l1, s, timeout, newMetrics(l1))
	c.trust(true)
	go c.pipeline.run()
	t.Cleanup(func() { close(c.pipeline.wake) })
	return c
}

func expect(t *testing.T, c *cache, key, wantValue string, wantFrom source) {
	t.Helper()
	value, from, err := c.get(key)
	if err != nil || value != wantValue || from != wantFrom {
		t.Fatalf("get(%q) = %q from %q, %v; want %q from %q", key, value, from, err, wantValue, wantFrom)
	}
}

func TestFirstReadIsFromL2AndTheNextFromL1(t *testing.T) {
	redis := newFakeStore()
	c := startCache(t, redis, time.Second)
	redis.foreignSet("k", "1")
	expect(t, c, "k", "1", fromL2)
	expect(t, c, "k", "1", fromL1)
}

func TestPutAndDeleteEvict(t *testing.T) {
	c := startCache(t, newFakeStore(), time.Second)
	if err := c.put("k", "1", 60_000); err != nil {
		t.Fatal(err)
	}
	expect(t, c, "k", "1", fromL2)
	expect(t, c, "k", "1", fromL1)
	if err := c.put("k", "2", 60_000); err != nil {
		t.Fatal(err)
	}
	expect(t, c, "k", "2", fromL2)
	if err := c.delete("k"); err != nil {
		t.Fatal(err)
	}
	expect(t, c, "k", "", nowhere)
}

func TestAbsenceIsRememberedUntilAWrite(t *testing.T) {
	redis := newFakeStore()
	c := startCache(t, redis, time.Second)
	expect(t, c, "k", "", nowhere)
	expect(t, c, "k", "", nowhere)
	if redis.reads != 1 {
		t.Fatalf("%d reads for two misses, want 1", redis.reads)
	}
	if err := c.put("k", "1", 60_000); err != nil {
		t.Fatal(err)
	}
	expect(t, c, "k", "1", fromL2)
}

func TestConcurrentMissesOfAKeyShareOneRead(t *testing.T) {
	redis := newFakeStore()
	redis.gate = make(chan struct{})
	redis.foreignSet("k", "1")
	c := startCache(t, redis, 5*time.Second)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if value, _, err := c.get("k"); err != nil || value != "1" {
				t.Errorf("got %q, %v", value, err)
			}
		})
	}
	close(redis.gate)
	all.Wait()
	if redis.reads != 1 {
		t.Fatalf("%d reads, want 1", redis.reads)
	}
}

func TestReadInFlightDuringAPutLeavesTheNewerValue(t *testing.T) {
	redis := newFakeStore()
	redis.gate = make(chan struct{}, 2)
	redis.started = make(chan struct{}, 2)
	redis.foreignSet("k", "old")
	c := startCache(t, redis, 5*time.Second)
	var both sync.WaitGroup
	both.Go(func() { _, _, _ = c.get("k") })
	<-redis.started // the read is on its way
	both.Go(func() { _ = c.put("k", "new", 60_000) })
	redis.gate <- struct{}{}
	redis.gate <- struct{}{}
	both.Wait()
	redis.gate = nil
	expect(t, c, "k", "new", fromL2)
}

func TestFailedWriteMakesL1ForgetTheKey(t *testing.T) {
	redis := newFakeStore()
	c := startCache(t, redis, time.Second)
	if err := c.put("k", "1", 60_000); err != nil {
		t.Fatal(err)
	}
	redis.mu.Lock()
	redis.down = true
	redis.mu.Unlock()
	if err := c.put("k", "2", 60_000); !errors.Is(err, errNoAnswer) {
		t.Fatalf("err = %v, want no answer", err)
	}
	if _, _, err := c.get("k"); !errors.Is(err, errNoAnswer) {
		t.Fatalf("err = %v, want no answer: the outcome of the write is unknown", err)
	}
}

func TestSilentRedisEndsInTimeAndHitsGoOn(t *testing.T) {
	redis := newFakeStore()
	c := startCache(t, redis, 50*time.Millisecond)
	redis.foreignSet("hot", "1")
	expect(t, c, "hot", "1", fromL2)
	redis.gate = make(chan struct{})
	start := time.Now()
	if _, _, err := c.get("cold"); !errors.Is(err, errNoAnswer) {
		t.Fatalf("err = %v, want no answer", err)
	}
	if took := time.Since(start); took > 200*time.Millisecond {
		t.Fatalf("took %v", took)
	}
	expect(t, c, "hot", "1", fromL1)

	// A write that nobody waits for any more is not sent.
	writes := redis.writes
	if err := c.put("late", "1", 60_000); !errors.Is(err, errNoAnswer) {
		t.Fatalf("err = %v, want no answer", err)
	}
	close(redis.gate)
	if err := c.ping(); err != nil {
		t.Fatal(err)
	}
	if redis.writes != writes {
		t.Fatal("a write was sent after its client had been told 503")
	}
}

func TestEntryDoesNotOutliveTheKeyInRedis(t *testing.T) {
	redis := newFakeStore()
	redis.ttl = 60
	redis.foreignSet("k", "1")
	c := startCache(t, redis, time.Second)
	expect(t, c, "k", "1", fromL2)
	time.Sleep(70 * time.Millisecond)
	if _, cached := c.l1.get("k"); cached {
		t.Fatal("the entry is still there")
	}
}

func TestL1StaysWithinItsBytes(t *testing.T) {
	l1 := newL1(10_000, time.Minute)
	for i := range 1000 {
		l1.fill(string(rune('a'+i)), string(make([]byte, 100)), 60_000, time.Now())
	}
	l1.entries.CleanUp()
	if got := l1.bytes(); got > 10_000 {
		t.Fatalf("%v bytes, want at most 10000", got)
	}
}
