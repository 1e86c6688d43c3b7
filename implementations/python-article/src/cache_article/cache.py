"""The articles' cache: a dict of (value, expiry) in front of redis-py. The write path is ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Literal, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from cache_article.metrics import L1_BYTES, L1_ENTRIES, REDIS_SECONDS

Source = Literal["L1", "L2"]


class UnavailableError(Exception):
    """Redis did not answer in time."""


class Cache:
    def __init__(self, redis: Redis, local_ttl_s: float, timeout_s: float) -> None:
        self._redis = redis
        self._local_ttl_s = local_ttl_s
        self._timeout_s = timeout_s
        # Expired entries stay until their key is written or read from Redis again.
        self._local: dict[str, tuple[bytes, float]] = {}
        self._local_bytes = 0
        L1_ENTRIES.set_function(lambda: len(self._local))
        L1_BYTES.set_function(lambda: self._local_bytes)

    async def get(self, key: str) -> tuple[bytes, Source] | None:
        value = self._fresh(key)
        if value is not None:
            return value, "L1"
        async with self._redis_call():
            value = cast("bytes | None", await self._redis.get(f"cache:{key}"))
        if value is None:
            return None
        if self._fresh(key) is None:  # else a PUT was quicker, and newer
            self._keep(key, value)
        return value, "L2"

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        try:
            async with self._redis_call():
                await self._redis.set(f"cache:{key}", value, ex=ttl_s)
        except UnavailableError:
            self._drop(key)  # whether Redis took the value is unknown
            raise
        self._keep(key, value)

    async def delete(self, key: str) -> None:
        try:
            async with self._redis_call():
                await self._redis.delete(f"cache:{key}")
        finally:
            self._drop(key)

    async def ping(self) -> None:
        async with self._redis_call():
            await self._redis.ping()

    def _fresh(self, key: str) -> bytes | None:
        entry = self._local.get(key)
        return entry[0] if entry is not None and entry[1] > monotonic() else None

    def _keep(self, key: str, value: bytes) -> None:
        self._drop(key)
        self._local[key] = (value, monotonic() + self._local_ttl_s)
        self._local_bytes += len(key.encode()) + len(value)

    def _drop(self, key: str) -> None:
        entry = self._local.pop(key, None)
        if entry is not None:
            self._local_bytes -= len(key.encode()) + len(entry[0])

    @asynccontextmanager
    async def _redis_call(self) -> AsyncIterator[None]:
        """One timeout over everything: the wait for a connection, connecting, the command."""
        try:
            with REDIS_SECONDS.time():
                async with asyncio.timeout(self._timeout_s):
                    yield
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            raise UnavailableError("Redis did not answer in time") from error
