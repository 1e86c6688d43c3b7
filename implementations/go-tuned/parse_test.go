package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestKeyIsDecodedOnce(t *testing.T) {
	for segment, want := range map[string]string{
		"a%2Fb": "a/b", "a+b": "a+b", "%252F": "%2F", "..": "..", "%C3%a9": "é",
		strings.Repeat("%C3%A9", 125): strings.Repeat("é", 125),
	} {
		if got, fault := decodeKey([]byte(segment), nil); fault != "" || string(got) != want {
			t.Errorf("decodeKey(%q) = %q, %q", segment, got, fault)
		}
	}
}

func TestKeyIsRefused(t *testing.T) {
	for segment, want := range map[string]string{
		"%zz": "escape", "%": "escape", "a%4": "escape", "%ff": "UTF-8", "\xffzz": "UTF-8",
		strings.Repeat("x", 251): "longer", strings.Repeat("é", 125) + "x": "longer",
	} {
		if _, fault := decodeKey([]byte(segment), nil); !strings.Contains(fault, want) {
			t.Errorf("decodeKey(%q): %q, want %q", segment, fault, want)
		}
	}
}

func TestOnlyOneSegmentIsAKey(t *testing.T) {
	for path, want := range map[string]bool{
		"/v1/cache/a": true, "/v1/cache/%2F": true, "/v1/cache/": false, "/v1/cache": false,
		"/v1/cache/a/b": false, "//v1/cache/a": false, "/v1/cache/a/": false,
	} {
		if _, got := keySegment([]byte(path)); got != want {
			t.Errorf("keySegment(%q) = %v", path, got)
		}
	}
}

func TestTTLIsOneWholeNumberFromOne(t *testing.T) {
	for query, want := range map[string]milliseconds{"ttl=1": 1000, "x=%zz&ttl=%31%30": 10_000, "ttl=9000000000000000": 9_000_000_000_000_000_000} {
		if got, ok := parseTTL(query, 1); !ok || got != want {
			t.Errorf("parseTTL(%q) = %v, %v", query, got, ok)
		}
	}
	for _, query := range []string{"ttl=", "ttl", "ttl=0", "ttl=-1", "ttl=1.5", "ttl=+1", "ttl=1e3", "ttl=%zz", "ttl=1&ttl=1", "ttl=9000000000000001", "ttl=99999999999999999999"} {
		if _, ok := parseTTL(query, 1); ok {
			t.Errorf("parseTTL(%q) passed", query)
		}
	}
	for range 1000 {
		if got, _ := parseTTL("", 100_000); got < 90_000 || got > 110_000 {
			t.Fatalf("the default jitters to %v ms", got)
		}
	}
}

func TestHeadIsReadWhole(t *testing.T) {
	r := request{}
	head := "\r\nPUT http://h/v1/cache/k?ttl=1 HTTP/1.1\r\nhOsT: h\r\nX-Y: :\r\nContent-Length: 5\r\nConnection: te, Close\r\nExpect: 100-Continue\r\n\r\n"
	size, fault := r.parseHead([]byte(head + "body"))
	if fault != nil || size != len(head) || string(r.method) != "PUT" || string(r.path) != "/v1/cache/k" || string(r.query) != "ttl=1" ||
		r.length != 5 || !r.closes || !r.expects || r.chunked {
		t.Fatalf("%d %v %+v", size, fault, r)
	}
	for end := range len(head) - 1 {
		if size, fault := r.parseHead([]byte(head[:end])); size != 0 || fault != nil {
			t.Fatalf("%q: %d %v", head[:end], size, fault)
		}
	}
}

