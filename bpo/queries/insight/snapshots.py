"""The figures of past days: read from their snapshots while these are right, else from the facts.

Snapshots of a company are right when there is one of the day before and no fact was dated back
since; then no dashboard reads what was settled long ago.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from bpo.analytics import days
from bpo.analytics.frames import Frames
from bpo.db import driver
from bpo.queries.insight import facts

_SELECTED = ", ".join(days.COLUMNS)
_RIGHT = """
SELECT here.workspace_id
FROM unnest(%(places)s::bigint[], %(days)s::date[]) AS here (workspace_id, day)
WHERE EXISTS (SELECT FROM metric_snapshots s
              WHERE s.workspace_id = here.workspace_id AND s.day = here.day - 1)
  AND NOT EXISTS (SELECT FROM snapshot_changes c WHERE c.workspace_id = here.workspace_id)
"""
_DUE = """
SELECT here.workspace_id, here.day
FROM unnest(%(places)s::bigint[], %(days)s::date[]) AS here (workspace_id, day)
WHERE (NOT EXISTS (SELECT FROM carried_figures s
                   WHERE s.workspace_id = here.workspace_id AND s.day = here.day)
       OR EXISTS (SELECT FROM snapshot_changes c WHERE c.workspace_id = here.workspace_id))
  AND EXISTS (SELECT FROM receivables r WHERE r.workspace_id = here.workspace_id)
ORDER BY here.workspace_id
"""
_ROWS = f"""
SELECT day - date '1970-01-01', {_SELECTED} FROM metric_snapshots
WHERE workspace_id = %(place)s AND day BETWEEN %(first)s AND %(last)s ORDER BY day
"""
_EDGE = """
SELECT (SELECT max(day) FROM metric_snapshots WHERE workspace_id = %(place)s),
       (SELECT min(issue_date) FROM receivables WHERE workspace_id = %(place)s),
       (SELECT min(on_day) FROM entries WHERE workspace_id = %(place)s)
"""
_CHANGES = "SELECT id, since FROM snapshot_changes WHERE workspace_id = %(place)s ORDER BY id"


@dataclass(frozen=True, slots=True)
class Edge:
    """The last day with a snapshot, the day of the first fact, and the changes to be looked at."""

    last: date | None
    first_fact: date | None
    changes: tuple[tuple[int, date], ...]


def right(session: Session, today: Mapping[int, date]) -> set[int]:
    """The companies whose snapshots may be trusted on their day."""
    values = {"places": list(today), "days": list(today.values())}
    return {row[0] for row in _fetched(session, _RIGHT, values)}


def due(session: Session, today: Mapping[int, date]) -> list[tuple[int, date]]:
    """Companies whose snapshots lack yesterday or must be restated, with their day."""
    values = {"places": list(today), "days": list(today.values())}
    return [(place, day) for place, day in _fetched(session, _DUE, values)]


def edge(session: Session, workspace_id: int) -> Edge:
    """How far the snapshots reach, and what happened since to the days they tell of."""
    values = {"place": workspace_id}
    last, issued, entered = _fetched(session, _EDGE, values)[0]
    known = [day for day in (issued, entered) if day is not None]
    changes = tuple((row[0], row[1]) for row in _fetched(session, _CHANGES, values))
    return Edge(last, min(known, default=None), changes)


def stored(session: Session, workspace_id: int, first: date, last: date) -> pd.DataFrame:
    """The snapshots of a span as rows of `days.table`; days without one are left out."""
    values = {"place": workspace_id, "first": first, "last": last}
    return framed(_fetched(session, _ROWS, values))


def framed(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Rows of (day number, columns) as a table of days."""
    columns = ("day", *days.COLUMNS)
    return pd.DataFrame(rows, columns=columns, dtype="int64").set_index("day")


def until(
    session: Session, workspace_id: int, as_of: date, first: date, recent: Frames
) -> pd.DataFrame:
    """The table of days from `first` to `as_of`, exact whether or not there are snapshots.

    `recent` holds at least what was open, issued or paid on `as_of`; that day is counted from it,
    the days before are read.
    """
    if workspace_id in right(session, {workspace_id: as_of}):
        before = stored(session, workspace_id, first, as_of - timedelta(days=1))
        return pd.concat([before, days.table(recent, as_of, as_of)])
    return days.table(facts.load(session, workspace_id), first, as_of)


def _fetched(
    session: Session, sql: str, values: Mapping[str, Any] | Iterable[Any]
) -> list[tuple[Any, ...]]:
    with driver(session).cursor(binary=True) as cursor:
        return cursor.execute(sql, values).fetchall()  # type: ignore[arg-type]
