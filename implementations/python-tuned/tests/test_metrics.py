from cache_tuned.metrics import Metrics, Op, Result, SharedTable, render


def test_one_worker_alone_shows_its_numbers_too() -> None:
    table = SharedTable(workers=1)
    metrics = Metrics(table, 0)
    metrics.request(Op.DELETE, Result.OK, 0.1)
    metrics.publish((7, 1))
    lines = render(table, {}).decode().splitlines()
    assert 'cache_requests_total{op="delete",result="ok"} 1.0' in lines
    assert "cache_l1_bytes 7.0" in lines


def test_the_page_shows_the_sum_of_all_workers() -> None:
    table = SharedTable(workers=2)
    first, second = Metrics(table, 0), Metrics(table, 1)
    first.request(Op.GET, Result.L1_HIT, 0.00004)
    second.request(Op.GET, Result.L1_HIT, 0.3)
    second.request(Op.PUT, Result.TOO_LARGE, 9.0)
    first.redis_call(0.001)
    first.publish((100, 2))
    second.publish((50, 1))
    lines = render(table, {"version": "1", "a": "b"}).decode().splitlines()
    for line in (
        'cache_requests_total{op="get",result="l1_hit"} 2.0',
        'cache_requests_total{op="put",result="too_large"} 1.0',
        'cache_requests_total{op="delete",result="ok"} 0.0',
        "cache_l1_hits_total 2.0",
        "cache_l1_bytes 150.0",
        "cache_l1_entries 3.0",
        "cache_workers 2",
        'cache_info{version="1",a="b"} 1',
        'cache_request_duration_seconds_bucket{le="5e-05"} 1.0',
        'cache_request_duration_seconds_bucket{le="0.25"} 1.0',
        'cache_request_duration_seconds_bucket{le="0.5"} 2.0',
        'cache_request_duration_seconds_bucket{le="+Inf"} 3.0',
        "cache_request_duration_seconds_count 3.0",
        'cache_redis_call_duration_seconds_bucket{le="0.001"} 1.0',
        "cache_redis_call_duration_seconds_sum 0.001",
    ):
        assert line in lines
