"""The HTTP contract on aiohttp: which answer a request gets."""

import json
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from time import perf_counter

from aiohttp import web
from prometheus_client import generate_latest

from cache_article.cache import Cache, UnavailableError
from cache_article.metrics import L1_HITS, REQUEST_SECONDS, REQUESTS
from cache_article.rules import InvalidError, check_json, decode_key, ttl_from_query
from cache_article.settings import Settings

KEY_PREFIX = "/v1/cache/"
METHODS = ("GET", "HEAD", "PUT", "DELETE")

Answer = tuple[str, web.Response]  # the result that is counted, and the response

log = logging.getLogger(__name__)


class Service:
    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings
        self.draining = False

    def app(self) -> web.Application:
        @web.middleware
        async def finish(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            try:
                response = await handler(request)
            except web.HTTPMethodNotAllowed as error:
                allow = ", ".join(name for name in METHODS if name in error.allowed_methods)
                response = problem(405, "the method is not allowed here", Allow=allow)
            except web.HTTPNotFound:
                response = problem(404, "there is nothing at this path")
            if self.draining:
                response.force_close()
            return response

        key = KEY_PREFIX + "{key:[^/]+}"
        app = web.Application(middlewares=[finish], client_max_size=self._settings.max_value_bytes)
        app.add_routes(
            [
                web.get(key, partial(recorded, "get", self._get)),
                web.put(key, partial(recorded, "put", self._put)),
                web.delete(key, partial(recorded, "delete", self._delete)),
                web.get("/livez", livez),
                web.get("/readyz", self._readyz),
                web.get("/metrics", metrics),
            ]
        )
        return app

    async def _get(self, _request: web.Request, key: str) -> Answer:
        found = await self._cache.get(key)
        if found is None:
            return "miss", problem(404, "there is no such key")
        value, source = found
        if source == "L1":
            L1_HITS.inc()
        response = web.Response(
            body=value, content_type="application/json", headers={"X-Cache": source}
        )
        return f"{source.lower()}_hit", response

    async def _put(self, request: web.Request, key: str) -> Answer:
        ttl_s = ttl_from_query(request.rel_url.raw_query_string, self._settings.default_ttl_s)
        most = self._settings.max_value_bytes
        if (request.content_length or 0) > most:
            raise web.HTTPRequestEntityTooLarge(most)
        body = await request.read()
        check_json(body)
        await self._cache.put(key, body, ttl_s)
        return "ok", web.Response(status=204)

    async def _delete(self, _request: web.Request, key: str) -> Answer:
        await self._cache.delete(key)
        return "ok", web.Response(status=204)

    async def _readyz(self, _request: web.Request) -> web.Response:
        if self.draining:
            return problem(503, "the service is stopping")
        try:
            await self._cache.ping()
        except UnavailableError as error:
            return problem(503, str(error))
        return web.Response(text="ready\n")


async def livez(_request: web.Request) -> web.Response:
    return web.Response(text="live\n")


async def metrics(_request: web.Request) -> web.Response:
    content_type = "text/plain; version=0.0.4; charset=utf-8"
    return web.Response(body=generate_latest(), headers={"Content-Type": content_type})


async def recorded(
    op: str, handler: Callable[[web.Request, str], Awaitable[Answer]], request: web.Request
) -> web.Response:
    """Decode the key, let the handler answer, turn its errors into answers, and count."""
    started = perf_counter()
    try:
        key = decode_key(request.rel_url.raw_path.removeprefix(KEY_PREFIX))
        result, response = await handler(request, key)
    except InvalidError as error:
        result, response = "invalid", problem(400, str(error))
    except (web.RequestPayloadError, ConnectionError):
        result, response = "invalid", problem(400, "the body ended early or is not well framed")
    except web.HTTPRequestEntityTooLarge:
        result, response = "too_large", problem(413, "the value is over MAX_VALUE_BYTES")
    except UnavailableError as error:
        result, response = "unavailable", problem(503, str(error))
    except Exception:
        log.exception("a request failed")
        result, response = "error", problem(500, "the service failed")
    REQUESTS.labels(op, result).inc()
    REQUEST_SECONDS.observe(perf_counter() - started)
    return response


def problem(status: int, detail: str, **headers: str) -> web.Response:
    """An RFC 9457 problem document."""
    if status == 503:
        headers["Retry-After"] = "1"
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return web.Response(
        status=status,
        body=json.dumps(body).encode(),
        content_type="application/problem+json",
        headers=headers,
    )
