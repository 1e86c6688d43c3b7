package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Together they stay below the 5 s within which the process must be gone.
const (
	listenerStays   = 500 * time.Millisecond // the contract's: balancers look at readyz first
	connectionsStay = 3 * time.Second
	requestsFinish  = time.Second
)

// drain ends the service without losing a request. http.Server.Shutdown alone
// would close idle connections at once, and with them the requests that are on
// their way; so first every answer says "Connection: close" and the clients
// leave by themselves.
type drain struct {
	begun       atomic.Bool
	connections atomic.Int64
}

func (d *drain) started() bool { return d.begun.Load() }

// count is the server's ConnState hook.
func (d *drain) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		d.connections.Add(1)
	case http.StateClosed, http.StateHijacked:
		d.connections.Add(-1)
	case http.StateActive, http.StateIdle:
	}
}

func (d *drain) run(server *http.Server, listener net.Listener) {
	d.begun.Store(true) // readyz says 503 from here on
	time.Sleep(listenerStays)
	_ = listener.Close()
	for end := time.Now().Add(connectionsStay); d.connections.Load() > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), requestsFinish)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		slog.Warn("requests were cut off", "connections", d.connections.Load())
		_ = server.Close()
	}
}
