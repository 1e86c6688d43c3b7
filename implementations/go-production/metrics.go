package main

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type op int

const (
	opGet op = iota
	opPut
	opDelete
)

var opNames = [...]string{opGet: "get", opPut: "put", opDelete: "delete"}

type result int

const (
	l1Hit result = iota
	l2Hit
	miss
	ok
	invalid
	tooLarge
	unavailable
	failed
)

var resultNames = [...]string{
	l1Hit: "l1_hit", l2Hit: "l2_hit", miss: "miss", ok: "ok", invalid: "invalid",
	tooLarge: "too_large", unavailable: "unavailable", failed: "error",
}

// metrics resolves every label beforehand: a request costs one add and one
// observation.
type metrics struct {
	registry     *prometheus.Registry
	requests     [len(opNames)][len(resultNames)]prometheus.Counter
	l1Hits       prometheus.Counter
	requestTimes prometheus.Histogram
	redisTimes   prometheus.Histogram
}

func newMetrics(cached *l1) *metrics {
	registry := prometheus.NewRegistry()
	// 50 us to 0.8 s: an L1 hit to well past REDIS_TIMEOUT_MS.
	buckets := prometheus.ExponentialBuckets(50e-6, 2, 15)
	m := &metrics{
		registry: registry,
		l1Hits: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cache_l1_hits_total", Help: "Reads answered from L1.",
		}),
		requestTimes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "cache_request_duration_seconds", Help: "Requests on a key, from their header to the written answer.", Buckets: buckets,
		}),
		redisTimes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "cache_redis_call_duration_seconds", Help: "Calls to Redis, including their wait for a batch.", Buckets: buckets,
		}),
	}
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "cache_requests_total", Help: "Requests on a key by operation and result.",
	}, []string{"op", "result"})
	for op, opName := range opNames {
		for result, resultName := range resultNames {
			m.requests[op][result] = requests.WithLabelValues(opName, resultName)
		}
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "cache_info", Help: "Which implementation this is.",
		ConstLabels: prometheus.Labels{"implementation": implementation, "version": version, "consistency": consistency},
	})
	info.Set(1)
	registry.MustRegister(
		requests, m.l1Hits, m.requestTimes, m.redisTimes, info,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cache_l1_bytes", Help: "Keys and values in L1."}, cached.bytes),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cache_l1_entries", Help: "Entries in L1."}, cached.entryCount),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

func (m *metrics) request(op op, result result, took time.Duration) {
	m.requests[op][result].Inc()
	if result == l1Hit {
		m.l1Hits.Inc()
	}
	m.requestTimes.Observe(took.Seconds())
}

func (m *metrics) redisCall(took time.Duration) { m.redisTimes.Observe(took.Seconds()) }

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
