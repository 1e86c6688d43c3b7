package main

import (
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const checkEvery = time.Second

// listener is what hears of changes in Redis: the cache.
type listener interface {
	changed(keys []string)
	emptied()
	trust(trusted bool)
	ping() error
}

// invalidation keeps a tracker for each primary. L1 is trusted only while all
// of them track: a value may live on any.
type invalidation struct {
	listener  listener
	primaries func() []*redis.Options

	mu       sync.Mutex
	trackers map[string]*tracker // by address
	tracking map[*tracker]bool
	complete bool
}

func newInvalidation(l listener, primaries func() []*redis.Options) *invalidation {
	return &invalidation{
		listener: l, primaries: primaries,
		trackers: make(map[string]*tracker), tracking: make(map[*tracker]bool),
	}
}

// run follows the topology for the life of the process.
func (i *invalidation) run() {
	for {
		trackers := i.follow(i.primaries())
		for _, t := range trackers {
			t.check(func() bool { return i.listener.ping() == nil })
		}
		wait := checkEvery
		if len(trackers) == 0 { // a cluster that has not been seen yet
			wait = reconnectPause
		}
		time.Sleep(wait)
	}
}

// follow starts and ends trackers until there is one for each primary.
func (i *invalidation) follow(primaries []*redis.Options) []*tracker {
	wanted := make(map[string]*tracker)
	i.mu.Lock()
	for _, primary := range primaries {
		t := i.trackers[primary.Addr]
		if t == nil {
			t = newTracker(primary, trackerEvents{i.listener.changed, i.listener.emptied, i.note})
			i.tracking[t] = false
			go t.run()
		}
		wanted[primary.Addr] = t
	}
	var gone, all []*tracker
	for address, t := range i.trackers {
		if wanted[address] == nil {
			delete(i.tracking, t)
			gone = append(gone, t)
		}
	}
	i.trackers = wanted
	for _, t := range wanted {
		all = append(all, t)
	}
	i.judge()
	i.mu.Unlock()
	for _, t := range gone {
		t.close()
	}
	return all
}

// note is told by a tracker that it tracks, or no longer does.
func (i *invalidation) note(t *tracker, on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, wanted := i.tracking[t]; wanted {
		i.tracking[t] = on
		i.judge()
	}
}

// judge is called under the lock, so that the last word is the true one.
func (i *invalidation) judge() {
	complete := len(i.tracking) > 0
	for _, on := range i.tracking {
		complete = complete && on
	}
	if complete != i.complete {
		i.complete = complete
		i.listener.trust(complete)
	}
}
