"""Answers: everything but the bytes of a value is made before the first request."""

import json
from http import HTTPStatus
from typing import NamedTuple

from cache_service.cache import Source
from cache_service.metrics import Result

Headers = list[tuple[bytes, bytes]]


class Response(NamedTuple):
    status: int
    headers: Headers
    body: bytes
    result: Result
    """How the request counts in the metrics, when it was one on a key."""


RETRY_AFTER_S = b"1"
PROBLEM_JSON = (b"content-type", b"application/problem+json")
JSON = (b"content-type", b"application/json")

_VALUE_HEADERS: dict[Source, Headers] = {
    source: [JSON, (b"x-cache", source.value.encode())] for source in Source
}
_VALUE_RESULTS = {Source.L1: Result.L1_HIT, Source.L2: Result.L2_HIT}


def problem(
    status: HTTPStatus, detail: str, result: Result, extra: Headers | None = None
) -> Response:
    """RFC 9457; the status says it all, so `type` stays about:blank."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    headers = [PROBLEM_JSON, *(extra or [])]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", RETRY_AFTER_S))
    return Response(status.value, headers, json.dumps(body).encode(), result)


def value(found: bytes, source: Source) -> Response:
    return Response(200, _VALUE_HEADERS[source], found, _VALUE_RESULTS[source])


def text(body: bytes, content_type: bytes = b"text/plain; charset=utf-8") -> Response:
    return Response(200, [(b"content-type", content_type)], body, Result.OK)


def invalid(detail: str) -> Response:
    return problem(HTTPStatus.BAD_REQUEST, detail, Result.INVALID)


def unavailable(detail: str) -> Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, Result.UNAVAILABLE)


def method_not_allowed(allow: bytes) -> Response:
    return problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"allowed: {allow.decode()}",
        Result.INVALID,
        [(b"allow", allow)],
    )


NO_CONTENT = Response(204, [], b"", Result.OK)
ABSENT = problem(HTTPStatus.NOT_FOUND, "there is no such key", Result.MISS)
NO_ROUTE = problem(HTTPStatus.NOT_FOUND, "there is nothing at this path", Result.INVALID)
NOT_JSON = invalid("the body is not JSON (RFC 8259, UTF-8)")
TOO_LARGE = problem(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the value is over MAX_VALUE_BYTES", Result.TOO_LARGE
)
INCOMPLETE = problem(HTTPStatus.REQUEST_TIMEOUT, "the body did not arrive in time", Result.ERROR)
FAILED = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed", Result.ERROR)
