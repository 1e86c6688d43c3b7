import pytest

from cache_article.rules import InvalidError, check_json, decode_key, ttl_from_query

VALID = [
    b"null", b" \t\r\n1 ", b"1e999", b"9007199254740993", b"7" * 5_000, rb'"\ud800"',
    b'{"a":1,"a":2}', b"[" * 512 + b"]" * 512,
]  # fmt: skip
INVALID = [
    b"", b"NaN", b"-Infinity", b"\xef\xbb\xbf1", b'"\xff"', b'"\xed\xa0\x80"', b"1 2", b"01",
    b"[1,]", b'"\n"', '"a"'.encode("utf-16"), b"[" * 300_000,
]  # fmt: skip


@pytest.mark.parametrize("body", VALID, ids=lambda body: repr(body[:24]))
def test_json_is_accepted(body: bytes) -> None:
    check_json(body)


@pytest.mark.parametrize("body", INVALID, ids=lambda body: repr(body[:24]))
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidError):
        check_json(body)


def test_a_key_is_decoded_once_and_a_plus_is_a_plus() -> None:
    assert decode_key("a%2Fb") == "a/b"
    assert decode_key("%2541") == "%41"
    assert decode_key("a+b") == "a+b"
    assert decode_key("%C3%A9" * 125) == "é" * 125


@pytest.mark.parametrize("segment", ["%", "%4", "%zz", "%ff", "\udcff", "%C3%A9" * 125 + "a"])
def test_a_broken_key_is_refused(segment: str) -> None:
    with pytest.raises(InvalidError):
        decode_key(segment)


def test_a_ttl_is_exact() -> None:
    assert ttl_from_query("a=b&ttl=%37", 300) == 7


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "%2B1", "1.5", "1e3", "%D9%A1", "9000000000000001", "1&ttl=1"]
)
def test_any_other_ttl_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        ttl_from_query(f"ttl={text}", 300)


def test_the_default_ttl_is_spread_by_a_tenth() -> None:
    spread = {ttl_from_query("x=1", 300) for _ in range(1_000)}
    assert len(spread) > 1
    assert min(spread) >= 270
    assert max(spread) <= 330
