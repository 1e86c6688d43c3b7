package main

import (
	"bytes"
	"strconv"
)

// The part of RESP3 that is needed: commands out, frames in.

// appendCommand writes a command of one word that needs no quoting and its
// arguments.
func appendCommand(out []byte, words ...string) []byte {
	out = appendHeader(out, '*', len(words))
	for _, word := range words {
		out = appendHeader(out, '$', len(word))
		out = append(append(out, word...), "\r\n"...)
	}
	return out
}

const keyPrefix = "cache:"

// appendKey writes the argument "cache:{key}".
func appendKey(out, key []byte) []byte {
	out = appendHeader(out, '$', len(keyPrefix)+len(key))
	out = append(append(out, keyPrefix...), key...)
	return append(out, "\r\n"...)
}

// appendRead asks for the remaining life before the value: what changes the key
// between the two is told by an invalidation, before the value comes.
func appendRead(out, key []byte) []byte {
	out = append(out, "*2\r\n$4\r\nPTTL\r\n"...)
	out = appendKey(out, key)
	out = append(out, "*2\r\n$3\r\nGET\r\n"...)
	return appendKey(out, key)
}

func appendWrite(out, key, value []byte, ttl milliseconds) []byte {
	out = append(out, "*5\r\n$3\r\nSET\r\n"...)
	out = appendKey(out, key)
	out = appendHeader(out, '$', len(value))
	out = append(out, value...)
	out = append(out, "\r\n$2\r\nPX\r\n"...)
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], int64(ttl), 10)
	out = appendHeader(out, '$', len(text))
	return append(append(out, text...), "\r\n"...)
}

func appendRemove(out, key []byte) []byte {
	out = append(out, "*2\r\n$3\r\nDEL\r\n"...)
	return appendKey(out, key)
}

func appendHeader(out []byte, kind byte, n int) []byte {
	out = append(out, kind)
	out = strconv.AppendInt(out, int64(n), 10)
	return append(out, "\r\n"...)
}

// frame is one header of RESP with its text; the elements of an aggregate
// follow it as frames of their own.
type frame struct {
	kind     byte
	text     []byte // of everything that is no aggregate
	elements int
	null     bool
}

// nextFrame reads from the start of b: its size is 0 if it is not complete, -1
// if it is no RESP.
func nextFrame(b []byte) (f frame, size int) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return f, 0
	}
	if end < 2 || b[end-1] != '\r' {
		return f, -1
	}
	f.kind, f.text = b[0], b[1:end-1]
	switch f.kind {
	case '+', '-', ':', ',', '#', '(':
		return f, end + 1
	case '_':
		f.null = true
		return f, end + 1
	case '$', '!', '=':
		n, ok := number(f.text)
		if n == -1 {
			f.null = true
			return f, end + 1
		}
		if !ok || n < 0 {
			return f, -1
		}
		size = end + 1 + int(n) + 2
		if len(b) < size {
			return f, 0
		}
		f.text = b[end+1 : size-2]
		return f, size
	case '*', '~', '>', '%', '|':
		n, ok := number(f.text)
		if n == -1 {
			f.null = true
			return f, end + 1
		}
		if !ok || n < 0 {
			return f, -1
		}
		f.elements = int(n)
		if f.kind == '%' || f.kind == '|' {
			f.elements *= 2
		}
		return f, end + 1
	}
	return f, -1
}

// messageSize is the size of a frame with all its elements: 0 if it is not
// complete, -1 if it is no RESP.
func messageSize(b []byte) int {
	at := 0
	for open := 1; open > 0; open-- {
		f, size := nextFrame(b[at:])
		if size <= 0 {
			return size
		}
		at += size
		open += f.elements
	}
	return at
}

func number(text []byte) (n int64, ok bool) {
	n, err := strconv.ParseInt(string(text), 10, 62)
	return n, err == nil
}
