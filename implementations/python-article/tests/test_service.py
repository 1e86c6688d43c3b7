"""The service over HTTP, in front of a fake Redis."""

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient
from yarl import URL

from cache_article.app import Service
from cache_article.cache import Cache
from cache_article.settings import read_settings
from tests.fake_redis import FakeRedis

if TYPE_CHECKING:
    from redis.asyncio import Redis

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def redis() -> FakeRedis:
    return FakeRedis()


@pytest.fixture
def service(redis: FakeRedis) -> Service:
    cache = Cache(cast("Redis", redis), local_ttl_s=0.05, timeout_s=0.02)
    return Service(cache, read_settings({"MAX_VALUE_BYTES": "100"}))


@pytest.fixture
async def client(service: Service, aiohttp_client: AiohttpClient) -> Client:
    return await aiohttp_client(service.app())


def url(key: str) -> URL:
    return URL(f"/v1/cache/{key}", encoded=True)


async def test_put_is_read_back_byte_for_byte_from_the_dict(
    client: Client, redis: FakeRedis
) -> None:
    body = b' {"a" :\t1}\n'
    assert (await client.put(url("a%2Fb?ttl=60"), data=body)).status == 204
    answer = await client.get(url("a%2Fb"))
    assert await answer.read() == body
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Cache"] == "L1"
    assert redis.values == {"cache:a/b": body}


async def test_an_entry_lives_its_time_then_redis_is_asked_again(
    client: Client, redis: FakeRedis
) -> None:
    redis.values["cache:k"] = b"1"
    sources = [(await client.get(url("k"))).headers["X-Cache"] for _ in range(2)]
    await asyncio.sleep(0.06)
    sources.append((await client.get(url("k"))).headers["X-Cache"])
    assert sources == ["L2", "L1", "L2"]
    assert redis.gets == 2


async def test_delete_takes_the_key_from_dict_and_redis(client: Client, redis: FakeRedis) -> None:
    await client.put(url("k"), data=b"1")
    assert (await client.delete(url("k"))).status == 204
    answer = await client.get(url("k"))
    assert (answer.status, answer.content_type) == (404, "application/problem+json")
    assert redis.values == {}


async def test_a_read_that_ends_after_a_put_does_not_overwrite_it(redis: FakeRedis) -> None:
    cache = Cache(cast("Redis", redis), local_ttl_s=60, timeout_s=1)
    redis.values["cache:k"] = b'"old"'
    slow_read = asyncio.create_task(cache.get("k"))
    await asyncio.sleep(0)
    cache._keep("k", b'"new"')  # noqa: SLF001
    await slow_read
    assert await cache.get("k") == (b'"new"', "L1")


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ("k", b"NaN", 400),
        ("k", b"", 400),
        ("k?ttl=0", b"1", 400),
        ("k", b"1" * 101, 413),
        ("k" * 251, b"1", 400),
        ("%zz", b"1", 400),
        ("", b"1", 404),
        ("a/b", b"1", 404),
    ],
)
async def test_what_is_refused_is_a_problem_and_stores_nothing(
    client: Client, redis: FakeRedis, key: str, body: bytes, status: int
) -> None:
    answer = await client.put(url(key), data=body)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert redis.values == {}


async def test_other_methods_are_told_which_are_allowed(client: Client) -> None:
    answer = await client.post(url("k"))
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, PUT, DELETE")


async def test_when_redis_is_silent_hits_are_served_and_all_else_is_503(
    client: Client, redis: FakeRedis
) -> None:
    await client.put(url("hit"), data=b"1")
    redis.silent = True
    assert (await client.get(url("hit"))).status == 200
    answer = await client.get(url("miss"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert (await client.put(url("hit"), data=b"2")).status == 503
    assert (await client.get(url("hit"))).status == 503  # its value is unknown now
    assert (await client.get("/readyz")).status == 503
    assert (await client.get("/livez")).status == 200


async def test_a_draining_service_is_not_ready_and_closes_its_connections(
    client: Client, service: Service
) -> None:
    assert (await client.get("/readyz")).status == 200
    service.draining = True
    answer = await client.get("/readyz")
    assert (answer.status, answer.headers["Connection"]) == (503, "close")


async def test_metrics_count_requests(client: Client) -> None:
    await client.put(url("counted"), data=b"1")
    text = await (await client.get("/metrics")).text()
    assert 'cache_requests_total{op="put",result="ok"}' in text
    assert "cache_l1_entries 1.0" in text


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(ValueError, match="PORT must be"):
        read_settings({"PORT": "x"})
