"""One HTTP/1 connection: its requests one after the other, each with its answer.

A request is served when the one before it has its answer, so pipelined requests take
effect in order. What the client sends meanwhile waits in a buffer of bounded size.
"""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Protocol, cast

from cache_tuned import answers
from cache_tuned.answers import Answer
from cache_tuned.metrics import Metrics, Op, Result
from cache_tuned.request_body import Body, BodyTooLargeError, ChunkedBody, FixedBody
from cache_tuned.request_head import MAX_HEAD_BYTES, BadRequestError, Fields, read_fields

log = logging.getLogger(__name__)

MAX_BUFFERED_BYTES = 64 * 1024
# After an answer that left a body unread, for so long what still comes is thrown away:
# closing with unread bytes would reset the connection before the client saw the answer.
LINGER_S = 2.0

_NO_FIELDS = Fields(None, chunked=False, close=False, expects_continue=False, hosts=0)


class Shared:
    """What all connections of a worker have in common."""

    def __init__(self, service: "Service", metrics: Metrics, max_value_bytes: int) -> None:
        self.service = service
        self.metrics = metrics
        self.max_value_bytes = max_value_bytes
        self.connections: set[Connection] = set()
        self.all_closed = asyncio.Event()
        self.draining = False
        self.date = b""
        """The whole field, renewed every second."""


class Service(Protocol):
    def serve(self, connection: "Connection", method: bytes, target: bytes, now: float) -> None:
        """Answer the request, now or later."""


