import asyncio

import pytest

from cache_service.breaker import FAILURES_TO_OPEN, OPEN_S, Breaker
from cache_service.store import Stored, StoreRefusedError, StoreUnavailableError
from tests.fake_store import FakeStore


class Bench:
    def __init__(self) -> None:
        self.now = 100.0
        self.store = FakeStore()
        self.store.values[b"k"] = Stored(b"1", None)
        self.breaker = Breaker(self.store, lambda: self.now)

    async def fail(self, times: int) -> None:
        self.store.down = True
        for _ in range(times):
            with pytest.raises(StoreUnavailableError):
                await self.breaker.get(b"k")


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_it_opens_after_failures_in_a_row_and_then_asks_nobody(bench: Bench) -> None:
    await bench.fail(FAILURES_TO_OPEN + 10)
    assert bench.store.reads == FAILURES_TO_OPEN
    with pytest.raises(StoreUnavailableError):
        await bench.breaker.set(b"new", b"1", 1_000)
    with pytest.raises(StoreUnavailableError):
        await bench.breaker.delete(b"k")
    assert set(bench.store.values) == {b"k"}


async def test_a_success_in_between_starts_the_count_again(bench: Bench) -> None:
    for _ in range(3):
        await bench.fail(FAILURES_TO_OPEN - 1)
        bench.store.down = False
        assert await bench.breaker.get(b"k") == Stored(b"1", None)


async def test_after_a_while_one_call_probes_and_the_others_still_fail(bench: Bench) -> None:
    await bench.fail(FAILURES_TO_OPEN)
    bench.store.down = False
    bench.now += OPEN_S
    gate = bench.store.hold()
    probe = asyncio.create_task(bench.breaker.get(b"k"))
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailableError):
        await bench.breaker.get(b"k")
    gate.set()
    assert await probe == Stored(b"1", None)
    assert await bench.breaker.get(b"k") == Stored(b"1", None)


async def test_a_probe_that_fails_keeps_it_open_for_as_long_again(bench: Bench) -> None:
    await bench.fail(FAILURES_TO_OPEN)
    bench.now += OPEN_S
    await bench.fail(3)
    assert bench.store.reads == FAILURES_TO_OPEN + 1
    bench.now += OPEN_S
    bench.store.down = False
    assert await bench.breaker.get(b"k") == Stored(b"1", None)


async def test_an_answered_ping_closes_it(bench: Bench) -> None:
    await bench.fail(FAILURES_TO_OPEN)
    with pytest.raises(StoreUnavailableError):
        await bench.breaker.ping()
    bench.store.down = False
    await bench.breaker.ping()
    assert await bench.breaker.get(b"k") == Stored(b"1", None)


async def test_a_refusal_is_an_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise StoreRefusedError("no memory")

    monkeypatch.setattr(bench.store, "set", refuse)
    for _ in range(FAILURES_TO_OPEN + 1):
        with pytest.raises(StoreRefusedError):
            await bench.breaker.set(b"k", b"2", 1_000)
    assert await bench.breaker.get(b"k") == Stored(b"1", None)
