"""The facts of a workspace read in bulk, and the figures counted from them.

PostgreSQL packs each column into one value of binary numbers, which becomes an array without a
Python object per row; what is wanted of which day is decided afterwards, by `bpo.analytics`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.analytics import collection, frames, weekly
from bpo.analytics.collection import Metrics
from bpo.analytics.frames import Frames
from bpo.analytics.weekly import Week, WeeklyFigures
from bpo.db import driver
from bpo.domain.receivables import EntryKind
from bpo.models import Debtor, Workspace
from bpo.queries import actions

_KINDS = pd.Index([kind.value for kind in EntryKind])
_KIND = f"array_position('{{{','.join(_KINDS)}}}'::text[], kind) - 1"
_RECEIVABLES = {
    "receivable_id": "id",
    "debtor_id": "debtor_id",
    "issue_date": "issue_date",
    "due_date": "due_date",
    "effective_due_date": "effective_due_date",
    "amount_cents": "amount_cents",
}
_ENTRIES = {
    "receivable_id": "receivable_id",
    "on": "on_day",
    "kind": _KIND,
    "principal_cents": "principal_cents",
    "charges_cents": "fine_cents + interest_cents",
    "payment_id": "coalesce(payment_id, -id)",
}
_DAYS = frozenset({"issue_date", "due_date", "effective_due_date", "on"})
_EPOCH = int(np.datetime64("2000-01-01", "D").astype(np.int64))


def metrics(session: Session, workspace_id: int, as_of: date) -> Metrics:
    """The figures of collection at the end of a day, from facts dated until then."""
    return collection.metrics(load(session, workspace_id), as_of)


def week(session: Session, workspace: Workspace, span: Week, as_of: date) -> WeeklyFigures:
    """The figures of a week at the end of a day, as report, portal and screens tell them.

    Raises ValueError when the week has not begun on `as_of`.
    """
    done = actions.of(session, workspace, span.first, min(as_of, span.last))
    told = weekly.build(load(session, workspace.id), done, span, as_of)
    names = debtor_names(session, workspace.id, (row.debtor_id for row in told.top_debtors))
    rows = (replace(row, name=names.get(row.debtor_id, row.name)) for row in told.top_debtors)
    return replace(told, top_debtors=tuple(rows))


def load(session: Session, workspace_id: int) -> Frames:
    """Every receivable and entry of a workspace, ready for counting; debtors without names."""
    entries = _packed(session, "entries", _ENTRIES, workspace_id)
    entries["kind"] = pd.Categorical.from_codes(entries["kind"], _KINDS)
    receivables = _packed(session, "receivables", _RECEIVABLES, workspace_id)
    return frames.build(pd.DataFrame(receivables, copy=False), pd.DataFrame(entries, copy=False))


def debtor_names(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, str]:
    """The names of some debtors by id."""
    query = select(Debtor.id, Debtor.name).where(
        Debtor.workspace_id == workspace_id, Debtor.id.in_(list(ids))
    )
    return {row.id: row.name for row in session.execute(query)}


def _packed(
    session: Session, table: str, columns: Mapping[str, str], workspace_id: int
) -> dict[str, Any]:
    """Columns of a workspace's table: days as datetime64, all else as int64."""
    packed = ", ".join(_pack(name, column) for name, column in columns.items())
    sql = f"SELECT {packed} FROM {table} WHERE workspace_id = %s"
    with driver(session).cursor(binary=True) as cursor:
        row = cursor.execute(sql, [workspace_id]).fetchone() or ()
    return {name: _unpacked(name, found) for name, found in zip(columns, row, strict=True)}


def _pack(name: str, column: str) -> str:
    """No column may hold nulls: they would be left out, and the columns no longer match."""
    send = "date_send" if name in _DAYS else "int8send"
    return f"string_agg({send}({column}), '')"


def _unpacked(name: str, found: bytes | None) -> npt.NDArray[Any]:
    if name in _DAYS:
        days = np.frombuffer(found or b"", ">i4").astype(np.int64)
        return (days + _EPOCH).astype("datetime64[D]")
    return np.frombuffer(found or b"", ">i8").astype(np.int64)
