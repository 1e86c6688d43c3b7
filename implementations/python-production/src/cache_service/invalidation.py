"""Hearing of changes that others make in Redis, so that L1 can be trusted.

On one connection of its own to each primary: `CLIENT TRACKING ON BCAST PREFIX cache:`.
Redis then pushes the names of all keys under the prefix that change, whoever wrote them.
L1 is trusted while tracking is on at every primary, and empty when it is not.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from cache_service.redis_connection import Connection, new_connection
from cache_service.store import NAMESPACE, StoreUnavailableError
from cache_service.tasks import until_one_fails

log = logging.getLogger(__name__)

PING_EVERY_S = 1.0
PING_TIMEOUT_S = 1.0
CONNECT_TIMEOUT_S = 2.0
RETRY_S = 0.1


# Sent where the commands go: returns when they get through, and raises when not.
Ping = Callable[[], Awaitable[object]]


class Trusting(Protocol):
    """What is told: the cache."""

    def forget(self, key: bytes) -> None: ...

    def forget_all(self) -> None: ...

    def trust(self) -> None: ...

    def distrust(self) -> None: ...


class Invalidation:
    def __init__(self, cache: Trusting) -> None:
        self._cache = cache
        self._listeners: dict[str, _Listener] = {}
        self._trusted = False

    def follow(self, primaries: Mapping[str, Ping]) -> None:
        """Listen to these URLs, and to no others."""
        for url in self._listeners.keys() - primaries.keys():
            self._listeners.pop(url).stop()
        for url in primaries.keys() - self._listeners.keys():
            self._listeners[url] = _Listener(url, self._cache, primaries[url], self._judge)
        self._judge()

    async def close(self) -> None:
        await asyncio.gather(
            *(listener.stop() for listener in self._listeners.values()), return_exceptions=True
        )

    def _judge(self) -> None:
        listeners = self._listeners.values()
        trusted = bool(listeners) and all(listener.tracking for listener in listeners)
        if trusted != self._trusted:
            self._trusted = trusted
            log.info("L1 is %s", "trusted: changes are heard of" if trusted else "not trusted")
            if trusted:
                self._cache.trust()
            else:
                self._cache.distrust()


class _Listener:
    """The invalidation connection to one Redis, made again whenever it is lost."""

    def __init__(
        self,
        url: str,
        cache: Trusting,
        ping_commands: Ping,
        on_change: Callable[[], None],
    ) -> None:
        self.tracking = False
        self._cache = cache
        self._ping_commands = ping_commands
        self._on_change = on_change
        self._connection: Connection = new_connection(url, CONNECT_TIMEOUT_S)
        # Whatever the URL says: in RESP2 Redis would accept to track, and push nothing.
        self._connection.protocol = 3
        self._ponged = asyncio.Event()
        self._warned = False
        self._task = asyncio.create_task(self._run())

    def stop(self) -> asyncio.Task[None]:
        self._task.cancel()
        return self._task

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self._start_tracking()
                self._set_tracking(on=True)
                self._warned = False
                await until_one_fails(self._listen(), self._watch())
            except Exception as error:  # noqa: BLE001 - without this task L1 is never trusted again
                if not self._warned:
                    log.warning(
                        "no invalidation connection, so no L1: %s", str(error) or repr(error)
                    )
                self._warned = True
            finally:
                self._set_tracking(on=False)
                await self._connection.disconnect(nowait=True)
            await asyncio.sleep(RETRY_S)

    def _set_tracking(self, *, on: bool) -> None:
        self.tracking = on
        self._on_change()

    async def _start_tracking(self) -> None:
        await self._connection.connect()  # type: ignore[no-untyped-call]
        # redis-py hands invalidations on to nobody, and has no public way to ask for them.
        self._connection._parser.invalidation_push_handler_func = self._on_push  # type: ignore[attr-defined] # noqa: SLF001
        await self._connection.send_command(
            "CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", NAMESPACE, check_health=False
        )
        await self._connection.read_response()

    async def _listen(self) -> None:
        while True:
            # An invalidation is handled inside this call, and is then no reply (None).
            reply = await self._connection.read_response(timeout=math.inf, push_request=True)
            if reply is not None:
                self._ponged.set()

    async def _on_push(self, message: list[Any]) -> None:
        names: list[bytes] | None = message[1]
        if names is None:
            self._cache.forget_all()  # FLUSHALL or FLUSHDB
            return
        for name in names:
            self._cache.forget(name.removeprefix(NAMESPACE))

    async def _watch(self) -> None:
        """Find out that the connection is dead though nobody closed it."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            self._ponged.clear()
            await self._connection.send_command("PING", check_health=False)
            while not await self._pong_came():
                # Redis may be silent on all connections: then it will tell us later.
                with suppress(StoreUnavailableError):
                    await self._ping_commands()
                    if not await self._pong_came():
                        raise ConnectionError("commands get through, but no invalidation does")

    async def _pong_came(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(PING_TIMEOUT_S):
                await self._ponged.wait()
        return self._ponged.is_set()
