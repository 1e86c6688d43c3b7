"""What /metrics shows, by prometheus_client as it comes."""

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

from cache_article import __version__

disable_created_metrics()  # type: ignore[no-untyped-call]

# Seconds: from an L1 hit on a quiet machine to well past the default REDIS_TIMEOUT_MS.
BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)

REQUESTS = Counter("cache_requests_total", "Requests on a key.", ("op", "result"))
L1_HITS = Counter("cache_l1_hits_total", "Reads answered from L1.")
L1_BYTES = Gauge("cache_l1_bytes", "Keys and values in L1, expired ones too.")
L1_ENTRIES = Gauge("cache_l1_entries", "Entries in L1, expired ones too.")
REQUEST_SECONDS = Histogram(
    "cache_request_duration_seconds", "A request on a key.", buckets=BUCKETS
)
REDIS_SECONDS = Histogram(
    "cache_redis_call_duration_seconds", "A call to Redis, with its wait.", buckets=BUCKETS
)
Info("cache", "This service.").info(
    {
        "implementation": "python-article",
        "version": __version__,
        "consistency": "read-your-writes",
    }
)
