import pytest

from cache_tuned.request_body import BodyTooLargeError, ChunkedBody, FixedBody
from cache_tuned.request_head import BadRequestError

CHUNKED = b"3;name=x\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"


def test_a_body_of_given_length_ends_there() -> None:
    body = FixedBody(5)
    assert body.feed(b"ab") is None
    assert body.feed(b"cdeGET") == b"GET"
    assert body.value() == b"abcde"


@pytest.mark.parametrize("step", [1, 2, 7, 1_000])
def test_chunks_are_put_together_however_they_arrive(step: int) -> None:
    body = ChunkedBody(100)
    sent = CHUNKED + b"GET"
    left = None
    for at in range(0, len(sent), step):
        left = body.feed(sent[at : at + step])
        if left is not None:
            left += sent[at + step :]
            break
    assert left == b"GET"
    assert body.value() == b"abc0123456789"


def test_chunks_over_the_limit_are_refused_before_they_are_read() -> None:
    ChunkedBody(13).feed(CHUNKED)
    with pytest.raises(BodyTooLargeError):
        ChunkedBody(12).feed(b"3\r\nabc\r\nA\r\n")


@pytest.mark.parametrize("sent", [b"\r\n", b"x\r\n", b"-1\r\n", b"3\r\nabcd\r\n", b"1" * 5_000])
def test_what_is_no_chunk_is_refused(sent: bytes) -> None:
    with pytest.raises(BadRequestError):
        ChunkedBody(100).feed(sent)
