package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const topologyEvery = time.Second

// clusterStore is a Redis Cluster. go-redis keeps its topology; a batch is
// divided over the primaries here, because the client's own pipelines neither
// keep one connection a node nor carry a transaction for each read.
type clusterStore struct {
	client *redis.ClusterClient
	stop   context.CancelFunc

	mu    sync.Mutex
	nodes map[*redis.Client]*node // every node that the client ever met

	now atomic.Pointer[[]*node] // the primaries, as last seen
}

func newClusterStore(address string, timeout time.Duration) (*clusterStore, error) {
	options, err := parseClusterURL(address)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	s := &clusterStore{nodes: make(map[*redis.Client]*node)}
	s.now.Store(new([]*node))
	options.ClusterStateReloadInterval = topologyEvery
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = timeout, timeout, timeout
	options.NewClient = func(o *redis.Options) *redis.Client {
		n := newNode(o, timeout)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.nodes[n.client] = n
		return n.client
	}
	s.client = redis.NewClusterClient(options)
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.follow(ctx)
	return s, nil
}

// parseClusterURL reads redis+cluster://[user:password@]host:port[,host:port...],
// which ParseClusterURL knows as ?addr= only.
func parseClusterURL(address string) (*redis.ClusterOptions, error) {
	rest, query, _ := strings.Cut(strings.TrimPrefix(address, clusterScheme), "?")
	first, others, _ := strings.Cut(rest, ",")
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	for _, other := range strings.FieldsFunc(others, func(r rune) bool { return r == ',' }) {
		parameters.Add("addr", strings.TrimSuffix(other, "/"))
	}
	return redis.ParseClusterURL("redis://" + first + "?" + parameters.Encode())
}

func (s *clusterStore) close() {
	s.stop()
	_ = s.client.Close()
}

// follow looks again and again who the primaries are.
func (s *clusterStore) follow(ctx context.Context) {
	for ctx.Err() == nil {
		var mu sync.Mutex
		var found []*node
		err := s.client.ForEachMaster(ctx, func(_ context.Context, client *redis.Client) error {
			mu.Lock()
			defer mu.Unlock()
			found = append(found, s.nodeOf(client))
			return nil
		})
		if err == nil {
			s.now.Store(&found)
		}
		select {
		case <-ctx.Done():
		case <-time.After(topologyEvery):
		}
	}
}

func (s *clusterStore) nodeOf(client *redis.Client) *node {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodes[client]
}

func (s *clusterStore) primaries() []*redis.Options {
	var all []*redis.Options
	for _, n := range *s.now.Load() {
		all = append(all, n.client.Options())
	}
	return all
}

func (s *clusterStore) exec(batch []*command) {
	parts := s.divide(batch)
	var all sync.WaitGroup
	for n, part := range parts {
		all.Go(func() {
			if redirected := n.exec(part); len(redirected) > 0 {
				s.execElsewhere(redirected)
			}
		})
	}
	all.Wait()
}

// divide gives each primary what concerns its slots, in order. A probe is
// answered when every primary answers.
func (s *clusterStore) divide(batch []*command) map[*node][]*command {
	parts := make(map[*node][]*command)
	for _, c := range batch {
		if c.operation == probe {
			c.err = s.ping()
			continue
		}
		client, err := s.client.MasterForKey(context.Background(), redisPrefix+c.key)
		if err != nil {
			c.refuse(errNoAnswer)
			continue
		}
		n := s.nodeOf(client)
		parts[n] = append(parts[n], c)
	}
	return parts
}

// ping is answered from what the breakers and one primary after the other say.
func (s *clusterStore) ping() error {
	primaries := *s.now.Load()
	if len(primaries) == 0 {
		return errNoAnswer
	}
	for _, n := range primaries {
		if n.breaker.isOpen() {
			return errNotAsked
		}
		if n.client.Ping(context.Background()).Err() != nil {
			return errNoAnswer
		}
	}
	return nil
}

// execElsewhere lets go-redis follow MOVED and ASK, one command after the
// other: it is rare, and their order stays.
func (s *clusterStore) execElsewhere(redirected []*command) {
	ctx := context.Background()
	s.client.ReloadState(ctx)
	for _, c := range redirected {
		c.err = s.execOne(ctx, c)
	}
}

func (s *clusterStore) execOne(ctx context.Context, c *command) error {
	key := redisPrefix + c.key
	var err error
	switch c.operation {
	case read:
		err = s.readOne(ctx, c, key)
	case write:
		err = s.client.Do(ctx, "set", key, c.value, "px", int64(c.ttl)).Err()
	case remove:
		err = s.client.Del(ctx, key).Err()
	case probe: // goes to every primary, so it is never redirected
	}
	if err != nil {
		return classify(err)
	}
	return nil
}

func (s *clusterStore) readOne(ctx context.Context, c *command, key string) error {
	var value *redis.StringCmd
	var life *redis.Cmd
	_, err := s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		value = pipe.Get(ctx, key)
		life = pipe.Do(ctx, "pttl", key) // its typed form rounds and hides -1
		return nil
	})
	if errors.Is(err, redis.Nil) {
		c.found = false
		return nil
	}
	if err != nil {
		return err
	}
	ttl, err := life.Int64()
	c.value, c.ttl, c.found = value.Val(), milliseconds(ttl), true
	return err
}
