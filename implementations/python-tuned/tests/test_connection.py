"""HTTP as a client sees it, over a transport and a store that are fakes."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from cache_tuned.cache import Asker, Cache
from cache_tuned.connection import LINGER_S, MAX_BUFFERED_BYTES, Connection
from cache_tuned.metrics import Metrics, SharedTable, render
from cache_tuned.request_head import MAX_HEAD_BYTES
from cache_tuned.service import Service
from cache_tuned.settings import read_settings

LIMIT = 100
HOST = "Host: a\r\n"


class FakeCache:
    """Answers from a dictionary at once, or when a test lets it."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.order: list[str] = []
        self.held: list[Callable[[], None]] | None = None
        self.down = False

    def get(self, key: bytes, asker: Asker, _now: float) -> None:
        self._run(lambda: asker.found(self.values.get(key), in_l1=True), f"get {key!r}", asker)

    def put(self, key: bytes, value: bytes, ttl_ms: int, asker: Asker, _now: float) -> None:
        self.values[key] = value
        self._run(asker.written, f"put {key!r} {ttl_ms}", asker)

    def delete(self, key: bytes, asker: Asker, _now: float) -> None:
        self.values.pop(key, None)
        self._run(asker.written, f"delete {key!r}", asker)

    def ping(self, asker: Asker, _now: float) -> None:
        self._run(asker.written, "ping", asker)

    def _run(self, answer: Callable[[], None], what: str, asker: Asker) -> None:
        self.order.append(what)
        if self.down:
            asker.unavailable("down")
        elif self.held is None:
            answer()
        else:
            self.held.append(answer)


class FakeTransport:
    def __init__(self) -> None:
        self.sent = b""
        self.closed = False
        self.half_closed = False
        self.paused = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        assert not self.half_closed
        self.sent += data

    def write_eof(self) -> None:
        self.half_closed = True

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Answer:
    def __init__(self, head: bytes, body: bytes) -> None:
        line, *fields = head.decode().split("\r\n")
        self.status = int(line.split(" ")[1])
        self.fields = dict(field.split(": ", 1) for field in fields)
        self.body = body


class Client:
    def __init__(self) -> None:
        self.store = FakeCache()
        table = SharedTable(1)
        metrics = Metrics(table, 0)
        settings = read_settings({"MAX_VALUE_BYTES": str(LIMIT)})
        self.service = Service(settings, cast("Cache", self.store), metrics, table, {})
        self.service.shared.date = b"Date: today\r\n"
        self.table = table
        self.metrics = metrics
        self.connect()

    def connect(self) -> None:
        self.transport = FakeTransport()
        self.connection = Connection(self.service.shared)
        self.connection.connection_made(cast("asyncio.Transport", self.transport))

    def send(self, text: str) -> list[Answer]:
        """The answers since the last time; to HEAD there must be none before another."""
        self.connection.data_received(text.encode("latin-1"))
        return self.received()

    def received(self) -> list[Answer]:
        sent, self.transport.sent = self.transport.sent, b""
        answers = []
        while sent:
            head, _, sent = sent.partition(b"\r\n\r\n")
            found = re.search(rb"Content-Length: (\d+)", head)
            length = int(found[1]) if found else 0
            answers.append(Answer(head, sent[:length]))
            sent = sent[length:]
        return answers

    def ask(self, method: str, target: str, body: str = "", fields: str = "") -> Answer:
        if body:
            fields += f"Content-Length: {len(body)}\r\n"
        (answer,) = self.send(f"{method} {target} HTTP/1.1\r\n{HOST}{fields}\r\n{body}")
        return answer

    def count(self, op: str, result: str) -> float:
        wanted = f'cache_requests_total{{op="{op}",result="{result}"}} '
        self.metrics.publish((0, 0))
        lines = render(self.table, {}).decode().splitlines()
        return next(float(line[len(wanted) :]) for line in lines if wanted in line)


@pytest.fixture
async def client() -> Client:
    return Client()


def get(key: str) -> str:
    return f"GET /v1/cache/{key} HTTP/1.1\r\n{HOST}\r\n"


