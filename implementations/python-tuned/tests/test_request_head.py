import pytest

from cache_tuned.request_head import BadRequestError, Fields, read_fields


def test_the_fields_that_matter_are_read_whatever_their_case() -> None:
    block = b"HOST: a\r\ncontent-LENGTH: 12 \r\nConnection: x, Close\r\nExpect: 100-Continue\r\n"
    assert read_fields(block) == Fields(12, False, True, True, 1)


def test_chunked_is_a_body_of_unknown_length() -> None:
    fields = read_fields(b"Host: a\r\nTransfer-Encoding: chunked\r\n")
    assert (fields.chunked, fields.length, fields.has_body) == (True, None, True)


@pytest.mark.parametrize(
    "block",
    [
        b"no colon\r\n",
        b"a b: 1\r\n",
        b"a : 1\r\n",
        b": 1\r\n",
        b" folded\r\n",
        b"a: 1\r\n folded\r\n",
        b"a: 1\nb: 2\r\n",
        b"a: \0\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 1,1\r\n",
        b"Content-Length:\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n",
        b"Content-Length: 9999999999999999999\r\n",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(block: bytes) -> None:
    with pytest.raises(BadRequestError):
        read_fields(block)
