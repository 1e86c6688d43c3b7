"""The one RESP3 connection to Redis: commands in order, and invalidations among the replies.

Everything Redis says comes in the order in which it happened there. So L1 needs no guard:
what a reply puts in, a later invalidation takes out. `NOLOOP` keeps our own writes from
being invalidated; their replies fill L1.

A command that times out stays in line and the connection stays, so no late write overtakes
a newer one; a new connection first ends the old one with `CLIENT KILL ID`.
"""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any, cast

import hiredis

from cache_tuned.metrics import Metrics
from cache_tuned.redis_command import NAMESPACE, Ask, Command, pack
from cache_tuned.settings import Settings

log = logging.getLogger(__name__)

# Waiting commands cost memory while Redis is silent: beyond this a caller is told at once.
MAX_WAITING_COMMANDS = 20_000
MAX_WAITING_BYTES = 64 * 1024 * 1024
# The circuit breaker: with so many commands in line past their time, no more are sent until
# Redis answers one. Those in line are the probes; the connection is kept for them.
UNANSWERED_TO_OPEN = 5
CONNECT_TIMEOUT_S = 2.0
RETRY_S = 0.05
# An idle connection is asked for a sign of life this often, and given up after this long
# without any; longer than a pause worth sitting out.
HEARTBEAT_S = 1.0
SILENCE_LIMIT_S = 10.0

_INCOMPLETE = object()


