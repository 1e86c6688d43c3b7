"""The pipe against a Redis that can be silent, or cut its connections."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import uvloop

from cache_service.redis_pipe import RedisPipe
from cache_service.redis_store import pack
from cache_service.store import StoreRefusedError, StoreUnavailableError
from tests.fake_redis import FakeRedis

TIMEOUT_S = 0.1


@pytest.fixture
async def redis() -> AsyncIterator[FakeRedis]:
    redis = FakeRedis()
    await redis.start()
    yield redis
    redis.answers.set()
    await redis.stop()


@pytest.fixture
async def pipe(redis: FakeRedis) -> AsyncIterator[RedisPipe]:
    pipe = RedisPipe(redis.url, TIMEOUT_S, 1_000)
    pipe.start(on_connected=lambda: None)
    yield pipe
    await pipe.close()


async def test_replies_reach_their_callers_in_order(pipe: RedisPipe) -> None:
    replies = await asyncio.gather(*(pipe.call(pack(b"ECHO", b"%d" % n)) for n in range(1_000)))
    assert replies == [[b"%d" % n] for n in range(1_000)]


async def test_commands_sent_together_bring_all_their_replies(pipe: RedisPipe) -> None:
    both = pack(b"ECHO", b"1") + pack(b"ECHO", b"2")
    assert await pipe.call(both, replies=2) == [b"1", b"2"]
    assert await pipe.call(pack(b"ECHO", b"3")) == [b"3"]


async def test_a_refusal_fails_its_own_call_only(pipe: RedisPipe) -> None:
    refused, answered = pipe.call(pack(b"FAIL")), pipe.call(pack(b"ECHO", b"1"))
    with pytest.raises(StoreUnavailableError, match="no memory"):
        await refused
    assert await answered == [b"1"]


async def test_of_commands_sent_together_the_first_refusal_counts(pipe: RedisPipe) -> None:
    three = pack(b"ECHO", b"1") + pack(b"FAIL") + pack(b"ECHO", b"2")
    with pytest.raises(StoreRefusedError, match="no memory"):
        await pipe.call(three, replies=3)
    assert await pipe.call(pack(b"ECHO", b"3")) == [b"3"]


async def test_an_answered_call_is_not_kept_until_its_deadline(redis: FakeRedis) -> None:
    pipe = RedisPipe(redis.url, 60.0, 1_000)
    pipe.start(on_connected=lambda: None)
    for n in range(100):
        await pipe.call(pack(b"ECHO", b"%d" % n))
    assert pipe.idle
    assert not pipe._deadlines
    await pipe.close()


async def test_a_silent_redis_times_out_and_the_connection_stays(
    pipe: RedisPipe, redis: FakeRedis
) -> None:
    await pipe.call(pack(b"ECHO", b"0"))
    redis.answers.clear()
    started = asyncio.get_running_loop().time()
    with pytest.raises(StoreUnavailableError, match="in time"):
        await pipe.call(pack(b"ECHO", b"old"))
    assert asyncio.get_running_loop().time() - started < TIMEOUT_S + 0.1
    redis.answers.set()
    assert await pipe.call(pack(b"ECHO", b"new")) == [b"new"]
    assert [words[1] for words in redis.data_commands()] == [b"0", b"old", b"new"]
    assert redis.commands.count([b"CLIENT", b"ID"]) == 1


def test_a_reply_that_came_while_we_were_held_up_is_no_timeout() -> None:
    async def held_up() -> None:
        redis = FakeRedis()
        await redis.start()
        pipe = RedisPipe(redis.url, TIMEOUT_S, 1_000)
        pipe.start(on_connected=lambda: None)
        try:
            await pipe.call(pack(b"ECHO", b"1"))
            # Client and server share this thread: the reply is written right after the pause.
            redis.answer = lambda _words: time.sleep(2 * TIMEOUT_S)
            assert await pipe.call(pack(b"ECHO", b"2")) == [b"2"]
        finally:
            await pipe.close()
            await redis.stop()

    uvloop.run(held_up())


async def test_a_new_connection_first_ends_the_previous_one(
    pipe: RedisPipe, redis: FakeRedis
) -> None:
    await pipe.call(pack(b"ECHO", b"1"))
    redis.cut()
    await asyncio.sleep(0.02)
    assert await pipe.call(pack(b"ECHO", b"2")) == [b"2"]
    kill = redis.commands.index([b"CLIENT", b"KILL", b"ID", b"7"])
    assert kill < redis.commands.index([b"ECHO", b"2"])


async def test_a_restarted_redis_has_no_previous_connection_to_end(
    pipe: RedisPipe, redis: FakeRedis
) -> None:
    await pipe.call(pack(b"ECHO", b"1"))
    redis.run_id = b"second"
    redis.cut()
    await asyncio.sleep(0.02)
    assert await pipe.call(pack(b"ECHO", b"2")) == [b"2"]
    assert [b"CLIENT", b"KILL", b"ID", b"7"] not in redis.commands


async def test_what_was_sent_on_a_lost_connection_fails_at_once(
    pipe: RedisPipe, redis: FakeRedis
) -> None:
    await pipe.call(pack(b"ECHO", b"1"))
    redis.answers.clear()
    call = pipe.call(pack(b"ECHO", b"2"))
    await asyncio.sleep(0.02)
    redis.cut()
    with pytest.raises(StoreUnavailableError, match="lost"):
        await call


async def test_with_nobody_listening_calls_fail_without_waiting() -> None:
    pipe = RedisPipe("redis://127.0.0.1:1", TIMEOUT_S, 1_000)
    pipe.start(on_connected=lambda: None)
    with pytest.raises(StoreUnavailableError):
        await pipe.call(pack(b"ECHO", b"1"))
    with pytest.raises(StoreUnavailableError, match="not reachable"):
        pipe.call(pack(b"ECHO", b"1"))
    await pipe.close()
