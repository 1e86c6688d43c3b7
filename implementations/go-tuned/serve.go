package main

import "bytes"

const (
	detailNoRoute   = "there is nothing at this path"
	detailNoMethod  = "the method is not allowed here"
	detailTTL       = "ttl is not one whole number of seconds from 1"
	detailTooLarge  = "the value is larger than the limit"
	detailNotJSON   = "the value is not valid JSON (RFC 8259, UTF-8)"
	detailBadBody   = "the body is not well framed"
	detailAbsent    = "no value is stored under this key"
	detailNoAnswer  = "redis does not answer"
	detailRefused   = "redis refused the command"
	detailNotReady  = "the service is draining"
	continueMessage = "HTTP/1.1 100 Continue\r\n\r\n"
)

// step serves what data begins with, and says how much of it that was; 0 if
// more must arrive first.
func (w *worker) step(c *conn, data []byte) int {
	if c.body.active {
		return w.stepBody(c, data)
	}
	r := &w.request
	size, fault := r.parseHead(data)
	if fault != nil {
		c.closes, c.head = true, false
		w.problem(c, fault.status, fault.detail)
		return len(data)
	}
	if size == 0 {
		return 0
	}
	c.start = w.received
	c.head = false
	// A body that the client sends only after 100 Continue may never come.
	c.closes = r.closes || w.draining || r.expects && r.hasBody() && string(r.method) != "PUT"
	return size + w.serve(c, r, data[size:])
}

// serve judges in the contract's order, and says how much of the body it took.
func (w *worker) serve(c *conn, r *request, rest []byte) int {
	segment, isKey := keySegment(r.path)
	if !isKey {
		w.servePage(c, r)
		w.skipBody(c, r)
		return 0
	}
	switch string(r.method) {
	case "GET":
		c.op = opGet
	case "HEAD":
		c.op, c.head = opGet, true
	case "PUT":
		c.op = opPut
	case "DELETE":
		c.op = opDelete
	default:
		w.refuseMethod(c, "GET, HEAD, PUT, DELETE")
		w.skipBody(c, r)
		return 0
	}
	key, fault := decodeKey(segment, w.keyScratch[:])
	switch {
	case fault != "":
		w.refuse(c, r, invalid, 400, fault)
	case c.op == opPut:
		return w.servePut(c, r, key, rest)
	case c.op == opDelete:
		w.skipBody(c, r)
		w.link.remove(c, key)
	default:
		w.skipBody(c, r)
		w.get(c, key)
	}
	return 0
}

// skipBody lets the body pass by before the next request.
func (w *worker) skipBody(c *conn, r *request) {
	if r.hasBody() {
		c.body.begin(r, true, 0)
	}
}

// refuse ends a request on a key whose body has not been looked at.
func (w *worker) refuse(c *conn, r *request, why result, status int, detail string) {
	c.closes = c.closes || r.expects && r.hasBody()
	w.fail(c, why, status, detail)
	w.skipBody(c, r)
}

func (w *worker) get(c *conn, key []byte) {
	switch value, what := w.l1.get(key, w.nowMs); what {
	case present:
		w.count(c, l1Hit)
		w.value(c, headL1, value)
	case knownAbsent:
		w.fail(c, miss, 404, detailAbsent)
	default:
		w.link.read(c, key)
	}
}

func (w *worker) servePut(c *conn, r *request, key, rest []byte) int {
	ttl, ok := parseTTL(string(r.query), w.settings.defaultTTL)
	switch {
	case !ok:
		w.refuse(c, r, invalid, 400, detailTTL)
		return 0
	case r.length > w.settings.maxValueBytes:
		c.closes = true // the rest of the body is not worth reading
		w.fail(c, tooLarge, 413, detailTooLarge)
		return 0
	}
	if !r.chunked && int64(len(rest)) >= r.length { // nearly always
		w.put(c, key, rest[:r.length], ttl)
		return int(r.length)
	}
	c.key, c.ttl = bytes.Clone(key), ttl
	c.body.begin(r, false, w.settings.maxValueBytes)
	if r.expects && len(rest) == 0 {
		w.compose(c, append(w.buffer(c), continueMessage...))
	}
	return 0
}

func (w *worker) put(c *conn, key, value []byte, ttl milliseconds) {
	if !validJSON(value) {
		w.fail(c, invalid, 400, detailNotJSON)
		return
	}
	w.link.write(c, key, value, ttl)
}

func (w *worker) stepBody(c *conn, data []byte) int {
	used, state := c.body.take(data)
	if state == bodyIncomplete {
		return used
	}
	value, discard := c.body.value, c.body.discard
	c.body = body{}
	switch {
	case discard && state == bodyBroken:
		c.finished = true // it is answered; only the next request cannot be found
	case discard:
	case state == bodyTooLarge:
		c.closes = true
		w.fail(c, tooLarge, 413, detailTooLarge)
	case state == bodyBroken:
		c.closes = true
		w.fail(c, invalid, 400, detailBadBody)
	default:
		w.put(c, c.key, value, c.ttl)
	}
	return used
}

func (w *worker) servePage(c *conn, r *request) {
	isPage := false
	switch string(r.path) {
	case "/livez", "/readyz", "/metrics":
		isPage = true
	}
	method := string(r.method)
	c.head = method == "HEAD"
	switch {
	case !isPage:
		w.problem(c, 404, detailNoRoute)
	case method != "GET" && method != "HEAD":
		w.refuseMethod(c, "GET, HEAD")
	case string(r.path) == "/livez":
		w.text(c, "live\n")
	case string(r.path) == "/metrics":
		w.text(c, string(appendMetrics(nil, w.siblings, w.consistency)))
	case w.draining:
		w.problem(c, 503, detailNotReady)
	default:
		w.link.probe(c)
	}
}

// fail answers a request on a key with an error, and counts it.
func (w *worker) fail(c *conn, why result, status int, detail string) {
	w.count(c, why)
	w.problem(c, status, detail)
}
