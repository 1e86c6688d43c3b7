"""The in-process cache: S3-FIFO, bounded by the bytes of keys and values.

A new entry enters a small queue. What is asked for again while there moves on to the main
queue; what is not leaves soon, and only its name is remembered for a while: a key that was
asked for once does not push out a hot one. A hit only raises a counter, so it costs no more
than the look-up (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023).
"""

# Of the budget; the paper's share.
SMALL_SHARE = 0.1
# A key counted this often survives as many rounds in the main queue.
MOST_COUNTED = 3
# An absent key is asked for again after this long.
ABSENT_LIFE_S = 1.0


class Entry:
    """What is known of a key; the value None: Redis does not hold it."""

    __slots__ = ("asked", "expires_at", "value")

    def __init__(self, value: bytes | None, expires_at: float) -> None:
        self.value = value
        self.expires_at = expires_at
        self.asked = 0


class L1:
    def __init__(self, max_bytes: int, max_life_s: float) -> None:
        self._max_bytes = max_bytes
        self._max_life_s = max_life_s
        self._small_max_bytes = int(max_bytes * SMALL_SHARE)
        # Dictionaries keep the order of insertion: each is its own queue.
        self._small: dict[bytes, Entry] = {}
        self._main: dict[bytes, Entry] = {}
        self._left: dict[bytes, None] = {}
        self._small_bytes = 0
        self._main_bytes = 0

    def get(self, key: bytes, now: float) -> Entry | None:
        entry = self._main.get(key) or self._small.get(key)
        if entry is None:
            return None
        if entry.expires_at <= now:
            self.evict(key)
            return None
        entry.asked += 1
        return entry

    def put(self, key: bytes, value: bytes | None, expires_at: float, now: float) -> None:
        """Keep until then at the longest; what came to its end is not kept at all."""
        self.evict(key)
        latest = now + (ABSENT_LIFE_S if value is None else self._max_life_s)
        expires_at = min(expires_at, latest)
        size = _size(key, value)
        if expires_at <= now or size > self._max_bytes:
            return
        entry = Entry(value, expires_at)
        if key in self._left:
            del self._left[key]
            self._append_to_main(key, entry, size)
        else:
            self._small[key] = entry
            self._small_bytes += size
        while self._small_bytes + self._main_bytes > self._max_bytes:
            self._make_room(now)

    def evict(self, key: bytes) -> None:
        if (entry := self._main.pop(key, None)) is not None:
            self._main_bytes -= _size(key, entry.value)
        elif (entry := self._small.pop(key, None)) is not None:
            self._small_bytes -= _size(key, entry.value)

    def clear(self) -> None:
        self._small.clear()
        self._main.clear()
        self._small_bytes = self._main_bytes = 0

    def size(self) -> tuple[int, int]:
        """Bytes of keys and values, and entries."""
        return self._small_bytes + self._main_bytes, len(self._small) + len(self._main)

    def _make_room(self, now: float) -> None:
        if self._small_bytes > self._small_max_bytes or not self._main:
            key = next(iter(self._small))
            entry = self._small.pop(key)
            size = _size(key, entry.value)
            self._small_bytes -= size
            if entry.asked and entry.expires_at > now:
                self._append_to_main(key, entry, size)
            else:
                self._remember(key)
        else:
            key = next(iter(self._main))
            entry = self._main.pop(key)
            if entry.asked and entry.expires_at > now:
                entry.asked = min(entry.asked, MOST_COUNTED) - 1
                self._main[key] = entry
            else:
                self._main_bytes -= _size(key, entry.value)

    def _append_to_main(self, key: bytes, entry: Entry, size: int) -> None:
        entry.asked = 0
        self._main[key] = entry
        self._main_bytes += size

    def _remember(self, key: bytes) -> None:
        """As many names as the main queue has entries, as in the paper."""
        self._left[key] = None
        while len(self._left) > max(len(self._main), 1):
            del self._left[next(iter(self._left))]


def _size(key: bytes, value: bytes | None) -> int:
    return len(key) + (0 if value is None else len(value))
