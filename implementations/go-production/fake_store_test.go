package main

import "sync"

// fakeStore is a Redis of one map. With a gate, each batch waits for a token
// before it is executed.
type fakeStore struct {
	mu      sync.Mutex
	values  map[string]string
	ttl     milliseconds
	gate    chan struct{}
	started chan struct{} // if set, told when a batch has arrived
	down    bool
	refuses bool // as with an open breaker
	reads   int
	writes  int
}

func newFakeStore() *fakeStore {
	return &fakeStore{values: map[string]string{}, ttl: 60_000}
}

func (f *fakeStore) exec(batch []*command) {
	if f.started != nil {
		f.started <- struct{}{}
	}
	if f.gate != nil {
		<-f.gate
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range batch {
		if f.down {
			c.err = errNoAnswer
			continue
		}
		if f.refuses {
			c.refuse(errNotAsked)
			continue
		}
		switch c.operation {
		case read:
			f.reads++
			c.value, c.found = f.values[c.key]
			c.ttl = f.ttl
		case write:
			f.writes++
			f.values[c.key] = c.value
		case remove:
			delete(f.values, c.key)
		case probe:
		}
	}
}

// foreignSet is a write by somebody else.
func (f *fakeStore) foreignSet(key, value string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.values[key] = value
}
