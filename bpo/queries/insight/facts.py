"""The facts of a workspace read in bulk: all of them, or those that the last days need.

PostgreSQL packs each column into one value of binary numbers, which becomes an array without a
Python object per row; what is wanted of which day is decided afterwards, by `bpo.analytics`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy.orm import Session

from bpo.analytics import frames
from bpo.analytics.frames import Frames
from bpo.db import driver
from bpo.domain.books.receivables import EntryKind

_KINDS = pd.Index([kind.value for kind in EntryKind])
_KIND = f"array_position('{{{','.join(_KINDS)}}}'::text[], kind) - 1"
_RECEIVABLES = {
    "receivable_id": "id",
    "debtor_id": "debtor_id",
    "issue_date": "issue_date",
    "due_date": "due_date",
    "effective_due_date": "effective_due_date",
    "amount_cents": "amount_cents",
    "renegotiated": "(agreement_id IS NOT NULL)::int",
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
_RECENT = """
SELECT ARRAY(
    SELECT id FROM receivables WHERE workspace_id = %(place)s AND settled_on IS NULL
    UNION SELECT id FROM receivables WHERE workspace_id = %(place)s AND issue_date >= %(since)s
    UNION SELECT receivable_id FROM entries
          WHERE workspace_id = %(place)s AND on_day >= %(since)s
) AS ids
"""
"""An array, so that what is wanted is looked up by key: a join would read all the history."""


def load(session: Session, workspace_id: int) -> Frames:
    """Every receivable and entry of a workspace, ready for counting; debtors without names."""
    return _frames(session, "", {"place": workspace_id})


def recent(session: Session, workspace_id: int, since: date) -> Frames:
    """The receivables that were open or issued on `since` or later, with all their entries.

    Figures of any day from `since` on are those of `load`, as long as they look at no sale and no
    money of the days before. What was settled before `since` is not read, however much it is.
    """
    return _frames(session, _RECENT, {"place": workspace_id, "since": since})


def _frames(session: Session, chosen: str, values: Mapping[str, Any]) -> Frames:
    """All of it, or the receivables whose `ids` the query `chosen` gives, in one statement."""
    parts = (
        _packed("receivables", "id", _RECEIVABLES, chosen),
        _packed("entries", "receivable_id", _ENTRIES, chosen),
    )
    given = f"WITH chosen AS MATERIALIZED ({chosen})" if chosen else ""
    sql = f"{given} SELECT * FROM ({parts[0]}) r CROSS JOIN ({parts[1]}) e"
    with driver(session).cursor(binary=True) as cursor:
        row = cursor.execute(sql, values).fetchone() or ()
    names = (*_RECEIVABLES, *_ENTRIES)
    found = [_unpacked(name, told) for name, told in zip(names, row, strict=True)]
    receivables = dict(zip(_RECEIVABLES, found, strict=False))
    entries: dict[str, Any] = dict(zip(_ENTRIES, found[len(_RECEIVABLES) :], strict=True))
    entries["kind"] = pd.Categorical.from_codes(entries["kind"], _KINDS)
    return frames.build(pd.DataFrame(receivables, copy=False), pd.DataFrame(entries, copy=False))


def _packed(table: str, key: str, columns: Mapping[str, str], chosen: str) -> str:
    """Columns of a workspace's table: days as datetime64, all else as int64."""
    packed = ", ".join(_pack(name, column) for name, column in columns.items())
    which = f"AND {key} = ANY ((SELECT ids FROM chosen)::bigint[])" if chosen else ""
    return f"SELECT {packed} FROM {table} WHERE workspace_id = %(place)s {which}"


def _pack(name: str, column: str) -> str:
    """No column may hold nulls: they would be left out, and the columns no longer match."""
    send = "date_send" if name in _DAYS else "int8send"
    return f"string_agg({send}({column}), '')"


def _unpacked(name: str, found: bytes | None) -> npt.NDArray[Any]:
    if name in _DAYS:
        days = np.frombuffer(found or b"", ">i4").astype(np.int64)
        return (days + _EPOCH).astype("datetime64[D]")
    return np.frombuffer(found or b"", ">i8").astype(np.int64)
