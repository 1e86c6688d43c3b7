// Command go-article is the cache service in the shape of the articles' Go
// listing: a sync.Map in front of Redis, JSON values over HTTP.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

const version = "0.1.0"

// After SIGTERM, together below the 5 s of the contract.
const (
	listenerStays   = 500 * time.Millisecond
	connectionsStay = 3 * time.Second
	requestsFinish  = time.Second
)

func main() {
	s, err := readSettings(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(s); err != nil {
		slog.Error("stopped", "err", err)
		os.Exit(1)
	}
}

func run(s settings) error {
	stop, restore := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer restore()
	runtime.GOMAXPROCS(s.workers)

	client, err := newRedis(s)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	c := &cache{redis: client, timeout: s.redisTimeout}
	registerCacheMetrics(c)

	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	h := newHandler(c, s)
	var connections atomic.Int64
	server := &http.Server{
		Handler:      h,
		ErrorLog:     slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		ReadTimeout:  30 * time.Second, // a slow client may, a dead one not
		WriteTimeout: 30 * time.Second,
		IdleTimeout:  5 * time.Minute,
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				connections.Add(1)
			case http.StateClosed, http.StateHijacked:
				connections.Add(-1)
			case http.StateActive, http.StateIdle:
			}
		},
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	slog.Info("listening", "address", listener.Addr().String())

	select {
	case err := <-failed:
		return err
	case <-stop.Done():
	}
	// Shutdown alone would close idle connections at once, and with them the
	// requests on their way: first every answer says "Connection: close".
	h.draining.Store(true)
	time.Sleep(listenerStays)
	_ = listener.Close()
	for end := time.Now().Add(connectionsStay); connections.Load() > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), requestsFinish)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
	return nil
}

func newRedis(s settings) (*redis.Client, error) {
	options, err := redis.ParseURL(s.redisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	// The pool is go-redis's own, as it comes. What is bounded here is time: a
	// retry would also repeat a write, perhaps after a newer one.
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	options.DialTimeout = s.redisTimeout
	options.DialerRetries = 1
	options.ReadTimeout = s.redisTimeout
	options.WriteTimeout = s.redisTimeout
	logging.Disable() // it would log every failed dial
	return redis.NewClient(options), nil
}
