"""WORKERS processes: started, replaced when they die, and ended together."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

log = logging.getLogger(__name__)

# A worker that dies at once must not turn the parent into a busy loop.
RESTART_PAUSE_S = 1.0


def supervise(workers: int, serve: Callable[[int], None]) -> int:
    """Run `serve(worker)` in as many forked processes; the exit code of the service."""
    children: dict[int, int] = {}
    stopping = False

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    # Blocked while forking, so that a signal finds each worker in `children`; a worker
    # unblocks them when it can handle them.
    stop_signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals)
    for number in stop_signals:
        signal.signal(number, stop)
    for worker in range(workers):
        children[_fork(worker, serve)] = worker
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stop_signals)

    exit_code = 0
    while children:
        pid, status = os.wait()
        worker = children.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        if stopping:
            exit_code = exit_code or abs(code)
            continue
        log.error("worker %d ended with %d, starting another", worker, code)
        time.sleep(RESTART_PAUSE_S)
        signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals)
        if not stopping:
            children[_fork(worker, serve)] = worker
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stop_signals)
    return exit_code


def _fork(worker: int, serve: Callable[[int], None]) -> int:
    pid = os.fork()
    if pid == 0:
        _work(worker, serve)
    return pid


def _work(worker: int, serve: Callable[[int], None]) -> NoReturn:
    code = 1
    try:
        serve(worker)
        code = 0
    except BaseException:
        log.exception("worker %d failed", worker)
    finally:
        sys.stderr.flush()
        os._exit(code)
