"""One worker process: the event loop, the listener, and its orderly end."""

import asyncio
import gc
import os
import signal
import socket
from contextlib import suppress
from time import monotonic, time

import uvloop

from cache_tuned import __version__
from cache_tuned.cache import Cache
from cache_tuned.connection import Connection, Shared
from cache_tuned.http_date import date_line
from cache_tuned.metrics import Metrics, SharedTable
from cache_tuned.service import Service
from cache_tuned.settings import Settings

IMPLEMENTATION = "python-tuned"
# Load balancers that saw /readyz turn to 503 get this long to stop sending connections.
LISTEN_AFTER_SIGTERM_S = 0.5
# Connections that are still open then get this long; the whole end fits in 5 s.
FINISH_WITHIN_S = 3.5
BACKLOG = 4_096
# Accepted in one turn of the loop. uvloop's own listener takes one: of 1,000 clients that
# connect and send at once the last would wait for a thousand busy turns.
ACCEPT_AT_ONCE = 64
# Idle connections are closed after this long; the usual proxies keep theirs for 60 s.
IDLE_TIMEOUT_S = 75.0
SWEEP_EVERY_S = 5.0


def serve(settings: Settings, table: SharedTable, worker: int) -> None:
    uvloop.run(_serve(settings, table, worker))


async def _serve(settings: Settings, table: SharedTable, worker: int) -> None:
    loop = asyncio.get_running_loop()
    info = {
        "implementation": IMPLEMENTATION,
        "version": __version__,
        "consistency": settings.consistency,
    }
    metrics = Metrics(table, worker)
    cache = Cache(settings, metrics)
    service = Service(settings, cache, metrics, table, info)
    shared = service.shared
    connecting = asyncio.create_task(cache.link.run())

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _begin_stop, shared, stop)
    # The supervisor forks workers with the signals blocked; from here they are handled.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

    every_second = asyncio.create_task(_every_second(service, os.getppid(), stop, table.workers))
    sweeping = asyncio.create_task(_sweep(shared))
    listener = listen(settings, share=True)
    acceptor = _Acceptor(listener, shared)
    # The modules live as long as the process: the collector need not walk them again. What
    # requests make holds no cycles, so it may look for them less often.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

    await stop.wait()
    await asyncio.sleep(LISTEN_AFTER_SIGTERM_S)
    await acceptor.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(FINISH_WITHIN_S):
            await shared.all_closed.wait()
    for task in (connecting, every_second, sweeping):
        task.cancel()
    cache.link.close()


def _begin_stop(shared: Shared, stop: asyncio.Event) -> None:
    """Not ready from now on; every answer asks its client to connect elsewhere."""
    shared.draining = True
    stop.set()


async def _every_second(service: Service, parent: int, stop: asyncio.Event, workers: int) -> None:
    while True:
        service.shared.date, stays_s = date_line(time())
        if workers > 1:
            # Show siblings the size of this L1, and do not outlive the parent.
            service.publish()
            if os.getppid() != parent:
                _begin_stop(service.shared, stop)
        await asyncio.sleep(stays_s)


async def _sweep(shared: Shared) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        idle_since = monotonic() - IDLE_TIMEOUT_S
        for connection in [one for one in shared.connections if one.active_at < idle_since]:
            connection.give_up()


class _Acceptor:
    def __init__(self, listener: socket.socket, shared: Shared) -> None:
        self._listener = listener
        self._shared = shared
        self._loop = asyncio.get_running_loop()
        self._starting: set[asyncio.Task[object]] = set()
        self._loop.add_reader(listener, self._accept)

    def _accept(self) -> None:
        for _ in range(ACCEPT_AT_ONCE):
            try:
                client, _address = self._listener.accept()
            except OSError:
                return  # None is waiting, or it went away, or there is no descriptor left.
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            start = self._loop.create_task(
                self._loop.connect_accepted_socket(lambda: Connection(self._shared), client)
            )
            self._starting.add(start)
            start.add_done_callback(self._starting.discard)

    async def close(self) -> None:
        """Take those that connected before, then no more."""
        self._accept()
        self._loop.remove_reader(self._listener)
        self._listener.close()
        await asyncio.gather(*self._starting, return_exceptions=True)


def listen(settings: Settings, *, share: bool) -> socket.socket:
    """The workers share the port; a service that starts must be alone on it."""
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    family, _, _, _, address = found[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(address)
    if share:
        listener.setblocking(False)
        listener.listen(BACKLOG)
    return listener
