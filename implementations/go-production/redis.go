package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	redisPrefix   = "cache:"
	clusterScheme = "redis+cluster://"
)

// redisStore is a store that can name the servers whose invalidations together
// tell of every change.
type redisStore interface {
	store
	primaries() []*redis.Options
	close()
}

func newRedisStore(url string, timeout time.Duration) (redisStore, error) {
	logging.Disable() // it would log every failed dial
	if strings.HasPrefix(url, clusterScheme) {
		return newClusterStore(url, timeout)
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return singleStore{newNode(options, timeout)}, nil
}

// singleStore is one Redis.
type singleStore struct{ *node }

func (s singleStore) exec(batch []*command)       { s.node.exec(batch) }
func (s singleStore) primaries() []*redis.Options { return []*redis.Options{s.client.Options()} }
func (s singleStore) close()                      { _ = s.client.Close() }

// node is one Redis server behind a circuit breaker. Batches go over one
// connection, which go-redis opens, checks and reopens by itself.
type node struct {
	client  *redis.Client
	breaker *breaker
}

func newNode(options *redis.Options, timeout time.Duration) *node {
	// One connection, for pipelines too: the order of commands rests on it.
	options.PoolSize = 1
	options.PoolTimeout = timeout
	options.PipelinePoolSize = -1
	// A retry could repeat a write after a newer one; the client retries.
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.DialTimeout = timeout
	options.ReadTimeout = timeout
	options.WriteTimeout = timeout
	options.ConnMaxIdleTime = -1
	options.OnConnect = (&fence{}).onConnect
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	n := &node{client: redis.NewClient(options)}
	n.breaker = newBreaker(func() error { return n.client.Ping(context.Background()).Err() })
	return n
}

// exec answers with the commands that belong to another node of the cluster:
// those were not executed here.
func (n *node) exec(batch []*command) (redirected []*command) {
	if n.breaker.isOpen() {
		for _, c := range batch {
			c.refuse(errNotAsked)
		}
		return nil
	}
	// No deadline of the context: the timeouts above bound each step.
	ctx := context.Background()
	pipe := n.client.Pipeline()
	answers := make([]redis.Cmder, len(batch))
	for i, c := range batch {
		answers[i] = appendCommand(ctx, pipe, c)
	}
	_, _ = pipe.Exec(ctx) // each answer holds its own error
	for i, c := range batch {
		if isRedirect(answers[i].Err()) {
			redirected = append(redirected, c)
		}
		c.err = readAnswer(c, answers[i])
	}
	n.breaker.note(absence(answers[len(answers)-1].Err()))
	return redirected
}

func appendCommand(ctx context.Context, pipe redis.Pipeliner, c *command) redis.Cmder {
	key := redisPrefix + c.key
	var answer redis.Cmder
	switch c.operation {
	case read:
		// Value and remaining life must be of the same moment. Without MULTI a
		// foreign SET can come between the two where Redis's 16 KiB read
		// buffer cuts the batch, and the value would live by the other's TTL.
		pipe.Do(ctx, "multi")
		pipe.Do(ctx, "get", key)
		pipe.Do(ctx, "pttl", key)
		answer = redis.NewSliceCmd(ctx, "exec")
	case write:
		answer = redis.NewStatusCmd(ctx, "set", key, c.value, "px", int64(c.ttl))
	case remove:
		answer = redis.NewIntCmd(ctx, "del", key)
	case probe:
		answer = redis.NewStatusCmd(ctx, "ping")
	}
	_ = pipe.Process(ctx, answer)
	return answer
}

func readAnswer(c *command, answer redis.Cmder) error {
	if err := answer.Err(); err != nil {
		return classify(err)
	}
	if c.operation != read {
		return nil
	}
	values := answer.(*redis.SliceCmd).Val()
	if len(values) != 2 {
		return errRefused
	}
	ttl, ok := values[1].(int64)
	if !ok {
		return errRefused
	}
	switch value := values[0].(type) {
	case string:
		c.value, c.ttl, c.found = value, milliseconds(ttl), true
	case nil:
		c.found = false
	default: // an error inside the transaction, such as WRONGTYPE
		return errRefused
	}
	return nil
}

func classify(err error) error {
	if absence(err) == nil {
		return errRefused
	}
	return errNoAnswer
}

// absence is nil for an error that Redis itself gave as its answer.
func absence(err error) error {
	var reply redis.Error
	if errors.As(err, &reply) {
		return nil
	}
	return err
}

// isRedirect tells that the key's slot is, or is about to be, on another node.
// A transaction whose GET was redirected is aborted as a whole.
func isRedirect(err error) bool {
	if err == nil {
		return false
	}
	_, moved := redis.IsMovedError(err)
	_, ask := redis.IsAskError(err)
	return moved || ask || redis.IsExecAbortError(err)
}
