"""A circuit breaker in front of the store: while it does not answer, nobody waits for it."""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from cache_service.store import Store, Stored, StoreRefusedError, StoreUnavailableError

# Fewer could be one stall of the network that hit the calls of one moment.
FAILURES_TO_OPEN = 5
# Then one call tries the store again; the Retry-After of an answer is not shorter.
OPEN_S = 0.5

T = TypeVar("T")


class Breaker:
    """Closed: calls pass. Open: they fail at once. Half open: one call passes and decides."""

    def __init__(self, store: Store, now: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._now = now
        self._failures = 0
        self._closed = True
        self._try_again_at = 0.0

    async def get(self, key: bytes) -> Stored | None:
        self._admit()
        return await self._judged(self._store.get(key))

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        self._admit()
        await self._judged(self._store.set(key, value, ttl_ms))

    async def delete(self, key: bytes) -> None:
        self._admit()
        await self._judged(self._store.delete(key))

    async def ping(self) -> None:
        """Always sent: whether the service is ready is the store's answer, not ours."""
        await self._judged(self._store.ping())

    def _admit(self) -> None:
        if self._closed:
            return
        now = self._now()
        if now < self._try_again_at:
            raise StoreUnavailableError("Redis did not answer lately")
        # This call is the probe; the others wait for its outcome as if we were still open.
        self._try_again_at = now + OPEN_S

    async def _judged(self, call: Awaitable[T]) -> T:
        try:
            result = await call
        except StoreRefusedError:
            self._close()
            raise
        except StoreUnavailableError:
            self._count_failure()
            raise
        self._close()
        return result

    def _close(self) -> None:
        self._failures = 0
        self._closed = True

    def _count_failure(self) -> None:
        self._failures += 1
        # A failed probe changes nothing, nor does a call from before we opened.
        if self._closed and self._failures >= FAILURES_TO_OPEN:
            self._closed = False
            self._try_again_at = self._now() + OPEN_S
