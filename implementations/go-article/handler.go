package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type handler struct {
	cache    *cache
	settings settings
	draining atomic.Bool
	metrics  http.Handler
}

func newHandler(c *cache, s settings) *handler {
	return &handler{cache: c, settings: s, metrics: promhttp.Handler()}
}

// ServeHTTP routes by the target as the client sent it: http.ServeMux would
// clean and decode keys ("%2F", "..", "//").
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		w.Header().Set("Connection", "close")
	}
	path := r.URL.EscapedPath()
	if strings.HasPrefix(r.RequestURI, "/") {
		path, _, _ = strings.Cut(r.RequestURI, "?")
	}
	segment, isKey := strings.CutPrefix(path, "/v1/cache/")
	isRead := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case isKey && segment != "" && !strings.Contains(segment, "/"):
		h.serveKey(w, r, segment)
	case path != "/livez" && path != "/readyz" && path != "/metrics":
		problem(w, http.StatusNotFound, "there is nothing at this path")
	case !isRead:
		refuseMethod(w, "GET, HEAD")
	case path == "/livez":
		_, _ = io.WriteString(w, "live\n")
	case path == "/readyz":
		h.readyz(w)
	default:
		h.metrics.ServeHTTP(w, r)
	}
}

func (h *handler) serveKey(w http.ResponseWriter, r *http.Request, segment string) {
	start := time.Now()
	var op string
	var serve func(http.ResponseWriter, *http.Request, string) string
	switch r.Method {
	case http.MethodGet, http.MethodHead: // net/http leaves HEAD's body out
		op, serve = "get", h.get
	case http.MethodPut:
		op, serve = "put", h.put
	case http.MethodDelete:
		op, serve = "delete", h.delete
	default:
		refuseMethod(w, "GET, HEAD, PUT, DELETE")
		return
	}
	key, err := decodeKey(segment)
	if err != nil {
		record(op, invalid(w, err.Error()), start)
		return
	}
	record(op, serve(w, r, key), start)
}

// get, put and delete answer and return the result that is counted.
func (h *handler) get(w http.ResponseWriter, _ *http.Request, key string) string {
	value, local, err := h.cache.get(key)
	if err != nil {
		return unavailable(w, err)
	}
	if value == nil {
		problem(w, http.StatusNotFound, "there is no such key")
		return "miss"
	}
	result, source := "l2_hit", "L2"
	if local {
		result, source = "l1_hit", "L1"
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Cache", source)
	w.Header().Set("Content-Length", strconv.Itoa(len(value)))
	_, _ = w.Write(value)
	return result
}

func (h *handler) put(w http.ResponseWriter, r *http.Request, key string) string {
	ttl, err := parseTTL(r.URL.RawQuery, h.settings.defaultTTL)
	if err != nil {
		return invalid(w, err.Error())
	}
	if r.ContentLength > h.settings.maxValueBytes {
		return tooLarge(w)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.settings.maxValueBytes))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return tooLarge(w)
	}
	if err != nil {
		return invalid(w, "the body ended early or is not well framed")
	}
	if !validJSON(body) {
		return invalid(w, "the body is not JSON (RFC 8259, UTF-8)")
	}
	if err := h.cache.put(key, body, ttl); err != nil {
		return unavailable(w, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return "ok"
}

func (h *handler) delete(w http.ResponseWriter, _ *http.Request, key string) string {
	if err := h.cache.delete(key); err != nil {
		return unavailable(w, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return "ok"
}

func (h *handler) readyz(w http.ResponseWriter) {
	switch {
	case h.draining.Load():
		problem(w, http.StatusServiceUnavailable, "the service is stopping")
	case h.cache.ping() != nil:
		problem(w, http.StatusServiceUnavailable, errNoAnswer.Error())
	default:
		_, _ = io.WriteString(w, "ready\n")
	}
}

func invalid(w http.ResponseWriter, detail string) string {
	problem(w, http.StatusBadRequest, detail)
	return "invalid"
}

// tooLarge answers without reading on, which needs full duplex, and closes.
func tooLarge(w http.ResponseWriter) string {
	_ = http.NewResponseController(w).EnableFullDuplex()
	w.Header().Set("Connection", "close")
	problem(w, http.StatusRequestEntityTooLarge, "the value is over MAX_VALUE_BYTES")
	return "too_large"
}

func unavailable(w http.ResponseWriter, err error) string {
	problem(w, http.StatusServiceUnavailable, err.Error())
	return "unavailable"
}

func refuseMethod(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	problem(w, http.StatusMethodNotAllowed, "the method is not allowed here")
}

// problem writes an RFC 9457 problem document.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail,
	})
}
