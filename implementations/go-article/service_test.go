package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// fakeRedis speaks enough RESP2 for GET, SET, DEL and PING.
type fakeRedis struct {
	mu     sync.Mutex
	values map[string]string
	gets   int
}

func (f *fakeRedis) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for {
		var count int
		if _, err := fmt.Fscanf(in, "*%d\r\n", &count); err != nil {
			return
		}
		words := make([]string, count)
		for i := range words {
			var length int
			if _, err := fmt.Fscanf(in, "$%d\r\n", &length); err != nil {
				return
			}
			word := make([]byte, length+2)
			if _, err := io.ReadFull(in, word); err != nil {
				return
			}
			words[i] = string(word[:length])
		}
		if _, err := io.WriteString(conn, f.answer(words)); err != nil {
			return
		}
	}
}

func (f *fakeRedis) answer(words []string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch strings.ToLower(words[0]) {
	case "get":
		f.gets++
		if value, ok := f.values[words[1]]; ok {
			return fmt.Sprintf("$%d\r\n%s\r\n", len(value), value)
		}
		return "$-1\r\n"
	case "set":
		f.values[words[1]] = words[2]
		return "+OK\r\n"
	case "del":
		delete(f.values, words[1])
		return ":1\r\n"
	case "ping":
		return "+PONG\r\n"
	default: // HELLO and CLIENT: go-redis goes on without
		return "-ERR unknown command\r\n"
	}
}

// newTestHandler is a service in front of a fake Redis.
func newTestHandler(t *testing.T) (*handler, *fakeRedis) {
	t.Helper()
	fake := &fakeRedis{values: map[string]string{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go fake.serve(conn)
		}
	}()
	client := redis.NewClient(&redis.Options{Addr: listener.Addr().String(), MaxRetries: -1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	c := &cache{redis: client, timeout: time.Second}
	return newHandler(c, settings{defaultTTL: 300, maxValueBytes: 100}), fake
}

func ask(h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(method, target, strings.NewReader(body)))
	return answer
}

func TestPutIsReadBackByteForByteFromTheMap(t *testing.T) {
	h, fake := newTestHandler(t)
	body := " {\"a\" :\t1}\n"
	if got := ask(h, "PUT", "/v1/cache/a%2Fb?ttl=60", body); got.Code != 204 {
		t.Fatal(got.Code, got.Body)
	}
	got := ask(h, "GET", "/v1/cache/a%2Fb", "")
	if got.Body.String() != body || got.Header().Get("X-Cache") != "L1" || got.Header().Get("Content-Type") != "application/json" {
		t.Fatal(got.Body, got.Header())
	}
	if fake.values["cache:a/b"] != body {
		t.Fatal(fake.values)
	}
}

func TestMissAsksRedisOnceAndThenNeverAgain(t *testing.T) {
	h, fake := newTestHandler(t)
	fake.values["cache:k"] = "1"
	for _, source := range []string{"L2", "L1"} {
		if got := ask(h, "GET", "/v1/cache/k", ""); got.Header().Get("X-Cache") != source {
			t.Fatal(got.Header())
		}
	}
	if fake.gets != 1 {
		t.Fatal(fake.gets)
	}
	if entries, bytes := h.cache.size(); entries != 1 || bytes != 2 {
		t.Fatal(entries, bytes)
	}
}

func TestDeleteTakesTheKeyFromMapAndRedis(t *testing.T) {
	h, _ := newTestHandler(t)
	ask(h, "PUT", "/v1/cache/k", "1")
	if got := ask(h, "DELETE", "/v1/cache/k", ""); got.Code != 204 {
		t.Fatal(got.Code)
	}
	if got := ask(h, "GET", "/v1/cache/k", ""); got.Code != 404 || got.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatal(got.Code, got.Header())
	}
}

func TestRefusals(t *testing.T) {
	h, fake := newTestHandler(t)
	for _, test := range []struct {
		method, target, body string
		want                 int
	}{
		{"PUT", "/v1/cache/k", "NaN", 400},
		{"PUT", "/v1/cache/k?ttl=0", "1", 400},
		{"PUT", "/v1/cache/k", strings.Repeat("1", 101), 413},
		{"GET", "/v1/cache/" + strings.Repeat("k", 251), "", 400},
		{"GET", "/v1/cache/%ff", "", 400},
		{"GET", "/v1/cache/", "", 404},
		{"GET", "/v1/cache/a/b", "", 404},
		{"POST", "/v1/cache/k", "", 405},
		{"POST", "/livez", "", 405},
	} {
		if got := ask(h, test.method, test.target, test.body); got.Code != test.want {
			t.Errorf("%s %s: %d, want %d", test.method, test.target, got.Code, test.want)
		}
	}
	if len(fake.values) != 0 {
		t.Error("something was stored")
	}
}

func TestDrainingServiceIsNotReadyAndClosesConnections(t *testing.T) {
	h, _ := newTestHandler(t)
	if got := ask(h, "GET", "/readyz", ""); got.Code != 200 {
		t.Fatal(got.Code)
	}
	h.draining.Store(true)
	if got := ask(h, "GET", "/readyz", ""); got.Code != 503 || got.Header().Get("Retry-After") == "" || got.Header().Get("Connection") != "close" {
		t.Fatal(got.Code, got.Header())
	}
}

func TestSilentRedisIs503ButHitsAreServed(t *testing.T) {
	h, fake := newTestHandler(t)
	ask(h, "PUT", "/v1/cache/hit", "1")
	ask(h, "PUT", "/v1/cache/changed", "1")
	h.cache.timeout = 20 * time.Millisecond
	fake.mu.Lock() // Redis is connected and silent
	defer fake.mu.Unlock()
	for target, want := range map[string]int{"hit": 200, "miss": 503} {
		if got := ask(h, "GET", "/v1/cache/"+target, ""); got.Code != want {
			t.Errorf("%s: %d, want %d", target, got.Code, want)
		}
	}
	if got := ask(h, "PUT", "/v1/cache/changed", "2"); got.Code != 503 {
		t.Error(got.Code)
	}
	if got := ask(h, "GET", "/v1/cache/changed", ""); got.Code != 503 {
		t.Error("a value of unknown outcome is still in the map")
	}
}
