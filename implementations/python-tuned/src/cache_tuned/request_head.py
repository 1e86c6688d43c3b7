"""The head of an HTTP/1 request (RFC 9112): its fields, as far as they matter here."""

import re
from functools import lru_cache
from typing import NamedTuple

MAX_HEAD_BYTES = 16 * 1024
# Clients repeat themselves: nearly every block of fields was seen before.
REMEMBERED_BLOCKS = 256

_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*\r\n")


class BadRequestError(ValueError):
    """Not HTTP/1 as this service speaks it."""


class Fields(NamedTuple):
    length: int | None
    """Of the body, in bytes; None: not given."""
    chunked: bool
    close: bool
    expects_continue: bool
    hosts: int

    @property
    def has_body(self) -> bool:
        return self.chunked or bool(self.length)


@lru_cache(REMEMBERED_BLOCKS)
def read_fields(block: bytes) -> Fields:
    """Read lines that each end with CRLF; a line that is no field refuses the request."""
    lengths: set[bytes] = set()
    encodings: list[bytes] = []
    options: list[bytes] = []
    expects_continue = False
    hosts = position = 0
    while position < len(block):
        field = _FIELD.match(block, position)
        if field is None:
            raise BadRequestError("a header field is malformed")
        position = field.end()
        name, value = field[1].lower(), field[2].lower()
        if name == b"content-length":
            lengths.add(value)
        elif name == b"transfer-encoding":
            encodings.append(value)
        elif name == b"connection":
            options += (option.strip() for option in value.split(b","))
        elif name == b"expect":
            expects_continue = value == b"100-continue"
        elif name == b"host":
            hosts += 1
    if encodings and (encodings != [b"chunked"] or lengths):
        # With both, two readers may disagree about where the request ends (9112, 6.3).
        raise BadRequestError("the body's length cannot be told")
    return Fields(_length(lengths), bool(encodings), b"close" in options, expects_continue, hosts)


def _length(lengths: set[bytes]) -> int | None:
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not length.isdigit() or len(length) > 18:
        raise BadRequestError("Content-Length is not one number")
    return int(length)
