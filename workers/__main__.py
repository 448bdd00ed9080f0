"""`python -m workers` serves the queues, `python -m workers clock` keeps the time."""

import importlib
import signal
import sys
from argparse import ArgumentParser
from types import FrameType

from bpo.kernel.errors import Refusal
from config import logging
from config import settings as configuration

PARTS = {"work": "workers.worker", "clock": "workers.schedule"}
"""Each part's module offers `main(settings)`, which returns when it was told to stop."""


def main() -> int:
    """Run one part; a refusal is told in one sentence."""
    parser = ArgumentParser(prog="python -m workers")
    parser.add_argument("part", choices=sorted(PARTS), nargs="?", default="work")
    part = parser.parse_args().part
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        settings = configuration.load()
        logging.configure(settings)
        importlib.import_module(PARTS[part]).main(settings)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
