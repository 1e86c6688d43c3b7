package main

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net/url"
	"strconv"
	"unicode/utf8"
)

var (
	errKeyEscape = errors.New("the key holds a broken percent escape")
	errKeyUTF8   = errors.New("the key is not valid UTF-8")
	errKeyLength = errors.New("the key is longer than 250 bytes")
	errTTL       = errors.New("ttl must be given once, as a whole number of seconds from 1")
)

// decodeKey decodes a path segment once: "%252F" is the key "%2F", "+" is a plus.
func decodeKey(segment string) (string, error) {
	key, err := url.PathUnescape(segment)
	switch {
	case err != nil:
		return "", errKeyEscape
	case !utf8.ValidString(key):
		return "", errKeyUTF8
	case len(key) > 250:
		return "", errKeyLength
	}
	return key, nil
}

type seconds int64

// maxTTL keeps now + ttl in milliseconds inside the 64 bits that Redis has.
const maxTTL = 9_000_000_000_000_000

// parseTTL reads ?ttl=SECONDS; without it the default is spread by +-10 %.
func parseTTL(query string, fallback seconds) (seconds, error) {
	parsed, err := url.ParseQuery(query)
	if err != nil {
		return 0, errTTL // it leaves out what is malformed, such as "ttl=%zz"
	}
	asked := parsed["ttl"]
	if len(asked) == 0 {
		jitter := 0.9 + 0.2*rand.Float64()
		return max(1, seconds(math.Round(float64(fallback)*jitter))), nil
	}
	// ParseUint takes digits only: no sign, no space, no exponent.
	n, err := strconv.ParseUint(asked[0], 10, 63)
	if err != nil || len(asked) > 1 || n < 1 || n > maxTTL {
		return 0, errTTL
	}
	return seconds(n), nil
}

// validJSON is RFC 8259 over strict UTF-8; json.Valid does not look into the
// bytes of strings.
func validJSON(body []byte) bool {
	return utf8.Valid(body) && json.Valid(body)
}
