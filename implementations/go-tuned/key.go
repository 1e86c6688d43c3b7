package main

import (
	"bytes"
	"unicode/utf8"
)

const maxKeyBytes = 250

// keySegment cuts the still encoded key out of a path. No key, or a raw slash
// in it, is another route.
func keySegment(path []byte) (segment []byte, ok bool) {
	segment, ok = bytes.CutPrefix(path, keyRoute)
	return segment, ok && len(segment) > 0 && bytes.IndexByte(segment, '/') < 0
}

var keyRoute = []byte("/v1/cache/")

// decodeKey decodes a segment once, into scratch where it must: "%252F" is the
// key "%2F", "+" is a plus. The fault is empty for a good key.
func decodeKey(segment, scratch []byte) (key []byte, fault string) {
	key = segment
	if at := bytes.IndexByte(segment, '%'); at >= 0 {
		key = append(scratch[:0], segment[:at]...)
		for i := at; i < len(segment); i++ {
			c := segment[i]
			if c == '%' {
				if i+2 >= len(segment) || !isHex(segment[i+1]) || !isHex(segment[i+2]) {
					return nil, "the key holds a broken percent escape"
				}
				c = unhex(segment[i+1])<<4 | unhex(segment[i+2])
				i += 2
			}
			key = append(key, c)
		}
	}
	switch {
	case !utf8.Valid(key):
		return nil, "the key is not valid UTF-8"
	case len(key) > maxKeyBytes:
		return nil, "the key is longer than 250 bytes"
	}
	return key, ""
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}
