"""`python -m cache_tuned`: read the settings, then serve until SIGTERM."""

import logging
import os
import sys

from cache_tuned.metrics import SharedTable
from cache_tuned.server import IMPLEMENTATION, listen, serve
from cache_tuned.settings import SettingsError, read_settings
from cache_tuned.supervisor import supervise

EXIT_USAGE = 2

log = logging.getLogger("cache_tuned")


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        settings = read_settings(os.environ)
        # The port is shared with siblings (SO_REUSEPORT), but with nobody else by mistake.
        listen(settings, share=False).close()
    except (SettingsError, OSError) as error:
        log.error("cannot start: %s", error)
        return EXIT_USAGE
    table = SharedTable(settings.workers)
    log.info(
        "%s on %s:%d with %d worker(s)",
        IMPLEMENTATION, settings.host, settings.port, settings.workers,
    )  # fmt: skip
    if settings.workers == 1:
        serve(settings, table, 0)
        return 0
    return supervise(settings.workers, lambda worker: serve(settings, table, worker))


if __name__ == "__main__":
    sys.exit(main())
