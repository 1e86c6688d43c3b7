import time

from cache_service.l1 import L1


def test_a_value_lives_as_long_as_its_redis_ttl_when_that_is_shorter() -> None:
    l1 = L1(1_000, 60.0)
    l1.put(b"k", b"1", 0.05)
    assert l1.get(b"k") == b"1"
    time.sleep(0.06)
    assert l1.get(b"k") is None


def test_a_value_lives_no_longer_than_the_l1_ttl() -> None:
    l1 = L1(1_000, 0.05)
    l1.put(b"long", b"1", 60.0)
    l1.put(b"for ever", b"1", None)
    time.sleep(0.06)
    assert l1.get(b"long") is None
    assert l1.get(b"for ever") is None


def test_a_value_without_life_left_replaces_the_older_one_by_nothing() -> None:
    l1 = L1(1_000, 60.0)
    l1.put(b"k", b"1", 60.0)
    l1.put(b"k", b"2", 0.0)
    assert l1.get(b"k") is None


def test_keys_and_values_stay_within_the_bound() -> None:
    l1 = L1(10_000, 60.0)
    for number in range(5_000):
        l1.put(b"key:%d" % number, b"x" * 100, None)
    size_bytes, entries = l1.size()
    assert 5_000 < size_bytes <= 10_000
    assert 50 < entries < 100


def test_a_value_larger_than_the_bound_is_not_kept() -> None:
    l1 = L1(100, 60.0)
    l1.put(b"k", b"x" * 101, None)
    assert l1.size() == (0, 0)


def test_an_absent_key_is_remembered_until_a_value_comes() -> None:
    l1 = L1(1_000, 60.0)
    l1.put_absent(b"k")
    assert l1.is_absent(b"k")
    l1.put(b"k", b"1", None)
    assert not l1.is_absent(b"k")
    assert l1.get(b"k") == b"1"


def test_evict_and_clear_forget_values_and_absences() -> None:
    l1 = L1(1_000, 60.0)
    l1.put(b"k", b"1", None)
    l1.evict(b"k")
    assert l1.get(b"k") is None
    l1.put(b"k", b"1", None)
    l1.put_absent(b"n")
    l1.clear()
    assert l1.get(b"k") is None
    assert not l1.is_absent(b"n")
