"""The read and write path: L1, one flight per key, and no older value after a write."""

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
        # The newest write under way of each key; an older one that ends later must not
        # put its value into L1.
        self._newest_write: dict[bytes, object] = {}

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
        started = monotonic()
        write = self._begin_write(key)
        acknowledged = False
        try:
            await self._store.set(key, value, ttl_ms)
            acknowledged = True
        finally:
            if self._end_write(key, write) and acknowledged:
                # From before the command was sent: L1 never outlives Redis.
                self._l1.put(key, value, ttl_ms / 1_000 - (monotonic() - started))
            else:
                self._l1.evict(key)

    async def delete(self, key: bytes) -> None:
        write = self._begin_write(key)
        try:
            await self._store.delete(key)
        finally:
            self._end_write(key, write)
            self._l1.evict(key)

    async def ping(self) -> None:
        await self._store.ping()

    def forget(self, key: bytes) -> None:
        """Another writer changed the key: neither L1 nor a read under way may keep it."""
        self._abandon_flight(key)
        self._l1.evict(key)

    def forget_all(self) -> None:
        for key in list(self._flights):
            self._abandon_flight(key)
        self._l1.clear()

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
            if flight.may_fill:
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

    def _begin_write(self, key: bytes) -> object:
        """A read sent before this write may bring the older value: later readers start anew."""
        self._abandon_flight(key)
        write = object()
        self._newest_write[key] = write
        return write

    def _end_write(self, key: bytes, write: object) -> bool:
        """Whether this was the newest write of the key."""
        # A read that began beside the write may have seen either value.
        self._abandon_flight(key)
        if self._newest_write.get(key) is not write:
            return False
        del self._newest_write[key]
        return True

    def _abandon_flight(self, key: bytes) -> None:
        flight = self._flights.pop(key, None)
        if flight is not None:
            flight.may_fill = False
