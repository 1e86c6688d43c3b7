"""What a schema cannot say: a key's limit is of bytes, and `maxLength` counts characters.

Keys that are short enough in characters and too long in bytes pass for right ones here, and are
400 by the contract; the conformance checks send them instead.
"""  # noqa: INP001 - no package: schemathesis loads this file by its name

from urllib.parse import unquote_to_bytes

import schemathesis

LIMIT = 250


@schemathesis.hook
def filter_path_parameters(
    context: schemathesis.HookContext,  # noqa: ARG001 - every hook is given it
    path_parameters: dict[str, object] | None,
) -> bool:
    """Whether the key, percent-encoded, is judged alike by its bytes and by its characters."""
    key = unquote_to_bytes(str((path_parameters or {}).get("key", "")))
    return len(key) <= LIMIT or len(key.decode(errors="replace")) > LIMIT
