package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const redisPrefix = "cache:"

// redisStore executes batches over one connection, which go-redis opens, checks
// and reopens by itself.
type redisStore struct {
	client *redis.Client
	down   bool // so that a problem is logged once, not per batch
}

func newRedisStore(url string, timeout time.Duration) (*redisStore, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	// One connection, for pipelines too: the order of commands rests on it.
	options.PoolSize = 1
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
	logging.Disable() // it would log every failed dial
	return &redisStore{client: redis.NewClient(options)}, nil
}

func (s *redisStore) close() { _ = s.client.Close() }

func (s *redisStore) exec(batch []*command) {
	// No deadline of the context: the timeouts above bound each step.
	ctx := context.Background()
	pipe := s.client.Pipeline()
	answers := make([]redis.Cmder, len(batch))
	for i, c := range batch {
		answers[i] = appendCommand(ctx, pipe, c)
	}
	_, _ = pipe.Exec(ctx) // each answer holds its own error
	for i, c := range batch {
		c.err = readAnswer(c, answers[i])
	}
	s.report(batch[len(batch)-1].err, answers[len(batch)-1].Err())
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
	var reply redis.Error
	if errors.As(err, &reply) {
		return errRefused
	}
	return errNoAnswer
}

// report logs when Redis goes away and when it is back.
func (s *redisStore) report(outcome, cause error) {
	down := errors.Is(outcome, errNoAnswer)
	switch {
	case down && !s.down:
		slog.Warn("redis does not answer", "err", cause)
	case !down && s.down:
		slog.Info("redis answers again")
	}
	s.down = down
}
