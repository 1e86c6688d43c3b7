"""The read and write path: L1, one flight per key, and no older value after a write.

A write does not fill L1. Its own invalidation would evict the value a moment later, and
cannot be told from that of a foreign write, which must.
"""

import asyncio
from enum import Enum
from time import monotonic
from typing import NamedTuple

from cache_service.l1 import L1
from cache_service.store import Store, StoreUnavailableError


class Source(Enum):
    L1 = "L1"
    L2 = "L2"


class Found(NamedTuple):
    value: bytes
    source: Source


class _Flight:
    """A read of the store that every reader of the key waits for."""

    __slots__ = ("may_fill", "result")

    def __init__(self, result: asyncio.Future[bytes | None]) -> None:
        self.result = result
        self.may_fill = True


class Cache:
    def __init__(self, l1: L1, store: Store) -> None:
        self._l1 = l1
        self._store = store
        self._flights: dict[bytes, _Flight] = {}
        # Until somebody vouches that changes in the store are heard of, L1 stays empty.
        self._trusted = False

    async def get(self, key: bytes) -> Found | None:
        value = self._l1.get(key)
        if value is not None:
            return Found(value, Source.L1)
        if self._l1.is_absent(key):
            return None
        flight = self._flights.get(key)
        # shield: a reader that is cancelled must not take the others with it.
        value = await (self._load(key) if flight is None else asyncio.shield(flight.result))
        return None if value is None else Found(value, Source.L2)

    async def put(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        # A read sent before this write may bring the older value: later readers start anew.
        self._abandon_flight(key)
        try:
            await self._store.set(key, value, ttl_ms)
        finally:
            self.forget(key)

    async def delete(self, key: bytes) -> None:
        self._abandon_flight(key)
        try:
            await self._store.delete(key)
        finally:
            self.forget(key)

    async def ping(self) -> None:
        await self._store.ping()

    def forget(self, key: bytes) -> None:
        """The key may have changed: neither L1 nor a read under way may keep what it holds."""
        self._abandon_flight(key)
        self._l1.evict(key)

    def forget_all(self) -> None:
        for key in list(self._flights):
            self._abandon_flight(key)
        self._l1.clear()

    def trust(self) -> None:
        """Changes are heard of from now on: what is read from now on may be kept."""
        self.forget_all()
        self._trusted = True

    def distrust(self) -> None:
        """Changes may go unheard: L1 is empty and stays so until it is trusted again."""
        self._trusted = False
        self.forget_all()

    async def _load(self, key: bytes) -> bytes | None:
        flight = _Flight(asyncio.get_running_loop().create_future())
        self._flights[key] = flight
        started = monotonic()
        try:
            stored = await self._store.get(key)
        except BaseException as error:
            flight.result.set_exception(
                error if isinstance(error, Exception) else StoreUnavailableError("the read ended")
            )
            flight.result.exception()  # Seen: there may be no second reader.
            raise
        else:
            value = None if stored is None else stored.value
            flight.result.set_result(value)
            if flight.may_fill and self._trusted:
                if stored is None:
                    self._l1.put_absent(key)
                elif stored.remaining_ms is None:
                    self._l1.put(key, stored.value, None)
                else:
                    elapsed = monotonic() - started
                    self._l1.put(key, stored.value, stored.remaining_ms / 1_000 - elapsed)
            return value
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]

    def _abandon_flight(self, key: bytes) -> None:
        flight = self._flights.pop(key, None)
        if flight is not None:
            flight.may_fill = False
