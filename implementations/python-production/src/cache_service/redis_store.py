"""The store port over Redis: `cache:{key}` holds the raw JSON bytes with a TTL."""

from time import perf_counter

from hiredis import pack_command

from cache_service.metrics import Metrics
from cache_service.redis_pipe import RedisPipe
from cache_service.store import Stored, StoreUnavailableError

NAMESPACE = b"cache:"


def pack(*words: bytes | int) -> bytes:
    # redis-py packs the commands of an asyncio connection in Python, which costs more
    # than all else in this file; hiredis does it in C.
    packed: bytes = pack_command(words)  # type: ignore[arg-type] # its stub knows tuples of one
    return packed


MULTI = pack(b"MULTI")
EXEC = pack(b"EXEC")
PING = pack(b"PING")

# PTTL's answers that are not a time.
NO_EXPIRY = -1


class RedisStore:
    def __init__(self, pipe: RedisPipe, metrics: Metrics) -> None:
        self._pipe = pipe
        self._metrics = metrics

    async def get(self, key: bytes) -> Stored | None:
        name = NAMESPACE + key
        # One transaction, so that value and PTTL are of one moment: with a foreign SET
        # in between, a value could be kept for the life of its successor.
        reads = pack(b"GET", name) + pack(b"PTTL", name)
        reply = await self._timed(MULTI + reads + EXEC, replies=4)
        if not isinstance(reply, list):
            raise StoreUnavailableError("Redis dropped the transaction")
        value, remaining_ms = reply
        if isinstance(value, Exception):
            raise StoreUnavailableError(f"Redis refused: {value}")
        if value is None:
            return None
        return Stored(value, None if remaining_ms == NO_EXPIRY else remaining_ms)

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        await self._timed(pack(b"SET", NAMESPACE + key, value, b"PX", ttl_ms))

    async def delete(self, key: bytes) -> None:
        await self._timed(pack(b"DEL", NAMESPACE + key))

    async def ping(self) -> None:
        await self._timed(PING)

    async def _timed(self, packed: bytes, replies: int = 1) -> object:
        """One round trip, in the histogram whether it succeeds or not."""
        started = perf_counter()
        try:
            return await self._pipe.call(packed, replies)
        finally:
            self._metrics.redis_call(perf_counter() - started)
