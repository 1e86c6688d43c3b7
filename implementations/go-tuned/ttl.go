package main

import (
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
)

// milliseconds of a lifetime. A time.Duration ends after 292 years.
type milliseconds int64

// maxTTLSeconds, of the contract, keeps now + ttl in milliseconds inside 64
// bits, or Redis refuses the SET ("invalid expire time").
const maxTTLSeconds = 9_000_000_000_000_000

// parseTTL reads ?ttl=SECONDS; without it the default applies with a jitter of
// +-10 %, so that values written together do not expire together.
func parseTTL(query string, fallback milliseconds) (ttl milliseconds, ok bool) {
	seconds, given := "", false
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(name); err != nil || name != "ttl" {
			continue
		}
		decoded, err := url.QueryUnescape(value)
		if err != nil || given {
			return 0, false
		}
		seconds, given = decoded, true
	}
	if !given {
		return milliseconds(float64(fallback) * (0.9 + 0.2*rand.Float64())), true
	}
	// ParseUint takes digits only: no sign, no space, no exponent.
	n, err := strconv.ParseUint(seconds, 10, 64)
	if err != nil || n < 1 || n > maxTTLSeconds {
		return 0, false
	}
	return milliseconds(n * 1000), true
}
