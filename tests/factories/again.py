"""A client company as the program makes it, made once a process and written anew for each test.

Taking on a company is dozens of statements, and most tests begin with one or two. What the program
wrote for the first of a kind is kept as rows; the next ones are these rows under numbers of their
own, in two statements. `test_again` holds them beside companies that the program has just made.
"""

import json
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bpo.db import acting_as, db, unit_of_work
from bpo.kernel import actor as actors
from bpo.models import Workspace

Rows = dict[str, list[dict[str, Any]]]
Number = tuple[str, int]
"""A table and the id of one of its rows."""

_PLACES = Workspace.__tablename__
_DRAW = text("SELECT nextval(name::regclass) FROM unnest(CAST(:names AS text[])) name")
_kept: dict[Hashable, Rows] = {}


def workspace(kind: Hashable, make: Callable[[], Workspace]) -> Workspace:
    """A company like the one that `make` makes, which is asked for the first of a kind alone."""
    if kind in _kept:
        return _written(_kept[kind])
    place = make()
    with unit_of_work(actors.system((place.id,), name="tests")) as session:
        _kept[kind] = rows_of(session, place.id)
    return place


def rows_of(session: Session, workspace_id: int) -> Rows:
    """Every row of a company by table, its own first, but for the instants of their writing."""
    found: Rows = {}
    for name, row in session.execute(_everything(), {"id": workspace_id}):
        kept = {column: value for column, value in row.items() if not _stamped(name, column)}
        found.setdefault(name, []).append(kept)
    return dict(sorted(found.items(), key=lambda item: item[0] != _PLACES))


def numbers_of(rows: Rows) -> list[Number]:
    """The rows that have an id, in the order in which they are kept."""
    return [(name, row["id"]) for name, several in rows.items() for row in several if "id" in row]


def renumbered(rows: Rows, numbers: dict[Number, Any]) -> Rows:
    """The same rows with other numbers, wherever an id or a key to one stands."""
    return {
        name: [
            {
                column: numbers.get((_pointed_at(name, column), value), value)
                if isinstance(value, int)
                else value
                for column, value in row.items()
            }
            for row in several
        ]
        for name, several in rows.items()
    }


def _written(rows: Rows) -> Workspace:
    known = numbers_of(rows)
    with unit_of_work(actors.system((), name="tests")) as session:
        drawn = session.scalars(_DRAW, {"names": [f"{name}_id_seq" for name, _ in known]})
        numbers = dict(zip(known, drawn, strict=True))
        place = numbers[known[0]]
        with acting_as(actors.system((place,), name="tests")):
            shape = tuple((name, tuple(several[0])) for name, several in rows.items())
            session.execute(_insert(shape), {"rows": json.dumps(renumbered(rows, numbers))})
            return session.get_one(Workspace, place)


@cache
def _insert(shape: tuple[tuple[str, tuple[str, ...]], ...]) -> TextClause:
    """One statement for all tables and their columns: keys are looked at when it has ended."""
    parts = []
    for name, given_columns in shape:
        columns = ", ".join(f'"{column}"' for column in given_columns)
        given = f"jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb) -> '{name}')"
        parts.append(f"in_{name} AS (INSERT INTO {name} ({columns}) SELECT {columns} FROM {given})")
    return text(f"WITH {', '.join(parts)} SELECT 1")


@cache
def _everything() -> TextClause:
    keys = {
        table.name: "id" if table.name == _PLACES else "workspace_id"
        for table in db.metadata.sorted_tables
        if table.name == _PLACES or "workspace_id" in table.columns
    }
    one = "SELECT '{0}', to_jsonb(t) FROM {0} t WHERE {1} = :id"
    return text(" UNION ALL ".join(one.format(name, key) for name, key in keys.items()))


@cache
def _stamped(table: str, column: str) -> bool:
    """Whether the database writes there when the row was made."""
    default = db.metadata.tables[table].columns[column].server_default
    return "now()" in str(getattr(default, "arg", ""))


@cache
def _pointed_at(table: str, column: str) -> str | None:
    """The table whose ids stand in a column."""
    if column in ("id", "workspace_id"):
        return table if column == "id" else _PLACES
    keys = db.metadata.tables[table].columns[column].foreign_keys
    return next((key.column.table.name for key in keys if key.column.name == "id"), None)
