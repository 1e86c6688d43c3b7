// Command go-production is a cache service: an in-process cache (L1) in front
// of Redis (L2) that serves JSON values over HTTP.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

const (
	implementation = "go-production"
	version        = "0.2.0"
	consistency    = "read-your-writes"
)

func main() {
	settings, err := readSettings(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(settings); err != nil {
		slog.Error("stopped", "err", err)
		os.Exit(1)
	}
}

func run(s settings) error {
	// The handler goes back to the default afterwards: a second signal kills.
	stop, restore := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer restore()
	limitRuntime(s)

	// Listening comes first: the service is live before Redis is there.
	tcp, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	store, err := newRedisStore(s.redisURL, s.redisTimeout)
	if err != nil {
		return err
	}
	defer store.close()

	l1 := newL1(s.l1MaxBytes, s.l1TTL)
	metrics := newMetrics(l1)
	cache := newCache(l1, store, s.redisTimeout, metrics)
	go cache.pipeline.run()
	if s.invalidation {
		go newInvalidation(cache, store.primaries).run()
	} else {
		cache.trust(true) // as far as L1_TTL_MS goes
	}
	go func() { _ = cache.ping() }() // connects before the first request needs it

	drain := &drain{}
	server := &http.Server{
		Handler:  newHandler(cache, metrics, drain, s),
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		// Wide enough for a slow client, narrow enough to let go of a dead one.
		ReadTimeout:  30 * time.Second,
		WriteTimeout: 30 * time.Second,
		IdleTimeout:  5 * time.Minute,
		ConnState:    drain.count,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(targetListener{tcp}) }()
	slog.Info("listening", "address", tcp.Addr().String(), "implementation", implementation, "version", version)

	select {
	case err := <-failed:
		return err
	case <-stop.Done():
		restore()
		drain.run(server, tcp)
		if err := <-failed; !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}

// limitRuntime applies WORKERS and keeps the heap near the L1's budget. The
// collector's usual slack of 100 % on top of the per-entry overhead (about 180
// bytes: node, hash slot, allocation classes) would let small values grow the
// process to more than three times the budget; as the limit comes near, the
// collector runs more often instead.
func limitRuntime(s settings) {
	if s.workers > 0 {
		runtime.GOMAXPROCS(s.workers)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		const everythingElse = 48 << 20 // a thousand connections with their buffers
		debug.SetMemoryLimit(s.l1MaxBytes*5/2 + everythingElse)
	}
}
