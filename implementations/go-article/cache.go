package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

var errNoAnswer = errors.New("redis did not answer in time")

// cache is the article's: a sync.Map without expiry or bound in front of
// go-redis and its own pool. The write path is ours.
type cache struct {
	local   sync.Map // string -> []byte
	redis   *redis.Client
	timeout time.Duration
}

// get returns nil when there is no such key.
func (c *cache) get(key string) (value []byte, local bool, err error) {
	if value, ok := c.local.Load(key); ok {
		return value.([]byte), true, nil
	}
	err = c.call(func(ctx context.Context) error {
		value, err = c.redis.Get(ctx, "cache:"+key).Bytes()
		if errors.Is(err, redis.Nil) {
			value, err = nil, nil
		}
		return err
	})
	if err != nil || value == nil {
		return nil, false, err
	}
	// A PUT that was quicker left a newer value.
	newest, _ := c.local.LoadOrStore(key, value)
	return newest.([]byte), false, nil
}

func (c *cache) put(key string, value []byte, ttl seconds) error {
	err := c.call(func(ctx context.Context) error {
		// Do instead of Set: a time.Duration ends after 292 years.
		return c.redis.Do(ctx, "set", "cache:"+key, value, "ex", int64(ttl)).Err()
	})
	if err != nil {
		c.local.Delete(key) // whether Redis took the value is unknown
		return err
	}
	c.local.Store(key, value)
	return nil
}

func (c *cache) delete(key string) error {
	defer c.local.Delete(key)
	return c.call(func(ctx context.Context) error { return c.redis.Del(ctx, "cache:"+key).Err() })
}

func (c *cache) ping() error {
	return c.call(func(ctx context.Context) error { return c.redis.Ping(ctx).Err() })
}

// call bounds everything by one timeout: the wait for a connection, connecting
// and the command.
func (c *cache) call(command func(context.Context) error) error {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	err := command(ctx)
	redisSeconds.Observe(time.Since(start).Seconds())
	if err != nil {
		return errNoAnswer
	}
	return nil
}

// size walks the whole map: sync.Map does not count.
func (c *cache) size() (entries, bytes int) {
	c.local.Range(func(key, value any) bool {
		entries++
		bytes += len(key.(string)) + len(value.([]byte))
		return true
	})
	return entries, bytes
}
