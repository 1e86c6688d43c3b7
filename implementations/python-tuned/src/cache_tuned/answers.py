"""What is sent back: everything but values and the date is made before the first request."""

import json
from http import HTTPStatus
from typing import NamedTuple

from cache_tuned.metrics import Result


class Answer(NamedTuple):
    head: bytes
    """Status line and fields, but for Date, Content-Length and Connection."""
    body: bytes
    result: Result
    """How the request counts in the metrics, when it was one on a key."""


def _head(status: HTTPStatus, *fields: str) -> bytes:
    line = f"HTTP/1.1 {status.value} {status.phrase}"
    return "".join(f"{text}\r\n" for text in (line, *fields)).encode()


def problem(status: HTTPStatus, detail: str, result: Result, *fields: str) -> Answer:
    """RFC 9457; the status says it all, so `type` stays about:blank."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    head = _head(status, "Content-Type: application/problem+json", *fields)
    return Answer(head, json.dumps(body).encode(), result)


def text(body: bytes, content_type: str = "text/plain; charset=utf-8") -> Answer:
    return Answer(_head(HTTPStatus.OK, f"Content-Type: {content_type}"), body, Result.OK)


def invalid(detail: str) -> Answer:
    return problem(HTTPStatus.BAD_REQUEST, detail, Result.INVALID)


def unavailable(detail: str) -> Answer:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, Result.UNAVAILABLE, "Retry-After: 1")


def method_not_allowed(allow: str) -> Answer:
    return problem(
        HTTPStatus.METHOD_NOT_ALLOWED, f"allowed: {allow}", Result.INVALID, f"Allow: {allow}"
    )


VALUE_FROM_L1 = _head(HTTPStatus.OK, "Content-Type: application/json", "X-Cache: L1")
VALUE_FROM_L2 = _head(HTTPStatus.OK, "Content-Type: application/json", "X-Cache: L2")
NO_CONTENT = Answer(_head(HTTPStatus.NO_CONTENT), b"", Result.OK)
ABSENT = problem(HTTPStatus.NOT_FOUND, "there is no such key", Result.MISS)
NO_ROUTE = problem(HTTPStatus.NOT_FOUND, "there is nothing at this path", Result.INVALID)
NOT_JSON = invalid("the body is not JSON (RFC 8259, UTF-8)")
TOO_LARGE = problem(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the value is over MAX_VALUE_BYTES", Result.TOO_LARGE
)
BAD_BODY = problem(HTTPStatus.BAD_REQUEST, "the body is malformed", Result.INVALID)
FAILED = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed", Result.ERROR)
