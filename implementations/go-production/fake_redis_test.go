package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fakeRedis speaks as much RESP3 as a tracker needs, over a real socket.
type fakeRedis struct {
	listener net.Listener

	mu          sync.Mutex
	connections []net.Conn
	tracked     bool // CLIENT TRACKING was sent on the last connection
	mute        bool // pings stay without answer
}

func startFakeRedis(t *testing.T) *fakeRedis {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeRedis{listener: listener}
	go f.accept()
	t.Cleanup(func() {
		_ = listener.Close()
		f.cut()
	})
	return f
}

func (f *fakeRedis) accept() {
	for {
		connection, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		f.connections = append(f.connections, connection)
		f.tracked = false
		f.mu.Unlock()
		go f.serve(connection)
	}
}

func (f *fakeRedis) serve(connection net.Conn) {
	in := bufio.NewReader(connection)
	for {
		words, err := readRequest(in)
		if err != nil {
			return
		}
		f.mu.Lock()
		switch line := strings.ToLower(strings.Join(words, " ")); {
		case line == "client tracking on bcast prefix cache:":
			f.tracked = true
			_, _ = io.WriteString(connection, "+OK\r\n")
		case line == "ping" && f.mute:
		case line == "ping":
			_, _ = io.WriteString(connection, "+PONG\r\n")
		case strings.HasPrefix(line, "hello"):
			_, _ = io.WriteString(connection, "%1\r\n+proto\r\n:3\r\n")
		default:
			_, _ = io.WriteString(connection, "+OK\r\n")
		}
		f.mu.Unlock()
	}
}

func readRequest(in *bufio.Reader) ([]string, error) {
	count, err := readNumber(in, '*')
	words := make([]string, 0, max(count, 0))
	for range count {
		length, failed := readNumber(in, '$')
		if failed != nil {
			return nil, failed
		}
		word := make([]byte, length+2)
		if _, err = io.ReadFull(in, word); err != nil {
			return nil, err
		}
		words = append(words, string(word[:length]))
	}
	return words, err
}

func readNumber(in *bufio.Reader, kind byte) (int, error) {
	line, err := in.ReadString('\n')
	if err != nil || line[0] != kind {
		return 0, io.ErrUnexpectedEOF
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}

// push sends an invalidation; no keys at all is Redis's word for all keys.
func (f *fakeRedis) push(keys ...string) {
	message := ">2\r\n$10\r\ninvalidate\r\n"
	if keys == nil {
		message += "_\r\n"
	} else {
		message += fmt.Sprintf("*%d\r\n", len(keys))
	}
	for _, key := range keys {
		message += fmt.Sprintf("$%d\r\n%s\r\n", len(key), key)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, connection := range f.connections {
		_, _ = io.WriteString(connection, message)
	}
}

// cut closes every connection.
func (f *fakeRedis) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, connection := range f.connections {
		_ = connection.Close()
	}
	f.connections = nil
}
