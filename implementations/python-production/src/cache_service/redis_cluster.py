"""Redis Cluster: commands go to the primary that holds the key's slot.

Each primary has one shared connection, as a single Redis has. Which one holds what comes
from `CLUSTER SLOTS`; MOVED and ASK are followed, and whatever hints at a change makes us
ask for the slots again.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import AskError, MovedError

from cache_service.metrics import Metrics
from cache_service.redis_pipe import RedisPipe
from cache_service.redis_store import PING, Follow, Redis, nobody, pack
from cache_service.store import StoreUnavailableError

log = logging.getLogger(__name__)

SLOTS = pack(b"CLUSTER", b"SLOTS")
ASKING = pack(b"ASKING")
# More means that the nodes disagree for the moment.
MAX_REDIRECTS = 5
# The slots are asked for this often without a reason, and at most so often with one.
REFRESH_EVERY_S = 15.0
REFRESH_PAUSE_S = 0.2


class RedisCluster(Redis):
    def __init__(self, url: str, new_pipe: Callable[[str], RedisPipe], metrics: Metrics) -> None:
        super().__init__(metrics)
        login, at, seeds = urlsplit(url).netloc.rpartition("@")
        self._node_url = f"redis://{login}{at}{{}}".format
        self._seeds = seeds.split(",")
        self._new_pipe = new_pipe
        self._pipes: dict[str, RedisPipe] = {}
        self._owners: list[str | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        self._newest_write: dict[bytes, object] = {}
        self._outdated = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, on_connected: Callable[[], None], follow: Follow = nobody) -> None:
        self._on_connected = on_connected
        self._follow = follow
        self._task = asyncio.create_task(self._keep_slots())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.gather(*(pipe.close() for pipe in self._pipes.values()))

    async def _read(self, name: bytes, *commands: bytes) -> list[Any]:
        return await self._send(name, commands, lambda: True)

    async def _write(self, name: bytes, command: bytes) -> None:
        """A redirected write goes on only while it is the newest: else it would overtake."""
        write = self._newest_write[name] = object()
        try:
            await self._send(name, (command,), lambda: self._newest_write.get(name) is write)
        finally:
            if self._newest_write.get(name) is write:
                del self._newest_write[name]

    async def _ping(self) -> None:
        owners = set(self._owners)
        if None in owners:
            raise self._unavailable("not all slots have a Redis")
        await asyncio.gather(*(self._ping_node(address) for address in owners if address))

    async def _ping_node(self, address: str) -> None:
        await self._pipe(address).call(PING)

    async def _send(
        self, name: bytes, commands: tuple[bytes, ...], may_redirect: Callable[[], bool]
    ) -> list[Any]:
        slot = key_slot(name)
        address = self._owners[slot]
        if address is None:
            raise self._unavailable("the key's slot has no Redis")
        asking = b""
        for _ in range(1 + MAX_REDIRECTS):
            packed = b"".join(asking + command for command in commands)
            each = 2 if asking else 1
            try:
                replies = await self._pipe(address).call(packed, each * len(commands))
                return replies[each - 1 :: each]
            except StoreUnavailableError as error:
                redirect = error.__cause__
                if not isinstance(redirect, AskError):
                    self._outdated.set()
                    raise
                if not may_redirect():
                    raise
            address = _address(redirect.host, redirect.port, address)
            if isinstance(redirect, MovedError):  # an AskError that is meant for good
                self._owners[slot] = address
                self._outdated.set()
                asking = b""
            else:
                asking = ASKING
        raise self._unavailable("the nodes disagree about the key's slot")

    def _unavailable(self, reason: str) -> StoreUnavailableError:
        self._outdated.set()
        return StoreUnavailableError(reason)

    def _pipe(self, address: str) -> RedisPipe:
        pipe = self._pipes.get(address)
        if pipe is None:
            pipe = self._pipes[address] = self._new_pipe(self._node_url(address))
            pipe.start(self._on_connected)
        return pipe

    async def _keep_slots(self) -> None:
        while True:
            self._outdated.clear()
            await self._refresh()
            await asyncio.sleep(REFRESH_PAUSE_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_EVERY_S):
                    await self._outdated.wait()

    async def _refresh(self) -> None:
        """Ask the nodes we know, then those we were told of at the start, until one answers."""
        for address in [*random.sample([*self._pipes], len(self._pipes)), *self._seeds]:
            try:
                (ranges,) = await self._pipe(address).call(SLOTS)
            except StoreUnavailableError as error:
                log.debug("no slots from %s: %s", address, error)
            else:
                await self._take(ranges, address)
                return
        self._outdated.set()

    async def _take(self, ranges: list[Any], asked: str) -> None:
        owners: list[str | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        for first, last, (host, port, *_), *_replicas in ranges:
            owners[first : last + 1] = [_address(host.decode(), port, asked)] * (last + 1 - first)
        self._owners = owners
        primaries = {address for address in owners if address is not None}
        self._follow(
            {self._node_url(address): partial(self._ping_node, address) for address in primaries}
        )
        for address in self._pipes.keys() - primaries:
            if self._pipes[address].idle:
                await self._pipes.pop(address).close()


def _address(host: str, port: int, asked: str) -> str:
    """A node that does not know its own host leaves it empty: it is the one we asked."""
    host = host or asked.rpartition(":")[0].strip("[]")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
