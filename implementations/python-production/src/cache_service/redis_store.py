"""The store port over Redis: `cache:{key}` holds the raw JSON bytes with a TTL."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any

from hiredis import pack_command

from cache_service.metrics import Metrics
from cache_service.redis_pipe import RedisPipe
from cache_service.store import NAMESPACE, Stored

# Told of the primaries by URL, each with a ping along the way of its commands.
Follow = Callable[[Mapping[str, Callable[[], Awaitable[object]]]], None]


def pack(*words: bytes | int) -> bytes:
    # redis-py packs the commands of an asyncio connection in Python, which costs more
    # than all else in this file; hiredis does it in C.
    packed: bytes = pack_command(words)  # type: ignore[arg-type] # its stub knows tuples of one
    return packed


PING = pack(b"PING")

# PTTL's answers that are not a time.
NO_EXPIRY = -1


def nobody(_primaries: object) -> None:
    """Without invalidation no one follows the primaries."""


class Redis(ABC):
    """The commands; how they reach the Redis that holds a key is for the subclasses."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    @abstractmethod
    def start(self, on_connected: Callable[[], None], follow: Follow = nobody) -> None: ...

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    async def _read(self, name: bytes, *commands: bytes) -> list[Any]: ...

    @abstractmethod
    async def _write(self, name: bytes, command: bytes) -> None: ...

    @abstractmethod
    async def _ping(self) -> None: ...

    async def get(self, key: bytes) -> Stored | None:
        name = NAMESPACE + key
        # Not one transaction, which would cost two more commands: a foreign SET in between
        # is the same as one right after, for it invalidates this read too.
        value, remaining_ms = await self._timed(
            self._read(name, pack(b"GET", name), pack(b"PTTL", name))
        )
        if value is None:
            return None
        return Stored(value, None if remaining_ms == NO_EXPIRY else remaining_ms)

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        name = NAMESPACE + key
        await self._timed(self._write(name, pack(b"SET", name, value, b"PX", ttl_ms)))

    async def delete(self, key: bytes) -> None:
        name = NAMESPACE + key
        await self._timed(self._write(name, pack(b"DEL", name)))

    async def ping(self) -> None:
        await self._timed(self._ping())

    async def _timed(self, call: Awaitable[Any]) -> Any:
        """One round trip, in the histogram whether it succeeds or not."""
        started = perf_counter()
        try:
            return await call
        finally:
            self._metrics.redis_call(perf_counter() - started)


class SingleRedis(Redis):
    def __init__(self, url: str, pipe: RedisPipe, metrics: Metrics) -> None:
        super().__init__(metrics)
        self._url = url
        self._pipe = pipe

    def start(self, on_connected: Callable[[], None], follow: Follow = nobody) -> None:
        self._pipe.start(on_connected)
        follow({self._url: self._ping})

    async def close(self) -> None:
        await self._pipe.close()

    async def _read(self, _name: bytes, *commands: bytes) -> list[Any]:
        return await self._pipe.call(b"".join(commands), len(commands))

    async def _write(self, _name: bytes, command: bytes) -> None:
        await self._pipe.call(command)

    async def _ping(self) -> None:
        await self._pipe.call(PING)
