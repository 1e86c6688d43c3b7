package main

import (
	"strconv"
	"time"
)

const (
	headL1   = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Cache: L1\r\n"
	headL2   = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Cache: L2\r\n"
	headDone = "HTTP/1.1 204 No Content\r\n"
)

var titles = map[int]string{
	400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 413: "Content Too Large", 417: "Expectation Failed",
	431: "Request Header Fields Too Large", 501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
}

// buffer is where the answers to a connection are composed.
func (w *worker) buffer(c *conn) []byte {
	if c.out == nil {
		c.out = w.outs.get()
	}
	return c.out
}

// compose takes back what was appended to the buffer.
func (w *worker) compose(c *conn, out []byte) { c.out = out }

// end completes a head: what every answer has.
func (w *worker) end(c *conn, out []byte) []byte {
	if c.closes {
		out = append(out, "Connection: close\r\n"...)
		c.finished = true
	}
	return append(out, w.date...) // ends with the empty line
}

func (w *worker) value(c *conn, head string, value []byte) {
	out := append(w.buffer(c), head...)
	out = appendLength(out, len(value))
	out = w.end(c, out)
	if !c.head {
		out = append(out, value...)
	}
	w.compose(c, out)
}

func (w *worker) done(c *conn) {
	w.compose(c, w.end(c, append(w.buffer(c), headDone...)))
}

func (w *worker) text(c *conn, text string) {
	out := append(w.buffer(c), "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"...)
	out = w.end(c, appendLength(out, len(text)))
	if !c.head {
		out = append(out, text...)
	}
	w.compose(c, out)
}

// problem answers with an RFC 9457 document. None of our details needs escapes.
func (w *worker) problem(c *conn, status int, detail string) { w.problemWith(c, status, detail, "") }

func (w *worker) refuseMethod(c *conn, allowed string) {
	w.problemWith(c, 405, detailNoMethod, "Allow: "+allowed+"\r\n")
}

func (w *worker) problemWith(c *conn, status int, detail, fields string) {
	code, title := strconv.Itoa(status), titles[status]
	document := `{"type":"about:blank","title":"` + title + `","status":` + code + `,"detail":"` + detail + `"}`
	out := append(w.buffer(c), "HTTP/1.1 "+code+" "+title+"\r\nContent-Type: application/problem+json\r\n"+fields...)
	if status == 503 {
		out = append(out, "Retry-After: 1\r\n"...)
	}
	out = w.end(c, appendLength(out, len(document)))
	if !c.head {
		out = append(out, document...)
	}
	w.compose(c, out)
}

func appendLength(out []byte, n int) []byte {
	out = append(out, "Content-Length: "...)
	out = strconv.AppendInt(out, int64(n), 10)
	return append(out, "\r\n"...)
}

// appendDate is the last field of each head, with the empty line.
func appendDate(out []byte, now time.Time) []byte {
	out = now.UTC().AppendFormat(append(out, "Date: "...), "Mon, 02 Jan 2006 15:04:05 GMT")
	return append(out, "\r\n\r\n"...)
}
