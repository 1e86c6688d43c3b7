package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	// 50 us to 0.8 s: an L1 hit to well past REDIS_TIMEOUT_MS.
	buckets = prometheus.ExponentialBuckets(50e-6, 2, 15)

	requests = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "cache_requests_total", Help: "Requests on a key.",
	}, []string{"op", "result"})
	l1Hits = promauto.NewCounter(prometheus.CounterOpts{
		Name: "cache_l1_hits_total", Help: "Reads answered from L1.",
	})
	requestSeconds = promauto.NewHistogram(prometheus.HistogramOpts{
		Name: "cache_request_duration_seconds", Help: "A request on a key.", Buckets: buckets,
	})
	redisSeconds = promauto.NewHistogram(prometheus.HistogramOpts{
		Name: "cache_redis_call_duration_seconds", Help: "A call to Redis, with its wait for a connection.", Buckets: buckets,
	})
)

func registerCacheMetrics(c *cache) {
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		promauto.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value)
	}
	gauge("cache_l1_entries", "Entries in L1.", nil, func() float64 { entries, _ := c.size(); return float64(entries) })
	gauge("cache_l1_bytes", "Keys and values in L1.", nil, func() float64 { _, bytes := c.size(); return float64(bytes) })
	gauge("cache_info", "Which implementation this is.", prometheus.Labels{
		"implementation": "go-article", "version": version, "consistency": "read-your-writes",
	}, func() float64 { return 1 })
}

func record(op, result string, start time.Time) {
	requests.WithLabelValues(op, result).Inc()
	if result == "l1_hit" {
		l1Hits.Inc()
	}
	requestSeconds.Observe(time.Since(start).Seconds())
}
