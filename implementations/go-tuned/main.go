// Command go-tuned is a cache service: an in-process cache (L1) in front of
// Redis (L2) that serves JSON values over HTTP. It is the same service as
// go-production, on event loops of its own.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

const (
	implementation = "go-tuned"
	version        = "0.1.0"
)

// Together they stay below the 5 s within which the process must be gone.
const (
	listenerStays   = 500 * time.Millisecond // the contract's: balancers look at readyz first
	connectionsStay = 3500 * time.Millisecond
)

var background = context.Background()

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

func run(s *settings) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	if s.workers > 0 {
		runtime.GOMAXPROCS(s.workers)
	} else {
		s.workers = runtime.GOMAXPROCS(0)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		const everythingElse = 32 << 20
		debug.SetMemoryLimit(s.l1MaxBytes*5/2 + everythingElse)
	}
	workers, err := startWorkers(s)
	if err != nil {
		return err
	}
	failed := make(chan error, len(workers))
	for _, w := range workers {
		go func() { failed <- w.run() }()
	}
	select {
	case err := <-failed:
		return err
	case <-stop:
		signal.Stop(stop) // a second one kills
		drain(workers)
		return nil
	}
}

func startWorkers(s *settings) ([]*worker, error) {
	consistency := "read-your-writes"
	if s.workers > 1 {
		// What one worker writes, the others are told by Redis.
		consistency = "bounded-staleness"
		s.tracking = true
	}
	workers := make([]*worker, s.workers)
	for i := range workers {
		w, err := newWorker(i, s, max(s.l1MaxBytes/int64(s.workers), 1), consistency)
		if err != nil {
			return nil, err
		}
		w.siblings = workers
		if s.port, err = w.listen(net.JoinHostPort(s.host, strconv.Itoa(s.port)), s.workers > 1); err != nil {
			return nil, err
		}
		workers[i] = w
	}
	slog.Info("listening", "host", s.host, "port", s.port, "workers", s.workers, "implementation", implementation, "version", version)
	return workers, nil
}

// drain ends the service without losing a request: readyz says 503, every
// answer says "Connection: close", and the clients leave by themselves.
func drain(workers []*worker) {
	for _, w := range workers {
		w.post(func() { w.draining = true })
	}
	time.Sleep(listenerStays)
	for _, w := range workers {
		w.post(w.closeListener)
	}
	for end := time.Now().Add(connectionsStay); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		open := int64(0)
		for _, w := range workers {
			open += w.open.Load()
		}
		if open == 0 {
			return
		}
	}
}
