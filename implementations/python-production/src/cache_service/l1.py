"""The in-process cache: values bounded by bytes, and a short memory of absent keys."""

from moka_py import Moka

# A key that Redis does not hold is not asked for again for a second; a foreign SET is
# then seen after that second at the latest.
ABSENT_LIFE_S = 1.0
# Keys are at most 250 bytes: the memory of absent keys stays within a few megabytes.
ABSENT_MAX_KEYS = 10_000


def _weight(key: bytes, value: bytes) -> int:
    return len(key) + len(value)


class L1:
    """Values under moka's W-TinyLFU: a key asked for once does not push out a hot one."""

    __slots__ = ("_absent", "_max_life_s", "_values", "get")

    def __init__(self, max_bytes: int, max_life_s: float) -> None:
        self._values: Moka[bytes, bytes] = Moka(max_bytes, weigher=_weight)
        self._absent: Moka[bytes, bool] = Moka(ABSENT_MAX_KEYS, ttl=ABSENT_LIFE_S, policy="lru")
        self._max_life_s = max_life_s
        # Bound once: this is the hot path of every read.
        self.get = self._values.get

    def is_absent(self, key: bytes) -> bool:
        return self._absent.get(key) is not None

    def put(self, key: bytes, value: bytes, life_s: float | None) -> None:
        """Keep a value for life_s at most; None means that it does not expire in Redis."""
        life_s = self._max_life_s if life_s is None else min(life_s, self._max_life_s)
        self._absent.remove(key)
        if life_s > 0:
            self._values.set(key, value, life_s)
        else:
            self._values.remove(key)

    def put_absent(self, key: bytes) -> None:
        self._values.remove(key)
        self._absent.set(key, True)

    def evict(self, key: bytes) -> None:
        self._values.remove(key)
        self._absent.remove(key)

    def clear(self) -> None:
        self._values.clear()
        self._absent.clear()

    def size(self) -> tuple[int, int]:
        """Bytes of keys and values, and entries, once moka's pending evictions are done."""
        self._values.run_pending_tasks()
        return self._values.weighted_size(), self._values.count()
