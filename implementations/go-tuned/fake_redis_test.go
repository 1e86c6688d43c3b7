package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// fakeRedis is a Redis of one map, over a real socket.
type fakeRedis struct {
	listener net.Listener

	mu         sync.Mutex
	values     map[string]string
	connection net.Conn // the last one
	reads      int
	killed     []string
	held       bool // answers wait
	waiting    string
}

func startFakeRedis(t *testing.T) *fakeRedis {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeRedis{listener: listener, values: make(map[string]string)}
	go f.accept()
	t.Cleanup(func() {
		_ = listener.Close()
		f.cut()
	})
	return f
}

func (f *fakeRedis) accept() {
	for id := 1; ; id++ {
		connection, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		f.connection = connection
		f.mu.Unlock()
		go f.serve(connection, id)
	}
}

func (f *fakeRedis) serve(connection net.Conn, id int) {
	in := bufio.NewReader(connection)
	for {
		words, err := readCommandOf(in)
		if err != nil {
			return
		}
		f.mu.Lock()
		f.waiting += f.answer(words, id)
		f.release()
		f.mu.Unlock()
	}
}

func readCommandOf(in *bufio.Reader) (words []string, err error) {
	var count, size int
	if _, err = fmt.Fscanf(in, "*%d\r\n", &count); err != nil {
		return nil, err
	}
	for range count {
		if _, err = fmt.Fscanf(in, "$%d\r\n", &size); err != nil {
			return nil, err
		}
		word := make([]byte, size+2)
		if _, err = io.ReadFull(in, word); err != nil {
			return nil, err
		}
		words = append(words, string(word[:size]))
	}
	return words, nil
}

func (f *fakeRedis) answer(words []string, id int) string {
	switch words[0] {
	case "HELLO":
		return "%1\r\n+proto\r\n:3\r\n"
	case "CLIENT":
		switch words[1] {
		case "INFO":
			info := fmt.Sprintf("id=%d addr=a:%d", id, id)
			return fmt.Sprintf("$%d\r\n%s\r\n", len(info), info)
		case "KILL":
			f.killed = append(f.killed, words[3])
		}
	case "PTTL":
		return ":60000\r\n"
	case "GET":
		f.reads++
		if value, found := f.values[words[1]]; found {
			return fmt.Sprintf("$%d\r\n%s\r\n", len(value), value)
		}
		return "_\r\n"
	case "SET":
		f.values[words[1]] = words[2]
	case "DEL":
		delete(f.values, words[1])
		return ":1\r\n"
	}
	return "+OK\r\n"
}

func (f *fakeRedis) release() {
	if !f.held {
		_, _ = io.WriteString(f.connection, f.waiting)
		f.waiting = ""
	}
}

// hold lets answers wait, or go.
func (f *fakeRedis) hold(held bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = held
	f.release()
}

// set is a write by somebody else, which Redis tells of.
func (f *fakeRedis) set(key, value string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.values[keyPrefix+key] = value
	f.waiting += ">2\r\n$10\r\ninvalidate\r\n*1\r\n" + fmt.Sprintf("$%d\r\n%s\r\n", len(keyPrefix+key), keyPrefix+key)
	f.release()
}

// clear is a FLUSHALL by somebody else.
func (f *fakeRedis) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.values)
	f.waiting += ">2\r\n$10\r\ninvalidate\r\n_\r\n"
	f.release()
}

func (f *fakeRedis) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.connection != nil {
		_ = f.connection.Close()
	}
	f.waiting = ""
}

func (f *fakeRedis) url() string { return "redis://" + f.listener.Addr().String() }

func (f *fakeRedis) counts() (reads int, killed string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reads, strings.Join(f.killed, " ")
}
