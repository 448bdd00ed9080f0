"""`bpo up` survives the death of its parts, and stops without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

PATIENCE_SECONDS = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _eventually(happens: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)


class Program:
    """A running `bpo up` on a data folder, and what it said."""

    def __init__(self, data_dir: Path) -> None:
        self.port = _free_port()
        self.data_dir = data_dir
        self.said = data_dir / "said.txt"
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [*_COMMAND, "--port", str(self.port), "--outbox-port", str(_free_port())],
                env=_environ(data_dir),
                stderr=said,
            )

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5)
        except OSError:
            return False
        return True

    def child(self, words: str) -> psutil.Process:
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if words in " ".join(child.cmdline()))

    def await_ready(self) -> None:
        _eventually(lambda: "Ready" in self.said.read_text() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said.read_text()


_COMMAND = [sys.executable, "-m", "bpo", "up", "--no-demo"]


def _environ(data_dir: Path) -> dict[str, str]:
    ours = ("BPO_", "DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "SMTP_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"BPO_DATA": str(data_dir), "BPO_WEB_PROCESSES": "1", "BPO_WORKERS": "1"}


def _postmaster(data_dir: Path) -> psutil.Process | None:
    pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
    if not pid_file.exists():
        return None
    pid = int(pid_file.read_text().split()[0])
    return psutil.Process(pid) if psutil.pid_exists(pid) else None


@pytest.fixture
def program(data_dir: Path) -> Iterator[Program]:
    running = Program(data_dir)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


@pytest.mark.chaos
def test_it_survives_its_parts_and_a_kill_and_one_signal_stops_everything(program, data_dir):
    program.await_ready()
    second = subprocess.run(
        _COMMAND, env=_environ(data_dir), capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 2
    assert f"process {program.process.pid}, http://localhost:{program.port}" in second.stderr
    assert second.stderr.count("\n") == 1

    web, postmaster = program.child("gunicorn"), _postmaster(data_dir)
    web.kill()
    postmaster.kill()
    _eventually(lambda: _postmaster(data_dir) not in (None, postmaster))
    _eventually(program.answers)
    assert "Traceback" not in program.said.read_text()

    noted = json.loads((data_dir / "up.json").read_text())["children"]
    program.process.kill()
    program.process.wait()
    again = Program(data_dir)
    again.await_ready()
    assert [pid for pid, born in noted if _lives(pid, born)] == []

    family = psutil.Process(again.process.pid).children(recursive=True)
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in again.said.read_text()
    assert _postmaster(data_dir) is None
    assert psutil.wait_procs(family, timeout=10)[1] == []


def _lives(pid: int, born: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - born) < 1
    except psutil.NoSuchProcess:
        return False


def test_a_taken_port_gets_one_sentence(data_dir):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        refused = subprocess.run(
            [*_COMMAND, "--port", taken], env=_environ(data_dir), capture_output=True, text=True
        )
    assert refused.returncode == 2
    assert refused.stderr == (
        f"Port {taken} of 127.0.0.1 cannot be used (address already in use): "
        "choose another with --port\n"
    )