async def test_what_was_put_is_got_byte_for_byte(client: Client) -> None:
    assert client.ask("PUT", "/v1/cache/k?ttl=5", ' {"a": 1e999}\n').status == 204
    answer = client.ask("GET", "/v1/cache/k")
    assert (answer.status, answer.body) == (200, b' {"a": 1e999}\n')
    assert answer.fields == {
        "Content-Type": "application/json",
        "X-Cache": "L1",
        "Date": "today",
        "Content-Length": "14",
    }
    assert client.store.order == ["put b'k' 5000", "get b'k'"]


async def test_head_has_the_length_and_no_body(client: Client) -> None:
    client.ask("PUT", "/v1/cache/k", '"12345"')
    client.connection.data_received(f"HEAD /v1/cache/k HTTP/1.1\r\n{HOST}\r\n".encode())
    assert client.transport.sent.endswith(b"Content-Length: 7\r\n\r\n")


async def test_an_absent_key_is_a_problem_and_a_miss(client: Client) -> None:
    answer = client.ask("GET", "/v1/cache/k")
    assert (answer.status, answer.fields["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(answer.body)["status"] == 404
    assert client.count("get", "miss") == 1


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/v1/cache/a/b", "", 404),  # the route comes before the method,
        ("POST", "/v1/cache/%zz", "", 405),  # the method before the key,
        ("PUT", "/v1/cache/%zz?ttl=0", "1", 400),
        ("PUT", "/v1/cache/k?ttl=0", "x" * (LIMIT + 1), 400),  # the ttl before the size,
        ("PUT", "/v1/cache/k", "x" * (LIMIT + 1), 413),  # the size before the JSON
        ("PUT", "/v1/cache/k", "x" * LIMIT, 400),
        ("GET", "/other", "", 404),
        ("POST", "/livez", "", 405),
    ],
)
async def test_a_request_is_judged_in_order(
    client: Client, method: str, target: str, body: str, status: int
) -> None:
    answer = client.ask(method, target, body)
    assert (answer.status, answer.fields["Content-Type"]) == (status, "application/problem+json")
    assert client.store.order == []
    # The body was skipped: the connection goes on.
    assert client.ask("GET", "/livez").status == 200


async def test_another_method_is_told_which_are_allowed(client: Client) -> None:
    assert client.ask("PATCH", "/v1/cache/k").fields["Allow"] == "GET, HEAD, PUT, DELETE"


async def test_requests_may_come_byte_by_byte(client: Client) -> None:
    text = f"PUT /v1/cache/k HTTP/1.1\r\n{HOST}Content-Length: 3\r\n\r\n123{get('k')}"
    answers = [answer for byte in text for answer in client.send(byte)]
    assert [(answer.status, answer.body) for answer in answers] == [(204, b""), (200, b"123")]


async def test_pipelined_requests_wait_for_the_answer_before_them(client: Client) -> None:
    client.store.held = []
    put = f"PUT /v1/cache/k HTTP/1.1\r\n{HOST}Content-Length: 1\r\n\r\n1"
    assert client.send(put + get("k") + get("other")) == []
    assert client.store.order[1:] == []
    client.store.held.pop()()
    assert len(client.store.order) == 2
    client.store.held.pop()()
    client.store.held.pop()()
    assert [answer.status for answer in client.received()] == [204, 200, 404]


