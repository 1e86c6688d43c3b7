"""The cluster against fake nodes that hold halves of the slots, and move them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.crc import key_slot

from cache_service.metrics import Metrics, SharedTable
from cache_service.redis_cluster import RedisCluster
from cache_service.redis_pipe import RedisPipe
from cache_service.store import Stored, StoreUnavailableError
from tests.fake_redis import FakeRedis, bulk, until

LAST_SLOT = 16_383
MIDDLE = 8_192


class Cluster:
    """Two nodes; `ranges` is what both answer to CLUSTER SLOTS."""

    def __init__(self) -> None:
        self.nodes = (FakeRedis(), FakeRedis())
        self.followed: list[set[str]] = []

    async def start(self) -> None:
        for node in self.nodes:
            await node.start()
            node.answer = self._answer
        self.ranges = [(0, MIDDLE - 1, self.nodes[0]), (MIDDLE, LAST_SLOT, self.nodes[1])]
        metrics = Metrics(SharedTable(1).row(0))
        self.redis = RedisCluster(
            f"redis+cluster://127.0.0.1:1,{self.nodes[0].address}",
            lambda url: RedisPipe(url, 0.5, 1_000),
            metrics,
        )
        self.redis.start(lambda: None, lambda primaries: self.followed.append(set(primaries)))
        await until(lambda: self.followed != [])

    def _answer(self, words: list[bytes]) -> bytes | None:
        if words != [b"CLUSTER", b"SLOTS"]:
            return None
        rows = [
            b"*3\r\n:%d\r\n:%d\r\n*2\r\n%s:%d\r\n" % (first, last, bulk(b"127.0.0.1"), node.port)
            for first, last, node in self.ranges
        ]
        return b"*%d\r\n%s" % (len(rows), b"".join(rows))

    def refuse(self, node: FakeRedis, error: str) -> None:
        """The node answers commands on keys with an error from now on."""

        def answer(words: list[bytes]) -> bytes | None:
            return f"-{error}\r\n".encode() if words[0] in {b"SET", b"DEL"} else self._answer(words)

        node.answer = answer


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    cluster = Cluster()
    await cluster.start()
    yield cluster
    await cluster.redis.close()
    for node in cluster.nodes:
        await node.stop()


def key_of(node: int) -> bytes:
    """A key that falls to this node."""
    keys = (b"%d" % number for number in range(100))
    return next(key for key in keys if (key_slot(b"cache:" + key) >= MIDDLE) == bool(node))


def names(node: FakeRedis) -> list[bytes]:
    return [words[1] for words in node.data_commands()]


async def test_each_key_goes_to_the_primary_of_its_slot(cluster: Cluster) -> None:
    for number in (0, 1):
        await cluster.redis.delete(key_of(number))
    assert [names(node) for node in cluster.nodes] == [
        [b"cache:" + key_of(0)],
        [b"cache:" + key_of(1)],
    ]
    assert cluster.followed == [{node.url for node in cluster.nodes}]


async def test_a_moved_slot_is_followed_and_the_slots_are_asked_for_again(cluster: Cluster) -> None:
    key = key_of(0)
    cluster.refuse(cluster.nodes[0], f"MOVED {key_slot(key)} {cluster.nodes[1].address}")
    cluster.ranges = [(0, LAST_SLOT, cluster.nodes[1])]
    await cluster.redis.delete(key)
    await cluster.redis.delete(key)
    assert (len(names(cluster.nodes[0])), len(names(cluster.nodes[1]))) == (1, 2)
    await until(lambda: cluster.followed[-1] == {cluster.nodes[1].url})


async def test_a_slot_being_moved_is_asked_for_once_at_its_new_place(cluster: Cluster) -> None:
    key = key_of(0)
    cluster.refuse(cluster.nodes[0], f"ASK {key_slot(key)} {cluster.nodes[1].address}")
    await cluster.redis.delete(key)
    await cluster.redis.delete(key)
    commands = [words[0] for words in cluster.nodes[1].commands if words[0] in {b"ASKING", b"DEL"}]
    assert commands == [b"ASKING", b"DEL"] * 2
    assert len(names(cluster.nodes[0])) == 2


async def test_a_redirected_write_does_not_overtake_a_newer_one(cluster: Cluster) -> None:
    key = key_of(0)
    old_home, new_home = cluster.nodes
    cluster.refuse(old_home, f"MOVED {key_slot(key)} {new_home.address}")
    old_home.answers.clear()
    older = asyncio.create_task(cluster.redis.set(key, b"1", 1_000))
    await until(lambda: [b"SET"] in [words[:1] for words in old_home.commands])
    # Another key of the slot was told of the move in the meantime.
    cluster.redis._owners[key_slot(b"cache:" + key)] = new_home.address
    await cluster.redis.set(key, b"2", 1_000)
    newest = asyncio.create_task(cluster.redis.set(key, b"3", 1_000))
    new_home.answers.clear()
    await until(lambda: len(new_home.data_commands()) == 2)
    old_home.answers.set()
    with pytest.raises(StoreUnavailableError):
        await older
    new_home.answers.set()
    await newest
    assert [words[2] for words in new_home.data_commands()] == [b"2", b"3"]


async def test_nodes_that_point_at_each_other_do_not_go_on_for_ever(cluster: Cluster) -> None:
    for node, other in (cluster.nodes, cluster.nodes[::-1]):
        cluster.refuse(node, f"MOVED 1 {other.address}")
    with pytest.raises(StoreUnavailableError, match="disagree"):
        await cluster.redis.delete(b"k")


async def test_it_is_ready_only_while_every_slot_has_a_primary_that_answers(
    cluster: Cluster,
) -> None:
    await cluster.redis.ping()
    cluster.ranges = [(0, MIDDLE, cluster.nodes[0])]
    cluster.redis._outdated.set()
    await until(lambda: cluster.followed[-1] == {cluster.nodes[0].url})
    with pytest.raises(StoreUnavailableError, match="slots"):
        await cluster.redis.ping()
    with pytest.raises(StoreUnavailableError, match="slot"):
        await cluster.redis.delete(key_of(1))


async def test_a_node_that_was_replaced_is_found_by_the_others(cluster: Cluster) -> None:
    await cluster.redis.delete(key_of(1))
    cluster.ranges = [(0, LAST_SLOT, cluster.nodes[0])]
    await cluster.nodes[1].stop()
    with pytest.raises(StoreUnavailableError):
        await cluster.redis.delete(key_of(1))
    await until(lambda: cluster.followed[-1] == {cluster.nodes[0].url})
    await cluster.redis.delete(key_of(1))
    assert names(cluster.nodes[0]) == [b"cache:" + key_of(1)]


async def test_a_read_at_the_new_place_brings_its_own_replies(cluster: Cluster) -> None:
    key = key_of(0)
    old_home, new_home = cluster.nodes
    ask = f"-ASK {key_slot(key)} {new_home.address}\r\n".encode()
    old_home.answer = lambda words: ask if words[0] in {b"GET", b"PTTL"} else None
    reads = {b"GET": bulk(b"1"), b"PTTL": b":5\r\n"}
    new_home.answer = lambda words: reads.get(words[0])
    assert await cluster.redis.get(key) == Stored(b"1", 5)
