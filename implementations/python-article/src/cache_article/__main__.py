"""`python -m cache_article`: serve until SIGTERM."""

import asyncio
import logging
import os
import signal
import sys

import uvloop
from aiohttp import web
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from cache_article.app import Service
from cache_article.cache import Cache
from cache_article.settings import Settings, read_settings

# redis-py's default for this pool. Its other pool would open one for each request that
# waits: a thousand handshakes at once take longer than the timeout, and none is kept.
REDIS_CONNECTIONS = 50
# After SIGTERM, together below the 5 s of the contract.
LISTENER_STAYS_S = 0.5
CONNECTIONS_STAY_S = 3.0
REQUESTS_FINISH_S = 1.0


async def serve(settings: Settings) -> None:
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=REDIS_CONNECTIONS,
        timeout=None,  # each call has its own
        # A retry would outlast the timeout, and could repeat a write after a newer one.
        retry=Retry(NoBackoff(), 0),
        # Enabled, the pool would hand out connections that Redis has closed.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    redis = Redis(connection_pool=pool)
    service = Service(Cache(redis, settings.l1_ttl_s, settings.redis_timeout_s), settings)
    runner = web.AppRunner(service.app(), access_log=None, shutdown_timeout=REQUESTS_FINISH_S)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, backlog=4_096)
    await site.start()

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()

    service.draining = True  # readyz says 503, and every answer closes its connection
    await asyncio.sleep(LISTENER_STAYS_S)
    await site.stop()
    deadline = asyncio.get_running_loop().time() + CONNECTIONS_STAY_S
    while runner.server and runner.server.connections:
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.01)
    await runner.cleanup()
    await redis.aclose()


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    # It shows a traceback for each request that is not HTTP; faults of ours are logged in app.py.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    try:
        settings = read_settings(os.environ)
    except ValueError as error:
        logging.getLogger(__name__).error("cannot start: %s", error)  # noqa: TRY400
        return 2
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
