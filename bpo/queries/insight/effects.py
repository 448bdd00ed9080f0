"""What came in after each contact: by step, channel, text and analyst.

Contacts of the last six months, or of a month; which of them money belongs to, says
`queries.attribution`, as for the effect of a campaign. It says what followed, not what would have
come anyway. Money of later days is never looked at: a day in the past tells what was known then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bpo.analytics import recovery
from bpo.analytics.frames import Frames
from bpo.analytics.recovery import Effect
from bpo.domain.reminders import steps
from bpo.models import Workspace
from bpo.queries.insight import analysis, facts
from bpo.queries.insight.analysis import Title
from bpo.queries.reminders.attribution import CONTACTS

SPAN_DAYS = 180

_SENDS = f"""
WITH {CONTACTS}, parts AS MATERIALIZED (
    SELECT c.day, c.until, c.ids[1] AS contact, one.id
    FROM contacts c CROSS JOIN LATERAL unnest(c.ids) AS one (id)
    WHERE c.day >= :since AND c.day <= :day
), listed AS MATERIALIZED (
    SELECT t.id, t.settled_at, t.step_key, t.channel, coalesce(t.template_key, '-') AS text,
           l.receivable_id, l.open_cents
    FROM touches t
    JOIN touch_receivables l ON l.workspace_id = t.workspace_id AND l.touch_id = t.id
    WHERE t.workspace_id = :place AND t.state = 'sent'
      AND t.settled_at > CAST(CAST(:since AS date) - 1 AS timestamptz)
)
SELECT l.receivable_id, p.day, l.open_cents, l.step_key, l.channel, l.text, p.until, p.contact
FROM parts p JOIN listed l ON l.id = p.id
ORDER BY l.settled_at, l.id
"""
"""What is listed stands apart: beside the contacts, whose number no plan can guess, it would be
looked through again for each of them."""
_TALKS = """
SELECT r.id, n.on_day, owed.cents, coalesce(u.name, '-'), n.id
FROM notes n
JOIN receivables r ON r.workspace_id = n.workspace_id AND r.debtor_id = n.debtor_id
    AND r.effective_due_date < n.on_day AND (r.settled_on IS NULL OR r.settled_on >= n.on_day)
CROSS JOIN LATERAL (
    SELECT r.amount_cents - coalesce(sum(e.principal_cents), 0)::bigint AS cents FROM entries e
    WHERE e.workspace_id = r.workspace_id AND e.receivable_id = r.id AND e.on_day < n.on_day
) owed
LEFT JOIN users u ON u.id = n.created_by
WHERE n.workspace_id = :place AND n.kind IN ('call', 'whatsapp', 'visit')
  AND n.on_day >= :since AND n.on_day <= :day AND owed.cents > 0
ORDER BY n.on_day, n.id
"""
_UNDONE = """
SELECT reverses_id FROM payments
WHERE workspace_id = :place AND reverses_id IS NOT NULL AND paid_on BETWEEN :since AND :day
"""


@dataclass(frozen=True, slots=True)
class Effects:
    """By `step`, `channel`, `text`, and by `analyst` for calls and visits that were recorded.

    Steps are in the order of their days, all else by what came in; `first`: the first day.
    """

    first: date
    tables: Mapping[str, tuple[Effect, ...]]


class Behind(NamedTuple):
    """One invoice in one contact: its day, what was open on it, and the centavos that followed."""

    title: Title
    day: date
    told_cents: int
    recovered_cents: int


def of(session: Session, workspace_id: int, as_of: date, first: date | None = None) -> Effects:
    """What followed the contacts from `first` to `as_of`, by `as_of`; six months without one."""
    known = _known(session, workspace_id, as_of, first)
    tables = {kind: _table(known, kind) for kind in KINDS}
    tables["step"] = tuple(sorted(tables["step"], key=lambda one: steps.place(one.name)))
    return Effects(known.first, tables)


def behind(
    session: Session,
    workspace_id: int,
    as_of: date,
    kind: str,
    name: str,
    first: date | None = None,
) -> tuple[Behind, ...]:
    """What one effect of `of` is made of, the latest contact first; none for an unknown name."""
    known = _known(session, workspace_id, as_of, first)
    sends = known.sends(kind)
    if known.book is None or sends.empty:
        return ()
    came = recovery.after(known.book, sends, as_of, known.undone)
    mine = sends.assign(came=came)[sends["step_key"] == name].iloc[::-1]
    found = analysis.titles(session, workspace_id, mine["receivable_id"].unique())
    columns = (mine["receivable_id"], mine["on"].dt.date, mine["open_cents"], mine["came"])
    return tuple(
        Behind(found[int(number)], day, int(told), int(cents))
        for number, day, told, cents in zip(*columns, strict=True)
    )


KINDS = ("step", "channel", "text", "analyst")
_SEND = ("receivable_id", "on", "open_cents", "step", "channel", "text", "until", "contact")
_TALK = ("receivable_id", "on", "open_cents", "analyst", "contact")


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Contacts of a span, the book of that time (none without contacts), payments undone since."""

    first: date
    as_of: date
    written: pd.DataFrame
    spoken: pd.DataFrame
    book: Frames | None
    undone: tuple[int, ...]

    def sends(self, kind: str) -> pd.DataFrame:
        """A row for each contact and invoice in it, as `recovery.after` takes them.

        What one contact says over two channels, or in two texts, is one telling of its step.
        """
        rows = self.spoken if kind == "analyst" else self.written
        once = rows.drop_duplicates(["contact", "receivable_id", kind], keep="last")
        return once.assign(step_key=once[kind]).reset_index(drop=True)


def _known(session: Session, workspace_id: int, as_of: date, first: date | None) -> _Known:
    since = first or as_of - timedelta(days=SPAN_DAYS - 1)
    zone = session.scalar(select(Workspace.time_zone).where(Workspace.id == workspace_id))
    values = {"place": workspace_id, "day": as_of, "since": since, "zone": zone}
    written = _frame(_rows(session, _SENDS, values), _SEND)
    spoken = _frame(_rows(session, _TALKS, values), _TALK)
    some = len(written) or len(spoken)
    return _Known(
        since,
        as_of,
        written,
        spoken,
        facts.recent(session, workspace_id, since) if some else None,
        tuple(row[0] for row in _rows(session, _UNDONE, values)),
    )


def _frame(rows: list[Any], columns: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
    days = [name for name in ("on", "until") if name in columns]
    return table.assign(**{name: pd.to_datetime(table[name]) for name in days})


def _table(known: _Known, kind: str) -> tuple[Effect, ...]:
    sends = known.sends(kind)
    if known.book is None or sends.empty:
        return ()
    told = recovery.by_step(known.book, sends, known.as_of, known.undone)
    found = [
        Effect(str(name), int(count), int(open_), int(came), None if share != share else share)
        for name, count, open_, came, share in told.itertuples(index=False)
    ]
    return tuple(sorted(found, key=lambda one: (-one.recovered_cents, one.name)))


def _rows(session: Session, sql: str, values: Mapping[str, Any]) -> list[Any]:
    return list(session.execute(text(sql), values))