class Connection(asyncio.Protocol):
    __slots__ = (
        "_body", "_buffer", "_close", "_discarding", "_fields", "_is_head", "_paused", "_shared",
        "_stalled", "_started", "_then", "_transport", "_unread", "_waiting", "_working",
        "active_at", "op",
    )  # fmt: skip

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._buffer = b""
        # No request is taken while the one before it waits for its answer,
        self._waiting = False
        # while the client does not read its answers,
        self._paused = False
        # or after the last of them: then what comes is thrown away.
        self._discarding = False
        # _work is on the stack.
        self._working = False
        # The client is ahead of its answers by a full buffer.
        self._stalled = False
        self._fields = _NO_FIELDS
        self._is_head = False
        self._close = False
        self._unread = False
        self._body: Body | None = None
        self._started = self.active_at = monotonic()
        self.op: Op | None = None
        """How the request under way counts in the metrics, if it does."""

    # --- the transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._shared.connections.add(self)
        self._shared.all_closed.clear()

    def connection_lost(self, _error: Exception | None) -> None:
        self._discarding = True
        self._shared.connections.discard(self)
        if not self._shared.connections:
            self._shared.all_closed.set()

    def data_received(self, data: bytes) -> None:
        if self._discarding:
            return
        self._buffer = self._buffer + data if self._buffer else data
        if not self._waiting:
            self._work()
        elif len(self._buffer) > MAX_BUFFERED_BYTES:
            self._stalled = True
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        # A client may close its side after its last request and still read the answer.
        self._close = True
        if not self._waiting:
            self._transport.close()
        return True

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._work()

    # --- requests

    def _work(self) -> None:
        if self._working:
            return
        self._working = True
        try:
            while self._buffer and not (self._waiting or self._paused or self._discarding):
                if not (self._read_head() if self._body is None else self._read_body()):
                    break
        except BadRequestError as error:
            self._close = True
            self.reply(answers.invalid(str(error)))
        except Exception:
            log.exception("a request failed")
            self._close = True
            self.reply(answers.FAILED)
        finally:
            self._working = False
        if self._stalled and not self._waiting:
            self._stalled = False
            self._transport.resume_reading()

    def _read_head(self) -> bool:
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > MAX_HEAD_BYTES:
                raise BadRequestError("the head is too long")
            return False
        self._started = self.active_at = now = monotonic()
        self._buffer = buffer[end + 4 :]
        self._waiting = True
        self._unread = self._is_head = False
        self.op = None
        line, _, block = buffer[: end + 2].partition(b"\r\n")
        words = line.split(b" ")
        if len(words) != 3 or words[2] not in {b"HTTP/1.1", b"HTTP/1.0"}:
            raise BadRequestError("the request line is malformed")
        method, target, version = words
        self._is_head = method == b"HEAD"
        fields = self._fields = read_fields(block)
        self._close = fields.close or self._shared.draining
        if version == b"HTTP/1.0":
            self._close = True
        elif fields.hosts != 1:
            raise BadRequestError("there is not one Host")
        self._unread = fields.chunked or bool(fields.length)
        self._shared.service.serve(self, method, target, now)
        return True

    # --- bodies

    @property
    def announced_length(self) -> int | None:
        return self._fields.length

    def read_body(self, then: Callable[[bytes], None]) -> None:
        """Go on when the body is complete; its length was judged already, if it is known."""
        self._unread = False
        length = self._fields.length or 0
        if not self._fields.chunked and len(self._buffer) >= length:
            body, self._buffer = self._buffer[:length], self._buffer[length:]
            then(body)
            return
        if self._fields.expects_continue and not self._buffer:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._waiting = False
        self._then = then
        most = self._shared.max_value_bytes
        self._body = ChunkedBody(most) if self._fields.chunked else FixedBody(length)

    def _read_body(self) -> bool:
        assert self._body is not None  # noqa: S101 - for the type checker
        self.active_at = monotonic()
        data, self._buffer = self._buffer, b""
        body = self._body
        try:
            left = body.feed(data)
        except BodyTooLargeError:
            self._end_body(answers.TOO_LARGE)
            return False
        except BadRequestError:
            self._end_body(answers.BAD_BODY)
            return False
        if left is None:
            return False
        self._buffer = left
        self._body = None
        self._waiting = True
        self._then(body.value())
        return True

    def _end_body(self, answer: Answer) -> None:
        self._body = None
        self._unread = True
        self.reply(answer)

    # --- answers

    def found(self, value: bytes | None, *, in_l1: bool) -> None:
        if value is None:
            self.reply(answers.ABSENT)
        elif in_l1:
            self._send(answers.VALUE_FROM_L1, value, Result.L1_HIT)
        else:
            self._send(answers.VALUE_FROM_L2, value, Result.L2_HIT)

    def written(self) -> None:
        self.reply(answers.NO_CONTENT)

    def unavailable(self, reason: str) -> None:
        self.reply(answers.unavailable(reason))

    def reply(self, answer: Answer) -> None:
        self._send(*answer)

    def _send(self, head: bytes, body: bytes, result: Result) -> None:
        shared = self._shared
        linger = False
        if self._unread:
            linger = not self._skip_body()
        close = self._close or linger
        if not self._discarding:
            date = shared.date + b"Connection: close\r\n" if close else shared.date
            if head is answers.NO_CONTENT.head:
                self._transport.write(b"%b%b\r\n" % (head, date))
            else:
                sent = b"" if self._is_head else body
                self._transport.write(
                    b"%b%bContent-Length: %d\r\n\r\n%b" % (head, date, len(body), sent)
                )
        if self.op is not None:
            shared.metrics.request(self.op, result, monotonic() - self._started)
        self._waiting = False
        if close:
            self._finish(linger=linger)
        elif not self._working and self._buffer:
            self._work()

    def _skip_body(self) -> bool:
        """Whether a body nobody wants is all here, and is now thrown away."""
        length = self._fields.length
        if self._fields.chunked or length is None or length > len(self._buffer):
            return False
        self._buffer = self._buffer[length:]
        return True

    def _finish(self, *, linger: bool) -> None:
        self._discarding = True
        self._buffer = b""
        if linger and not self._transport.is_closing():
            self._transport.write_eof()
            asyncio.get_running_loop().call_later(LINGER_S, self._transport.close)
        else:
            self._transport.close()

    def give_up(self) -> None:
        """Nothing came for too long."""
        if not self._waiting:
            self._transport.close()
