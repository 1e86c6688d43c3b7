import json
from typing import Any

import pytest

from cache_service.app import App
from cache_service.body import Message
from cache_service.cache import Cache
from cache_service.l1 import L1
from cache_service.metrics import Metrics, MetricsPage, SharedTable
from cache_service.settings import read_settings
from tests.fake_store import FakeStore

LIMIT = 100


class Answer:
    def __init__(self, messages: list[Message]) -> None:
        start, body = messages
        self.status: int = start["status"]
        self.headers = dict(start["headers"])
        self.body: bytes = body["body"]


class Client:
    """Calls the app as an ASGI server would."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.received = 0
        table = SharedTable(1)
        metrics = Metrics(table.row(0))
        l1 = L1(1_000_000, 60.0)
        settings = read_settings({"MAX_VALUE_BYTES": str(LIMIT)})
        page = MetricsPage(table, {})
        cache = Cache(l1, self.store)
        cache.trust()
        self.app = App(settings, cache, l1, metrics, page)

    async def ask(
        self,
        method: str,
        target: str,
        chunks: list[bytes] | None = None,
        headers: dict[bytes, bytes] | None = None,
    ) -> Answer:
        path, _, query = target.partition("?")
        left = list(chunks or [b""])
        sent: list[Message] = []

        async def receive() -> Message:
            if not left:
                return {"type": "http.disconnect"}
            self.received += 1
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": list((headers or {}).items()),
        }
        await self.app(scope, receive, send)
        return Answer(sent)

    async def put(self, target: str, body: bytes) -> Answer:
        return await self.ask("PUT", target, [body], {b"content-length": b"%d" % len(body)})

    async def count(self, op: str, result: str) -> float:
        page = (await self.ask("GET", "/metrics")).body.decode()
        wanted = f'cache_requests_total{{op="{op}",result="{result}"}} '
        return next(float(line[len(wanted) :]) for line in page.splitlines() if wanted in line)


@pytest.fixture
def client() -> Client:
    return Client()


async def test_what_was_put_is_got_byte_for_byte(client: Client) -> None:
    assert (await client.put("/v1/cache/k", b' {"a": 1e999}\n')).status == 204
    for source in (b"L2", b"L1"):
        answer = await client.ask("GET", "/v1/cache/k")
        assert (answer.status, answer.body) == (200, b' {"a": 1e999}\n')
        assert answer.headers == {b"content-type": b"application/json", b"x-cache": source}


async def test_an_absent_key_is_a_problem_and_a_miss(client: Client) -> None:
    answer = await client.ask("GET", "/v1/cache/k")
    assert answer.status == 404
    assert answer.headers[b"content-type"] == b"application/problem+json"
    assert json.loads(answer.body)["status"] == 404
    assert await client.count("get", "miss") == 1


async def test_delete_is_the_same_whether_there_was_a_value_or_not(client: Client) -> None:
    await client.put("/v1/cache/k", b"1")
    assert (await client.ask("DELETE", "/v1/cache/k")).status == 204
    assert (await client.ask("DELETE", "/v1/cache/k")).status == 204
    assert (await client.ask("GET", "/v1/cache/k")).status == 404


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/v1/cache/a/b", b"", 404),  # the route comes before the method,
        ("POST", "/v1/cache/%zz", b"", 405),  # the method before the key,
        ("PUT", "/v1/cache/%zz?ttl=0", b"1", 400),
        ("PUT", "/v1/cache/k?ttl=0", b"x" * (LIMIT + 1), 400),  # the ttl before the size,
        ("PUT", "/v1/cache/k", b"x" * (LIMIT + 1), 413),  # the size before the JSON
        ("PUT", "/v1/cache/k", b"x" * LIMIT, 400),
    ],
)
async def test_a_request_is_judged_in_order(
    client: Client, method: str, target: str, body: bytes, status: int
) -> None:
    answer = await client.ask(method, target, [body], {b"content-length": b"%d" % len(body)})
    assert answer.status == status
    assert answer.headers[b"content-type"] == b"application/problem+json"
    assert not client.store.values


async def test_another_method_is_told_which_are_allowed(client: Client) -> None:
    answer = await client.ask("PATCH", "/v1/cache/k")
    assert (answer.status, answer.headers[b"allow"]) == (405, b"GET, HEAD, PUT, DELETE")


async def test_the_limit_passes_and_one_byte_more_does_not_chunked_too(client: Client) -> None:
    most = [b'"', b"x" * (LIMIT - 2), b'"']
    assert (await client.ask("PUT", "/v1/cache/k", most)).status == 204
    assert (await client.ask("PUT", "/v1/cache/k", [*most, b" "])).status == 413
    assert (await client.put("/v1/cache/k", b"".join(most))).status == 204
    assert await client.count("put", "too_large") == 1


async def test_an_announced_size_over_the_limit_is_refused_unread(client: Client) -> None:
    waiting = {b"content-length": b"99999", b"expect": b"100-continue"}
    answer = await client.ask("PUT", "/v1/cache/k", [b"x"], waiting)
    assert (answer.status, client.received) == (413, 0)


async def test_a_body_that_ends_early_is_not_stored(client: Client) -> None:
    answer = await client.ask("PUT", "/v1/cache/k", [b"1"], {b"content-length": b"2"})
    assert answer.status == 408
    assert not client.store.values


async def test_without_redis_everything_but_a_hit_is_unavailable(client: Client) -> None:
    await client.put("/v1/cache/k", b"1")
    await client.ask("GET", "/v1/cache/k")
    client.store.down = True
    assert (await client.ask("GET", "/v1/cache/k")).status == 200
    for method, target in (
        ("GET", "/v1/cache/other"),
        ("DELETE", "/v1/cache/other"),
        ("GET", "/readyz"),
    ):
        answer = await client.ask(method, target)
        assert (answer.status, answer.headers[b"retry-after"]) == (503, b"1")
    assert (await client.put("/v1/cache/k", b"2")).status == 503
    assert (await client.ask("GET", "/livez")).status == 200
    assert await client.count("delete", "unavailable") == 1


async def test_a_draining_service_is_not_ready_and_closes_its_connections(client: Client) -> None:
    assert (await client.ask("GET", "/readyz")).status == 200
    await client.put("/v1/cache/k", b"1")
    client.app.start_draining()
    assert (await client.ask("GET", "/readyz")).status == 503
    answer = await client.ask("GET", "/v1/cache/k")
    assert (answer.status, answer.headers[b"connection"]) == (200, b"close")


async def test_a_fault_of_ours_is_a_500_that_is_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_key: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(client.app._cache, "get", fail)
    assert (await client.ask("GET", "/v1/cache/k")).status == 500
    assert await client.count("get", "error") == 1
