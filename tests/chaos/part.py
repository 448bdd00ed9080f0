"""One of the program's own processes, on the clock of the storm.

Usage: python -m tests.chaos.part work|clock
"""

import importlib
import signal
import sys
import time

from bpo import jobs
from bpo.app import create_app
from config import settings as configuration
from tests.chaos.face import Shown, shown
from workers import schedule, worker

TICK_SECONDS = 0.5


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = configuration.load()
    if sys.argv[1] == "clock":
        schedule.keep_time(
            create_app(settings), pause=lambda _: time.sleep(TICK_SECONDS), clock=shown().now
        )
    for spec in jobs.SPECS.values():
        importlib.import_module(spec.function.rpartition(".")[0]).datetime = Shown  # type: ignore[attr-defined]
    worker.main(settings)


if __name__ == "__main__":
    main()
