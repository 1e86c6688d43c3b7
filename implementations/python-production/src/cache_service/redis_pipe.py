"""One connection to Redis that all requests share.

redis-py hands out a connection per command, which costs more CPU than the rest of a
request. Here redis-py only makes the connection (URL, TLS, AUTH, SELECT) and speaks the
protocol; the commands of one event-loop turn go out in one write, and a reader hands the
replies to their callers in order.

One connection is also what keeps writes in order: a command that timed out is not taken
back and the connection stays, so that whatever is written later comes after it.
"""

import asyncio
import logging
import math
import re
from collections import deque
from collections.abc import Callable
from typing import Any

from redis.exceptions import ResponseError

from cache_service.redis_connection import new_connection
from cache_service.store import StoreRefusedError, StoreUnavailableError
from cache_service.tasks import until_one_fails

log = logging.getLogger(__name__)

# Waiting commands cost memory while Redis is silent: beyond this a caller is told at once.
MAX_WAITING_COMMANDS = 20_000
MAX_WAITING_BYTES = 64 * 1024 * 1024
# A connection on which nothing came back for this long is given up. It is longer than
# any pause worth sitting out: a new connection would wait just as well.
SILENCE_LIMIT_S = 10.0
# At a deadline the reader gets so much more to read what has come already.
READ_FIRST_S = 0.002
FIRST_RETRY_S = 0.05
LAST_RETRY_S = 0.5


class _Call:
    """Commands sent together; the result is all their replies, or the first refusal."""

    __slots__ = ("future", "packed", "replies")

    def __init__(self, future: asyncio.Future[Any], packed: bytes, replies: int) -> None:
        self.future = future
        self.packed = packed
        self.replies = replies


def _run_id(info: bytes | None) -> bytes | None:
    found = re.search(rb"^run_id:(\w+)", info or b"", re.MULTILINE)
    return found and found[1]


