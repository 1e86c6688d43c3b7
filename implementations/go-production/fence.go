package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/redis/go-redis/v9"
)

// fence keeps late writes from overtaking newer ones. When a connection is
// given up, a SET that was already sent may still wait in Redis's socket buffer
// and run after a newer SET of the next connection. So before a new connection
// is used, Redis is told to kill the old one: what has not run by then never
// will.
type fence struct {
	previous identity
}

// identity needs both parts: ids start again when Redis restarts, and an
// address alone may belong to another client behind the same NAT.
type identity struct{ id, address string }

func (f *fence) onConnect(ctx context.Context, connection *redis.Conn) error {
	if f.previous != (identity{}) {
		err := connection.ClientKillByFilter(ctx, "ID", f.previous.id, "ADDR", f.previous.address).Err()
		if failed := tolerateRefusal("CLIENT KILL", err); failed != nil {
			return failed
		}
	}
	info, err := connection.Do(ctx, "client", "info").Text()
	if failed := tolerateRefusal("CLIENT INFO", err); failed != nil {
		return failed
	}
	f.previous = parseIdentity(info)
	return nil
}

// tolerateRefusal lets a user whose ACL forbids the command run without the
// fence rather than not at all.
func tolerateRefusal(command string, err error) error {
	var refusal redis.Error
	if errors.As(err, &refusal) {
		slog.Warn("no fence against late writes", "command", command, "err", err)
		return nil
	}
	return err
}

// parseIdentity reads "id=7 addr=127.0.0.1:5000 laddr=...". The typed
// ClientInfo of go-redis refuses fields that it does not know.
func parseIdentity(info string) identity {
	var found identity
	for _, field := range strings.Fields(info) {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "id":
			found.id = value
		case "addr":
			found.address = value
		}
	}
	return found
}