async def test_a_client_far_ahead_of_its_answers_is_not_read_from(client: Client) -> None:
    client.store.held = []
    client.send(get("k"))
    client.send(get("k") * (MAX_BUFFERED_BYTES // 30))
    assert client.transport.paused
    held, client.store.held = client.store.held, None
    held[0]()
    assert not client.transport.paused


async def test_a_client_that_does_not_read_its_answers_is_not_served(client: Client) -> None:
    client.connection.pause_writing()
    assert client.send(get("k")) == []
    client.connection.resume_writing()
    assert [answer.status for answer in client.received()] == [404]


async def test_a_chunked_body_is_stored_and_one_over_the_limit_refused(client: Client) -> None:
    head = f"PUT /v1/cache/k HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n"
    assert [one.status for one in client.send(head + "2\r\n12\r\n1\r\n3\r\n0\r\n\r\n")] == [204]
    assert client.store.values == {b"k": b"123"}
    (answer,) = client.send(f"{head}{LIMIT + 1:x}\r\n")
    assert (answer.status, answer.fields["Connection"]) == (413, "close")
    assert client.count("put", "too_large") == 1


async def test_a_body_nobody_wants_is_thrown_away_until_the_client_saw_the_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[Any] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", lambda *call: later.append(call))
    (answer,) = client.send(
        f"PUT /v1/cache/k HTTP/1.1\r\n{HOST}Content-Length: 999\r\nExpect: 100-continue\r\n\r\n"
    )
    assert (answer.status, answer.fields["Connection"]) == (413, "close")
    assert (client.transport.half_closed, client.transport.closed) == (True, False)
    assert client.send(get("k")) == []
    ((delay_s, close),) = later
    close()
    assert (delay_s, client.transport.closed) == (LINGER_S, True)


async def test_a_client_that_asks_may_send_its_body(client: Client) -> None:
    head = f"PUT /v1/cache/k HTTP/1.1\r\n{HOST}Content-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    client.connection.data_received(head.encode())
    assert client.transport.sent == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.transport.sent = b""
    assert [answer.status for answer in client.send("1")] == [204]


@pytest.mark.parametrize(
    "text",
    [
        f"GET /livez\r\n{HOST}\r\n",
        f"GET  /livez HTTP/1.1\r\n{HOST}\r\n",
        f"GET /livez HTTP/2.0\r\n{HOST}\r\n",
        "GET /livez HTTP/1.1\r\n\r\n",
        f"GET /livez HTTP/1.1\r\n{HOST}{HOST}\r\n",
        f"GET /livez HTTP/1.1\r\n{HOST}bad field\r\n\r\n",
        "x" * (MAX_HEAD_BYTES + 1),
    ],
)
async def test_what_is_not_http_is_refused_and_the_connection_ends(
    client: Client, text: str
) -> None:
    (answer,) = client.send(text)
    assert (answer.status, answer.fields["Connection"]) == (400, "close")
    assert client.transport.closed


@pytest.mark.parametrize("version", ["HTTP/1.1\r\nConnection: close", "HTTP/1.0"])
async def test_a_connection_ends_when_the_client_wants_it_to(client: Client, version: str) -> None:
    (answer,) = client.send(f"GET /livez {version}\r\n{HOST}\r\n{get('k')}")
    assert (answer.status, answer.fields["Connection"]) == (200, "close")
    assert client.transport.closed


async def test_a_client_that_has_sent_all_still_gets_its_answer(client: Client) -> None:
    client.store.held = []
    client.send(get("k"))
    assert client.connection.eof_received()
    assert not client.transport.closed
    client.store.held[0]()
    assert [answer.status for answer in client.received()] == [404]
    assert client.transport.closed


async def test_an_answer_to_a_client_that_went_away_is_counted_and_not_sent(client: Client) -> None:
    client.store.held = []
    client.send(get("k"))
    client.connection.connection_lost(None)
    client.store.held[0]()
    assert client.transport.sent == b""
    assert client.count("get", "miss") == 1
    assert client.service.shared.all_closed.is_set()


async def test_without_redis_everything_is_unavailable_but_livez(client: Client) -> None:
    client.store.down = True
    for method, target in (("GET", "/v1/cache/k"), ("DELETE", "/v1/cache/k"), ("GET", "/readyz")):
        answer = client.ask(method, target)
        assert (answer.status, answer.fields["Retry-After"]) == (503, "1")
    assert client.ask("PUT", "/v1/cache/k", "1").status == 503
    assert client.ask("GET", "/livez").status == 200
    assert client.count("delete", "unavailable") == 1


async def test_a_draining_service_is_not_ready_and_closes_its_connections(client: Client) -> None:
    assert client.ask("GET", "/readyz").status == 200
    client.service.shared.draining = True
    answer = client.ask("GET", "/readyz")
    assert (answer.status, answer.fields["Connection"]) == (503, "close")
    assert client.transport.closed


async def test_a_fault_of_ours_is_a_500_that_is_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(client.store, "get", fail)
    assert client.ask("GET", "/v1/cache/k").status == 500
    assert client.count("get", "error") == 1


async def test_only_a_connection_that_waits_for_its_client_is_given_up(client: Client) -> None:
    client.store.held = []
    client.send(get("k"))
    client.connection.give_up()
    assert not client.transport.closed
    client.store.held[0]()
    client.connection.give_up()
    assert client.transport.closed
