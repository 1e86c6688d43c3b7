package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestKeyIsDecodedOnce(t *testing.T) {
	for segment, want := range map[string]string{
		"a%2Fb": "a/b", "a+b": "a+b", "%252F": "%2F", "..": "..", "%C3%A9": "é",
		strings.Repeat("%C3%A9", 125): strings.Repeat("é", 125),
	} {
		if got, err := decodeKey(segment); err != nil || got != want {
			t.Errorf("decodeKey(%q) = %q, %v", segment, got, err)
		}
	}
}

func TestKeyIsRefused(t *testing.T) {
	for segment, want := range map[string]error{
		"%zz": errKeyEscape, "%": errKeyEscape, "%ff": errKeyUTF8, "\xffzz": errKeyUTF8,
		strings.Repeat("x", 251): errKeyLength, strings.Repeat("é", 125) + "x": errKeyLength,
	} {
		if _, err := decodeKey(segment); !errors.Is(err, want) {
			t.Errorf("decodeKey(%q): %v, want %v", segment, err, want)
		}
	}
}

func TestOnlyOneSegmentIsAKey(t *testing.T) {
	for path, want := range map[string]bool{
		"/v1/cache/a": true, "/v1/cache/%2F": true, "/v1/cache/": false, "/v1/cache": false,
		"/v1/cache/a/b": false, "//v1/cache/a": false, "/v1/cache/a/": false,
	} {
		if _, got := keySegment(path); got != want {
			t.Errorf("keySegment(%q) = %v", path, got)
		}
	}
}

func TestTTLIsOneWholeNumberFromOne(t *testing.T) {
	for query, want := range map[string]milliseconds{"ttl=1": 1000, "x=%zz&ttl=%31%30": 10_000, "ttl=9000000000000000": 9_000_000_000_000_000_000} {
		if got, err := parseTTL(query, time.Minute); err != nil || got != want {
			t.Errorf("parseTTL(%q) = %v, %v", query, got, err)
		}
	}
	for _, query := range []string{"ttl=", "ttl", "ttl=0", "ttl=-1", "ttl=1.5", "ttl=+1", "ttl=1e3", "ttl=%zz", "ttl=1&ttl=1", "ttl=9000000000000001", "ttl=99999999999999999999"} {
		if _, err := parseTTL(query, time.Minute); err == nil {
			t.Errorf("parseTTL(%q) passed", query)
		}
	}
}

func TestDefaultTTLJittersByTenPercent(t *testing.T) {
	for range 1000 {
		if got, _ := parseTTL("", 100*time.Second); got < 90_000 || got > 110_000 {
			t.Fatalf("%v ms", got)
		}
	}
}

func TestJSONIsRFC8259OverUTF8(t *testing.T) {
	for _, body := range []string{"1e999", "9007199254740993", strings.Repeat("7", 5000), `"\ud800"`, `{"a":1,"a":2}`, " \t\r\n1 ", strings.Repeat("[", 512) + strings.Repeat("]", 512)} {
		if !validJSON([]byte(body)) {
			t.Errorf("%.20q refused", body)
		}
	}
	for _, body := range []string{"", "NaN", "\xef\xbb\xbf1", "\"\xff\"", "\"\xed\xa0\x80\"", "1 2", "01", "[1,]", "\"\n\""} {
		if validJSON([]byte(body)) {
			t.Errorf("%q passed", body)
		}
	}
}

func TestBrokenEscapeIsMarkedInTheRequestLineOnly(t *testing.T) {
	for chunk, want := range map[string]string{
		"GET /a%zz HTTP/1.1\r\n":                       "GET /a\xffzz HTTP/1.1\r\n",
		"GET /a%2F%4 HTTP/1.1\r\n":                     "GET /a%2F\xff4 HTTP/1.1\r\n",
		"GET /a?x=%zz HTTP/1.1\r\n":                    "GET /a?x=%zz HTTP/1.1\r\n",
		`{"a":"/b%zz HTTP/1.1"}`:                       `{"a":"/b%zz HTTP/1.1"}`,
		"[\"%zz\"]PUT /% HTTP/1.1\r\nX: %zz\r\n\r\n%%": "[\"%zz\"]PUT /\xff HTTP/1.1\r\nX: %zz\r\n\r\n%%",
		"GET /a%zz HTTP/1.":                            "GET /a%zz HTTP/1.",
	} {
		got := []byte(chunk)
		markBrokenEscapes(got)
		if string(got) != want {
			t.Errorf("%q became %q, want %q", chunk, got, want)
		}
	}
}

func TestSettingsNameEveryMistake(t *testing.T) {
	env := map[string]string{"PORT": "x", "L1_MAX_BYTES": "0", "INVALIDATION": "yes"}
	_, err := readSettings(func(name string) string { return env[name] })
	for name := range env {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("err = %v, want it to name %s", err, name)
		}
	}
}

func TestIdentityIsReadFromClientInfo(t *testing.T) {
	got := parseIdentity("id=7 addr=127.0.0.1:5000 laddr=127.0.0.1:6379 new-field=x\n")
	if got != (identity{"7", "127.0.0.1:5000"}) {
		t.Fatalf("%+v", got)
	}
}

func TestClusterURLNamesSeveralNodes(t *testing.T) {
	got, err := parseClusterURL("redis+cluster://me:secret@a:7000,b:7001,c:7002/")
	if err != nil || !slices.Equal(got.Addrs, []string{"a:7000", "b:7001", "c:7002"}) || got.Username != "me" || got.Password != "secret" {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := parseClusterURL("redis+cluster://%zz"); err == nil {
		t.Fatal("a broken URL passed")
	}
}
