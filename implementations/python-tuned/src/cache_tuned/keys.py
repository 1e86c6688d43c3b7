"""Which route a request target names, and the key inside it."""

import re
from urllib.parse import unquote_to_bytes

KEY_PREFIX = b"/v1/cache/"
MAX_KEY_BYTES = 250

# Nothing to decode, no slash, no query: what nearly every request asks for.
plain_key = re.compile(rb"/v1/cache/([!-$&-.0->@-~]{1,250})").fullmatch
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class InvalidKeyError(ValueError):
    """The target names a key, but not one that this service accepts."""


def encoded_key(path: bytes) -> bytes | None:
    """The still encoded key of a key route; None is another route.

    An empty key or a raw slash is another route; an encoded slash is part of the key.
    """
    if not path.startswith(KEY_PREFIX):
        return None
    encoded = path[len(KEY_PREFIX) :]
    return None if not encoded or b"/" in encoded else encoded


def decode_key(encoded: bytes) -> bytes:
    """Percent-decode once; `+` stays a plus."""
    if _BROKEN_ESCAPE.search(encoded):
        raise InvalidKeyError("the key holds a broken percent escape")
    key = unquote_to_bytes(encoded)
    if len(key) > MAX_KEY_BYTES:
        raise InvalidKeyError(f"the key is longer than {MAX_KEY_BYTES} bytes")
    try:
        key.decode()
    except UnicodeDecodeError:
        raise InvalidKeyError("the key is not valid UTF-8") from None
    return key
