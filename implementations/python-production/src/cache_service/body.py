"""Reading a request's body, bounded, and leaving the connection usable when it is not read."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# As long as the server waits for a request's head (granian's header_read_timeout).
BODY_TIMEOUT_S = 30.0
# After an early answer the rest of the body is read and thrown away, so that the client
# gets to read the answer: closing with unread bytes resets the connection (RFC 9112, 9.6).
DRAIN_TIMEOUT_S = 2.0


class BodyTooLargeError(Exception):
    """More bytes than allowed, announced or sent."""


class BodyIncompleteError(Exception):
    """The client went away or stalled in the middle of the body."""


def announced_length(scope: Scope) -> int | None:
    """Content-Length, which the server has checked to be a number; None when chunked."""
    for name, text in scope["headers"]:
        if name == b"content-length":
            return int(text)
    return None


async def read_body(scope: Scope, receive: Receive, most: int) -> bytes:
    length = announced_length(scope)
    if length is not None and length > most:
        raise BodyTooLargeError
    message = await receive()
    body = _chunk(message)
    # Usually all of a small body came with the head: no timer is needed then.
    if message.get("more_body") and len(body) != length:
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await _read_rest(body, length, receive, most)
        except TimeoutError:
            raise BodyIncompleteError from None
    if len(body) > most:
        raise BodyTooLargeError
    if length is not None and len(body) != length:
        raise BodyIncompleteError
    return body


async def _read_rest(first: bytes, length: int | None, receive: Receive, most: int) -> bytes:
    body = bytearray(first)
    more = True
    while more and len(body) != length and len(body) <= most:
        message = await receive()
        body += _chunk(message)
        more = bool(message.get("more_body"))
    return bytes(body)


def _chunk(message: Message) -> bytes:
    if message["type"] != "http.request":
        raise BodyIncompleteError
    return bytes(message.get("body", b""))


async def drain(scope: Scope, receive: Receive) -> None:
    """Throw away what is left of a body after the answer went out."""
    if any(name == b"expect" for name, _ in scope["headers"]):
        return  # The client waits for 100 Continue and sees the answer instead.
    try:
        async with asyncio.timeout(DRAIN_TIMEOUT_S):
            while (await receive()).get("more_body"):
                pass
    except TimeoutError:
        pass
