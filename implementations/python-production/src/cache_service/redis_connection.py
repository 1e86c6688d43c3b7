"""A connection to Redis as redis-py makes it: URL, TLS, AUTH, SELECT, and the protocol."""

from typing import cast

from redis.asyncio.connection import AbstractConnection as Connection
from redis.asyncio.connection import ConnectionPool

__all__ = ["Connection", "new_connection"]


def new_connection(url: str, connect_timeout_s: float) -> Connection:
    """Not connected yet; a reply is awaited for as long as it takes."""
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=connect_timeout_s,
        socket_keepalive=True,
    )
    return cast("Connection", pool.make_connection())  # type: ignore[no-untyped-call]