class RedisLink(asyncio.Protocol):
    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        forget: Callable[[bytes], None],
        forget_all: Callable[[], None],
    ) -> None:
        self.trusted = False
        """Whether changes are heard of, so that replies may be kept."""
        self._address = settings.redis
        self._timeout_s = settings.redis_timeout_s
        self._metrics = metrics
        self._wants_tracking = settings.invalidation
        self._forget = forget
        self._forget_all = forget_all
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._lost = asyncio.Event()
        self._ready = False
        self._unreachable = False
        self._unsent: deque[Command] = deque()
        self._unanswered: deque[Command] = deque()
        # Those of both that still have time; the first to send is the first to run out of it.
        self._in_time: deque[Command] = deque()
        self._waiting_bytes = 0
        self._late = 0
        self._heard_at = 0.0
        self._previous: tuple[str, int] | None = None
        self._tick_s = min(0.025, settings.redis_timeout_s / 5)
        self._tick: asyncio.TimerHandle | None = None

    def send(self, command: Command, now: float) -> None:
        refusal = self._refusal(command)
        if refusal is not None:
            command.failed(refusal)
            return
        self._start_time(command, now)
        if self._ready:
            self._write(command)
        else:
            self._unsent.append(command)

    def _refusal(self, command: Command) -> str | None:
        if self._unreachable:
            return "Redis is not reachable"
        if self._late >= UNANSWERED_TO_OPEN:
            return "Redis did not answer lately"
        if (
            len(self._unanswered) + len(self._unsent) >= MAX_WAITING_COMMANDS
            or self._waiting_bytes + len(command.packed) > MAX_WAITING_BYTES
        ):
            return "Redis is busy"
        return None

    def _start_time(self, command: Command, now: float) -> None:
        command.sent_at = now
        self._in_time.append(command)
        self._waiting_bytes += len(command.packed)
        if self._tick is None:
            self._tick = self._loop.call_later(self._tick_s, self._expire)

    def _end_time(self, command: Command, now: float) -> None:
        command.waiting = False
        self._waiting_bytes -= len(command.packed)
        self._metrics.redis_call(now - command.sent_at)
        while self._in_time and not self._in_time[0].waiting:
            self._in_time.popleft()

    def _write(self, command: Command) -> None:
        # The loop writes what was asked for in one of its turns together.
        assert self._transport is not None  # noqa: S101 - for the type checker
        self._transport.write(command.packed)
        self._unanswered.append(command)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._reader = hiredis.Reader(notEnoughData=_INCOMPLETE)
        self._heard_at = monotonic()

    def data_received(self, data: bytes) -> None:
        self._heard_at = now = monotonic()
        self._late = 0
        self._reader.feed(data)
        next_reply = self._reader.gets
        unanswered = self._unanswered
        while (reply := next_reply()) is not _INCOMPLETE:
            if type(reply) is hiredis.PushNotification:
                if unanswered and unanswered[0].replies:
                    unanswered[0].overtaken = True
                self._pushed(reply)
                continue
            command = unanswered[0]
            command.replies.append(reply)
            if len(command.replies) == command.wanted:
                unanswered.popleft()
                if command.waiting:
                    self._end_time(command, now)
                command.answered(now)

    def _pushed(self, message: list[Any]) -> None:
        if message[0] != b"invalidate":
            return
        if message[1] is None:
            self._forget_all()  # FLUSHALL or FLUSHDB
            return
        for name in message[1]:
            self._forget(name[len(NAMESPACE) :])

    def connection_lost(self, _error: Exception | None) -> None:
        self._lost.set()

    def _expire(self) -> None:
        now = monotonic()
        due = now - self._timeout_s
        while self._in_time and self._in_time[0].sent_at <= due:
            self._late += 1
            self._fail(self._in_time[0], "Redis did not answer in time", now)
        self._tick = self._loop.call_later(self._tick_s, self._expire) if self._in_time else None

    def _fail(self, command: Command, reason: str, now: float) -> None:
        if command.waiting:
            self._end_time(command, now)
            command.failed(reason)

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost."""
        while True:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self._connect()
            except OSError as error:  # TimeoutError and ConnectionError among them
                if not self._unreachable:
                    log.warning("Redis is not reachable: %s", str(error) or repr(error))
                self._unreachable = True
            else:
                self._begin()
                await self._watch()
                log.warning("Redis is lost")
            self._end()
            await asyncio.sleep(RETRY_S)

    async def _connect(self) -> None:
        self._lost.clear()
        await self._loop.create_connection(lambda: self, self._address.host, self._address.port)
        user, password = self._address.user, self._address.password
        hello = pack("HELLO", "3", *(("AUTH", user, password) if password else ()))
        greeting = await self._ask(hello)
        if isinstance(greeting, Exception):
            raise ConnectionError(f"Redis refuses HELLO: {greeting}")
        if self._address.database:
            await self._ask(pack("SELECT", self._address.database))
        await self._end_previous(greeting[b"id"])
        if self._wants_tracking:
            tracking = pack("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", NAMESPACE, "NOLOOP")
            reply = await self._ask(tracking)
            self.trusted = not isinstance(reply, Exception)
            if not self.trusted:
                log.warning("no invalidations, so no L1: %s", reply)
        else:
            self.trusted = True

    async def _end_previous(self, client_id: int) -> None:
        """Whatever Redis may still hold of the last connection must not run after this.

        A Redis that was restarted holds nothing, and its client ids begin anew: the old id
        would be somebody else's.
        """
        info = await self._ask(pack("INFO", "server"))
        text = info.decode() if isinstance(info, bytes) else str(info)
        run = re.search(r"^run_id:(\w+)", text, re.MULTILINE)
        run_id = run[1] if run else ""
        if self._previous is not None and self._previous[0] == run_id:
            await self._ask(pack("CLIENT", "KILL", "ID", self._previous[1]))
        self._previous = (run_id, client_id)

    async def _ask(self, packed: bytes) -> Any:
        ask = Ask(packed)
        self._start_time(ask, monotonic())
        self._write(ask)
        return await ask.reply()

    def _begin(self) -> None:
        if self._unreachable:
            log.warning("Redis is reachable again")
        self._unreachable = False
        self._late = 0
        self._ready = True
        self._forget_all()
        while self._unsent:
            command = self._unsent.popleft()
            if command.waiting:
                self._write(command)

    async def _watch(self) -> None:
        """Until the connection is lost, or silent for so long that it must be."""
        while not self._lost.is_set():
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._lost.wait()
            except TimeoutError:
                now = monotonic()
                if not self._unanswered:
                    self._heard_at = now
                    self.send(Command(pack("PING")), now)
                elif now - self._heard_at > SILENCE_LIMIT_S:
                    return

    def _end(self) -> None:
        """What was sent has no known outcome; what was not waits for one new connection."""
        self.trusted = self._ready = False
        self._forget_all()
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        self._late = 0
        now = monotonic()
        lost = [self._unanswered, self._unsent] if self._unreachable else [self._unanswered]
        for commands in lost:
            while commands:
                self._fail(commands.popleft(), "the connection to Redis was lost", now)

    def close(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
        if self._transport is not None:
            self._transport.abort()
