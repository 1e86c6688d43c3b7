package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

type settings struct {
	address       string
	redisURL      string
	workers       int // 0: the CPUs that the runtime finds usable
	l1MaxBytes    int64
	l1TTL         time.Duration
	defaultTTL    time.Duration
	maxValueBytes int64
	redisTimeout  time.Duration
	invalidation  bool
}

// readSettings reports every mistake at once, not only the first one.
func readSettings(getenv func(string) string) (settings, error) {
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

	choice := func(name, fallback string) bool {
		value := text(name, fallback)
		if value != "on" && value != "off" {
			mistakes = append(mistakes, fmt.Errorf("%s=%q: want on or off", name, value))
		}
		return value == "on"
	}

	const (
		maxMilliseconds = int64(365 * 24 * time.Hour / time.Millisecond)
		maxBytes        = 1 << 40
		maxRedisString  = 512 << 20 // proto-max-bulk-len's default
	)
	s := settings{
		address: net.JoinHostPort(
			text("HOST", "127.0.0.1"),
			strconv.FormatInt(number("PORT", 8080, 0, 65535), 10),
		),
		redisURL:      text("REDIS_URL", "redis://127.0.0.1:6379"),
		workers:       int(number("WORKERS", 0, 1, 1024)),
		l1MaxBytes:    number("L1_MAX_BYTES", 64<<20, 1, maxBytes),
		l1TTL:         time.Duration(number("L1_TTL_MS", 60_000, 1, maxMilliseconds)) * time.Millisecond,
		defaultTTL:    time.Duration(number("DEFAULT_TTL_S", 300, 1, maxMilliseconds/1000)) * time.Second,
		maxValueBytes: number("MAX_VALUE_BYTES", 1<<20, 1, maxRedisString),
		redisTimeout:  time.Duration(number("REDIS_TIMEOUT_MS", 250, 1, maxMilliseconds)) * time.Millisecond,
		invalidation:  choice("INVALIDATION", "on"),
	}
	return s, errors.Join(mistakes...)
}
