package main

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Header values that never change, shared by all responses: Header.Set would
// allocate a slice for each.
var (
	jsonType    = []string{"application/json"}
	closing     = []string{"close"}
	cacheHeader = map[source][]string{fromL1: {string(fromL1)}, fromL2: {string(fromL2)}}
)

type handler struct {
	cache         *cache
	metrics       *metrics
	metricsPage   http.Handler
	drain         *drain
	defaultTTL    time.Duration
	maxValueBytes int64
}

func newHandler(c *cache, m *metrics, d *drain, s settings) *handler {
	return &handler{
		cache: c, metrics: m, metricsPage: m.handler(), drain: d,
		defaultTTL: s.defaultTTL, maxValueBytes: s.maxValueBytes,
	}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.drain.started() {
		w.Header()["Connection"] = closing
	}
	path, query := target(r)
	if segment, ok := keySegment(path); ok {
		h.serveKey(w, r, segment, query)
		return
	}
	var page http.HandlerFunc
	switch path {
	case "/livez":
		page = h.livez
	case "/readyz":
		page = h.readyz
	case "/metrics":
		page = h.metricsPage.ServeHTTP
	default:
		writeProblem(w, http.StatusNotFound, "there is nothing at this path")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuseMethod(w, "GET, HEAD")
		return
	}
	page(w, r)
}

func (h *handler) serveKey(w http.ResponseWriter, r *http.Request, segment, query string) {
	start := time.Now()
	var op op
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		op = opGet
	case http.MethodPut:
		op = opPut
	case http.MethodDelete:
		op = opDelete
	default:
		refuseMethod(w, "GET, HEAD, PUT, DELETE")
		return
	}
	outcome := h.serveOp(w, r, op, segment, query)
	h.metrics.request(op, outcome, time.Since(start))
}

func (h *handler) serveOp(w http.ResponseWriter, r *http.Request, op op, segment, query string) result {
	key, err := decodeKey(segment)
	if err != nil {
		return fail(w, err)
	}
	switch op {
	case opPut:
		return h.put(w, r, key, query)
	case opDelete:
		return h.delete(w, key)
	default:
		return h.get(w, key)
	}
}

// get answers HEAD too: net/http leaves the body out.
func (h *handler) get(w http.ResponseWriter, key string) result {
	value, from, err := h.cache.get(key)
	if err != nil {
		return fail(w, err)
	}
	if from == nowhere {
		writeProblem(w, http.StatusNotFound, "no value is stored under this key")
		return miss
	}
	header := w.Header()
	header["Content-Type"] = jsonType
	header["X-Cache"] = cacheHeader[from]
	header["Content-Length"] = []string{strconv.Itoa(len(value))}
	_, _ = io.WriteString(w, value)
	if from == fromL1 {
		return l1Hit
	}
	return l2Hit
}

func (h *handler) put(w http.ResponseWriter, r *http.Request, key, query string) result {
	ttl, err := parseTTL(query, h.defaultTTL)
	if err != nil {
		return fail(w, err)
	}
	value, err := readValue(r, h.maxValueBytes)
	if err != nil {
		return fail(w, err)
	}
	if err := h.cache.put(key, value, ttl); err != nil {
		return fail(w, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return ok
}

func (h *handler) delete(w http.ResponseWriter, key string) result {
	if err := h.cache.delete(key); err != nil {
		return fail(w, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return ok
}

// fail maps every error of a request on a key to its answer and its metric.
func fail(w http.ResponseWriter, err error) result {
	switch {
	case errors.Is(err, errNoAnswer):
		writeProblem(w, http.StatusServiceUnavailable, err.Error())
		return unavailable
	case errors.Is(err, errRefused):
		writeProblem(w, http.StatusServiceUnavailable, err.Error())
		return failed
	case errors.Is(err, errTooLarge):
		// The rest of the body is not worth reading. Full duplex makes net/http
		// answer without reading on (a client may wait for the answer before
		// it sends more); it then closes gently, so that the answer is seen.
		// Both together: with unread bodies full duplex breaks keep-alive.
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.Header()["Connection"] = closing
		writeProblem(w, http.StatusRequestEntityTooLarge, err.Error())
		return tooLarge
	default:
		writeProblem(w, http.StatusBadRequest, err.Error())
		return invalid
	}
}

func refuseMethod(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	writeProblem(w, http.StatusMethodNotAllowed, "the method is not allowed here")
}

func (h *handler) livez(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "live\n")
}

func (h *handler) readyz(w http.ResponseWriter, _ *http.Request) {
	switch {
	case h.drain.started():
		writeProblem(w, http.StatusServiceUnavailable, "the service is draining")
	case h.cache.ping() != nil:
		writeProblem(w, http.StatusServiceUnavailable, errNoAnswer.Error())
	default:
		_, _ = io.WriteString(w, "ready\n")
	}
}
