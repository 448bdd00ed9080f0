"""Server processes: started apart from us without root's rights, and ended."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from bpo.embedded.places import Account, Place

KILL_SECONDS = 10.0
PAUSE_SECONDS = 0.02
PR_SET_PDEATHSIG = 1


def launch(command: Sequence[str | Path], place: Place) -> "subprocess.Popen[bytes]":
    """Start a server that outlives us: own session and environment, output to its log."""
    with place.log.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_options(place.account, place.home),
        )


def run(command: Sequence[str | Path], place: Place) -> "subprocess.CompletedProcess[str]":
    """Run a server's tool to its end and keep what it said."""
    return subprocess.run(
        command, capture_output=True, text=True, **_options(place.account, place.home)
    )


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, however it dies; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end(process: psutil.Process, how: signal.Signals, seconds: float) -> None:
    """Ask a process to stop, wait for it, and kill it when it does not."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(how)
        if not _ends_within(process, seconds):
            process.kill()
            _ends_within(process, KILL_SECONDS)


def last_line(log: Path, mark: str = "") -> str:
    """What a server or process said last, of the lines with a mark if there are any."""
    said = log.read_text(errors="replace").splitlines() if log.exists() else []
    lines = [line.strip() for line in said if line.strip()]
    marked = [line for line in lines if mark in line]
    return (marked or lines or ["it said nothing"])[-1]


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that only waits for its parent to notice its end does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _ends_within(process: psutil.Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def _options(account: Account, folder: Path) -> dict[str, Any]:
    """A plain locale, because a broken one in the caller's environment stops initdb."""
    plain = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
    if not account.dropped:
        return plain
    return plain | {"user": account.uid, "group": account.gid, "extra_groups": []}
