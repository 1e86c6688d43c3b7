package main

import (
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// An absent key is remembered this long, so a foreign write of it is seen
	// within 1.1 s even without invalidation.
	absenceLife = time.Second
	// Absent keys are bounded by count: their cost is the overhead of an
	// entry, about 200 bytes, which keys + values would not show. 2 MiB in all.
	maxAbsences = 10_000
)

// l1 is the in-process cache: W-TinyLFU over the bytes of keys and values, each
// entry with a life of its own, and beside it the keys known to be absent.
type l1 struct {
	entries *otter.Cache[string, entry]
	absent  *otter.Cache[string, struct{}]
	maxLife time.Duration
}

type entry struct {
	value string
	life  time.Duration
}

func newL1(maxBytes int64, maxLife time.Duration) *l1 {
	return &l1{
		maxLife: maxLife,
		entries: otter.Must(&otter.Options[string, entry]{
			MaximumWeight: uint64(maxBytes),
			Weigher:       func(key string, e entry) uint32 { return uint32(len(key) + len(e.value)) },
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, entry]) time.Duration {
				return e.Value.life
			}),
		}),
		absent: otter.Must(&otter.Options[string, struct{}]{
			MaximumSize:      maxAbsences,
			ExpiryCalculator: otter.ExpiryWriting[string, struct{}](absenceLife),
		}),
	}
}

func (c *l1) get(key string) (value string, found bool) {
	e, found := c.entries.GetIfPresent(key)
	return e.value, found
}

func (c *l1) knownAbsent(key string) bool {
	_, absent := c.absent.GetIfPresent(key)
	return absent
}

// fill keeps a value that Redis held for ttl more, counted from asOf, a moment
// not later than Redis's answer: so the entry never outlives the key.
func (c *l1) fill(key, value string, ttl milliseconds, asOf time.Time) {
	life := c.maxLife
	if ttl < milliseconds(life.Milliseconds()) {
		life = time.Duration(ttl) * time.Millisecond
	}
	life -= time.Since(asOf)
	forget(c.absent, key)
	if life <= 0 {
		forget(c.entries, key)
		return
	}
	c.entries.Set(key, entry{value, life})
}

func (c *l1) noteAbsent(key string) {
	forget(c.entries, key)
	c.absent.Set(key, struct{}{})
}

func (c *l1) evict(key string) {
	forget(c.entries, key)
	forget(c.absent, key)
}

// forget looks first: most keys that change are not there, and otter's
// Invalidate takes a lock and builds a task even for those.
func forget[V any](from *otter.Cache[string, V], key string) {
	if _, found := from.GetEntryQuietly(key); found {
		from.Invalidate(key)
	}
}

func (c *l1) evictAll() {
	c.entries.InvalidateAll()
	c.absent.InvalidateAll()
}

func (c *l1) bytes() float64      { return float64(c.entries.WeightedSize()) }
func (c *l1) entryCount() float64 { return float64(c.entries.EstimatedSize()) }
