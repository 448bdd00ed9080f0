"""A database for tests that commit: emptied and handed on, because a new one takes a second.

What cannot be brought back by deleting rows (another shape, other rows than a migrated database has
from the beginning, a large book) is left behind, and the next test gets a new database.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from tests.cluster import DatabaseUrls

if TYPE_CHECKING:
    from tests.cluster import TestServers

LARGE = 5_000
_LEAVE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_SHAPE = """
SELECT md5(string_agg(concat_ws(' ', oid, relname, relnatts, relchecks, reltriggers_count,
    relrowsecurity, relacl), ',' ORDER BY oid))
FROM pg_class
CROSS JOIN LATERAL (SELECT count(*) AS reltriggers_count FROM pg_trigger WHERE tgrelid = oid) t
WHERE relnamespace = 'public'::regnamespace
"""
_TABLES = (
    "SELECT relname FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
)
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What a migrated database holds before anything happened in it."""

    shape: str
    rows: dict[str, str]
    sequences: dict[str, int | None]


class FreshDatabase:
    """The one such database of a test process."""

    def __init__(self, servers: "TestServers", name: str) -> None:
        self._servers = servers
        self._name = name
        self._urls: DatabaseUrls | None = None
        self._beginning: _Beginning | None = None

    def take(self) -> DatabaseUrls:
        """A migrated, empty database."""
        if self._urls is None:
            self._urls = self._servers.clone(self._name)
            with self._admin() as connection:
                self._beginning = self._beginning or _look(connection)
        return self._urls

    def give_back(self) -> None:
        """Empty it for the next test, or drop it."""
        with self._admin() as connection:
            clean = self._beginning is not None and _empty(connection, self._beginning)
        if not clean:
            self._servers.drop(self._name)
            self._urls = None

    def _admin(self) -> "psycopg.Connection[Any]":
        url = self._servers.postgres.url("admin", self._name)
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def _look(connection: "psycopg.Connection[Any]") -> _Beginning:
    counts = _counts(connection)
    rows = {name: _content(connection, name) for name, count in counts.items() if count}
    return _Beginning(_shape(connection), rows, _sequences(connection))


def _empty(connection: "psycopg.Connection[Any]", beginning: _Beginning) -> bool:
    connection.execute(_LEAVE)
    counts = _counts(connection)
    if max(counts.values()) > LARGE or _shape(connection) != beginning.shape:
        return False
    connection.execute("SET session_replication_role = replica")
    for name in counts:
        if counts[name] and name not in beginning.rows:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    for name, value in _sequences(connection).items():
        if value != beginning.sequences[name]:
            _set_back(connection, name, beginning.sequences[name])
    return all(_content(connection, name) == was for name, was in beginning.rows.items())


def _set_back(connection: "psycopg.Connection[Any]", name: str, value: int | None) -> None:
    setting = "SELECT setval(%s::regclass, %s, %s)"
    connection.execute(setting, [f'public."{name}"', value or 1, value is not None])


def _shape(connection: "psycopg.Connection[Any]") -> str:
    row = connection.execute(_SHAPE).fetchone()
    return str(row[0]) if row else ""


def _counts(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """The rows of each table, counted to just beyond `LARGE`."""
    names = [name for (name,) in connection.execute(_TABLES)]
    one = sql.SQL("SELECT {}, (SELECT count(*) FROM (SELECT FROM {} LIMIT {}) few)")
    query = sql.SQL(" UNION ALL ").join(
        one.format(sql.Literal(name), sql.Identifier(name), sql.Literal(LARGE + 1))
        for name in names
    )
    return dict(connection.execute(query).fetchall())


def _content(connection: "psycopg.Connection[Any]", name: str) -> str:
    query = sql.SQL("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t")
    row = connection.execute(query.format(sql.Identifier(name))).fetchone()
    return str(row[0]) if row else ""


def _sequences(connection: "psycopg.Connection[Any]") -> dict[str, int | None]:
    return dict(connection.execute(_SEQUENCES).fetchall())
