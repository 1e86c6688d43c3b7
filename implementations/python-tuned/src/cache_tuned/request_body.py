"""Bodies that arrive in pieces: of a given length, or chunked (RFC 9112, 7.1)."""

import re
from typing import Protocol

from cache_tuned.request_head import BadRequestError

MAX_LINE_BYTES = 4 * 1024

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?")


class BodyTooLargeError(Exception):
    """More bytes than allowed."""


class Body(Protocol):
    def feed(self, data: bytes) -> bytes | None:
        """Take what arrived; what is left when the body is complete, None before."""

    def value(self) -> bytes: ...


class FixedBody:
    def __init__(self, length: int) -> None:
        self._missing = length
        self._pieces: list[bytes] = []

    def feed(self, data: bytes) -> bytes | None:
        self._pieces.append(data[: self._missing])
        left = data[self._missing :]
        self._missing -= len(self._pieces[-1])
        return None if self._missing else left

    def value(self) -> bytes:
        return b"".join(self._pieces)


class ChunkedBody:
    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: list[bytes] = []
        self._size = 0
        self._unread = b""
        # Of the chunk under way, with its CRLF; None: a line comes next.
        self._missing: int | None = None
        self._in_trailer = False

    def feed(self, data: bytes) -> bytes | None:
        self._unread += data
        while True:
            if self._missing is not None:
                if not self._read_chunk():
                    return None
                continue
            line, end, rest = self._unread.partition(b"\r\n")
            if not end:
                if len(line) > MAX_LINE_BYTES:
                    raise BadRequestError("a chunk's line is too long")
                return None
            self._unread = rest
            if self._in_trailer:
                if not line:
                    return rest
            else:
                self._begin_chunk(line)

    def value(self) -> bytes:
        return b"".join(self._pieces)

    def _begin_chunk(self, line: bytes) -> None:
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            raise BadRequestError("a chunk has no size")
        length = int(size[1], 16)
        self._size += length
        if self._size > self._most:
            raise BodyTooLargeError
        if length:
            self._missing = length + 2
        else:
            self._in_trailer = True

    def _read_chunk(self) -> bool:
        """Whether the chunk is complete. Only whole chunks are taken: none is over the limit."""
        assert self._missing is not None  # noqa: S101 - for the type checker
        if len(self._unread) < self._missing:
            return False
        if self._unread[self._missing - 2 : self._missing] != b"\r\n":
            raise BadRequestError("a chunk is longer than its size")
        self._pieces.append(self._unread[: self._missing - 2])
        self._unread = self._unread[self._missing :]
        self._missing = None
        return True
