package main

import (
	"fmt"
	"testing"
)

func (c *l1) has(key string, now int64) bool {
	_, what := c.get([]byte(key), now)
	return what == present
}

func TestL1StaysWithinItsBytes(t *testing.T) {
	c := newL1(10_000)
	for i := range 1000 {
		c.fill(fmt.Append(nil, i), make([]byte, 100+i%50), 1000)
		if c.bytes.Load() > 10_000 {
			t.Fatalf("%d bytes after %d entries", c.bytes.Load(), i)
		}
	}
	if got := int(c.count.Load()); got != len(c.entries) || got < 50 {
		t.Fatalf("%d entries counted, %d there", got, len(c.entries))
	}
}

func TestBytesFollowEveryChange(t *testing.T) {
	c := newL1(1000)
	c.fill([]byte("k"), make([]byte, 10), 1000)
	c.fill([]byte("k"), make([]byte, 5), 1000)
	if got := c.bytes.Load(); got != 6 {
		t.Fatalf("%d bytes, want 6", got)
	}
	c.evict([]byte("k"))
	c.fill([]byte("too large"), make([]byte, 2000), 1000)
	if got, count := c.bytes.Load(), c.count.Load(); got != 0 || count != 0 {
		t.Fatalf("%d bytes of %d entries, want none", got, count)
	}
}

func TestScanDoesNotPushOutWhatIsRead(t *testing.T) {
	c := newL1(10_000)
	for range 3 {
		for i := range 20 {
			key := fmt.Append(nil, "hot", i)
			if !c.has(string(key), 0) {
				c.fill(key, make([]byte, 100), 1000)
			}
		}
	}
	for i := range 1000 {
		c.fill(fmt.Append(nil, "once", i), make([]byte, 100), 1000)
	}
	for i := range 20 {
		if !c.has(fmt.Sprint("hot", i), 0) {
			t.Errorf("hot%d is gone", i)
		}
	}
}

func TestKeyThatComesBackSoonIsKept(t *testing.T) {
	c := newL1(10_000)
	c.fill([]byte("k"), make([]byte, 100), 1000)
	for i := 0; c.has("k", 0) && c.entries["k"].reads < 2; i++ {
		c.entries["k"].reads = 0
		c.fill(fmt.Append(nil, "once", i), make([]byte, 100), 1000)
	}
	c.fill([]byte("k"), make([]byte, 100), 1000)
	if c.entries["k"].in != &c.main {
		t.Fatal("a key that was seen shortly before did not get into the main queue")
	}
}

func TestEntryEndsWithItsLife(t *testing.T) {
	c := newL1(1000)
	c.fill([]byte("k"), []byte("1"), 50)
	if !c.has("k", 49) || c.has("k", 50) || c.count.Load() != 0 {
		t.Fatal("the entry does not end at 50")
	}
}

func TestAbsenceEndsByTimeWriteAndCount(t *testing.T) {
	c := newL1(1000)
	c.noteAbsent([]byte("k"), 0)
	if _, what := c.get([]byte("k"), absenceLife-1); what != knownAbsent {
		t.Fatal("the absence is forgotten")
	}
	if _, what := c.get([]byte("k"), absenceLife); what != unknown {
		t.Fatal("the absence outlives its life")
	}
	c.noteAbsent([]byte("k"), 0)
	c.fill([]byte("k"), []byte("1"), 50)
	if !c.has("k", 0) {
		t.Fatal("the value is hidden")
	}
	for i := range 2 * maxAbsences {
		c.noteAbsent(fmt.Append(nil, i), 0)
	}
	if c.absent.length > maxAbsences || c.bytes.Load() != 2 {
		t.Fatalf("%d absences, %d bytes", c.absent.length, c.bytes.Load())
	}
}

func TestValueIsCopied(t *testing.T) {
	c := newL1(1000)
	value := []byte("1")
	c.fill([]byte("k"), value, 50)
	value[0] = '2'
	if got, _ := c.get([]byte("k"), 0); string(got) != "1" {
		t.Fatalf("%q", got)
	}
}
