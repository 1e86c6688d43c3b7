package main

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"time"
)

const (
	redialPause = 50 * time.Millisecond
	// peerTimeout is how long the kernel waits for a peer that no longer
	// acknowledges anything. A Redis that is merely paused still does.
	peerTimeout = 10 * time.Second
)

// setUp brings a new connection into service, command by command.
type setUp struct {
	steps    []setUpStep
	previous identity // of the connection before
}

type setUpStep struct {
	words    []string
	required bool // or the connection is of no use
	take     func(l *link, message []byte)
}

// identity of a connection in Redis needs both parts: ids start again when
// Redis restarts, and an address alone may belong to another client by now.
type identity struct{ id, address string }

// dial connects in the background; the loop goes on.
func (l *link) dial() {
	go func() {
		connection, err := net.DialTimeout("tcp", l.w.settings.redis.address, l.w.settings.redisTimeout)
		fd := -1
		if err == nil {
			fd, err = detach(connection.(*net.TCPConn))
		}
		l.w.post(func() {
			if err != nil {
				slog.Debug("no connection to redis", "err", err)
				l.dialLater()
				return
			}
			l.begin(fd)
		})
	}()
}

func (l *link) dialLater() {
	time.AfterFunc(redialPause, func() { l.w.post(l.dial) })
}

func (l *link) begin(fd int) {
	const tcpUserTimeout = 18 // TCP_USER_TIMEOUT, not in package syscall
	err := errors.Join(
		syscall.SetNonblock(fd, true),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, tcpUserTimeout, int(peerTimeout.Milliseconds())),
		l.w.poller.add(fd, edges),
	)
	l.fd = fd
	if err != nil {
		l.drop(err)
		return
	}
	l.setUp.steps = l.steps()
	for _, step := range l.setUp.steps {
		l.out = appendCommand(l.out, step.words...)
		l.push(command{kind: setUpCommand})
	}
}

func (l *link) steps() []setUpStep {
	redis := l.w.settings.redis
	hello := []string{"HELLO", "3"}
	if redis.password != "" {
		hello = append(hello, "AUTH", redis.user, redis.password)
	}
	steps := []setUpStep{{words: hello, required: true}}
	if redis.database != "" {
		steps = append(steps, setUpStep{words: []string{"SELECT", redis.database}, required: true})
	}
	// A SET that was sent on the connection before may still wait in Redis's
	// socket buffer, and would overtake a newer one of this connection. What
	// has not run when that connection is killed never will.
	if old := l.setUp.previous; old != (identity{}) {
		steps = append(steps, setUpStep{words: []string{"CLIENT", "KILL", "ID", old.id, "ADDR", old.address}})
	}
	steps = append(steps, setUpStep{words: []string{"CLIENT", "INFO"}, take: (*link).noteIdentity})
	if l.w.settings.tracking {
		words := []string{"CLIENT", "TRACKING", "ON", "BCAST", "NOLOOP", "PREFIX", keyPrefix}
		return append(steps, setUpStep{words: words, take: (*link).trust})
	}
	return append(steps, setUpStep{words: []string{"PING"}, take: (*link).trust})
}

func (l *link) stepSetUp(f frame, message []byte) {
	step := l.setUp.steps[0]
	l.setUp.steps = l.setUp.steps[1:]
	switch {
	case f.kind == '-' && step.required:
		l.drop(errors.New(string(f.text)))
		return
	case f.kind == '-':
		slog.Warn("redis refuses a command, its purpose is not served", "command", step.words[:2], "err", string(f.text))
	case step.take != nil:
		step.take(l, message)
	}
	if len(l.setUp.steps) == 0 {
		l.up = true
		slog.Info("connected to redis", "worker", l.w.number)
	}
}

// trust: from here on every change is told, before or after each answer.
func (l *link) trust([]byte) { l.trusted = true }

// noteIdentity reads "id=7 addr=127.0.0.1:5000 laddr=...".
func (l *link) noteIdentity(message []byte) {
	f, _ := nextFrame(message)
	found := identity{}
	for _, field := range strings.Fields(string(f.text)) {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "id":
			found.id = value
		case "addr":
			found.address = value
		}
	}
	l.setUp.previous = found
}
