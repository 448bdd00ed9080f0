"""The session: one owner of the transaction, and the scope that PostgreSQL's row policies read."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from select import select
from typing import TypeVar, cast

import psycopg
import structlog
from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from psycopg import pq
from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from bpo import paths
from bpo.kernel.actor import Actor

log = structlog.get_logger()
T = TypeVar("T")

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """The declarative root of every table."""

    metadata = MetaData(naming_convention=_NAMING)


db = SQLAlchemy(
    model_class=Model,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": True},
)
migrate = Migrate()

_actor: ContextVar[Actor | None] = ContextVar("bpo_actor", default=None)
_SCOPE = text("SELECT set_config('bpo.workspaces', :ids, true)")


class UnsafeRole(RuntimeError):
    """The application's database role could pass the row policies."""


def init_app(app: Flask) -> None:
    """Bind the session to the application and let every transaction announce its scope."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(paths.MIGRATIONS))
    if not event.contains(db.session, "after_begin", _announce):
        event.listen(db.session, "after_begin", _announce)


def current_actor() -> Actor | None:
    """The actor whose workspaces the session may see, or None outside any scope."""
    return _actor.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Let every transaction within see this actor's workspaces and nothing else."""
    token = _actor.set(actor)
    _announce_again(db.session())
    try:
        yield actor
    finally:
        _actor.reset(token)
        _announce_again(db.session())


@contextmanager
def unit_of_work(actor: Actor) -> Iterator[Session]:
    """The one transaction of a use case: commits at the end, rolls back on any error.

    This is the only place that commits. Units do not nest. Callbacks given to `after_commit`
    run once the transaction is durable; one that fails is logged, never raised, because a sweep
    repeats what it would have announced.
    """
    session = db.session()
    if "unit" in session.info:
        raise RuntimeError("a unit of work is already open: use cases do not call use cases")
    session.rollback()
    session.info["unit"] = []
    try:
        with acting_as(actor):
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
        callbacks = session.info["unit"]
    finally:
        session.info.pop("unit", None)
    for callback in callbacks:
        _run(callback)


def after_commit(session: Session, callback: Callable[[], object]) -> None:
    """Run `callback` when the open unit of work has committed, and not at all otherwise."""
    session.info["unit"].append(callback)


@contextmanager
def meanwhile(work: Callable[[], T]) -> Iterator[Future[T]]:
    """Let `work` run beside the block, in a thread and a session of its own."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> T:
        with app.app_context():
            return work()

    with ThreadPoolExecutor(1, thread_name_prefix="meanwhile") as thread:
        yield thread.submit(run)


def driver(session: Session) -> psycopg.Connection:
    """The driver's connection of the open transaction, for bulk reads and COPY."""
    return cast(psycopg.Connection, session.connection().connection.driver_connection)


def check_role(engine: Engine) -> None:
    """Refuse a role that PostgreSQL would let past the row policies.

    Raises UnsafeRole when the role is superuser, has BYPASSRLS or owns a table.
    """
    with engine.connect() as connection:
        powers = connection.execute(
            text(
                "SELECT rolsuper, rolbypassrls, EXISTS (SELECT FROM pg_tables"
                " WHERE tableowner = current_user AND schemaname = 'public')"
                " FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
    faults = ("is a superuser", "has BYPASSRLS", "owns tables")
    found = [fault for fault, has in zip(faults, powers, strict=True) if has]
    if found:
        raise UnsafeRole(
            f"DATABASE_URL logs in as a role that {' and '.join(found)}; the application needs a "
            "plain role of its own (MIGRATION_DATABASE_URL is the place for the owner)."
        )


def forget_connections() -> None:
    """Drop connections inherited from the parent, without closing them; call after a fork."""
    for engine in db.engines.values():
        engine.dispose(close=False)


def _announce(session: Session, _: SessionTransaction | None, connection: Connection) -> None:
    actor = _actor.get()
    ids = ",".join(map(str, sorted(actor.workspace_ids))) if actor else ""
    connection.execute(_SCOPE, {"ids": ids})


def _announce_again(session: Session) -> None:
    """Within a transaction; one that has failed can only be rolled back and needs no scope.

    What waits to be written belongs to the scope before. The connection is asked, not the session,
    which takes twice as long, several times a page.
    """
    if session.in_transaction() and session.is_active:
        connection = session.connection()
        if not _failed(connection):
            session.flush()
            _announce(session, None, connection)


def _failed(connection: Connection) -> bool:
    driver = cast(psycopg.Connection, connection.connection.driver_connection)
    return driver.info.transaction_status is pq.TransactionStatus.INERROR


def _run(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:
        log.exception("after_commit_failed")


@dataclass(slots=True)
class Statements:
    """Prepared statements on a connection of their own, each a durable transaction by itself.

    For loops in which every step must be committed before the next: one round trip a step, and
    the caller may work between `start` and `finish`, while the server writes to disk.
    Values go as text, `bytes` as binary; rows come back as text.
    """

    _connection: pq.abc.PGconn

    def prepare(self, name: str, sql: str) -> None:
        """Prepare `sql` with `$1::type` parameters under a name."""
        self._checked(self._connection.prepare(name.encode(), sql.encode()))

    def start(self, name: str, values: Sequence[object]) -> None:
        """Send a prepared statement without waiting for its answer."""
        formats = [int(isinstance(value, bytes)) for value in values]
        self._connection.send_query_prepared(
            name.encode(), [_wire(value) for value in values], formats
        )
        while self._connection.flush():
            pass

    def finish(self) -> list[tuple[str | None, ...]]:
        """The rows of the statement that was started; it is committed when this returns."""
        self._await()
        found: list[tuple[str | None, ...]] = []
        while (result := self._connection.get_result()) is not None:
            self._checked(result)
            found.extend(_rows(result))
        return found

    def run(self, name: str, values: Sequence[object]) -> list[tuple[str | None, ...]]:
        """Send a prepared statement and wait for its rows."""
        self.start(name, values)
        return self.finish()

    def _await(self) -> None:
        """Wait for the server as threads should, which the driver's own waiting does not."""
        socket = self._connection.socket
        while self._connection.is_busy():
            select([socket], [], [])
            self._connection.consume_input()

    @staticmethod
    def _checked(result: pq.abc.PGresult) -> None:
        if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
            raise psycopg.OperationalError(result.get_error_message())


@contextmanager
def single_statements(actor: Actor) -> Iterator[Statements]:
    """Statements that commit one by one, seeing this actor's workspaces and nothing else.

    They are planned once and go by keys: a table that was empty when the plan was made may be large
    when it ends.
    """
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET enable_seqscan = off")
        connection.execute(
            "SELECT set_config('bpo.workspaces', %s, false)",
            [",".join(map(str, sorted(actor.workspace_ids)))],
        )
        yield Statements(connection.pgconn)


def _wire(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    return str(value).encode()


def _rows(result: pq.abc.PGresult) -> Iterator[tuple[str | None, ...]]:
    for row in range(result.ntuples):
        cells = (result.get_value(row, column) for column in range(result.nfields))
        yield tuple(cell.decode() if cell is not None else None for cell in cells)
