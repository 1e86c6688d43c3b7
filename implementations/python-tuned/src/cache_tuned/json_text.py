r"""Is this body JSON by the grammar of RFC 8259, over strictly valid UTF-8?

Two well-kept parsers decide together, because none is exact alone:

* msgspec walks the text into a `Raw` without building objects (ten times faster than
  the other). It accepts nothing that is not JSON, but refuses lone surrogates
  ("\ud800"), which the grammar allows.
* what it refuses is judged again by the standard library, with hooks in place of its
  three liberties: NaN and Infinity are refused, and numbers are never converted, so
  that 1e999 and a 5,000-digit integer pass.

UTF-8 is checked first: msgspec does not check the strings that it skips, and the
standard library would accept UTF-16 bytes; as text a byte order mark is just a wrong
first character. tests/test_json_text.py compares both over mutated documents.
"""

import json
from typing import NoReturn

import msgspec


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_walk = msgspec.json.Decoder(msgspec.Raw).decode
# len: any cheap callable that takes the digits and does not convert them.
_judge = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=_refuse).decode


def is_json(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    try:
        _walk(body)
    except RecursionError:
        return False
    except msgspec.DecodeError:
        return _is_json_text(text)
    return True


def _is_json_text(text: str) -> bool:
    try:
        _judge(text)
    except (ValueError, RecursionError):
        return False
    return True
