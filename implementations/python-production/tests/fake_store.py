"""A store in memory whose answers a test can hold back."""

import asyncio

from cache_service.store import Stored, StoreUnavailableError


class FakeStore:
    def __init__(self) -> None:
        self.values: dict[bytes, Stored] = {}
        self.reads = 0
        self.down = False
        self.gate: asyncio.Event | None = None

    def hold(self) -> asyncio.Event:
        """Calls from now on wait for the returned event before they answer."""
        self.gate = asyncio.Event()
        return self.gate

    async def get(self, key: bytes) -> Stored | None:
        self.reads += 1
        # Redis answers with the value of the moment the command was sent.
        stored = self.values.get(key)
        await self._answer()
        return stored

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        self.values[key] = Stored(value, ttl_ms)
        await self._answer()

    async def delete(self, key: bytes) -> None:
        self.values.pop(key, None)
        await self._answer()

    async def ping(self) -> None:
        await self._answer()

    async def _answer(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.down:
            raise StoreUnavailableError("the fake is down")
