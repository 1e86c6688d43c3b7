package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

var (
	errTooLarge = errors.New("the value is larger than the limit")
	errBodyRead = errors.New("the body ended early or is not well framed")
	errNotJSON  = errors.New("the value is not valid JSON (RFC 8259, UTF-8)")
)

// maxPooledBuffer keeps one large value from holding its memory for ever.
const maxPooledBuffer = 64 << 10

var bodyBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readValue returns the body as it came, once it is known to be JSON. The
// buffer grows with what arrives, not with what Content-Length promises.
func readValue(r *http.Request, limit int64) (string, error) {
	if r.ContentLength > limit {
		return "", errTooLarge
	}
	buffer := bodyBuffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer func() {
		if buffer.Cap() <= maxPooledBuffer {
			bodyBuffers.Put(buffer)
		}
	}()
	// One byte more than allowed, to tell the limit from beyond (chunked).
	_, err := buffer.ReadFrom(io.LimitReader(r.Body, limit+1))
	switch {
	case err != nil:
		return "", errBodyRead
	case int64(buffer.Len()) > limit:
		return "", errTooLarge
	case !validJSON(buffer.Bytes()):
		return "", errNotJSON
	}
	return buffer.String(), nil
}
