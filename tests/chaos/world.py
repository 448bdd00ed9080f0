"""An installation of its own under a storm: servers, workers, two clocks, and what kills them."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import psutil

from bpo.embedded import processes
from bpo.embedded.servers import Servers
from config import settings as configuration
from config.settings import Settings

WEIGHTS = {"horse": 110, "worker": 30, "pool": 3, "clock": 25, "valkey": 20, "postgres": 25}
"""How often each part is struck, relative to the others."""


class World:
    """Its processes; whatever died is started again by `mend`."""

    def __init__(self, servers: Servers, settings: Settings, face: Path, dice: Random) -> None:
        self.kills: Counter[str] = Counter()
        self._servers = servers
        self._environ = configuration.child_environ(settings) | {"BPO_CHAOS_FACE": str(face)}
        self._dice = dice
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._log = (settings.data_dir / "parts.log").open("ab")

    def mend(self) -> None:
        """Start what does not run: servers first, then the pool of workers and two clocks."""
        self._servers.start()
        for name, part in (("pool", "work"), ("clock 1", "clock"), ("clock 2", "clock")):
            process = self._parts.get(name)
            if process is None or process.poll() is not None:
                self._parts[name] = self._start(part)

    def strike(self) -> None:
        """Kill something with kill -9."""
        (name,) = self._dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
        strikes: dict[str, Callable[[], psutil.Process | None]] = {
            "horse": self._horse,
            "worker": self._worker,
            "pool": lambda: self._family("pool"),
            "clock": lambda: self._family(self._dice.choice(["clock 1", "clock 2"])),
            "valkey": self._valkey,
            "postgres": self._backend,
        }
        victim = strikes[name]() or self._worker()
        if victim is None:
            return
        try:
            victim.kill()
            victim.wait(10)
        except (psutil.NoSuchProcess, psutil.TimeoutExpired):
            return
        self.kills[name] += 1

    def stop(self) -> None:
        """End everything."""
        for process in self._parts.values():
            for member in _with_children(process.pid):
                processes.end(member, signal.SIGKILL, 5)
            process.wait()
        self._log.close()

    def _start(self, part: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.part", part],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=processes.die_with_parent,
        )

    def _family(self, name: str) -> psutil.Process | None:
        process = self._parts.get(name)
        alive = process is not None and process.poll() is None
        return psutil.Process(process.pid) if alive and process else None

    def _worker(self) -> psutil.Process | None:
        pool = self._family("pool")
        return self._one(pool.children() if pool else [])

    def _horse(self) -> psutil.Process | None:
        pool = self._family("pool")
        return self._one([h for w in (pool.children() if pool else []) for h in _children(w)])

    def _valkey(self) -> psutil.Process | None:
        return self._servers.valkey._process() if self._servers.valkey else None

    def _backend(self) -> psutil.Process | None:
        """A backend at work, whose death makes the whole server recover; sometimes the server."""
        main = self._servers.postgres._postmaster() if self._servers.postgres else None
        if main is None or self._dice.random() < 0.2:
            return main
        return self._one([p for p in _children(main) if "postgres: bpo_app " in _title(p)]) or main

    def _one(self, found: list[psutil.Process]) -> psutil.Process | None:
        return self._dice.choice(sorted(found, key=lambda p: p.pid)) if found else None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def _with_children(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def dice(seed: int, name: str) -> Random:
    """A source of chance of its own for each actor, so that a seed repeats each one's choices."""
    return Random(f"{seed}:{name}")


def pace() -> float:
    """How many seconds of the story pass in one of ours."""
    return float(os.environ.get("BPO_CHAOS_PACE", "20"))
