"""Counters of all workers, and the page that shows them in Prometheus' text format.

With several workers the numbers live in one block of memory that all share, a row for each.
A worker adds to its own row only, so no lock is needed, and the one that is scraped sums them.
"""

import mmap
from bisect import bisect_left
from collections.abc import Iterator
from enum import IntEnum

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
_RESULTS = len(Result)
_HISTOGRAM_CELLS = len(BUCKETS_S) + 2
_REQUEST_DURATION = len(Op) * _RESULTS
_REDIS_DURATION = _REQUEST_DURATION + _HISTOGRAM_CELLS
_L1_BYTES = _REDIS_DURATION + _HISTOGRAM_CELLS
_ROW_CELLS = _L1_BYTES + 2
_CELL_BYTES = 8
_REQUEST_SUM = _REDIS_DURATION - 1
_REDIS_SUM = _L1_BYTES - 1


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

    def __init__(self, table: SharedTable, worker: int) -> None:
        self._row = table.row(worker)
        # A list is cheaper to add to than shared memory; with nobody to share it will do.
        self._cells = [0.0] * _L1_BYTES if table.workers == 1 else self._row

    def request(self, op: int, result: int, seconds: float) -> None:
        cells = self._cells
        cells[op * _RESULTS + result] += 1
        cells[_REQUEST_DURATION + bisect_left(BUCKETS_S, seconds)] += 1
        cells[_REQUEST_SUM] += seconds

    def redis_call(self, seconds: float) -> None:
        cells = self._cells
        cells[_REDIS_DURATION + bisect_left(BUCKETS_S, seconds)] += 1
        cells[_REDIS_SUM] += seconds

    def publish(self, l1_size: tuple[int, int]) -> None:
        """Before the page is rendered; siblings see the size of L1 as of then."""
        if self._cells is not self._row:
            for column, cell in enumerate(self._cells):
                self._row[column] = cell
        self._row[_L1_BYTES], self._row[_L1_BYTES + 1] = l1_size


def render(table: SharedTable, info: dict[str, str]) -> bytes:
    return "".join(line + "\n" for line in _lines(table, info)).encode()


def _lines(table: SharedTable, info: dict[str, str]) -> Iterator[str]:
    totals = table.totals()
    yield "# TYPE cache_requests_total counter"
    for op in Op:
        for result in Result:
            labels = f'op="{op.name.lower()}",result="{result.name.lower()}"'
            yield f"cache_requests_total{{{labels}}} {totals[op * _RESULTS + result]}"
    yield "# TYPE cache_l1_hits_total counter"
    yield f"cache_l1_hits_total {totals[Result.L1_HIT]}"
    for name, value in (
        ("cache_l1_bytes", totals[_L1_BYTES]),
        ("cache_l1_entries", totals[_L1_BYTES + 1]),
        ("cache_workers", table.workers),
    ):
        yield f"# TYPE {name} gauge"
        yield f"{name} {value}"
    yield from _histogram("cache_redis_call", totals[_REDIS_DURATION:_L1_BYTES])
    yield from _histogram("cache_request", totals[_REQUEST_DURATION:_REDIS_DURATION])
    labels = ",".join(f'{name}="{value}"' for name, value in info.items())
    yield "# TYPE cache_info gauge"
    yield f"cache_info{{{labels}}} 1"


def _histogram(what: str, cells: list[float]) -> Iterator[str]:
    *counts, total_seconds = cells
    name = f"{what}_duration_seconds"
    yield f"# TYPE {name} histogram"
    seen = 0.0
    for bound, count in zip((*BUCKETS_S, "+Inf"), counts, strict=True):
        seen += count
        yield f'{name}_bucket{{le="{bound}"}} {seen}'
    yield f"{name}_sum {total_seconds}"
    yield f"{name}_count {seen}"
