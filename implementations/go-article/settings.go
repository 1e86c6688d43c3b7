package main

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"time"
)

// settings from the environment. L1_MAX_BYTES, L1_TTL_MS and INVALIDATION have
// nothing here that they could set.
type settings struct {
	address       string
	redisURL      string
	workers       int
	defaultTTL    seconds
	maxValueBytes int64
	redisTimeout  time.Duration
}

func readSettings(getenv func(string) string) (settings, error) {
	var mistakes []error
	text := func(name, fallback string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return fallback
	}
	number := func(name string, fallback, atMost int64) int64 {
		n, err := strconv.ParseInt(text(name, strconv.FormatInt(fallback, 10)), 10, 64)
		if err != nil || n < 1 || n > atMost {
			mistakes = append(mistakes, fmt.Errorf("%s=%q: want a whole number from 1 to %d", name, getenv(name), atMost))
		}
		return n
	}
	s := settings{
		address:       net.JoinHostPort(text("HOST", "127.0.0.1"), strconv.FormatInt(number("PORT", 8080, 65535), 10)),
		redisURL:      text("REDIS_URL", "redis://127.0.0.1:6379"),
		workers:       int(number("WORKERS", int64(runtime.GOMAXPROCS(0)), 1024)),
		defaultTTL:    seconds(number("DEFAULT_TTL_S", 300, 1e12)),
		maxValueBytes: number("MAX_VALUE_BYTES", 1<<20, 512<<20),
		redisTimeout:  time.Duration(number("REDIS_TIMEOUT_MS", 250, 1e9)) * time.Millisecond,
	}
	return s, errors.Join(mistakes...)
}
