"""The throw-away PostgreSQL and Valkey of a test run, shared by its processes."""

import os
import shutil
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bpo.embedded import servers
from bpo.embedded.postgres import Cluster
from bpo.embedded.servers import Servers
from config.settings import Environment, Settings

FOLDERS = Path("/tmp")
PREFIX = "bpo-test-"
FORGOTTEN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """The addresses of one database for its two roles."""

    owner: str
    app: str


def folder_of(run: str) -> Path:
    """The data folder of a test run; short, because sockets lie in it."""
    return FOLDERS / f"{PREFIX}{run[:12]}"


def settings_in(folder: Path) -> Settings:
    """Settings of a test installation that starts its own servers."""
    return Settings(
        environment=Environment.TEST,
        data_dir=folder,
        secret_key="a secret that only the tests know, long enough",
        base_url="http://localhost",
        mail_sender="cobranca@example.test",
        session_idle=timedelta(hours=2),
    )


def with_database(settings: Settings, urls: DatabaseUrls, redis_url: str, files: Path) -> Settings:
    """The settings of an application on this database, its files in a folder of their own."""
    return replace(
        settings,
        data_dir=files,
        database_url=urls.app,
        migration_database_url=urls.owner,
        redis_url=redis_url,
    )


class TestServers:
    """One process's share of the servers; the migrated database `bpo` is the template."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.settings = settings_in(folder)
        self._servers = Servers(self.settings, durable=False)
        self._made = 0

    def join(self) -> None:
        self._servers.join()

    def leave(self) -> None:
        self._servers.leave()

    @property
    def postgres(self) -> Cluster:
        assert self._servers.postgres
        return self._servers.postgres

    def redis_url(self, database: int) -> str:
        assert self._servers.valkey
        return self._servers.valkey.url_of(database)

    def clone(self, name: str) -> DatabaseUrls:
        """A new database, a copy of the migrated template, used through both roles."""
        self.postgres.create_database(name)
        return DatabaseUrls(self.postgres.url("owner", name), self.postgres.url("app", name))

    def drop(self, name: str) -> None:
        self.postgres.drop_database(name)


def remove(folder: Path) -> None:
    """Stop whatever still runs there and delete it."""
    leftover = Servers(settings_in(folder), durable=False)
    for server in (leftover.valkey, leftover.postgres):
        if server:
            server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def remove_forgotten() -> None:
    """Clean up after test runs that were killed."""
    for folder in FOLDERS.glob(f"{PREFIX}*"):
        try:
            found = folder.stat()
            old = time.time() - found.st_mtime > FORGOTTEN_SECONDS
            if found.st_uid == os.geteuid() and old and not servers.in_use(folder):
                remove(folder)
        except OSError:
            continue
