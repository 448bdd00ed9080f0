"""Writing many rows at once: through a temporary table, because COPY does not pass row policies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from bpo.db import driver

Row = Mapping[str, Any]

_RESERVE = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"


class Numbered(Protocol):
    """What will be a row with a number."""

    id: int


def number(session: Session, **tables: Sequence[Numbered]) -> None:
    """Give things the numbers that their rows in each table will have, in order."""
    with driver(session).cursor() as cursor:
        for table, items in tables.items():
            rows = cursor.execute(_RESERVE, [table, len(items)]).fetchall()
            for item, (own,) in zip(items, rows, strict=True):
                item.id = own


def insert(session: Session, table: str, rows: Iterable[Row]) -> int:
    """Write rows that all have the same columns; dictionaries become JSON. Returns how many."""
    values = list(rows)
    if values:
        _copy(session, table, list(values[0]), values)
    return len(values)


def _copy(session: Session, table: str, columns: list[str], rows: list[Row]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    target, stage = sql.Identifier(table), sql.Identifier(f"new_{table}")
    staging = "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA"
    filling = "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}"
    with driver(session).cursor() as cursor:
        cursor.execute(sql.SQL(staging).format(stage, names, target))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(stage, names)) as copy:
            for row in rows:
                copy.write_row([_adapted(row[column]) for column in columns])
        cursor.execute(sql.SQL(filling).format(target, names, names, stage))
        cursor.execute(sql.SQL("DROP TABLE {}").format(stage))


def _adapted(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict) else value
