package main

import (
	"errors"
	"fmt"
	"time"
)

type operation int

const (
	read operation = iota
	write
	remove
	probe
)

// noExpiry is PTTL's answer for a key that has no time to live.
const noExpiry milliseconds = -1

var (
	// errNoAnswer: Redis did not answer in time or cannot be reached. A write
	// that was sent may or may not happen.
	errNoAnswer = errors.New("redis does not answer")
	// errNotAsked: the circuit breaker is open, the command was not sent.
	errNotAsked = fmt.Errorf("%w and is left alone for a moment", errNoAnswer)
	// errRefused: Redis answered, with an error.
	errRefused = errors.New("redis refused the command")
)

// command is one call to Redis on its way through the pipeline. The fields
// under done are set before done is closed, and not touched afterwards.
type command struct {
	operation operation
	key       string
	queuedAt  time.Time

	value string       // of a write; of a read that found the key
	ttl   milliseconds // likewise; noExpiry is possible for a read

	done   chan struct{}
	sentAt time.Time // zero: never sent, so it surely has no effect
	epoch  epoch     // of the guard when it was sent
	found  bool
	err    error
}

// refuse is the end of a command that was never sent.
func (c *command) refuse(err error) {
	c.sentAt = time.Time{}
	c.err = err
}

// store is what the pipeline needs of Redis.
type store interface {
	// exec sends the commands in their order, waits for the answers and fills
	// in value, ttl, found and err of each, or refuses it. What concerns one
	// key is executed in the order of the batch.
	exec(batch []*command)
}
