package main

import (
	"fmt"
	"math/bits"
	"strconv"
	"sync/atomic"
	"time"
)

type op int

const (
	opGet op = iota
	opPut
	opDelete
	opCount
)

var opNames = [opCount]string{"get", "put", "delete"}

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
	resultCount
)

var resultNames = [resultCount]string{"l1_hit", "l2_hit", "miss", "ok", "invalid", "too_large", "unavailable", "error"}

// metrics belong to a worker, which alone writes them; any worker reads them.
type metrics struct {
	requests     [opCount][resultCount]atomic.Uint64
	requestTimes histogram
	redisTimes   histogram
}

func (m *metrics) request(o op, r result, took time.Duration) {
	m.requests[o][r].Add(1)
	m.requestTimes.observe(took)
}

const (
	// 50 us doubled 14 times: an L1 hit to well past REDIS_TIMEOUT_MS.
	firstBound  = 50 * time.Microsecond
	boundsCount = 15
)

type histogram struct {
	counts [boundsCount + 1]atomic.Uint64 // not cumulative; the last is beyond all bounds
	sum    atomic.Int64                   // ns
}

func (h *histogram) observe(took time.Duration) {
	bucket := bits.Len64(uint64(max(took-1, 0) / firstBound))
	h.counts[min(bucket, boundsCount)].Add(1)
	h.sum.Add(int64(took))
}

// appendMetrics writes Prometheus's text format, summed over the workers.
func appendMetrics(out []byte, workers []*worker, consistency string) []byte {
	out = append(out, "# TYPE cache_requests_total counter\n"...)
	var hits uint64
	for o := range opCount {
		for r := range resultCount {
			var total uint64
			for _, w := range workers {
				total += w.metrics.requests[o][r].Load()
			}
			if r == l1Hit {
				hits += total
			}
			out = fmt.Appendf(out, "cache_requests_total{op=%q,result=%q} %d\n", opNames[o], resultNames[r], total)
		}
	}
	var bytes, entries int64
	for _, w := range workers {
		bytes += w.l1.bytes.Load()
		entries += w.l1.count.Load()
	}
	out = fmt.Appendf(out, "# TYPE cache_l1_hits_total counter\ncache_l1_hits_total %d\n", hits)
	out = fmt.Appendf(out, "# TYPE cache_l1_bytes gauge\ncache_l1_bytes %d\n", bytes)
	out = fmt.Appendf(out, "# TYPE cache_l1_entries gauge\ncache_l1_entries %d\n", entries)
	out = fmt.Appendf(out, "# TYPE cache_workers gauge\ncache_workers %d\n", len(workers))
	out = fmt.Appendf(out, "# TYPE cache_info gauge\ncache_info{implementation=%q,version=%q,consistency=%q} 1\n",
		implementation, version, consistency)
	out = appendHistogram(out, "cache_request_duration_seconds", workers, func(m *metrics) *histogram { return &m.requestTimes })
	return appendHistogram(out, "cache_redis_call_duration_seconds", workers, func(m *metrics) *histogram { return &m.redisTimes })
}

func appendHistogram(out []byte, name string, workers []*worker, of func(*metrics) *histogram) []byte {
	out = fmt.Appendf(out, "# TYPE %s histogram\n", name)
	var total uint64
	var sum int64
	for bucket := range boundsCount + 1 {
		for _, w := range workers {
			total += of(&w.metrics).counts[bucket].Load()
		}
		bound := "+Inf"
		if bucket < boundsCount {
			bound = strconv.FormatFloat((firstBound << bucket).Seconds(), 'g', -1, 64)
		}
		out = fmt.Appendf(out, "%s_bucket{le=%q} %d\n", name, bound, total)
	}
	for _, w := range workers {
		sum += of(&w.metrics).sum.Load()
	}
	return fmt.Appendf(out, "%s_sum %g\n%s_count %d\n", name, time.Duration(sum).Seconds(), name, total)
}
