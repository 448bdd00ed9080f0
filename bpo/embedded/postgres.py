"""A real PostgreSQL of our own: made, started, joined and stopped in a data folder."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psutil
import psycopg

from bpo.embedded import places, processes, programs, roles
from bpo.embedded.roles import Passwords, Role
from bpo.kernel.errors import BadInput, Unavailable

SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
ORPHAN_SECONDS = 10.0
PAUSE_SECONDS = 0.02

SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_buffers": "16MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
THROW_AWAY_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
}


class Cluster:
    """One PostgreSQL server whose files lie in `data_dir/postgres`.

    `durable=False` gives up safety against power cuts for speed: for throw-away data only.
    """

    def __init__(self, data_dir: Path, durable: bool = True) -> None:
        self._data_dir = data_dir
        self._place = places.prepare(data_dir, "postgres", SOCKET_NAME)
        self._files = self._place.home / "data"
        self._durable = durable
        self._passwords = Passwords.kept_in(data_dir / "postgres.json")

    def start(self) -> None:
        """Start the server, or join the one that runs; make cluster, roles and database once.

        Raises BadInput for data of another major version, Unavailable when it does not come up.
        """
        with self._alone():
            if not self.running():
                program = programs.postgres(self._place.account)
                self._make_files(program)
                self._refuse_other_major(program)
                self._clear_remains()
                self._launch(program)
            roles.ensure(self._connect, self._passwords)

    def stop(self) -> None:
        """Stop at once but cleanly: open transactions are rolled back, everything is flushed."""
        with self._alone():
            postmaster = self._postmaster()
            if postmaster:
                processes.end(postmaster, signal.SIGINT, STOP_SECONDS)

    def alive(self) -> bool:
        """Whether its main process exists, which is cheap to ask."""
        return self._postmaster() is not None

    def running(self) -> bool:
        """Whether the server answers."""
        if not self._postmaster():
            return False
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, role: str = "app", database: str = roles.DATABASE) -> str:
        """The SQLAlchemy address for a role: `app`, `owner`, or `admin` (the superuser)."""
        who = Role[role.upper()]
        password = quote(self._passwords.of(who), safe="")
        place = urlencode({"host": str(self._place.sockets)})
        return f"postgresql+psycopg://{who}:{password}@/{database}?{place}"

    def create_database(self, name: str, template: str = roles.DATABASE) -> None:
        """A database of the owner's, as a copy of `template` (which nobody may be using)."""
        with self._connect() as connection:
            roles.create_database(connection, name, template)

    def drop_database(self, name: str) -> None:
        """Remove a database with everybody who is in it."""
        with self._connect() as connection:
            roles.drop_database(connection, name)

    def _connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self._place.sockets),
            user=Role.ADMIN,
            password=self._passwords.of(Role.ADMIN),
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time makes, starts or stops the server of a data folder."""
        with (self._data_dir / "postgres.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make_files(self, program: programs.Postgres) -> None:
        if self._files.exists():
            return
        draft = self._place.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._initdb(program, draft)
        draft.rename(self._files)

    def _initdb(self, program: programs.Postgres, folder: Path) -> None:
        password = self._password_file()
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command: list[str | Path] = [
            *(program.folder / "initdb", "-D", folder, "-U", Role.ADMIN, "-E", "UTF8"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions"),
            *(builtin if program.major >= 17 else ["--locale=C.UTF-8"]),
            *([] if self._durable else ["--no-sync"]),
        ]
        result = processes.run(command, self._place)
        password.unlink()
        if result.returncode:
            raise Unavailable(
                "PostgreSQL could not make its files: {reason}",
                reason=result.stderr.strip().rpartition("\n")[2],
            )

    def _password_file(self) -> Path:
        """The superuser's password where initdb, and nobody else, can read it."""
        path = self._place.home / "password"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(self._passwords.of(Role.ADMIN))
            os.fchown(file.fileno(), self._place.account.uid, self._place.account.gid)
        return path

    def _refuse_other_major(self, program: programs.Postgres) -> None:
        found = (self._files / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(program.major):
            raise BadInput(
                "{folder} holds data of PostgreSQL {found} and this program brings {major}: "
                "use BPO_DATA for a new data folder, or that version with DATABASE_URL",
                folder=self._data_dir,
                found=found,
                major=program.major,
            )

    def _clear_remains(self) -> None:
        """After a crash: end what still holds the files, forget a pid that is another's now."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while remains := self._processes():
            if time.monotonic() > deadline:
                for process in remains:
                    processes.end(process, signal.SIGKILL, STOP_SECONDS)
            time.sleep(PAUSE_SECONDS)
        (self._files / "postmaster.pid").unlink(missing_ok=True)
        (self._place.sockets / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    def _launch(self, program: programs.Postgres) -> None:
        options = SERVER_OPTIONS | ({} if self._durable else THROW_AWAY_OPTIONS)
        command: list[str | Path] = [
            *(program.folder / "postgres", "-D", self._files, "-k", self._place.sockets),
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        ]
        self._await(processes.launch(command, self._place))

    def _await(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.running():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(
                    "PostgreSQL did not start: {reason} (see {log})",
                    reason=processes.last_line(self._place.log, "FATAL:"),
                    log=self._place.log,
                )
            time.sleep(PAUSE_SECONDS)

    def _postmaster(self) -> psutil.Process | None:
        """The running main process, never a stranger that inherited its number."""
        try:
            lines = (self._files / "postmaster.pid").read_text(encoding="ascii").split("\n")
            process = psutil.Process(int(lines[0]))
            return process if self._holds(process) else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _processes(self) -> list[psutil.Process]:
        """Every living process of this cluster, the main one and those it left behind."""
        return [process for process in psutil.process_iter() if self._holds(process)]

    def _holds(self, process: psutil.Process) -> bool:
        """PostgreSQL's processes all work inside their data folder."""
        try:
            ours = process.name() == "postgres" and process.cwd() == str(self._files)
            return ours and processes.alive(process)
        except psutil.Error:
            return False
