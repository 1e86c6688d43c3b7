package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

type settings struct {
	host          string
	port          int
	redis         redisAddress
	workers       int // 0: the CPUs that the runtime finds usable
	l1MaxBytes    int64
	l1TTL         milliseconds
	defaultTTL    milliseconds
	maxValueBytes int64
	redisTimeout  time.Duration
	tracking      bool // Redis tells of changes
}

type redisAddress struct{ address, user, password, database string }

// readSettings reports every mistake at once, not only the first one.
func readSettings(getenv func(string) string) (*settings, error) {
	var mistakes []error
	text := func(name, fallback string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return fallback
	}
	number := func(name string, fallback, atLeast, atMost int64) int64 {
		value := getenv(name)
		if value == "" {
			return fallback
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < atLeast || n > atMost {
			mistakes = append(mistakes, fmt.Errorf("%s=%q: want a whole number from %d to %d", name, value, atLeast, atMost))
			return fallback
		}
		return n
	}
	redis, err := parseRedisURL(text("REDIS_URL", "redis://127.0.0.1:6379"))
	if err != nil {
		mistakes = append(mistakes, fmt.Errorf("REDIS_URL: %w", err))
	}
	invalidation := text("INVALIDATION", "on")
	if invalidation != "on" && invalidation != "off" {
		mistakes = append(mistakes, fmt.Errorf("INVALIDATION=%q: want on or off", invalidation))
	}

	const (
		maxMilliseconds = int64(365 * 24 * time.Hour / time.Millisecond)
		maxBytes        = 1 << 40
		maxRedisString  = 512 << 20 // proto-max-bulk-len's default
	)
	s := &settings{
		host:          text("HOST", "127.0.0.1"),
		port:          int(number("PORT", 8080, 0, 65535)),
		redis:         redis,
		workers:       int(number("WORKERS", 0, 1, 1024)),
		l1MaxBytes:    number("L1_MAX_BYTES", 64<<20, 1, maxBytes),
		l1TTL:         milliseconds(number("L1_TTL_MS", 60_000, 1, maxMilliseconds)),
		defaultTTL:    milliseconds(1000 * number("DEFAULT_TTL_S", 300, 1, maxMilliseconds/1000)),
		maxValueBytes: number("MAX_VALUE_BYTES", 1<<20, 1, maxRedisString),
		redisTimeout:  time.Duration(number("REDIS_TIMEOUT_MS", 250, 1, maxMilliseconds)) * time.Millisecond,
		tracking:      invalidation == "on",
	}
	return s, errors.Join(mistakes...)
}

// parseRedisURL reads redis://[user:password@]host[:port][/database].
func parseRedisURL(text string) (redisAddress, error) {
	u, err := url.Parse(text)
	if err != nil {
		return redisAddress{}, err
	}
	if u.Scheme != "redis" || u.Hostname() == "" {
		return redisAddress{}, fmt.Errorf("%q: want redis://host:port (no TLS and no Redis Cluster here; go-production has both)", u.Redacted())
	}
	port := u.Port()
	if port == "" {
		port = "6379"
	}
	password, _ := u.User.Password()
	user := u.User.Username()
	if user == "" {
		user = "default"
	}
	database := strings.Trim(u.Path, "/")
	if _, err := strconv.ParseUint(database, 10, 16); database != "" && err != nil {
		return redisAddress{}, fmt.Errorf("%q: want a number as the database", u.Redacted())
	}
	return redisAddress{net.JoinHostPort(u.Hostname(), port), user, password, database}, nil
}
