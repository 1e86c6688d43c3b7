import random

import pytest

from cache_tuned.l1 import ABSENT_LIFE_S, L1

NOW = 100.0
LATER = float("inf")


@pytest.fixture
def l1() -> L1:
    return L1(10_000, 60.0)


def value_of(l1: L1, key: bytes, now: float = NOW) -> bytes | None:
    entry = l1.get(key, now)
    return None if entry is None else entry.value


def test_a_value_lives_until_its_end_or_the_longest_life(l1: L1) -> None:
    l1.put(b"short", b"1", NOW + 5, NOW)
    l1.put(b"long", b"2", LATER, NOW)
    assert value_of(l1, b"short", NOW + 4.9) == b"1"
    assert value_of(l1, b"short", NOW + 5) is None
    assert value_of(l1, b"long", NOW + 59) == b"2"
    assert value_of(l1, b"long", NOW + 60) is None
    assert l1.size() == (0, 0)


def test_a_value_that_came_to_its_end_replaces_the_older_by_nothing(l1: L1) -> None:
    l1.put(b"k", b"1", LATER, NOW)
    l1.put(b"k", b"2", NOW, NOW)
    assert l1.get(b"k", NOW) is None


def test_an_absence_is_remembered_for_a_second(l1: L1) -> None:
    l1.put(b"k", None, LATER, NOW)
    entry = l1.get(b"k", NOW)
    assert entry is not None
    assert entry.value is None
    assert l1.get(b"k", NOW + ABSENT_LIFE_S) is None


def test_evict_and_clear_forget(l1: L1) -> None:
    for key in (b"a", b"b", b"c"):
        l1.put(key, b"1", LATER, NOW)
    l1.evict(b"a")
    l1.evict(b"never there")
    assert value_of(l1, b"a") is None
    assert l1.size() == (4, 2)
    l1.clear()
    assert value_of(l1, b"b") is None
    assert l1.size() == (0, 0)


def test_a_value_larger_than_the_bound_is_not_kept(l1: L1) -> None:
    l1.put(b"k", b"x" * 10_000, LATER, NOW)
    assert l1.size() == (0, 0)


def test_sizes_add_up_and_stay_within_the_bound_whatever_happens(l1: L1) -> None:
    rng = random.Random(1)
    for step in range(20_000):
        key = b"%d" % rng.randrange(300)
        now = NOW + step / 1_000
        choice = rng.random()
        if choice < 0.5:
            l1.get(key, now)
        elif choice < 0.9:
            l1.put(key, rng.choice([None, b"x" * rng.randrange(400)]), now + rng.random() * 5, now)
        else:
            l1.evict(key)
        held = {**l1._small, **l1._main}
        size = sum(len(key) + len(entry.value or b"") for key, entry in held.items())
        assert l1.size() == (size, len(l1._small) + len(l1._main))
        assert len(held) == len(l1._small) + len(l1._main)
        assert size <= 10_000


def test_keys_asked_for_once_do_not_push_out_hot_ones(l1: L1) -> None:
    hot = [b"hot:%d" % number for number in range(20)]
    for key in hot:
        l1.put(key, b"x" * 100, LATER, NOW)
        l1.get(key, NOW)
    for number in range(5_000):
        l1.put(b"cold:%d" % number, b"x" * 100, LATER, NOW)
        l1.get(hot[number % len(hot)], NOW)
    assert all(value_of(l1, key) is not None for key in hot)


def test_a_key_that_left_and_comes_back_soon_is_kept_in_the_main_queue(l1: L1) -> None:
    for number in range(200):
        l1.put(b"%d" % number, b"x" * 100, LATER, NOW)
        l1.get(b"%d" % number, NOW)
    l1.put(b"once", b"x" * 100, LATER, NOW)
    for number in range(200, 215):
        l1.put(b"%d" % number, b"x" * 100, LATER, NOW)
    assert l1.get(b"once", NOW) is None
    l1.put(b"once", b"x" * 100, LATER, NOW)
    assert b"once" in l1._main
