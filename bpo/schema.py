"""The state of the database's tables: brought up to date, and compared with the models."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, NullPool, create_engine, text

from bpo import paths
from bpo.kernel.errors import BadInput

_ONE_AT_A_TIME = 7214096301
"""The number of the advisory lock under which migrations run."""


def upgrade(owner_url: str) -> bool:
    """Apply the migrations that are missing, as the owner; False when none was.

    All of them happen in one transaction, and one process at a time applies them. BadInput when
    the database was made by a newer version of the program.
    """
    head = _scripts().get_current_head()
    with _connection(owner_url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        found = _revision(connection)
        if found == head:
            return False
        _refuse_unknown(found)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def heads() -> tuple[str, ...]:
    """The newest migrations; more than one means that two were written side by side."""
    return tuple(_scripts().get_heads())


def drift(owner_url: str, metadata: MetaData) -> list[str]:
    """What the models say and the migrated database does not, or the other way round."""
    with _connection(owner_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise BadInput(
            "The database was made by a newer version of the program (its revision is {revision})",
            revision=revision,
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS).replace("%", "%%"))
    return config
