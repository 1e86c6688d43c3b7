package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/push"
)

// reconnectPause is the wait before each new attempt to connect.
const reconnectPause = 50 * time.Millisecond

// trackerEvents is what a tracker tells, in the order in which it happened.
type trackerEvents struct {
	changed func(keys []string)
	emptied func()
	// tracking turns true when every later change will be told, and false as
	// soon as the connection is gone.
	tracking func(t *tracker, on bool)
}

// tracker is the one connection on which a Redis tells of each change of a key
// under our prefix, by whomever. go-redis's PubSub reads it: it needs no
// channel to receive RESP3 push messages, answers to pings, and to reconnect.
type tracker struct {
	client *redis.Client
	pubsub *redis.PubSub
	events trackerEvents

	connection atomic.Pointer[trackedConn]
	pongs      atomic.Int64 // since the last check
	pinged     bool         // at the last check
	unanswered int          // checks in a row
}

func newTracker(primary *redis.Options, events trackerEvents) *tracker {
	t := &tracker{events: events}
	options := *primary
	options.Protocol = 3
	options.ReadTimeout = -1 // silence is normal here
	options.OnConnect = t.onConnect
	dial := redis.NewDialer(primary)
	options.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		tracked := &trackedConn{Conn: connection, lost: func() { events.tracking(t, false) }}
		t.connection.Store(tracked)
		return tracked, nil
	}
	// A processor of its own: the copied options would share the node's.
	pushes := push.NewProcessor()
	if err := pushes.RegisterHandler("invalidate", invalidateHandler{events}, false); err != nil {
		panic(err) // a new processor has no handler of this name
	}
	options.PushNotificationProcessor = pushes
	t.client = redis.NewClient(&options)
	t.pubsub = t.client.Subscribe(context.Background())
	return t
}

func (t *tracker) onConnect(ctx context.Context, connection *redis.Conn) error {
	err := connection.Do(ctx, "client", "tracking", "on", "bcast", "prefix", redisPrefix).Err()
	if err != nil {
		return err
	}
	t.events.tracking(t, true)
	return nil
}

// run receives until the tracker is closed. Invalidations are handled inside
// Receive, which returns for pongs and errors only.
func (t *tracker) run() {
	failing := false
	for {
		_, err := t.pubsub.Receive(context.Background())
		switch {
		case err == nil:
			t.pongs.Add(1)
			failing = false
		case errors.Is(err, redis.ErrClosed):
			return
		default:
			if !failing {
				slog.Warn("no invalidation, so nothing is kept in L1", "redis", t.client.Options().Addr, "err", err)
			}
			failing = true
			time.Sleep(reconnectPause)
		}
	}
}

// check is called at regular intervals. A ping without an answer means little
// by itself: Redis may be paused, and then nothing changes that we could miss.
// But if commands get through meanwhile, twice, the connection is dead without
// a word, and it is ended.
func (t *tracker) check(commandsGetThrough func() bool) {
	switch answered := t.pongs.Swap(0) > 0; {
	case answered || !t.pinged:
		t.unanswered = 0
	case commandsGetThrough():
		t.unanswered++
	}
	if connection := t.connection.Load(); connection != nil && t.unanswered == 2 {
		t.unanswered, t.pinged = 0, false
		_ = connection.Close()
		return
	}
	t.pinged = t.pubsub.Ping(context.Background()) == nil
}

func (t *tracker) close() {
	_ = t.pubsub.Close()
	_ = t.client.Close()
}

// trackedConn tells at once when its connection is gone. go-redis would tell
// after its first attempt to reconnect.
type trackedConn struct {
	net.Conn
	lost func()
	once sync.Once
}

func (c *trackedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.once.Do(c.lost)
	}
	return n, err
}

func (c *trackedConn) Close() error {
	c.once.Do(c.lost)
	return c.Conn.Close()
}

// invalidateHandler reads ["invalidate", keys], where null means all keys.
type invalidateHandler struct{ events trackerEvents }

func (h invalidateHandler) HandlePushNotification(_ context.Context, _ push.NotificationHandlerContext, message []any) error {
	names, given := message[1].([]any)
	if !given {
		h.events.emptied()
		return nil
	}
	keys := make([]string, 0, len(names))
	for _, name := range names {
		if text, isText := name.(string); isText {
			keys = append(keys, strings.TrimPrefix(text, redisPrefix))
		}
	}
	h.events.changed(keys)
	return nil
}
