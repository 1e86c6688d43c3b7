import asyncio

import pytest

from cache_service.cache import Cache, Found, Source
from cache_service.l1 import L1
from cache_service.store import Stored, StoreUnavailableError
from tests.fake_store import FakeStore


class Bench:
    def __init__(self) -> None:
        self.store = FakeStore()
        self.l1 = L1(1_000_000, 60.0)
        self.cache = Cache(self.l1, self.store)
        self.cache.trust()


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_a_miss_comes_from_the_store_and_the_next_read_from_l1(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"1", 60_000)
    assert await bench.cache.get(b"k") == Found(b"1", Source.L2)
    assert await bench.cache.get(b"k") == Found(b"1", Source.L1)
    assert bench.store.reads == 1


async def test_a_value_about_to_expire_in_redis_does_not_stay(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"1", 30)
    await bench.cache.get(b"k")
    await asyncio.sleep(0.04)
    assert bench.l1.get(b"k") is None


async def test_readers_of_one_key_share_a_flight(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"1", 60_000)
    gate = bench.store.hold()
    readers = [asyncio.create_task(bench.cache.get(b"k")) for _ in range(100)]
    await asyncio.sleep(0)
    gate.set()
    assert set(await asyncio.gather(*readers)) == {Found(b"1", Source.L2)}
    assert bench.store.reads == 1


async def test_readers_of_a_flight_that_fails_all_fail(bench: Bench) -> None:
    bench.store.down = True
    gate = bench.store.hold()
    readers = [asyncio.create_task(bench.cache.get(b"k")) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    ends = await asyncio.gather(*readers, return_exceptions=True)
    assert all(isinstance(end, StoreUnavailableError) for end in ends)


async def test_an_absent_key_is_asked_for_once(bench: Bench) -> None:
    assert await bench.cache.get(b"k") is None
    assert await bench.cache.get(b"k") is None
    assert bench.store.reads == 1


async def test_a_write_leaves_l1_to_the_next_read(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"0", 60_000)
    await bench.cache.get(b"k")
    await bench.cache.put(b"k", b"1", 60_000)
    assert await bench.cache.get(b"k") == Found(b"1", Source.L2)
    assert await bench.cache.get(b"k") == Found(b"1", Source.L1)


async def test_a_write_without_acknowledgement_leaves_nothing_in_l1(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"1", 60_000)
    await bench.cache.get(b"k")
    bench.store.down = True
    with pytest.raises(StoreUnavailableError):
        await bench.cache.put(b"k", b"2", 60_000)
    assert bench.l1.get(b"k") is None


async def test_a_read_under_way_does_not_bring_back_what_a_write_replaced(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"old", 60_000)
    gate = bench.store.hold()
    read = asyncio.create_task(bench.cache.get(b"k"))
    await asyncio.sleep(0)
    bench.store.gate = None
    await bench.cache.put(b"k", b"new", 60_000)
    gate.set()
    await read
    assert await bench.cache.get(b"k") == Found(b"new", Source.L2)


async def test_a_read_under_way_does_not_bring_back_what_was_deleted(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"old", 60_000)
    gate = bench.store.hold()
    read = asyncio.create_task(bench.cache.get(b"k"))
    await asyncio.sleep(0)
    bench.store.gate = None
    await bench.cache.delete(b"k")
    assert await bench.cache.get(b"k") is None
    gate.set()
    await read
    assert await bench.cache.get(b"k") is None


async def test_a_read_that_starts_after_a_write_does_not_join_an_older_flight(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"old", 60_000)
    gate = bench.store.hold()
    old_read = asyncio.create_task(bench.cache.get(b"k"))
    await asyncio.sleep(0)
    write = asyncio.create_task(bench.cache.put(b"k", b"new", 60_000))
    await asyncio.sleep(0)
    new_read = asyncio.create_task(bench.cache.get(b"k"))
    await asyncio.sleep(0)
    gate.set()
    await write
    assert await old_read == Found(b"old", Source.L2)
    assert await new_read == Found(b"new", Source.L2)


async def test_forgetting_a_key_also_stops_the_read_under_way_from_filling(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"1", 60_000)
    gate = bench.store.hold()
    read = asyncio.create_task(bench.cache.get(b"k"))
    await asyncio.sleep(0)
    bench.cache.forget_all()
    gate.set()
    await read
    assert bench.l1.get(b"k") is None


async def test_forgetting_a_key_evicts_its_value_or_absence(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"1", 60_000)
    for key in (b"k", b"absent"):
        await bench.cache.get(key)
        bench.cache.forget(key)
        await bench.cache.get(key)
    assert bench.store.reads == 4


async def test_what_is_not_trusted_is_neither_kept_nor_served(bench: Bench) -> None:
    bench.store.values[b"k"] = Stored(b"1", 60_000)
    await bench.cache.get(b"k")
    bench.cache.distrust()
    assert await bench.cache.get(b"k") == Found(b"1", Source.L2)
    assert await bench.cache.get(b"k") == Found(b"1", Source.L2)
    assert await bench.cache.get(b"absent") is None
    bench.cache.trust()
    assert await bench.cache.get(b"k") == Found(b"1", Source.L2)
    assert await bench.cache.get(b"k") == Found(b"1", Source.L1)


async def test_a_read_from_before_l1_was_trusted_is_not_kept(bench: Bench) -> None:
    bench.cache.distrust()
    bench.store.values[b"k"] = Stored(b"1", 60_000)
    gate = bench.store.hold()
    read = asyncio.create_task(bench.cache.get(b"k"))
    await asyncio.sleep(0)
    bench.cache.trust()
    gate.set()
    await read
    assert bench.l1.get(b"k") is None
