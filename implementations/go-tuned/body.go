package main

// body takes in the rest of a request whose head has been read, as it arrives.
type body struct {
	active  bool
	discard bool // already answered: only to find the next request
	chunked bool
	left    int64 // of the body, or of the chunk
	part    chunkPart
	line    int // bytes of the line under way
	limit   int64
	value   []byte
}

type chunkPart int

const (
	chunkSize chunkPart = iota // may have digits already
	chunkExtension
	chunkData
	chunkEnd
	trailerLine
)

type bodyState int

const (
	bodyIncomplete bodyState = iota
	bodyComplete
	bodyTooLarge
	bodyBroken
)

// maxChunkLine bounds what surrounds the data of chunks.
const maxChunkLine = 4 << 10

func (b *body) begin(r *request, discard bool, limit int64) {
	*b = body{active: true, discard: discard, chunked: r.chunked, left: r.length, limit: limit}
}

// take consumes from data what belongs to the body.
func (b *body) take(data []byte) (used int, state bodyState) {
	if !b.chunked {
		used = int(min(int64(len(data)), b.left))
		b.keep(data[:used])
		b.left -= int64(used)
		if b.left > 0 {
			return used, bodyIncomplete
		}
		return used, bodyComplete
	}
	return b.takeChunks(data)
}

func (b *body) keep(data []byte) {
	if !b.discard {
		b.value = append(b.value, data...)
	}
}

func (b *body) takeChunks(data []byte) (used int, state bodyState) {
	for used < len(data) {
		if b.part == chunkData {
			n := int(min(int64(len(data)-used), b.left))
			b.keep(data[used : used+n])
			used += n
			b.left -= int64(n)
			if b.left == 0 {
				b.part = chunkEnd
			}
			continue
		}
		c := data[used]
		used++
		b.line++
		if b.line > maxChunkLine {
			return used, bodyBroken
		}
		switch b.part {
		case chunkSize:
			switch {
			case isHex(c) && b.left <= 1<<55:
				b.left = b.left<<4 | int64(unhex(c))
			case b.line > 1 && (c == ';' || c == '\r' || c == ' ' || c == '\t'):
				b.part = chunkExtension
			case b.line > 1 && c == '\n':
				state = b.endSize()
			default:
				return used, bodyBroken
			}
		case chunkExtension:
			if c == '\n' {
				state = b.endSize()
			}
		case chunkEnd:
			switch c {
			case '\r':
			case '\n':
				b.part, b.line, b.left = chunkSize, 0, 0
			default:
				return used, bodyBroken
			}
		case trailerLine:
			switch {
			case c == '\n' && b.left == 0: // an empty line
				return used, bodyComplete
			case c == '\n':
				b.left = 0
			case c != '\r':
				b.left = 1 // the line is not empty
			}
		}
		if state != bodyIncomplete {
			return used, state
		}
	}
	return used, bodyIncomplete
}

// endSize is at the end of a line with a chunk's size.
func (b *body) endSize() bodyState {
	switch {
	case b.left == 0:
		b.part = trailerLine
	case !b.discard && int64(len(b.value))+b.left > b.limit:
		return bodyTooLarge
	default:
		b.part = chunkData
	}
	return bodyIncomplete
}
