"""The port to the shared store. `redis_store` speaks to Redis, tests use a fake."""

from typing import NamedTuple, Protocol

# In Redis a key is stored under this prefix, in every language.
NAMESPACE = b"cache:"


class StoreUnavailableError(Exception):
    """The store did not answer in time; the outcome of a write is unknown."""


class StoreRefusedError(StoreUnavailableError):
    """The store answered, but with a refusal: it was reached and is alive."""


class Stored(NamedTuple):
    value: bytes
    remaining_ms: int | None
    """None: it does not expire."""


class Store(Protocol):
    async def get(self, key: bytes) -> Stored | None:
        """The value and its remaining life, of one moment."""

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None: ...

    async def delete(self, key: bytes) -> None: ...

    async def ping(self) -> None: ...
