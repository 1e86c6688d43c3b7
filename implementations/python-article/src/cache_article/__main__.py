"""`python -m cache_article`: serve until SIGTERM."""

import asyncio
import logging
import os
import signal
import sys

import uvloop
from aiohttp import web
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cache_article.app import Service
from cache_article.cache import Cache
from cache_article.settings import Settings, read_settings

# After SIGTERM, together below the 5 s of the contract.
LISTENER_STAYS_S = 0.5
CONNECTIONS_STAY_S = 3.0
REQUESTS_FINISH_S = 1.0


async def serve(settings: Settings) -> None:
    # No retries: they would outlast the timeout, and could repeat a write after a newer one.
    redis = Redis.from_url(settings.redis_url, retry=Retry(NoBackoff(), 0))
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
    try:
        settings = read_settings(os.environ)
    except ValueError as error:
        logging.getLogger(__name__).error("cannot start: %s", error)  # noqa: TRY400
        return 2
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