class RedisPipe:
    def __init__(self, url: str, timeout_s: float, max_value_bytes: int) -> None:
        # Connecting has the time of one command, but never below 1 s: a TLS handshake may
        # need more than REDIS_TIMEOUT_MS.
        self._connection = new_connection(url, max(1.0, timeout_s))
        self._timeout_s = timeout_s
        self._max_waiting_bytes = max(MAX_WAITING_BYTES, 4 * max_value_bytes)
        self._loop = asyncio.get_running_loop()
        self._unsent: deque[_Call] = deque()
        self._unanswered: deque[_Call] = deque()
        self._deadlines: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._expiry: asyncio.TimerHandle | None = None
        self._down = False
        self._progress_s = 0.0
        # The run of Redis and the client id in it of the connection before.
        self._previous: tuple[bytes | None, int] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, on_connected: Callable[[], None]) -> None:
        """Connect, and again whenever the connection is lost; then on_connected is called."""
        self._task = self._loop.create_task(self._run(on_connected))

    def call(self, packed: bytes, replies: int = 1) -> asyncio.Future[list[Any]]:
        """Send packed commands in one piece; the future brings as many replies."""
        if (
            self._down
            or len(self._unsent) + len(self._unanswered) >= MAX_WAITING_COMMANDS
            or self._waiting_bytes + len(packed) > self._max_waiting_bytes
        ):
            raise StoreUnavailableError("Redis is not reachable" if self._down else "Redis is busy")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._unsent.append(_Call(future, packed, replies))
        self._waiting_bytes += len(packed)
        deadline = self._loop.time() + self._timeout_s
        self._deadlines.append((deadline, future))
        if self._expiry is None:
            self._expiry = self._loop.call_at(deadline, self._expire)
        self._wake.set()
        return future

    @property
    def idle(self) -> bool:
        return not self._unsent and not self._unanswered

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._expiry is not None:
            self._expiry.cancel()
        self._fail(self._unanswered, "the service is stopping")
        self._fail(self._unsent, "the service is stopping")

    async def _run(self, on_connected: Callable[[], None]) -> None:
        retry_s = FIRST_RETRY_S
        while True:
            connected = False
            try:
                await self._connect()
                connected = True
                on_connected()
                if self._down:
                    log.warning("Redis is reachable again")
                self._down = False
                retry_s = FIRST_RETRY_S
                await until_one_fails(self._write(), self._read(), self._watch())
            except Exception as error:  # noqa: BLE001 - without this task Redis is gone for good
                self._lost(error, connected=connected)
            finally:
                await self._connection.disconnect(nowait=True)
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, LAST_RETRY_S)

    def _lost(self, error: Exception, *, connected: bool) -> None:
        """What was sent has no known outcome; what was not waits for one new connection."""
        if not self._down:
            log.warning("%s: %s", "Redis is lost" if connected else "Redis is not reachable", error)
        self._fail(self._unanswered, "the connection to Redis was lost")
        if not connected:
            self._down = True
            self._fail(self._unsent, "Redis is not reachable")

    async def _connect(self) -> None:
        """Connect, and make sure that nothing of the previous connection runs any more.

        Redis may still hold commands that it read from a connection which broke on our
        side: killing that client before the first new command keeps a late write from
        overtaking a newer one. A Redis that was restarted holds nothing, and its client
        ids begin anew: the old id would be somebody else's.
        """
        async with asyncio.timeout(max(1.0, self._timeout_s) * 2):
            await self._connection.connect()  # type: ignore[no-untyped-call]
            run_id = _run_id(await self._ask(b"INFO", b"server"))
            if self._previous is not None and self._previous[0] == run_id:
                await self._ask(b"CLIENT", b"KILL", b"ID", self._previous[1])
            client_id = await self._ask(b"CLIENT", b"ID")
            self._previous = None if client_id is None else (run_id, client_id)
        self._progress_s = self._loop.time()

    async def _ask(self, *command: bytes | int) -> Any:
        await self._connection.send_command(*command, check_health=False)
        reply = await self._reply()
        if isinstance(reply, ResponseError):
            # An ACL may forbid these: then the service works, without this protection.
            log.warning("Redis refuses %r %r: %s", command[0], command[1], reply)
            return None
        return reply

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            packed = self._take_unsent()
            if packed:
                await self._connection.send_packed_command(packed, check_health=False)

    def _take_unsent(self) -> list[bytes]:
        """All that was asked for since the last write, but for what nobody waits for."""
        if not self._unanswered:
            self._progress_s = self._loop.time()
        packed = []
        while self._unsent:
            call = self._unsent.popleft()
            if call.future.done():
                self._waiting_bytes -= len(call.packed)
            else:
                packed.append(call.packed)
                self._unanswered.append(call)
        return packed

    async def _read(self) -> None:
        while True:
            first_reply = await self._reply()
            call = self._unanswered[0]
            replies = [first_reply]
            for _ in range(call.replies - 1):
                replies.append(await self._reply())  # noqa: PERF401 - one after the other
            self._unanswered.popleft()
            self._waiting_bytes -= len(call.packed)
            self._progress_s = self._loop.time()
            if call.future.done():
                continue
            refusal = next((reply for reply in replies if isinstance(reply, ResponseError)), None)
            if refusal is None:
                call.future.set_result(replies)
            else:
                refused = StoreRefusedError(f"Redis refused: {refusal}")
                refused.__cause__ = refusal
                call.future.set_exception(refused)
            self._forget_answered()

    async def _reply(self) -> Any:
        try:
            return await self._connection.read_response(disable_decoding=True, timeout=math.inf)
        except ResponseError as error:
            return error

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            if self._unanswered and self._loop.time() - self._progress_s > SILENCE_LIMIT_S:
                raise TimeoutError(f"no reply for {SILENCE_LIMIT_S:.0f} s")

    def _expire(self) -> None:
        """Every call has the same time, so the oldest deadline is always the first.

        One timer for all calls: a timer for each would cost more than the queue.
        """
        self._expiry = None
        self._forget_answered()
        if self._deadlines:
            deadline, now = self._deadlines[0][0], self._loop.time()
            if deadline > now:
                self._expiry = self._loop.call_at(deadline, self._expire)
            else:
                # If we were held up ourselves, the reply may be here and not read yet.
                self._expiry = self._loop.call_later(READ_FIRST_S, self._give_up, now)

    def _give_up(self, now: float) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            _, future = self._deadlines.popleft()
            if not future.done():
                future.set_exception(StoreUnavailableError("Redis did not answer in time"))
        self._expire()

    def _forget_answered(self) -> None:
        """Calls are answered in the order of their deadlines: those in front are done.

        Until its deadline a future would keep its result: a second's values for every
        second of REDIS_TIMEOUT_MS.
        """
        while self._deadlines and self._deadlines[0][1].done():
            self._deadlines.popleft()

    def _fail(self, calls: deque[_Call], reason: str) -> None:
        for call in calls:
            self._waiting_bytes -= len(call.packed)
            if not call.future.done():
                call.future.set_exception(StoreUnavailableError(reason))
        calls.clear()
