"""Enough of redis-py's client for the cache."""

import asyncio


class FakeRedis:
    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.gets = 0
        self.silent = False

    async def get(self, name: str) -> bytes | None:
        self.gets += 1
        await self._answer()
        return self.values.get(name)

    async def set(self, name: str, value: bytes, ex: int) -> None:
        assert ex >= 1
        await self._answer()
        self.values[name] = value

    async def delete(self, name: str) -> None:
        await self._answer()
        self.values.pop(name, None)

    async def ping(self) -> None:
        await self._answer()

    async def _answer(self) -> None:
        await asyncio.sleep(10 if self.silent else 0)
