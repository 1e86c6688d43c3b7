package main

// buffers is a stack of buffers for one worker. What is beyond its limits goes
// to the collector.
type buffers struct {
	free    [][]byte
	newSize int
	maxSize int // of a buffer that is kept
	max     int // buffers that are kept
}

func (b *buffers) get() []byte {
	last := len(b.free) - 1
	if last < 0 {
		return make([]byte, 0, b.newSize)
	}
	buffer := b.free[last]
	b.free = b.free[:last]
	return buffer[:0]
}

func (b *buffers) put(buffer []byte) {
	if len(b.free) < b.max && cap(buffer) <= b.maxSize {
		b.free = append(b.free, buffer)
	}
}
