package main

import (
	"bytes"
	"strconv"
)

// maxHead bounds a request line with its fields.
const maxHead = 16 << 10

// request is the head of an HTTP/1 request. Its slices lie in the buffer that
// it was read from.
type request struct {
	method      []byte
	path, query []byte
	closes      bool // the client wants, or needs, the connection to end
	expects     bool // 100 Continue before it sends the body
	chunked     bool
	length      int64 // of the body; 0 if there is none or it is chunked
}

func (r *request) hasBody() bool { return r.length > 0 || r.chunked }

// headFault is the answer to a head that cannot be served: the connection ends.
type headFault struct {
	status int
	detail string
}

var (
	badHead     = &headFault{400, "the request is not well formed (RFC 9112)"}
	longHead    = &headFault{431, "the request's head is too long"}
	badCoding   = &headFault{501, "of the transfer codings only chunked is known"}
	badExpect   = &headFault{417, "of the expectations only 100-continue is known"}
	badProtocol = &headFault{505, "the protocol is not HTTP/1"}
)

// parseHead reads one head from the start of b: its size, or 0 if it is not
// complete yet.
func (r *request) parseHead(b []byte) (size int, fault *headFault) {
	start := 0
	for start < len(b) && (b[start] == '\r' || b[start] == '\n') {
		start++ // an empty line before a request, RFC 9112, 2.2
	}
	line, at := nextLine(b, start)
	if at < 0 {
		return 0, tooLong(b)
	}
	http10, fault := r.parseLine(line)
	if fault != nil {
		return 0, fault
	}
	r.closes = http10 // a connection is kept for HTTP/1.1 only
	r.expects, r.chunked, r.length = false, false, 0
	hosts, lengths := 0, 0
	for {
		line, at = nextLine(b, at)
		if at < 0 {
			return 0, tooLong(b)
		}
		if len(line) == 0 {
			break
		}
		// Most fields do not concern us; their length says so at first sight.
		colon := bytes.IndexByte(line, ':')
		switch colon {
		case 4, 6, 10, 14, 17:
		case 0, -1:
			return 0, badHead
		default:
			if !isToken(line[:colon]) {
				return 0, badHead
			}
			continue
		}
		name, value := line[:colon], bytes.Trim(line[colon+1:], " \t")
		switch {
		case !isToken(name):
			return 0, badHead
		case isField(name, "host"):
			hosts++
		case isField(name, "content-length"):
			n, err := strconv.ParseUint(string(value), 10, 62)
			if err != nil || lengths > 0 && int64(n) != r.length {
				return 0, badHead
			}
			lengths++
			r.length = int64(n)
		case isField(name, "transfer-encoding"):
			if !isField(value, "chunked") || r.chunked {
				return 0, badCoding
			}
			r.chunked = true
		case isField(name, "connection"):
			r.closes = r.closes || asksToClose(value)
		case isField(name, "expect"):
			if !isField(value, "100-continue") {
				return 0, badExpect
			}
			r.expects = true
		}
	}
	if hosts > 1 || hosts == 0 && !http10 || r.chunked && (lengths > 0 || http10) {
		return 0, badHead // the last: request smuggling, RFC 9112, 6.3
	}
	return at, nil
}

func tooLong(b []byte) *headFault {
	if len(b) > maxHead {
		return longHead
	}
	return nil
}

// nextLine answers with the line at a place and the place after it, or -1.
func nextLine(b []byte, at int) (line []byte, next int) {
	length := bytes.IndexByte(b[at:], '\n')
	if length < 0 {
		return nil, -1
	}
	line, next = b[at:at+length], at+length+1
	if length > 0 && line[length-1] == '\r' {
		line = line[:length-1]
	}
	return line, next
}

func (r *request) parseLine(line []byte) (http10 bool, fault *headFault) {
	method := bytes.IndexByte(line, ' ')
	version := bytes.LastIndexByte(line, ' ')
	if method < 1 || version <= method+1 || !isToken(line[:method]) {
		return false, badHead
	}
	target := line[method+1 : version]
	switch string(line[version+1:]) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		http10 = true
	default:
		if bytes.HasPrefix(line[version+1:], []byte("HTTP/")) {
			return false, badProtocol
		}
		return false, badHead
	}
	for _, c := range target {
		if c <= ' ' || c == 0x7F {
			return false, badHead
		}
	}
	if target[0] != '/' { // absolute form, RFC 9112, 3.2.2
		if _, rest, found := bytes.Cut(target, []byte("://")); found {
			target = rest[max(bytes.IndexByte(rest, '/'), 0):]
		}
	}
	r.method = line[:method]
	r.path, r.query, _ = bytes.Cut(target, []byte("?"))
	return http10, nil
}

// asksToClose reads the options of a Connection field.
func asksToClose(value []byte) bool {
	for option := range bytes.SplitSeq(value, []byte(",")) {
		if isField(bytes.Trim(option, " \t"), "close") {
			return true
		}
	}
	return false
}

// isField compares without regard to case; name is in lower case.
func isField(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

func isToken(b []byte) bool {
	for _, c := range b {
		if !tokenBytes[c] {
			return false
		}
	}
	return true
}

var tokenBytes = func() (is [256]bool) {
	for _, c := range "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		is[c] = true
	}
	return is
}()
