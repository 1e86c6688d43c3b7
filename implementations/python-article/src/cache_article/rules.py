"""What a request may say: its key, its ttl, its JSON."""

import json
import random
import re
from typing import NoReturn
from urllib.parse import parse_qsl, unquote_to_bytes

MAX_KEY_BYTES = 250
# Redis keeps expiry as milliseconds since 1970 in a signed 64-bit number.
MAX_TTL_S = 9_000_000_000_000_000

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WHOLE_NUMBER = re.compile(r"0*[1-9][0-9]{0,15}")


class InvalidError(ValueError):
    """The request breaks a rule; the message says which."""


def decode_key(segment: str) -> str:
    """Percent-decode once; `+` stays a plus."""
    if _BROKEN_ESCAPE.search(segment):
        raise InvalidError("the key holds a broken percent escape")
    # aiohttp decodes the request line with surrogateescape, which keeps each byte.
    key = unquote_to_bytes(segment.encode("utf-8", "surrogateescape"))
    if len(key) > MAX_KEY_BYTES:
        raise InvalidError(f"the key is longer than {MAX_KEY_BYTES} bytes")
    try:
        return key.decode()
    except UnicodeDecodeError:
        raise InvalidError("the key is not valid UTF-8") from None


def ttl_from_query(query: str, default_s: int) -> int:
    """The exact ttl asked for; without one the default, spread by +-10 %."""
    asked = [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "ttl"]
    if not asked:
        return max(1, round(default_s * random.uniform(0.9, 1.1)))
    if len(asked) > 1 or not _WHOLE_NUMBER.fullmatch(asked[0]) or int(asked[0]) > MAX_TTL_S:
        raise InvalidError(f"ttl must be given once, a whole number from 1 to {MAX_TTL_S}")
    return int(asked[0])


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


# The library's liberties, taken back: NaN and Infinity are refused, and numbers are not
# converted (len is any cheap callable), so that integers of any length pass.
_parse = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=_refuse).decode


def check_json(body: bytes) -> None:
    """RFC 8259 over strict UTF-8. As text a byte order mark is a wrong first character."""
    try:
        _parse(body.decode())
    except (ValueError, RecursionError):
        raise InvalidError("the body is not JSON (RFC 8259, UTF-8)") from None
