"""What parts of a book go by: classes and tags of debtors, who spoke with them, the last step.

The last step is that of the last message which listed the receivable and did not bounce, the
analyst is who spoke with the debtor last; both look at the six months that effects look at.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.analytics import collection, segments
from bpo.analytics.collection import Metrics
from bpo.analytics.frames import Flags, Frames, balances
from bpo.analytics.segments import Traits
from bpo.db import driver
from bpo.models import Workspace
from bpo.queries.insight import facts

BY = ("class", "tag", "band", "debtor", "analyst", "step")
SPAN = timedelta(days=180)

_TRAITS = """
SELECT id, name, risk_class, tags FROM debtors
WHERE workspace_id = %(place)s AND id = ANY (%(ids)s)
"""
_SPOKEN = """
SELECT DISTINCT ON (n.debtor_id) n.debtor_id, u.name
FROM notes n JOIN users u ON u.id = n.created_by
WHERE n.workspace_id = %(place)s AND n.kind IN ('call', 'whatsapp', 'visit')
  AND n.on_day > %(since)s AND n.on_day <= %(day)s
ORDER BY n.debtor_id, n.on_day DESC, n.id DESC
"""
_STEPS = """
SELECT DISTINCT ON (l.receivable_id) l.receivable_id, t.step_key
FROM touches t
JOIN touch_receivables l ON l.workspace_id = t.workspace_id AND l.touch_id = t.id
WHERE t.workspace_id = %(place)s AND t.state = 'sent' AND t.channel NOT IN ('task', 'letter')
  AND t.settled_at > %(since)s::timestamptz
  AND (t.settled_at AT TIME ZONE %(zone)s)::date BETWEEN %(since)s::date + 1 AND %(day)s
  AND NOT EXISTS (SELECT FROM delivery_events e
                  WHERE e.workspace_id = t.workspace_id AND e.touch_id = t.id
                    AND e.kind = 'bounced')
ORDER BY l.receivable_id, t.settled_at DESC, t.id DESC
"""


class Marks(NamedTuple):
    """What receivables are told apart by: the debtors by id, the last step by receivable."""

    debtors: dict[int, Traits]
    steps: dict[int, str]

    def split(self, book: Frames, by: str) -> dict[str, Flags]:
        """Which receivables belong to each value of one of BY."""
        if by == "step":
            return segments.by_name(book, self.steps)
        return segments.split(book, by, self.debtors)


class Figures(NamedTuple):
    """The figures of one part of a book; `name` is what people call a debtor."""

    value: str
    name: str
    metrics: Metrics


def marks(
    session: Session, workspace_id: int, as_of: date, known: Frames, bys: Collection[str]
) -> Marks:
    """The marks of a book at the end of a day; what none of `bys` asks for is not read."""
    values: dict[str, Any] = {"place": workspace_id, "day": as_of, "since": as_of - SPAN}
    values["ids"] = known.receivables.debtor_ids.tolist()
    spoken: dict[int, str] = {}
    steps: dict[int, str] = {}
    with driver(session).cursor() as cursor:
        if "analyst" in bys:
            spoken = dict(cursor.execute(_SPOKEN, values).fetchall())
        if "step" in bys:
            zone = select(Workspace.time_zone).where(Workspace.id == workspace_id)
            values["zone"] = session.scalar(zone)
            steps = dict(cursor.execute(_STEPS, values).fetchall())
        rows = cursor.execute(_TRAITS, values).fetchall()
    debtors = {row[0]: Traits(row[1], row[2], tuple(row[3]), spoken.get(row[0])) for row in rows}
    return Marks(debtors, steps)


def metrics(session: Session, workspace_id: int, as_of: date, by: str) -> list[Figures]:
    """The figures of each part with something open, the most open first, from all the facts."""
    known = facts.load(session, workspace_id)
    told = marks(session, workspace_id, as_of, known, (by,))
    open_ = balances(known, as_of)
    found = [
        Figures(
            value,
            _name(by, value, told.debtors),
            collection.metrics(segments.only(known, which), as_of),
        )
        for value, which in told.split(known, by).items()
        if open_[which].any()
    ]
    return sorted(found, key=lambda one: (-one.metrics.open_cents, one.value))


def _name(by: str, value: str, debtors: Mapping[int, Traits]) -> str:
    return debtors[int(value)].name if by == "debtor" else value
