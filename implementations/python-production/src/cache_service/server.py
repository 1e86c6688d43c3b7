"""One worker process: the event loop, granian inside it, and its orderly end."""

import asyncio
import gc
import os
import signal
import socket

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from cache_service import __version__
from cache_service.app import App
from cache_service.breaker import Breaker
from cache_service.cache import Cache
from cache_service.invalidation import Invalidation
from cache_service.l1 import L1
from cache_service.metrics import Metrics, MetricsPage, SharedTable
from cache_service.redis_cluster import RedisCluster
from cache_service.redis_pipe import RedisPipe
from cache_service.redis_store import Redis, SingleRedis
from cache_service.settings import Settings

IMPLEMENTATION = "python-production"
# Load balancers that saw /readyz turn to 503 get this long to stop sending connections.
LISTEN_AFTER_SIGTERM_S = 0.5
# The whole end fits in 5 s: what is not finished by then is given up.
FINISH_WITHIN_S = 4.0
# Connections waiting to be accepted, and accepted ones at the same time.
BACKLOG = 4_096
MAX_CONNECTIONS = 65_536
# Idle connections are closed after this long; the usual proxies keep theirs for 60 s.
IDLE_TIMEOUT_MS = 75_000
# Other workers read this worker's L1 size from the shared table.
PUBLISH_EVERY_S = 0.5


def serve(settings: Settings, table: SharedTable, worker: int) -> None:
    uvloop.run(_serve(settings, table, worker))


async def _serve(settings: Settings, table: SharedTable, worker: int) -> None:
    metrics = Metrics(table.row(worker))
    info = {
        "implementation": IMPLEMENTATION,
        "version": __version__,
        "consistency": settings.consistency,
    }
    l1 = L1(settings.l1_worker_bytes, settings.l1_ttl_s)
    redis = _redis(settings, metrics)
    cache = Cache(l1, Breaker(redis))
    invalidation = Invalidation(cache)
    # L1 may be old when a command connection had to be made anew, whoever else says so.
    if settings.invalidation:
        redis.start(on_connected=cache.forget_all, follow=invalidation.follow)
    else:
        cache.trust()
        redis.start(on_connected=cache.forget_all)
    app = App(settings, cache, l1, metrics, MetricsPage(table, info))
    server = _granian(app, settings)

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _begin_stop, app, stop)
    # The supervisor forks workers with the signals blocked; from here they are handled.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

    # The modules live as long as the process: the collector need not walk them again.
    gc.freeze()
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    publishing = asyncio.create_task(_publish(app, os.getppid(), stop, table.workers))
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
        raise SystemExit("the HTTP server ended by itself")
    await asyncio.sleep(LISTEN_AFTER_SIGTERM_S)
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait((serving,), timeout=FINISH_WITHIN_S)
    publishing.cancel()
    await invalidation.close()
    await redis.close()


def _redis(settings: Settings, metrics: Metrics) -> Redis:
    def new_pipe(url: str) -> RedisPipe:
        return RedisPipe(url, settings.redis_timeout_s, settings.max_value_bytes)

    if settings.redis_is_cluster:
        return RedisCluster(settings.redis_url, new_pipe, metrics)
    return SingleRedis(settings.redis_url, new_pipe(settings.redis_url), metrics)


def _begin_stop(app: App, stop: asyncio.Event) -> None:
    app.start_draining()
    stop.set()


async def _publish(app: App, parent: int, stop: asyncio.Event, workers: int) -> None:
    """With siblings: show them this L1's size, and do not outlive the parent."""
    while workers > 1:
        app.publish_l1_size()
        if os.getppid() != parent:
            _begin_stop(app, stop)
        await asyncio.sleep(PUBLISH_EVERY_S)


def _granian(app: App, settings: Settings) -> Server:
    return Server(
        app,
        # granian takes addresses only.
        address=str(_address(settings)[0]),
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_TIMEOUT_MS),
        websockets=False,
        backlog=BACKLOG,
        backpressure=MAX_CONNECTIONS,
        log_enabled=False,
    )


def check_port_is_free(settings: Settings) -> None:
    """Fail if anyone listens already: granian shares its port (SO_REUSEPORT).

    That is how the workers share the connections, but a second service must not join
    in by mistake. A plain bind cannot share.
    """
    family = socket.AF_INET6 if ":" in _address(settings)[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(_address(settings))


def _address(settings: Settings) -> tuple[str, int]:
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    host, port = found[0][4][:2]
    return str(host), int(port)
