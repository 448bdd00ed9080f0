"""`bpo up`: everything the program consists of, on this machine, until Ctrl-C."""

import json
import socket
import subprocess
import sys
from argparse import ArgumentTypeError, Namespace
from dataclasses import replace
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError

from bpo import db, schema
from bpo.cli import FAMILIES, console, exists
from bpo.embedded import claim, supervisor
from bpo.embedded.claim import Claim
from bpo.embedded.servers import Servers
from bpo.embedded.supervisor import Supervisor
from bpo.kernel.errors import BadInput, Unavailable
from config import settings as configuration
from config.settings import Settings

LOGINS = "logins.json"
"""What the demonstration said about its users, kept to be shown again at the next start."""

HOME = "127.0.0.1"


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("up", help=FAMILIES["up"])
    parser.add_argument("--port", type=_port, help="where the program answers (8000)")
    parser.add_argument("--outbox-port", type=_port, help="where sent mail can be read (8025)")
    parser.add_argument("--host", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--workers", type=int, help="how many background workers (2)")
    parser.add_argument("--no-demo", action="store_true", help="start without demonstration data")
    parser.set_defaults(run=run)


def run(arguments: Namespace, settings: Settings) -> int:
    """Run until told to stop; exit 0. BadInput for a taken port or data folder."""
    settings = _with(arguments)
    supervisor.interrupt_on_signals()
    try:
        with claim.held(settings.data_dir) as held:
            supervisor.end_leftovers(held)
            _run(settings, held, demo=not arguments.no_demo)
    except KeyboardInterrupt:
        console.say("Stopped")
    return 0


def _run(settings: Settings, held: Claim, demo: bool) -> None:
    _insist_on_free(settings.host, settings.port, "--port")
    settings, smtp_port = _with_outbox(settings)
    servers = Servers(settings)
    if servers.postgres:
        console.say(f"Starting PostgreSQL and Valkey in {settings.data_dir}")
    try:
        joined = servers.join()
        _prepare(joined, embedded=servers.postgres is not None, demo=demo)
        _supervise(Supervisor(joined, servers, held, console.say), joined, smtp_port)
    finally:
        servers.leave()


def _supervise(parts: Supervisor, settings: Settings, smtp_port: int | None) -> None:
    try:
        parts.start(supervisor.parts(smtp_port))
        _welcome(settings, caught=smtp_port is not None)
        parts.watch()
    finally:
        console.say("\nStopping; work under way is finished first (Ctrl-C again does not wait)")
        parts.stop()


def _with(arguments: Namespace) -> Settings:
    """The settings with what the command line decides."""
    given = {
        "BPO_PORT": arguments.port,
        "BPO_OUTBOX_PORT": arguments.outbox_port,
        "BPO_HOST": arguments.host,
        "BPO_WORKERS": arguments.workers,
    }
    return configuration.load(**{k: str(v) for k, v in given.items() if v is not None})


def _with_outbox(settings: Settings) -> tuple[Settings, int | None]:
    """Without a mail server of the user's, mail goes to the catcher on a port of its own.

    So do SMS and WhatsApp of companies that chose the catcher, but in production.
    """
    if settings.smtp_url:
        return settings, None
    _insist_on_free(HOME, settings.outbox_port, "--outbox-port")
    smtp_port = _free_port()
    texts_url = None if settings.production else f"http://{HOME}:{settings.outbox_port}/texts"
    caught = replace(settings, smtp_url=f"smtp://{HOME}:{smtp_port}", texts_url=texts_url)
    return caught, smtp_port


def _prepare(settings: Settings, embedded: bool, demo: bool) -> None:
    """Migrate; on the first start of an embedded database, create the demonstration."""
    if not embedded:
        _prepare_own(settings)
    marker = settings.data_dir / LOGINS
    if embedded and demo and not marker.exists() and exists("demo"):
        console.say("Creating the demonstration portfolio (only at the first start)")
        _keep(marker, _create_demo(settings))


def _prepare_own(settings: Settings) -> None:
    """A database of the user's: migrated if the owner is given, refused to a role too strong."""
    assert settings.database_url
    try:
        if settings.migration_database_url:
            schema.upgrade(settings.migration_database_url)
        db.check_role(create_engine(settings.database_url, poolclass=NullPool))
    except OperationalError as error:
        reason = str(error.orig).partition("\n")[0]
        raise Unavailable("The database does not answer: {reason}", reason=reason) from error
    except db.UnsafeRole as error:
        raise BadInput("{reason}", reason=error) from error


def _create_demo(settings: Settings) -> str:
    """`bpo demo --json`, in a process of its own so that its memory is given back."""
    result = subprocess.run(
        [sys.executable, "-m", "bpo", "demo", "--json"],
        env=configuration.child_environ(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    if result.returncode:
        raise Unavailable("The demonstration could not be created; --no-demo starts without it")
    return result.stdout


def _keep(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _welcome(settings: Settings, caught: bool) -> None:
    console.say("\nReady\n")
    console.say(f"  Program       {settings.base_url}")
    if caught:
        console.say(
            f"  Sent mail     http://localhost:{settings.outbox_port} (mail, SMS; all stays here)"
        )
    console.say(f"  Data, logs    {settings.data_dir}")
    logins = _logins(settings.data_dir / LOGINS)
    if logins:
        console.say("\nSign in as\n")
        for login in logins:
            console.say(f"  {login['role']:<16}{login['email']:<36}{login['password']}")
    console.say("\nCtrl-C stops everything")


def _logins(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8")).get("logins", [])
    return found


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text} is no port: use a number from 1 to 65535")
    return int(text)


def _insist_on_free(host: str, port: int, option: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(
                "Port {port} of {host} cannot be used ({reason}): choose another with {option}",
                port=port,
                host=host,
                reason=(error.strerror or "").lower(),
                option=option,
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOME, 0))
        port: int = probe.getsockname()[1]
        return port
