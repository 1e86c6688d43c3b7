"""The life of a written value: asked for exactly, or the default with jitter."""

import random
from urllib.parse import parse_qsl

# Redis keeps expiry as milliseconds since 1970 in a signed 64-bit number; above this
# many seconds `SET ... PX` answers "invalid expire time".
MAX_TTL_S = 9_000_000_000_000_000

# +-10 %: values written together do not expire together.
JITTER = 0.1


class InvalidTtlError(ValueError):
    """The query asks for a ttl that is not a whole number from 1."""


def asked_ttl_ms(query: bytes) -> int | None:
    """The ttl in the query, or None when it does not ask for one."""
    if not query:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    texts = [value for name, value in pairs if name == "ttl"]
    if not texts:
        return None
    if len(texts) > 1:
        raise InvalidTtlError("ttl is given more than once")
    text = texts[0]
    # isdigit alone would accept other scripts' digits, int() signs, blanks and underscores.
    if not (text.isascii() and text.isdigit()):
        raise InvalidTtlError("ttl is not a whole number")
    significant = text.lstrip("0")
    if not significant:
        raise InvalidTtlError("ttl must be at least 1")
    if len(significant) > 16 or int(significant) > MAX_TTL_S:
        raise InvalidTtlError(f"ttl is more than {MAX_TTL_S}")
    return int(significant) * 1_000


def jittered_ttl_ms(default_ttl_s: int) -> int:
    return round(default_ttl_s * 1_000 * random.uniform(1 - JITTER, 1 + JITTER))
