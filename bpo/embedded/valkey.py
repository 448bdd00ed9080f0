"""A real Valkey of our own: started, joined and stopped in a data folder."""

import fcntl
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import redis

from bpo.embedded import places, processes, programs
from bpo.kernel.errors import Unavailable

SOCKET_NAME = "redis.sock"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
PAUSE_SECONDS = 0.02


class Server:
    """One Valkey server whose files lie in `data_dir/valkey`; it listens on a socket only.

    `durable=False` keeps nothing on disk: for throw-away data.
    """

    def __init__(self, data_dir: Path, durable: bool = True) -> None:
        self._data_dir = data_dir
        self._place = places.prepare(data_dir, "valkey", SOCKET_NAME)
        self._socket = self._place.sockets / SOCKET_NAME
        self._durable = durable

    @property
    def url(self) -> str:
        """The address of database 0."""
        return self.url_of(0)

    def url_of(self, database: int) -> str:
        """The address of one of the sixteen numbered databases."""
        return f"unix://{self._socket}?db={database}"

    def start(self) -> None:
        """Start the server, or join the one that runs. Raises Unavailable when it cannot."""
        with self._alone():
            if not self.running():
                self._launch()

    def stop(self) -> None:
        """Write everything to disk and stop."""
        with self._alone():
            process = self._process()
            if process:
                processes.end(process, signal.SIGTERM, STOP_SECONDS)

    def alive(self) -> bool:
        """Whether it answers, which is cheap to ask."""
        return self.running()

    def running(self) -> bool:
        """Whether the server answers, if only that it is still reading its files."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                client.ping()
        except redis.exceptions.BusyLoadingError:
            return True
        except redis.exceptions.RedisError:
            return False
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server of a data folder."""
        with (self._data_dir / "valkey.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _launch(self) -> None:
        process = processes.launch(self._command(), self._place)
        deadline = time.monotonic() + START_SECONDS
        while not self.running():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable("Valkey did not start (see {log})", log=self._place.log)
            time.sleep(PAUSE_SECONDS)

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._place.home),
            "save": "",
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "pidfile": str(self._place.home / "valkey.pid"),
            "daemonize": "no",
        }
        program = programs.valkey(self._place.account)
        return [str(program), *(part for k, v in options.items() for part in (f"--{k}", v))]

    def _process(self) -> psutil.Process | None:
        """The running server, never a stranger that inherited its number."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                return psutil.Process(int(client.info("server")["process_id"]))
        except (redis.exceptions.RedisError, psutil.Error):
            return None
