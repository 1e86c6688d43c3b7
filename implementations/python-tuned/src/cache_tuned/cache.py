"""The read and write path: L1, one flight per key, and what replies do to L1."""

from typing import Protocol

import hiredis

from cache_tuned.l1 import L1
from cache_tuned.metrics import Metrics
from cache_tuned.redis_command import NAMESPACE, Command, pack
from cache_tuned.redis_link import RedisLink
from cache_tuned.settings import Settings

# PTTL's answer for a key that does not expire.
NO_EXPIRY = -1
FOR_EVER = float("inf")


class Asker(Protocol):
    """Who waits for an outcome: one of these is called, once."""

    def found(self, value: bytes | None, *, in_l1: bool) -> None: ...

    def written(self) -> None: ...

    def unavailable(self, reason: str) -> None: ...


class Cache:
    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.l1 = L1(settings.l1_worker_bytes, settings.l1_ttl_s)
        self.flights: dict[bytes, Flight] = {}
        self.link = RedisLink(settings, metrics, self.l1.evict, self.l1.clear)

    def get(self, key: bytes, asker: Asker, now: float) -> None:
        entry = self.l1.get(key, now)
        if entry is not None:
            asker.found(entry.value, in_l1=True)
            return
        flight = self.flights.get(key)
        if flight is not None:
            flight.askers.append(asker)
            return
        self.flights[key] = flight = Flight(self, key, asker)
        self.link.send(flight, now)

    def put(self, key: bytes, value: bytes, ttl_ms: int, asker: Asker, now: float) -> None:
        self.link.send(_Set(self, key, value, ttl_ms, asker), now)

    def delete(self, key: bytes, asker: Asker, now: float) -> None:
        self.link.send(_Delete(self, key, asker), now)

    def ping(self, asker: Asker, now: float) -> None:
        self.link.send(_Ping(asker), now)

    def keep(self, key: bytes, value: bytes | None, expires_at: float, now: float) -> None:
        if self.link.trusted:
            self.l1.put(key, value, expires_at, now)


class Flight(Command):
    """A read of the store that every asker of the key waits for."""

    __slots__ = ("_cache", "_key", "askers")

    def __init__(self, cache: Cache, key: bytes, asker: Asker) -> None:
        length = len(NAMESPACE) + len(key)
        # Not one transaction: a foreign SET may come in between, and is told of in between.
        packed = b"*2\r\n$3\r\nGET\r\n$%d\r\ncache:%b\r\n*2\r\n$4\r\nPTTL\r\n$%d\r\ncache:%b\r\n"
        super().__init__(packed % (length, key, length, key), wanted=2)
        self._cache = cache
        self._key = key
        self.askers = [asker]

    def answered(self, now: float) -> None:
        value, remaining_ms = self.replies
        if isinstance(value, hiredis.ReplyError):
            self.failed(f"Redis refused: {value}")
            return
        if value is None or remaining_ms == NO_EXPIRY:
            expires_at = FOR_EVER
        else:
            # From before the command was sent: L1 never outlives Redis.
            expires_at = self.sent_at + remaining_ms / 1_000
        if not self.overtaken:
            self._cache.keep(self._key, value, expires_at, now)
        for asker in self._land():
            asker.found(value, in_l1=False)

    def failed(self, reason: str) -> None:
        for asker in self._land():
            asker.unavailable(reason)

    def _land(self) -> list[Asker]:
        if self._cache.flights.get(self._key) is self:
            del self._cache.flights[self._key]
        askers, self.askers = self.askers, []
        return askers


class _Write(Command):
    """A command whose success somebody waits for, unless it took too long."""

    __slots__ = ("_asker",)

    def __init__(self, packed: bytes, asker: Asker) -> None:
        super().__init__(packed)
        self._asker: Asker | None = asker

    def answered(self, now: float) -> None:
        asker, self._asker = self._asker, None
        refused = isinstance(self.replies[0], hiredis.ReplyError)
        if not refused:
            self.took_effect(now)
        if asker is not None:
            if refused:
                asker.unavailable(f"Redis refused: {self.replies[0]}")
            else:
                asker.written()

    def failed(self, reason: str) -> None:
        asker, self._asker = self._asker, None
        if asker is not None:
            asker.unavailable(reason)

    def took_effect(self, now: float) -> None:
        """Also after a failure: the reply says what Redis holds at this point of its stream."""


class _Set(_Write):
    __slots__ = ("_cache", "_key", "_ttl_ms", "_value")

    def __init__(self, cache: Cache, key: bytes, value: bytes, ttl_ms: int, asker: Asker) -> None:
        ttl = b"%d" % ttl_ms
        packed = b"*5\r\n$3\r\nSET\r\n$%d\r\ncache:%b\r\n$%d\r\n%b\r\n$2\r\nPX\r\n$%d\r\n%b\r\n"
        length = len(NAMESPACE) + len(key)
        super().__init__(packed % (length, key, len(value), value, len(ttl), ttl), asker)
        self._cache = cache
        self._key = key
        self._value = value
        self._ttl_ms = ttl_ms

    def took_effect(self, now: float) -> None:
        self._cache.keep(self._key, self._value, self.sent_at + self._ttl_ms / 1_000, now)


class _Delete(_Write):
    __slots__ = ("_cache", "_key")

    def __init__(self, cache: Cache, key: bytes, asker: Asker) -> None:
        super().__init__(pack(b"DEL", NAMESPACE + key), asker)
        self._cache = cache
        self._key = key

    def took_effect(self, _now: float) -> None:
        self._cache.l1.evict(self._key)


class _Ping(_Write):
    __slots__ = ()

    def __init__(self, asker: Asker) -> None:
        super().__init__(pack(b"PING"), asker)
