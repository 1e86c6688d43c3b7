package main

import (
	"bytes"
	"net"
)

// targetListener lets requests with a broken percent escape through to the
// handler. net/http parses the target before any handler runs and would answer
// by itself: text/plain, without metrics, whatever route and method.
type targetListener struct{ net.Listener }

func (l targetListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &targetConn{connection.(*net.TCPConn)}, nil
}

type targetConn struct{ *net.TCPConn }

func (c *targetConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	markBrokenEscapes(p[:n])
	return n, err
}

// brokenEscape takes the place of the "%" of an escape that is none. Go's URL
// parser lets this byte pass, and no valid UTF-8 holds it: the key is refused
// with 400, as a broken escape must be.
const brokenEscape = 0xFF

var protocol = []byte(" HTTP/1.")

// markBrokenEscapes changes the target of each complete request line in chunk
// in place. It needs not know where bodies are: " HTTP/1.1" followed by a line
// break cannot occur in JSON, where a string holds no line break, so only a
// body that is refused anyway can be changed. A request line that arrives in
// pieces may be missed; then net/http's own 400 is the answer.
func markBrokenEscapes(chunk []byte) {
	if bytes.IndexByte(chunk, '%') < 0 {
		return // nearly always
	}
	for {
		end := bytes.Index(chunk, protocol)
		next := end + len(protocol)
		if end < 0 || len(chunk) < next+2 {
			return
		}
		if lineBreak := chunk[next+1]; lineBreak == '\r' || lineBreak == '\n' {
			start := bytes.LastIndexAny(chunk[:end], " \n") + 1
			markTarget(chunk[start:end])
		}
		chunk = chunk[next:]
	}
}

func markTarget(target []byte) {
	path, _, _ := bytes.Cut(target, []byte("?"))
	for i, b := range path {
		if b == '%' && (len(path) < i+3 || !isHex(path[i+1]) || !isHex(path[i+2])) {
			path[i] = brokenEscape
		}
	}
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}
