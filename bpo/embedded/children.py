"""The program's own processes: started, watched, started again when they die, stopped."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bpo.embedded import places, processes

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A process that lived this long starts again without a pause."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the program: Python's arguments, and how long it may take to stop."""

    name: str
    arguments: Sequence[str]
    stop_seconds: float


class Child:
    """A part that is kept running."""

    def __init__(self, part: Part, environ: Mapping[str, str], data_dir: Path) -> None:
        self.part = part
        self.deaths = 0
        self._environ = environ
        self._data_dir = data_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0

    def start(self) -> None:
        """Start it apart from the terminal, so that Ctrl-C reaches the supervisor alone."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.part.arguments],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent,
            )
        self._started = time.monotonic()

    def look_after(self) -> str | None:
        """Start it again if it died; returns how it died when that was just noticed."""
        if self._process is None:
            if time.monotonic() >= self._not_before:
                self.start()
            return None
        status = self._process.poll()
        if status is None:
            return None
        self._process = None
        self._not_before = time.monotonic() + self._pause()
        return _cause(status)

    def ask_to_stop(self) -> None:
        if self._process:
            self._process.terminate()

    def await_end(self) -> None:
        """Wait for the end of what was asked to stop; kill it, and its own children, at last."""
        if self._process is None:
            return
        try:
            self._process.wait(self.part.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it and everything it started, at once."""
        if self._process is None:
            return
        for process in _family(self._process.pid):
            processes.end(process, signal.SIGKILL, processes.KILL_SECONDS)
        self._process.wait()

    @property
    def log(self) -> Path:
        return places.log_file(self._data_dir, self.part.name)

    @property
    def identity(self) -> tuple[int, float] | None:
        """Its number and time of birth, which together no other process ever has."""
        try:
            return (
                (self._process.pid, psutil.Process(self._process.pid).create_time())
                if self._process
                else None
            )
        except psutil.NoSuchProcess:
            return None

    def _pause(self) -> float:
        """Short at first, longer with every early death."""
        if time.monotonic() - self._started > STEADY_SECONDS:
            self.deaths = 0
        self.deaths += 1
        return min(FIRST_PAUSE_SECONDS * 2.0 ** (self.deaths - 1), LONGEST_PAUSE_SECONDS)


def end_leftover(identity: tuple[int, float], seconds: float) -> None:
    """End a process of an earlier run that did not stop with it, with all it started."""
    pid, born = identity
    for process in _family(pid, born):
        processes.end(process, signal.SIGTERM, seconds)


def _family(pid: int, born: float | None = None) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        if born is not None and abs(process.create_time() - born) > 1:
            return []
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cause(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit {status}"
