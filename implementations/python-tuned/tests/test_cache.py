"""Cache and link against a Redis that can be silent, push, and cut its connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic

import pytest

from cache_tuned.cache import Cache
from cache_tuned.metrics import Metrics, SharedTable
from cache_tuned.settings import read_settings
from tests.fake_redis import FakeRedis, bulk, until


class Told:
    """An asker that remembers what it was told."""

    def __init__(self) -> None:
        self.outcomes: list[object] = []
        self._told = asyncio.Event()

    def found(self, value: bytes | None, *, in_l1: bool) -> None:
        self._tell((value, "L1" if in_l1 else "L2"))

    def written(self) -> None:
        self._tell("written")

    def unavailable(self, reason: str) -> None:
        self._tell(reason)

    def _tell(self, outcome: object) -> None:
        self.outcomes.append(outcome)
        self._told.set()

    async def outcome(self) -> object:
        await asyncio.wait_for(self._told.wait(), 5)
        assert len(self.outcomes) == 1
        return self.outcomes[0]


class Bench:
    def __init__(self, redis: FakeRedis) -> None:
        settings = read_settings({"REDIS_URL": redis.url, "REDIS_TIMEOUT_MS": "100"})
        self.redis = redis
        self.settings = settings
        self.cache = Cache(settings, Metrics(SharedTable(1), 0))
        self.running = asyncio.create_task(self.cache.link.run())

    async def close(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        self.cache.link.close()

    def ask(self, key: bytes = b"k") -> Told:
        told = Told()
        self.cache.get(key, told, monotonic())
        return told

    async def get(self, key: bytes = b"k") -> object:
        return await self.ask(key).outcome()

    def begin_put(self, value: bytes) -> Told:
        told = Told()
        self.cache.put(b"k", value, 60_000, told, monotonic())
        return told

    async def put(self, value: bytes) -> object:
        return await self.begin_put(value).outcome()

    async def delete(self) -> object:
        told = Told()
        self.cache.delete(b"k", told, monotonic())
        return await told.outcome()

    def reads(self) -> int:
        return [words[0] for words in self.redis.commands].count(b"GET")


@pytest.fixture
async def redis() -> AsyncIterator[FakeRedis]:
    redis = FakeRedis()
    redis.values[b"cache:k"] = b"1"
    await redis.start()
    yield redis
    await redis.stop()


@pytest.fixture
async def bench(redis: FakeRedis) -> AsyncIterator[Bench]:
    bench = Bench(redis)
    await until(lambda: bench.cache.link.trusted)
    yield bench
    await bench.close()


async def test_a_miss_comes_from_redis_and_the_next_read_from_l1(bench: Bench) -> None:
    assert await bench.get() == (b"1", "L2")
    assert await bench.get() == (b"1", "L1")
    assert bench.reads() == 1


async def test_a_value_about_to_expire_in_redis_does_not_stay(bench: Bench) -> None:
    bench.redis.remaining_ms = 20
    await bench.get()
    await asyncio.sleep(0.03)
    assert await bench.get() == (b"1", "L2")


async def test_a_key_without_expiry_is_kept(bench: Bench) -> None:
    bench.redis.remaining_ms = -1
    await bench.get()
    assert await bench.get() == (b"1", "L1")


async def test_an_absent_key_is_asked_for_once(bench: Bench) -> None:
    assert await bench.get(b"absent") == (None, "L2")
    assert await bench.get(b"absent") == (None, "L1")


async def test_askers_of_one_key_share_a_flight(bench: Bench) -> None:
    askers = [bench.ask() for _ in range(100)]
    assert {await told.outcome() for told in askers} == {(b"1", "L2")}
    assert bench.reads() == 1


async def test_a_write_fills_l1_when_redis_acknowledged_it(bench: Bench) -> None:
    await bench.get()
    told = bench.begin_put(b"2")
    assert await bench.get() == (b"1", "L1")
    assert await told.outcome() == "written"
    assert await bench.get() == (b"2", "L1")
    assert await bench.delete() == "written"
    assert await bench.get() == (None, "L2")


async def test_a_refused_write_changes_nothing(bench: Bench) -> None:
    await bench.get()
    bench.redis.answer = lambda words: b"-OOM no memory\r\n" if words[0] == b"SET" else None
    assert await bench.put(b"2") == "Redis refused: OOM no memory"
    assert await bench.get() == (b"1", "L1")


async def test_our_own_writes_are_not_pushed_back_to_us(bench: Bench) -> None:
    tracking = b"CLIENT TRACKING ON BCAST PREFIX cache: NOLOOP"
    assert tracking.split() in bench.redis.commands


async def test_a_pushed_name_is_forgotten_and_a_null_forgets_all(bench: Bench) -> None:
    for names in ([b"cache:k"], []):
        await bench.get()
        assert await bench.get() == (b"1", "L1")
        bench.redis.invalidate(*names)
        await until(lambda: bench.cache.l1.size() == (0, 0))
        assert await bench.get() == (b"1", "L2")


async def test_a_push_right_behind_the_reply_takes_out_what_the_reply_put_in(bench: Bench) -> None:
    pushed = b">2\r\n" + bulk(b"invalidate") + b"*1\r\n" + bulk(b"cache:k")
    pttl = b":60000\r\n" + pushed
    bench.redis.answer = lambda words: pttl if words[0] == b"PTTL" else None
    assert await bench.get() == (b"1", "L2")
    assert bench.cache.l1.size() == (0, 0)


async def test_a_push_between_the_replies_keeps_the_older_value_out(bench: Bench) -> None:
    pushed = b">2\r\n" + bulk(b"invalidate") + b"*1\r\n" + bulk(b"cache:k")
    pttl = pushed + b":60000\r\n"
    bench.redis.answer = lambda words: pttl if words[0] == b"PTTL" else None
    assert await bench.get() == (b"1", "L2")
    assert bench.cache.l1.size() == (0, 0)
    bench.redis.answer = lambda _words: None
    assert await bench.get() == (b"1", "L2")
    assert await bench.get() == (b"1", "L1")


async def test_a_silent_redis_times_out_and_what_it_did_is_still_noticed(bench: Bench) -> None:
    await bench.get()
    bench.redis.answers.clear()
    assert await bench.put(b"2") == "Redis did not answer in time"
    assert await bench.get() == (b"1", "L1")
    bench.redis.answers.set()
    await until(lambda: (entry := bench.cache.l1.get(b"k", 0)) is not None and entry.value == b"2")
    assert [words[:3] for words in bench.redis.data_commands()][-1] == [b"SET", b"cache:k", b"2"]


async def test_after_some_timeouts_nobody_waits_until_redis_answers(bench: Bench) -> None:
    bench.redis.answers.clear()
    for number in range(5):
        bench.ask(b"%d" % number)
    assert await bench.get(b"other") == "Redis did not answer in time"
    asked = bench.ask(b"refused at once")
    assert asked.outcomes == ["Redis did not answer lately"]
    bench.redis.answers.set()
    await until(lambda: bench.cache.link._late == 0)
    assert await bench.get() == (b"1", "L2")


async def test_a_lost_connection_empties_l1_and_is_made_again(bench: Bench) -> None:
    await bench.get()
    bench.redis.cut()
    await until(lambda: not bench.cache.link.trusted)
    assert bench.cache.l1.size() == (0, 0)
    assert await bench.get() == (b"1", "L2")
    assert bench.cache.link.trusted
    kill = bench.redis.commands.index([b"CLIENT", b"KILL", b"ID", b"7"])
    assert kill < bench.redis.commands.index([b"GET", b"cache:k"], kill)


async def test_a_restarted_redis_has_no_previous_connection_to_end(bench: Bench) -> None:
    bench.redis.run_id = b"second"
    bench.redis.cut()
    await until(lambda: not bench.cache.link.trusted)
    assert await bench.get() == (b"1", "L2")
    assert [b"CLIENT", b"KILL", b"ID", b"7"] not in bench.redis.commands


async def test_what_was_sent_on_a_lost_connection_fails_at_once(bench: Bench) -> None:
    bench.redis.answers.clear()
    told = bench.begin_put(b"2")
    await until(lambda: bench.redis.data_commands() != [])
    bench.redis.cut()
    assert await told.outcome() == "the connection to Redis was lost"


async def test_without_tracking_nothing_is_kept(redis: FakeRedis) -> None:
    refused = b"-NOPERM no\r\n"
    redis.answer = lambda words: refused if words[:2] == [b"CLIENT", b"TRACKING"] else None
    bench = Bench(redis)
    assert await bench.get() == (b"1", "L2")
    assert await bench.get() == (b"1", "L2")
    await bench.close()


async def test_with_invalidation_off_what_is_read_is_kept(redis: FakeRedis) -> None:
    bench = Bench(redis)
    await bench.close()
    off = replace(bench.settings, invalidation=False)
    bench.cache = Cache(off, Metrics(SharedTable(1), 0))
    bench.running = asyncio.create_task(bench.cache.link.run())
    assert await bench.get() == (b"1", "L2")
    assert await bench.get() == (b"1", "L1")
    assert not any(words[:2] == [b"CLIENT", b"TRACKING"] for words in redis.commands)
    await bench.close()


async def test_with_nobody_listening_calls_fail_without_waiting(redis: FakeRedis) -> None:
    await redis.stop()
    bench = Bench(redis)
    assert await bench.get() == "the connection to Redis was lost"
    assert bench.ask().outcomes == ["Redis is not reachable"]
    await bench.close()


async def test_an_answered_command_is_not_kept_until_its_deadline(bench: Bench) -> None:
    for number in range(100):
        await bench.get(b"%d" % number)
    link = bench.cache.link
    assert (len(link._in_time), len(link._unanswered), link._waiting_bytes) == (0, 0, 0)
