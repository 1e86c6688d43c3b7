package main

import (
	"encoding/json"
	"unicode/utf8"
)

// validJSON decides by the grammar of RFC 8259 over strictly valid UTF-8.
// json.Valid is that grammar (lone surrogates, 1e999 and integers of any length
// pass; NaN, a byte order mark and trailing text do not; it stops at 10,000
// levels) but does not look into the bytes of strings.
func validJSON(body []byte) bool {
	return utf8.Valid(body) && json.Valid(body)
}