func TestHeadIsRefused(t *testing.T) {
	const host = "Host: h\r\n"
	for head, want := range map[string]int{
		"GET / HTTP/1.1\r\n\r\n":                                           400, // no Host
		"GET / HTTP/1.1\r\n" + host + host + "\r\n":                        400,
		"GET  HTTP/1.1\r\n" + host + "\r\n":                                400,
		"G=T / HTTP/1.1\r\n" + host + "\r\n":                               400,
		"GET / HTTP/2.0\r\n" + host + "\r\n":                               505,
		"GET /\x01 HTTP/1.1\r\n" + host + "\r\n":                           400,
		"GET / HTTP/1.1\r\n" + host + "no colon\r\n\r\n":                   400,
		"GET / HTTP/1.1\r\n" + host + "Name : x\r\n\r\n":                   400,
		"GET / HTTP/1.1\r\n" + host + "X: a\r\n folded: b\r\n\r\n":         400,
		"PUT / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n":         400,
		"PUT / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\n":         400,
		"PUT / HTTP/1.1\r\n" + host + clLines("1", "2") + "\r\n":           400,
		"PUT / HTTP/1.1\r\n" + host + clLines("1") + chunkedLine + "\r\n":  400,
		"PUT / HTTP/1.0\r\n" + chunkedLine + "\r\n":                        400,
		"PUT / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n":    501,
		"PUT / HTTP/1.1\r\n" + host + "Expect: a miracle\r\n\r\n":          417,
		"GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", maxHead): 431,
	} {
		r := request{}
		if _, fault := r.parseHead([]byte(head)); fault == nil || fault.status != want {
			t.Errorf("%.60q: %+v, want %d", head, fault, want)
		}
	}
}

const chunkedLine = "Transfer-Encoding: chunked\r\n"

func clLines(values ...string) (lines string) {
	for _, value := range values {
		lines += fmt.Sprintf("Content-Length: %s\r\n", value)
	}
	return lines
}

func TestChunkedBodyIsReadInPiecesOfAnySize(t *testing.T) {
	const wire = "4;x=y\r\n\"abc\r\n3\r\nde\"\r\n0\r\nTrailer: t\r\n\r\n"
	for size := 1; size <= len(wire); size++ {
		b := body{}
		b.begin(&request{chunked: true}, false, 100)
		state, used := bodyIncomplete, 0
		for at := 0; at < len(wire); at += size {
			n := 0
			n, state = b.take([]byte(wire[at:min(at+size, len(wire))]))
			used += n
		}
		if state != bodyComplete || used != len(wire) || string(b.value) != `"abcde"` {
			t.Fatalf("pieces of %d: state %v, used %d, value %q", size, state, used, b.value)
		}
	}
}

func TestChunkedBodyIsRefused(t *testing.T) {
	for wire, want := range map[string]bodyState{
		"5\r\n":                   bodyTooLarge,
		"2\r\nab\r\n3\r\n":        bodyTooLarge,
		"x\r\n":                   bodyBroken,
		"\r\n":                    bodyBroken,
		"1\r\nab":                 bodyBroken,
		"ffffffffffffffffffff":    bodyBroken,
		strings.Repeat("0", 5000): bodyBroken,
	} {
		b := body{}
		b.begin(&request{chunked: true}, false, 4)
		if _, state := b.take([]byte(wire)); state != want {
			t.Errorf("%.20q: %v, want %v", wire, state, want)
		}
	}
}

func TestMessagesOfRedisAreMeasuredWhole(t *testing.T) {
	for _, message := range []string{
		"+OK\r\n", ":-2\r\n", "_\r\n", "$-1\r\n", "$0\r\n\r\n", "$3\r\na\r\n\r\n", "*0\r\n", "%1\r\n+proto\r\n:3\r\n",
		">2\r\n$10\r\ninvalidate\r\n*2\r\n$7\r\ncache:a\r\n$7\r\ncache:b\r\n", "*2\r\n*1\r\n:1\r\n_\r\n",
	} {
		if got := messageSize([]byte(message + "+more\r\n")); got != len(message) {
			t.Errorf("messageSize(%q) = %d, want %d", message, got, len(message))
		}
		for end := range len(message) {
			if got := messageSize([]byte(message[:end])); got != 0 {
				t.Errorf("messageSize(%q) = %d, want 0", message[:end], got)
			}
		}
	}
	for _, broken := range []string{"?\r\n", "\n", "$x\r\n", "*-2\r\n"} {
		if got := messageSize([]byte(broken)); got != -1 {
			t.Errorf("messageSize(%q) = %d, want -1", broken, got)
		}
	}
}

func TestSettingsNameEveryMistake(t *testing.T) {
	env := map[string]string{"PORT": "x", "L1_MAX_BYTES": "0", "INVALIDATION": "yes", "REDIS_URL": "redis+cluster://h:1"}
	_, err := readSettings(func(name string) string { return env[name] })
	for name := range env {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("err = %v, want it to name %s", err, name)
		}
	}
}

func TestRedisURLIsReadInFull(t *testing.T) {
	got, err := parseRedisURL("redis://me:secret@h:7000/2")
	if want := (redisAddress{"h:7000", "me", "secret", "2"}); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
}
