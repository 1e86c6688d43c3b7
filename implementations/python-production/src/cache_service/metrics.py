"""The counters of the whole service, whichever worker is asked.

prometheus_client renders the text; the numbers live in one block of memory that all
workers share, a row for each. A worker adds to its own row only (so no lock is needed)
and the one that is scraped sums them. prometheus_client's own multi-process mode needs
a writable directory, and its counters take a lock and a method call per increment.
"""

import mmap
from bisect import bisect_left
from collections.abc import Iterator
from enum import IntEnum

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

# Seconds. From an L1 hit on a quiet machine to well past the default REDIS_TIMEOUT_MS.
BUCKETS_S = (
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
)  # fmt: skip


class Op(IntEnum):
    GET = 0
    PUT = 1
    DELETE = 2


class Result(IntEnum):
    L1_HIT = 0
    L2_HIT = 1
    MISS = 2
    OK = 3
    INVALID = 4
    TOO_LARGE = 5
    UNAVAILABLE = 6
    ERROR = 7


# The columns of a row: requests by op and result, two histograms (one cell per bucket,
# one above the last, one for the sum), then the size of L1.
_HISTOGRAM_CELLS = len(BUCKETS_S) + 2
_REQUESTS = 0
_REQUEST_DURATION = _REQUESTS + len(Op) * len(Result)
_REDIS_DURATION = _REQUEST_DURATION + _HISTOGRAM_CELLS
_L1_BYTES = _REDIS_DURATION + _HISTOGRAM_CELLS
_L1_ENTRIES = _L1_BYTES + 1
_ROW_CELLS = _L1_ENTRIES + 1
_CELL_BYTES = 8


class SharedTable:
    """Anonymous memory: workers forked after it was made see the same cells."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        memory = mmap.mmap(-1, workers * _ROW_CELLS * _CELL_BYTES)
        self._cells = memoryview(memory).cast("d")

    def row(self, worker: int) -> "memoryview[float]":
        return self._cells[worker * _ROW_CELLS : (worker + 1) * _ROW_CELLS]

    def totals(self) -> list[float]:
        rows = (self.row(worker) for worker in range(self.workers))
        return [sum(column) for column in zip(*rows, strict=True)]


class Metrics:
    """What one worker records."""

    def __init__(self, row: "memoryview[float]") -> None:
        self._row = row

    def request(self, op: Op, result: Result, seconds: float) -> None:
        row = self._row
        row[op * len(Result) + result] += 1
        row[_REQUEST_DURATION + bisect_left(BUCKETS_S, seconds)] += 1
        row[_REQUEST_DURATION + _HISTOGRAM_CELLS - 1] += seconds

    def redis_call(self, seconds: float) -> None:
        row = self._row
        row[_REDIS_DURATION + bisect_left(BUCKETS_S, seconds)] += 1
        row[_REDIS_DURATION + _HISTOGRAM_CELLS - 1] += seconds

    def l1_size(self, size_bytes: int, entries: int) -> None:
        self._row[_L1_BYTES] = size_bytes
        self._row[_L1_ENTRIES] = entries


class _ServiceCollector(Collector):
    def __init__(self, table: SharedTable, info: dict[str, str]) -> None:
        self._table = table
        self._info = info

    def collect(self) -> Iterator[Metric]:
        totals = self._table.totals()
        requests = CounterMetricFamily(
            "cache_requests", "Requests on a key.", labels=("op", "result")
        )
        for op in Op:
            for result in Result:
                value = totals[_REQUESTS + op * len(Result) + result]
                requests.add_metric((op.name.lower(), result.name.lower()), value)
        yield requests
        yield CounterMetricFamily(
            "cache_l1_hits", "Reads answered from L1.", totals[_REQUESTS + Result.L1_HIT]
        )
        yield GaugeMetricFamily("cache_l1_bytes", "Keys and values in L1.", totals[_L1_BYTES])
        yield GaugeMetricFamily("cache_l1_entries", "Entries in L1.", totals[_L1_ENTRIES])
        yield _histogram(
            "cache_redis_call_duration_seconds",
            "One round trip to Redis, from asking to having the answer.",
            totals[_REDIS_DURATION:_L1_BYTES],
        )
        yield _histogram(
            "cache_request_duration_seconds",
            "A request on a key, in the service.",
            totals[_REQUEST_DURATION:_REDIS_DURATION],
        )
        yield GaugeMetricFamily("cache_workers", "Processes, each with an L1.", self._table.workers)
        yield InfoMetricFamily("cache", "This service.", self._info)


def _histogram(name: str, text: str, cells: list[float]) -> HistogramMetricFamily:
    *counts, total_seconds = cells
    buckets = []
    seen = 0.0
    for bound, count in zip((*BUCKETS_S, "+Inf"), counts, strict=True):
        seen += count
        buckets.append((str(bound), seen))
    return HistogramMetricFamily(name, text, buckets, total_seconds)


class MetricsPage:
    """The service's metrics in Prometheus' text format."""

    def __init__(self, table: SharedTable, info: dict[str, str]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_ServiceCollector(table, info))

    def render(self) -> bytes:
        return generate_latest(self._registry)
