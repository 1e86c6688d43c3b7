"""What Redis is asked: a command, who waits for it, and its bytes."""

import asyncio
from typing import Any

import hiredis

NAMESPACE = b"cache:"


class Command:
    """Sent in one piece. One of both comes first; an answer may also come after a failure."""

    __slots__ = ("overtaken", "packed", "replies", "sent_at", "waiting", "wanted")

    def __init__(self, packed: bytes, wanted: int = 1) -> None:
        self.packed = packed
        self.wanted = wanted
        self.replies: list[Any] = []
        self.overtaken = False
        """Redis told of a change, of this key or another, between its replies."""
        self.sent_at = 0.0
        self.waiting = True

    def answered(self, now: float) -> None:
        """All replies are there, in the order of events in Redis."""

    def failed(self, reason: str) -> None:
        """No answer in time, or none ever; the outcome of a write is unknown."""


class Ask(Command):
    """A command that a coroutine waits for."""

    __slots__ = ("_future",)

    def __init__(self, packed: bytes) -> None:
        super().__init__(packed)
        self._future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def answered(self, _now: float) -> None:
        if not self._future.done():
            self._future.set_result(self.replies[0])

    def failed(self, reason: str) -> None:
        if not self._future.done():
            self._future.set_exception(ConnectionError(reason))

    async def reply(self) -> Any:
        return await self._future


def pack(*words: bytes | str | int) -> bytes:
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type] # its stub knows tuples of one
    return packed
