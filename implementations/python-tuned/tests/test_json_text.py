import random

import msgspec
import pytest

from cache_tuned.json_text import _is_json_text, _walk, is_json

VALID = [
    b"1e999", b"-0", b"0.0e-10", b"1E+5", b"9007199254740993", b"1" * 5_000, b"1." + b"1" * 9_000,
    rb'"\ud800"', rb'"\udc00\ud800"', rb'"\u0000\/\b"', b'"\x7f"', '"é😀"'.encode(),
    b'{"a":1,"a":2}', b" \t\r\n[ 1 , 2 ]\n ", b"true", b"false", b"null", b'""', b"{}", b"[]",
    b"[" * 512 + b"]" * 512, b'{"a":' * 511 + b"1" + b"}" * 511,
    rb'["\ud800",' + b"[" * 511 + b"]" * 511 + b"]",
]  # fmt: skip

INVALID = [
    b"", b" ", b"NaN", b"Infinity", b"-Infinity", b"-NaN", b"[NaN]", b"tru", b"True", b"nul",
    b"\xef\xbb\xbf1", b'"a"\xef\xbb\xbf', '"a"'.encode("utf-16"), b'"\xff"', b'"\xed\xa0\x80"',
    b'"\xc0\x80"', b'"\xf5\x80\x80\x80"', b"1 2", b"{}x", b"[1,]", b"[,1]", b"[1 2]", b"[1,2", b"[",
    b'{"a":1,}', b"{,}", b"{a:1}", b"{1:1}", b'{"a" 1}', b'{"a":}', b'{"a":1', b"'a'",
    b"01", b"-01", b"1.", b".5", b"+1", b"1e", b"1e+", b"-", b"--1", b"1e5.5", b"0x1", b"1_0",
    b"\xd9\xa1", b"-\xd9\xa1", b"1.\xd9\xa1", b'"', b'"\\', b'"\\x"', b'"\\u12"', b'"\\u12G4"',
    b'"\\u+123"', b'"\\u 123"', b'"\\U0041"', b'"\n"', b'"\x00"', b'["a\x1fb"]',
    b"\x0b1", b"\x0c1", b"\xc2\xa01", b"1\x00", b"// c\n1",
    rb'["\ud800",NaN]', rb'["\ud800" 1]',
]  # fmt: skip


@pytest.mark.parametrize("body", VALID, ids=lambda body: repr(body[:24]))
def test_json_is_accepted(body: bytes) -> None:
    assert is_json(body)


@pytest.mark.parametrize("body", INVALID, ids=lambda body: repr(body[:24]))
def test_what_is_not_json_is_refused(body: bytes) -> None:
    assert not is_json(body)


@pytest.mark.parametrize("start", [b"[", b'["\\ud800",'])
def test_bottomless_nesting_is_judged_without_a_crash(start: bytes) -> None:
    is_json(start + b"[" * 300_000 + b"]" * 300_001)


def test_the_quick_parser_never_accepts_what_the_exact_one_refuses() -> None:
    dice = random.Random(1)
    seeds = [body for body in VALID if len(body) < 100]
    alphabet = b'{}[]",:\\ud8/0123456789eE+-.tfn \n\x00\x1f\x7f\xc3\xa9'
    accepted = 0
    for _ in range(20_000):
        body = bytearray(dice.choice(seeds))
        for _ in range(dice.randint(1, 3)):
            at = dice.randint(0, len(body))
            body[at : at + dice.randint(0, 2)] = bytes([dice.choice(alphabet)])
        try:
            text = body.decode()
            _walk(bytes(body))
        except (UnicodeDecodeError, msgspec.DecodeError):
            continue
        accepted += 1
        assert _is_json_text(text), bytes(body)
    assert accepted > 1_000
