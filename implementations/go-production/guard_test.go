package main

import (
	"sync"
	"testing"
	"time"
)

// startRead leaves a read of k with the old value under way, and answers with
// what lets it go on.
func startRead(t *testing.T) (c *cache, redis *fakeStore, finish func()) {
	t.Helper()
	redis = newFakeStore()
	redis.foreignSet("k", "old")
	redis.gate = make(chan struct{})
	redis.started = make(chan struct{}, 10)
	c = startCache(t, redis, 5*time.Second)
	var reading sync.WaitGroup
	reading.Go(func() { _, _, _ = c.get("k") })
	<-redis.started
	return c, redis, func() {
		close(redis.gate)
		reading.Wait()
	}
}

func TestAnswerThatItsInvalidationOvertookDoesNotEnterL1(t *testing.T) {
	c, _, finish := startRead(t)
	c.changed([]string{"k"})
	finish()
	if _, cached := c.l1.get("k"); cached {
		t.Fatal("the older value is in L1")
	}
}

func TestReadIsNotJoinedAfterItsInvalidation(t *testing.T) {
	c, redis, finish := startRead(t)
	c.changed([]string{"k"})
	redis.foreignSet("k", "new")
	var later sync.WaitGroup
	later.Go(func() { expect(t, c, "k", "new", fromL2) })
	finish()
	later.Wait()
	if redis.reads != 2 {
		t.Fatalf("%d reads, want 2", redis.reads)
	}
}

func TestInvalidationOfAnotherKeyDisturbsNoRead(t *testing.T) {
	c, _, finish := startRead(t)
	c.changed([]string{"other"})
	finish()
	expect(t, c, "k", "old", fromL1)
}

func TestReadUnderWayWhenAllKeysGoDoesNotEnterL1(t *testing.T) {
	c, _, finish := startRead(t)
	c.emptied()
	finish()
	if _, cached := c.l1.get("k"); cached {
		t.Fatal("the older value is in L1")
	}
}

func TestReadSentBeforeTrackingIsNotTrustedAfterwards(t *testing.T) {
	c, _, finish := startRead(t)
	c.trust(false)
	c.trust(true)
	finish()
	if _, cached := c.l1.get("k"); cached {
		t.Fatal("a value from before tracking is in L1")
	}
}

func TestNothingIsKeptWhileL1IsNotTrusted(t *testing.T) {
	redis := newFakeStore()
	redis.foreignSet("k", "1")
	c := startCache(t, redis, time.Second)
	expect(t, c, "k", "1", fromL2)
	c.trust(false)
	expect(t, c, "k", "1", fromL2)
	expect(t, c, "k", "1", fromL2)
	c.trust(true)
	expect(t, c, "k", "1", fromL2)
	expect(t, c, "k", "1", fromL1)
}

func TestForeignWriteEndsAKnownAbsence(t *testing.T) {
	redis := newFakeStore()
	c := startCache(t, redis, time.Second)
	expect(t, c, "k", "", nowhere)
	redis.foreignSet("k", "1")
	c.changed([]string{"k"})
	expect(t, c, "k", "1", fromL2)
}
