import pytest

from cache_tuned.http_date import date_line


@pytest.mark.parametrize(
    ("now_s", "stays_s"),
    [(784111777.0, 1.0), (784111777.25, 0.75), (784111777.9999, 0.0001)],
)
def test_a_line_stays_until_its_own_second_ends(now_s: float, stays_s: float) -> None:
    # RFC 9110's example of a date.
    line, seconds = date_line(now_s)
    assert line == b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    assert seconds == pytest.approx(stays_s, abs=1e-6)
