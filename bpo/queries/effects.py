"""What came in after each contact: by step, channel, text and analyst.

Contacts of the last six months, or of a month; which of them money belongs to, says
`queries.attribution`, as for the effect of a campaign. It says what followed, not what would have
come anyway. Money of later days is never looked at: a day in the past tells what was known then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bpo.analytics import recovery
from bpo.analytics.frames import Frames
from bpo.analytics.recovery import Effect
from bpo.domain import steps
from bpo.models import Workspace
from bpo.queries import facts
from bpo.queries.attribution import CONTACTS

SPAN_DAYS = 180

_SENDS = f"""
WITH {CONTACTS}
SELECT l.receivable_id, c.day, l.open_cents, t.step_key, t.channel, coalesce(t.template_key, '-'),
       c.until
FROM contacts c CROSS JOIN LATERAL unnest(c.ids) AS one (id)
JOIN touches t ON t.workspace_id = :place AND t.id = one.id
JOIN touch_receivables l ON l.workspace_id = t.workspace_id AND l.touch_id = t.id
WHERE c.day >= :since AND c.day <= :day
ORDER BY t.settled_at, t.id
"""
_TALKS = """
SELECT r.id, n.on_day, r.amount_cents, coalesce(u.name, '-')
FROM notes n
JOIN receivables r ON r.workspace_id = n.workspace_id AND r.debtor_id = n.debtor_id
    AND r.effective_due_date < n.on_day AND (r.settled_on IS NULL OR r.settled_on >= n.on_day)
LEFT JOIN users u ON u.id = n.created_by
WHERE n.workspace_id = :place AND n.kind IN ('call', 'whatsapp', 'visit')
  AND n.on_day >= :since AND n.on_day <= :day
ORDER BY n.on_day, n.id
"""


@dataclass(frozen=True, slots=True)
class Effects:
    """By `step`, `channel`, `text`, and by `analyst` for calls and visits that were recorded.

    Steps are in the order of their days, all else by what came in; `first`: the first day.
    """

    first: date
    tables: Mapping[str, tuple[Effect, ...]]


def of(session: Session, workspace_id: int, as_of: date, first: date | None = None) -> Effects:
    """What followed the contacts from `first` to `as_of`, by `as_of`; six months without one."""
    since = first or as_of - timedelta(days=SPAN_DAYS - 1)
    zone = session.scalar(select(Workspace.time_zone).where(Workspace.id == workspace_id))
    values = {"place": workspace_id, "day": as_of, "since": since, "zone": zone}
    sends, talks = _rows(session, _SENDS, values), _rows(session, _TALKS, values)
    book = facts.recent(session, workspace_id, since) if sends or talks else None
    tables = {name: _table(book, as_of, sends, at) for name, at in _BY.items()}
    tables["step"] = tuple(sorted(tables["step"], key=lambda one: steps.place(one.name)))
    return Effects(since, tables | {"analyst": _table(book, as_of, talks, _ANALYST)})


_BY = {"step": 3, "channel": 4, "text": 5}
_ANALYST = 3
_UNTIL = 6


def _table(book: Frames | None, as_of: date, rows: list[Any], at: int) -> tuple[Effect, ...]:
    if book is None or not rows:
        return ()
    sends = pd.DataFrame(
        {
            "receivable_id": [row[0] for row in rows],
            "step_key": [row[at] for row in rows],
            "on": pd.to_datetime([row[1] for row in rows]),
            "open_cents": [row[2] for row in rows],
        }
    )
    if len(rows[0]) > _UNTIL:
        sends["until"] = pd.to_datetime([row[_UNTIL] for row in rows])
    told = recovery.by_step(book, sends, as_of)
    found = [
        Effect(str(name), int(count), int(open_), int(came), None if share != share else share)
        for name, count, open_, came, share in told.itertuples(index=False)
    ]
    return tuple(sorted(found, key=lambda one: (-one.recovered_cents, one.name)))


def _rows(session: Session, sql: str, values: Mapping[str, Any]) -> list[Any]:
    statement = text(sql)
    return list(session.execute(statement, values))
