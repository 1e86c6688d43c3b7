"""Which answer a request gets: the routes, and the order of judgement."""

from functools import partial
from time import monotonic

from cache_tuned import answers, metrics
from cache_tuned.cache import Cache
from cache_tuned.connection import Connection, Shared
from cache_tuned.json_text import is_json
from cache_tuned.keys import InvalidKeyError, decode_key, encoded_key, plain_key
from cache_tuned.metrics import Metrics, Op, SharedTable
from cache_tuned.settings import Settings
from cache_tuned.ttl import InvalidTtlError, asked_ttl_ms, jittered_ttl_ms

KEY_OPS = {b"GET": Op.GET, b"HEAD": Op.GET, b"PUT": Op.PUT, b"DELETE": Op.DELETE}
ALLOW_KEY = "GET, HEAD, PUT, DELETE"
ALLOW_READ = "GET, HEAD"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Service:
    def __init__(
        self,
        settings: Settings,
        cache: Cache,
        counted: Metrics,
        table: SharedTable,
        info: dict[str, str],
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._metrics = counted
        self._table = table
        self._info = info
        self.shared = Shared(self, counted, settings.max_value_bytes)

    def publish(self) -> None:
        self._metrics.publish(self._cache.l1.size())

    def serve(self, connection: Connection, method: bytes, target: bytes, now: float) -> None:
        plain = plain_key(target)
        if plain is not None:
            encoded, query = plain[1], b""
        else:
            path, _, query = target.partition(b"?")
            encoded = encoded_key(path)
            if encoded is None:
                self._serve_other(connection, method, path, now)
                return
        op = connection.op = KEY_OPS.get(method)
        if op is None:
            connection.reply(answers.method_not_allowed(ALLOW_KEY))
            return
        try:
            key = encoded if plain is not None else decode_key(encoded)
            ttl_ms = asked_ttl_ms(query) if op is Op.PUT and query else None
        except (InvalidKeyError, InvalidTtlError) as error:
            connection.reply(answers.invalid(str(error)))
            return
        if op is Op.GET:
            self._cache.get(key, connection, now)
        elif op is Op.PUT:
            self._put(connection, key, ttl_ms)
        else:
            self._cache.delete(key, connection, now)

    def _put(self, connection: Connection, key: bytes, ttl_ms: int | None) -> None:
        if (connection.announced_length or 0) > self._settings.max_value_bytes:
            connection.reply(answers.TOO_LARGE)
            return
        connection.read_body(partial(self._store, connection, key, ttl_ms))

    def _store(self, connection: Connection, key: bytes, ttl_ms: int | None, body: bytes) -> None:
        if not is_json(body):
            connection.reply(answers.NOT_JSON)
            return
        if ttl_ms is None:
            ttl_ms = jittered_ttl_ms(self._settings.default_ttl_s)
        self._cache.put(key, body, ttl_ms, connection, monotonic())

    def _serve_other(self, connection: Connection, method: bytes, path: bytes, now: float) -> None:
        if path not in {b"/livez", b"/readyz", b"/metrics"}:
            connection.reply(answers.NO_ROUTE)
        elif method not in {b"GET", b"HEAD"}:
            connection.reply(answers.method_not_allowed(ALLOW_READ))
        elif path == b"/livez":
            connection.reply(answers.text(b"live\n"))
        elif path == b"/metrics":
            self.publish()
            connection.reply(answers.text(metrics.render(self._table, self._info), METRICS_TYPE))
        elif self.shared.draining:
            connection.reply(answers.unavailable("the service is stopping"))
        else:
            self._cache.ping(_Readiness(connection), now)


class _Readiness:
    """Hands the outcome of a PING on as that of /readyz."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def found(self, value: bytes | None, *, in_l1: bool) -> None:
        raise NotImplementedError

    def written(self) -> None:
        self._connection.reply(answers.text(b"ready\n"))

    def unavailable(self, reason: str) -> None:
        self._connection.reply(answers.unavailable(reason))
