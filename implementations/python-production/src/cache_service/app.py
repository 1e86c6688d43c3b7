"""The HTTP layer: which answer a request gets. A plain ASGI callable, five routes."""

import logging
from time import perf_counter

from cache_service import responses
from cache_service.body import (
    BodyIncompleteError,
    BodyTooLargeError,
    Receive,
    Scope,
    Send,
    drain,
    read_body,
)
from cache_service.cache import Cache
from cache_service.json_text import is_json
from cache_service.keys import InvalidKeyError, decode_key, encoded_key
from cache_service.l1 import L1
from cache_service.metrics import Metrics, MetricsPage, Op
from cache_service.responses import Response
from cache_service.settings import Settings
from cache_service.store import StoreUnavailableError
from cache_service.ttl import InvalidTtlError, asked_ttl_ms, jittered_ttl_ms

log = logging.getLogger(__name__)

KEY_OPS = {"GET": Op.GET, "HEAD": Op.GET, "PUT": Op.PUT, "DELETE": Op.DELETE}
ALLOW_KEY = b"GET, HEAD, PUT, DELETE"
ALLOW_READ = b"GET, HEAD"
METRICS_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
CLOSE = (b"connection", b"close")


class App:
    def __init__(
        self, settings: Settings, cache: Cache, l1: L1, metrics: Metrics, page: MetricsPage
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._l1 = l1
        self._metrics = metrics
        self._page = page
        self._draining = False

    def start_draining(self) -> None:
        """Not ready from now on; every answer asks its client to connect elsewhere."""
        self._draining = True

    def publish_l1_size(self) -> None:
        self._metrics.l1_size(*self._l1.size())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        encoded = encoded_key(scope["raw_path"])
        op = None if encoded is None else KEY_OPS.get(scope["method"])
        try:
            if encoded is None:
                response = await self._other_route(scope)
            elif op is None:
                response = responses.method_not_allowed(ALLOW_KEY)
            else:
                response = await self._key_route(op, encoded, scope, receive)
        except Exception:
            log.exception("a request failed")
            response = responses.FAILED
        if op is not None:
            self._metrics.request(op, response.result, perf_counter() - started)
        headers = [*response.headers, CLOSE] if self._draining else response.headers
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
        # A body may be left unread by anything but a PUT that was accepted.
        if response.status >= 400 and scope["method"] not in {"GET", "HEAD"}:
            await drain(scope, receive)

    async def _key_route(self, op: Op, encoded: bytes, scope: Scope, receive: Receive) -> Response:
        try:
            key = decode_key(encoded)
            if op is Op.GET:
                return await self._get(key)
            if op is Op.PUT:
                return await self._put(key, scope, receive)
            return await self._delete(key)
        except (InvalidKeyError, InvalidTtlError) as error:
            return responses.invalid(str(error))
        except StoreUnavailableError as error:
            return responses.unavailable(str(error))

    async def _get(self, key: bytes) -> Response:
        found = await self._cache.get(key)
        return responses.ABSENT if found is None else responses.value(*found)

    async def _put(self, key: bytes, scope: Scope, receive: Receive) -> Response:
        ttl_ms = asked_ttl_ms(scope["query_string"])
        try:
            body = await read_body(scope, receive, self._settings.max_value_bytes)
        except BodyTooLargeError:
            return responses.TOO_LARGE
        except BodyIncompleteError:
            return responses.INCOMPLETE
        if not is_json(body):
            return responses.NOT_JSON
        if ttl_ms is None:
            ttl_ms = jittered_ttl_ms(self._settings.default_ttl_s)
        await self._cache.put(key, body, ttl_ms)
        return responses.NO_CONTENT

    async def _delete(self, key: bytes) -> Response:
        await self._cache.delete(key)
        return responses.NO_CONTENT

    async def _other_route(self, scope: Scope) -> Response:
        path = scope["raw_path"]
        if path not in {b"/livez", b"/readyz", b"/metrics"}:
            return responses.NO_ROUTE
        if scope["method"] not in {"GET", "HEAD"}:
            return responses.method_not_allowed(ALLOW_READ)
        if path == b"/livez":
            return responses.text(b"live\n")
        if path == b"/readyz":
            return await self._readyz()
        self.publish_l1_size()
        return responses.text(self._page.render(), METRICS_TYPE)

    async def _readyz(self) -> Response:
        if self._draining:
            return responses.unavailable("the service is stopping")
        try:
            await self._cache.ping()
        except StoreUnavailableError as error:
            return responses.unavailable(str(error))
        return responses.text(b"ready\n")
