"""The invalidation connection against a Redis that pushes, falls silent, or cuts it."""

from collections.abc import AsyncIterator

import pytest

from cache_service import invalidation as module
from cache_service.invalidation import Invalidation
from cache_service.store import StoreUnavailableError
from tests.fake_redis import SILENCE, FakeRedis, until


class ToldCache:
    def __init__(self) -> None:
        self.told: list[object] = []

    def forget(self, key: bytes) -> None:
        self.told.append(key)

    def forget_all(self) -> None:
        self.told.append("all")

    def trust(self) -> None:
        self.told.append("trust")

    def distrust(self) -> None:
        self.told.append("distrust")


async def get_through() -> None:
    """Commands get through."""


@pytest.fixture
async def redis() -> AsyncIterator[FakeRedis]:
    redis = FakeRedis()
    await redis.start()
    yield redis
    await redis.stop()


@pytest.fixture
async def cache() -> ToldCache:
    return ToldCache()


@pytest.fixture
async def invalidation(cache: ToldCache) -> AsyncIterator[Invalidation]:
    invalidation = Invalidation(cache)
    yield invalidation
    await invalidation.close()


async def test_l1_is_trusted_when_tracking_is_on_for_our_prefix(
    invalidation: Invalidation, redis: FakeRedis, cache: ToldCache
) -> None:
    invalidation.follow({redis.url: get_through})
    assert cache.told == []
    await until(lambda: cache.told == ["trust"])
    assert [b"CLIENT", b"TRACKING", b"ON", b"BCAST", b"PREFIX", b"cache:"] in redis.commands


async def test_pushed_names_are_forgotten_and_a_null_forgets_all(
    invalidation: Invalidation, redis: FakeRedis, cache: ToldCache
) -> None:
    invalidation.follow({redis.url: get_through})
    await until(lambda: cache.told == ["trust"])
    redis.invalidate(b"cache:a", b"cache:cache:b")
    redis.invalidate()
    await until(lambda: cache.told == ["trust", b"a", b"cache:b", "all"])


async def test_a_lost_connection_is_distrusted_until_tracking_is_on_again(
    invalidation: Invalidation, redis: FakeRedis, cache: ToldCache
) -> None:
    invalidation.follow({redis.url: get_through})
    await until(lambda: cache.told == ["trust"])
    redis.cut_tracking()
    await until(lambda: cache.told == ["trust", "distrust", "trust"])
    redis.invalidate(b"cache:a")
    await until(lambda: cache.told[-1] == b"a")


async def test_a_refused_tracking_is_never_trusted(
    invalidation: Invalidation, redis: FakeRedis, cache: ToldCache
) -> None:
    redis.answer = lambda words: b"-NOPERM no\r\n" if words[0] == b"CLIENT" else None
    invalidation.follow({redis.url: get_through})
    await until(lambda: [words[0] for words in redis.commands].count(b"HELLO") == 2)
    assert cache.told == []


async def test_several_primaries_are_trusted_together_or_not_at_all(
    invalidation: Invalidation, redis: FakeRedis, cache: ToldCache
) -> None:
    other = FakeRedis()
    await other.start()
    invalidation.follow({redis.url: get_through})
    await until(lambda: cache.told == ["trust"])
    invalidation.follow({redis.url: get_through, other.url: get_through})
    await until(lambda: cache.told == ["trust", "distrust", "trust"])
    other.invalidate(b"cache:a")
    await until(lambda: cache.told[-1] == b"a")
    await other.stop()
    await until(lambda: cache.told[-1] == "distrust")
    invalidation.follow({redis.url: get_through})
    assert cache.told[-1] == "trust"


async def test_a_missed_ping_alone_changes_nothing(
    invalidation: Invalidation,
    redis: FakeRedis,
    cache: ToldCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PING_EVERY_S", 0.01)
    monkeypatch.setattr(module, "PING_TIMEOUT_S", 0.01)
    redis.answer = lambda words: SILENCE if words[0] == b"PING" else None
    asked = 0

    async def get_nowhere() -> None:
        nonlocal asked
        asked += 1
        raise StoreUnavailableError("silent")

    invalidation.follow({redis.url: get_nowhere})
    await until(lambda: asked == 3)
    assert cache.told == ["trust"]


async def test_a_connection_that_is_silent_while_commands_get_through_is_given_up(
    invalidation: Invalidation,
    redis: FakeRedis,
    cache: ToldCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PING_EVERY_S", 0.01)
    monkeypatch.setattr(module, "PING_TIMEOUT_S", 0.01)
    redis.answer = lambda words: SILENCE if words[0] == b"PING" else None
    invalidation.follow({redis.url: get_through})
    await until(lambda: cache.told[:3] == ["trust", "distrust", "trust"])
