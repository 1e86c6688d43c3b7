package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

var jsonSamples = []string{
	"1e999", "9007199254740993", strings.Repeat("7", 5000), `"\ud800"`, `{"a":1,"a":2}`, " \t\r\n1 ", `{"a":[1,{"b":null}],"c":"\u00e9é"}`,
	"[]", "{}", "[[],{}]", "-0.5E+7", "true", `"long enough for a step of eight bytes, and then some"`,
	strings.Repeat("[", 512) + strings.Repeat("]", 512), strings.Repeat(`{"a":`, 512) + "1" + strings.Repeat("}", 512),
	"", "NaN", "\xef\xbb\xbf1", "\"\xff\"", "\"\xed\xa0\x80\"", "1 2", "01", "[1,]", "\"\n\"", "[1 2]", `{"a"}`, `{"a":}`, `{,}`, `{"a":1,}`, "[", "]",
	"[}", "{]", `"`, `"\x"`, `"\u12g4"`, "-", "1.", "1e", ".5", "+1", "tru", "nulll", `{1:2}`, `"abcdefg` + "\x1f" + `"`, `"abcdefgh\"`,
}

func isJSON(b []byte) bool { return utf8.Valid(b) && json.Valid(b) }

func TestJSONIsJudgedAsByTheStandardLibraryOverUTF8(t *testing.T) {
	for _, sample := range jsonSamples {
		if got, want := validJSON([]byte(sample)), isJSON([]byte(sample)); got != want {
			t.Errorf("validJSON(%.40q) = %v", sample, got)
		}
	}
}

func TestNestingBeyondTheLimitIsRefused(t *testing.T) {
	if validJSON([]byte(strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1))) {
		t.Fatal("passed")
	}
}

func FuzzJSON(f *testing.F) {
	for _, sample := range jsonSamples {
		f.Add([]byte(sample))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if strings.Count(string(b), "[")+strings.Count(string(b), "{") > maxDepth {
			t.Skip("may be deeper than we go")
		}
		if got, want := validJSON(b), isJSON(b); got != want {
			t.Fatalf("validJSON(%q) = %v", b, got)
		}
	})
}
