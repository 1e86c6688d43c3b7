package main

import (
	"strings"
	"testing"
)

func TestKeyIsDecodedOnce(t *testing.T) {
	for segment, want := range map[string]string{"a%2Fb": "a/b", "a+b": "a+b", "%252F": "%2F", strings.Repeat("%C3%A9", 125): strings.Repeat("é", 125)} {
		if got, err := decodeKey(segment); err != nil || got != want {
			t.Errorf("decodeKey(%q) = %q, %v", segment, got, err)
		}
	}
	for _, segment := range []string{"%", "%zz", "%ff", strings.Repeat("x", 251), strings.Repeat("é", 125) + "x"} {
		if _, err := decodeKey(segment); err == nil {
			t.Errorf("decodeKey(%q) passed", segment)
		}
	}
}

func TestTTLIsOneWholeNumberFromOne(t *testing.T) {
	for query, want := range map[string]seconds{"ttl=1": 1, "x=a&ttl=%31%30": 10} {
		if got, err := parseTTL(query, 300); err != nil || got != want {
			t.Errorf("parseTTL(%q) = %v, %v", query, got, err)
		}
	}
	for _, query := range []string{"ttl", "ttl=", "ttl=0", "ttl=-1", "ttl=1.5", "ttl=+1", "ttl=%2B1", "ttl=1e3", "ttl=%zz", "ttl=1;", "ttl=1&ttl=1", "ttl=9000000000000001"} {
		if _, err := parseTTL(query, 300); err == nil {
			t.Errorf("parseTTL(%q) passed", query)
		}
	}
}

func TestDefaultTTLIsSpreadByATenth(t *testing.T) {
	for range 1000 {
		if got, _ := parseTTL("", 300); got < 270 || got > 330 {
			t.Fatal(got)
		}
	}
}

func TestJSONIsRFC8259OverUTF8(t *testing.T) {
	for _, body := range []string{"null", "1e999", "9007199254740993", strings.Repeat("7", 5000), `"\ud800"`, `{"a":1,"a":2}`, " \t\r\n1 ", strings.Repeat("[", 512) + strings.Repeat("]", 512)} {
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

func TestSettingsNameEveryMistake(t *testing.T) {
	env := map[string]string{"PORT": "x", "WORKERS": "0"}
	_, err := readSettings(func(name string) string { return env[name] })
	if err == nil || !strings.Contains(err.Error(), "PORT") || !strings.Contains(err.Error(), "WORKERS") {
		t.Fatalf("err = %v", err)
	}
}
