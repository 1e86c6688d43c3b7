package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

const maxKeyBytes = 250

var (
	errKeyEscape = errors.New("the key holds a broken percent escape")
	errKeyUTF8   = errors.New("the key is not valid UTF-8")
	errKeyLength = errors.New("the key is longer than 250 bytes")
)

// target is the request target as the client sent it. http.ServeMux and
// URL.Path work on the decoded, cleaned path, where an encoded slash, "//" and
// ".." in a key are gone.
func target(r *http.Request) (path, query string) {
	if !strings.HasPrefix(r.RequestURI, "/") { // absolute form, RFC 9112, 3.2.2
		return r.URL.EscapedPath(), r.URL.RawQuery
	}
	path, query, _ = strings.Cut(r.RequestURI, "?")
	return path, query
}

// keySegment cuts the still encoded key out of a path. No key, or a raw slash
// in it, is another route.
func keySegment(path string) (segment string, ok bool) {
	segment, ok = strings.CutPrefix(path, "/v1/cache/")
	return segment, ok && segment != "" && !strings.Contains(segment, "/")
}

// decodeKey decodes a segment once: "%252F" is the key "%2F", "+" is a plus.
func decodeKey(segment string) (string, error) {
	key, err := url.PathUnescape(segment)
	switch {
	case err != nil:
		return "", errKeyEscape
	case !utf8.ValidString(key):
		return "", errKeyUTF8
	case len(key) > maxKeyBytes:
		return "", errKeyLength
	}
	return key, nil
}
