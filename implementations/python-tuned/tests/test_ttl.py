import pytest

from cache_tuned.ttl import InvalidTtlError, asked_ttl_ms, jittered_ttl_ms


@pytest.mark.parametrize(
    ("query", "ttl_ms"),
    [
        (b"", None),
        (b"x=1", None),
        (b"ttl=1", 1_000),
        (b"ttl=007", 7_000),
        (b"x=1&ttl=300", 300_000),
        (b"%74tl=%35", 5_000),
        (b"ttl=9000000000000000", 9_000_000_000_000_000_000),
    ],
)
def test_a_whole_number_of_seconds_is_taken_exactly(query: bytes, ttl_ms: int | None) -> None:
    assert asked_ttl_ms(query) == ttl_ms


@pytest.mark.parametrize(
    "query",
    [
        b"ttl", b"ttl=", b"ttl=0", b"ttl=000", b"ttl=-1", b"ttl=+1", b"ttl=%2B1", b"ttl=1.0",
        b"ttl=1e3", b"ttl=1_0", b"ttl=%201", b"ttl=abc", b"ttl=%EF%BC%91", b"ttl=%b2",
        b"ttl=1&ttl=1", b"ttl=9000000000000001", b"ttl=" + b"9" * 5_000,
    ],
)  # fmt: skip
def test_anything_else_is_refused(query: bytes) -> None:
    with pytest.raises(InvalidTtlError):
        asked_ttl_ms(query)


def test_the_default_is_spread_by_ten_percent_either_way() -> None:
    lives = [jittered_ttl_ms(300) for _ in range(1_000)]
    assert 270_000 <= min(lives) < 280_000
    assert 320_000 < max(lives) <= 330_000
