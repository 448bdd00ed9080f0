"""The servers of a data folder, shared by every process that works on it.

The first process that needs them starts them, the last one that leaves stops them. Who is there
is told by a lock on a file, which the system releases whatever happens to its holder.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from bpo import schema
from bpo.embedded import places
from bpo.embedded.postgres import Cluster
from bpo.embedded.valkey import Server
from config.settings import Settings


class Servers:
    """The embedded servers that settings without addresses ask for."""

    def __init__(self, settings: Settings, durable: bool = True) -> None:
        self._asked = settings
        self._users: IO[str] | None = None
        folder = settings.data_dir
        places.prepare_data_dir(folder)
        self.postgres = None if settings.database_url else Cluster(folder, durable)
        self.valkey = None if settings.redis_url else Server(folder, durable)

    def join(self) -> Settings:
        """Start what is not running, migrate, and return settings with every address filled in."""
        with self._deciding():
            self._users = (self._asked.data_dir / "users.lock").open("a")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self.start()
            if self.postgres:
                schema.upgrade(self.postgres.url("owner"))
        return self._settings()

    def start(self) -> None:
        """Start what is not running; also after one of them died."""
        for server in (self.postgres, self.valkey):
            if server and not server.running():
                server.start()

    def alive(self) -> bool:
        """Whether every server of ours still runs."""
        return all(server.alive() for server in (self.postgres, self.valkey) if server)

    def leave(self) -> None:
        """Stop the servers, unless another process still uses them."""
        with self._deciding():
            if self._users and _alone(self._users):
                self._stop()
            if self._users:
                self._users.close()
                self._users = None

    def _stop(self) -> None:
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()

    def _settings(self) -> Settings:
        settings = self._asked
        if self.postgres:
            settings = replace(
                settings,
                database_url=self.postgres.url("app"),
                migration_database_url=self.postgres.url("owner"),
            )
        if self.valkey:
            settings = replace(settings, redis_url=self.valkey.url)
        return settings

    @contextmanager
    def _deciding(self) -> Iterator[None]:
        """One process at a time decides to start or to stop."""
        with (self._asked.data_dir / "servers.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def join_or_start(settings: Settings, durable: bool = True) -> Iterator[Settings]:
    """Within it, the servers of the data folder run; yields settings with their addresses."""
    servers = Servers(settings, durable)
    try:
        yield servers.join()
    finally:
        servers.leave()


def in_use(data_dir: Path) -> bool:
    """Whether any process works with the servers of this data folder."""
    path = data_dir / "users.lock"
    if not path.exists():
        return False
    with path.open("a") as file:
        return not _alone(file)


def _alone(file: IO[str]) -> bool:
    """Whether nobody else holds the file; `file` may hold it shared itself."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
