"""The session: one owner of the transaction, and the scope that PostgreSQL's row policies read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from bpo import paths
from bpo.kernel.actor import Actor

log = structlog.get_logger()

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
    if session.info.get("unit"):
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


def raw_connection(session: Session) -> Connection:
    """The connection of the open transaction, for bulk reads and COPY."""
    return session.connection()


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


def _announce(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    actor = _actor.get()
    ids = ",".join(map(str, sorted(actor.workspace_ids))) if actor else ""
    connection.execute(_SCOPE, {"ids": ids})


def _announce_again(session: Session) -> None:
    if session.in_transaction() and session.is_active:
        actor = _actor.get()
        ids = ",".join(map(str, sorted(actor.workspace_ids))) if actor else ""
        session.execute(_SCOPE, {"ids": ids})


def _run(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:
        log.exception("after_commit_failed")
