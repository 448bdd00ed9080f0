"""A clock that runs faster than the world and can be put forward, the same for every process."""

import json
import os
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path


class Face:
    """The time shown by a file: `base` at the monotonic second `origin`, running `pace` times."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def set(self, base: datetime, pace: float) -> None:
        """Let it show `base` now."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps([base.timestamp(), time.monotonic(), pace]), "ascii")
        fresh.replace(self._path)

    def now(self) -> datetime:
        """What it shows."""
        base, origin, pace = json.loads(self._path.read_text("ascii"))
        return datetime.fromtimestamp(base + (time.monotonic() - origin) * pace, UTC)

    def forward(self, to: datetime) -> None:
        """Put it forward, never back."""
        pace = json.loads(self._path.read_text("ascii"))[2]
        if to > self.now():
            self.set(to, pace)


def shown() -> Face:
    """The face that this process was started under."""
    return Face(Path(os.environ["BPO_CHAOS_FACE"]))


class Shown(datetime):
    """Stands in for `datetime` in the modules of jobs."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return shown().now()


MINUTE = timedelta(minutes=1)
