"""A company's figures for a dashboard: all of it or a segment, with what each is made of.

Everything is counted from the open book and the last months; what was settled before comes from
the snapshots of past days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from bpo.analytics import collection, days, history, losses, parts, recovery, segments
from bpo.analytics.collection import Metrics, ratio
from bpo.analytics.frames import Flags, Frames, balances, days_late
from bpo.analytics.losses import Loss, Rates
from bpo.analytics.parts import Breakdown, Part
from bpo.db import driver
from bpo.queries.desk import commitments
from bpo.queries.insight import facts, snapshots
from bpo.queries.insight import segments as parted
from bpo.queries.insight.segments import Marks

MOST_SEGMENTS = 20

_TITLES = """
SELECT r.id, r.number, r.debtor_id, d.name, r.issue_date, r.due_date, r.effective_due_date,
       r.amount_cents
FROM receivables r JOIN debtors d ON d.workspace_id = r.workspace_id AND d.id = r.debtor_id
WHERE r.workspace_id = %(place)s AND r.id = ANY (%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A segment: `by` is one of `segments.BY`, `value` one of its values; without, everything.

    `within`: the segments that it is a part of, each as (by, value).
    """

    by: str = ""
    value: str = ""
    within: tuple[tuple[str, str], ...] = ()

    @property
    def bys(self) -> set[str]:
        """What it is narrowed by."""
        return {by for by, _value in self.pairs}

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (by, value) that it is narrowed to, one within the other; none for everything."""
        return () if self.is_whole else (*self.within, (self.by, self.value))

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out."""
        return not (self.by and self.value)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the book: centavos and number of invoices that are open and overdue."""

    value: str
    label: str
    open_cents: int
    open_count: int
    overdue_cents: int
    overdue_count: int
    over_90_cents: int

    @property
    def overdue_pct(self) -> float | None:
        """Overdue of what is open, 0 to 100."""
        return ratio(self.overdue_cents * 100, self.open_cents)


class Title(NamedTuple):
    """One receivable as lists show it."""

    id: int
    number: str
    debtor_id: int
    debtor_name: str
    issue_date: date
    due_date: date
    effective_due_date: date
    amount_cents: int


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The figures of a day. `trend`: those of month ends, for the whole company alone.

    `rolls` has a row per age a month ago (see `recovery.rolls`). `practice`: figures besides those
    of `Metrics`, by their name in `DEFINITIONS`; promises and plans for the whole company alone.
    `loss`: the expected loss by age, by rates of the whole company.
    """

    metrics: Metrics
    aging_count: Mapping[str, int]
    segments: tuple[Segment, ...]
    rolls: pd.DataFrame
    rolled_from: date
    trend: tuple[tuple[date, Metrics], ...]
    practice: Mapping[str, float | int | None]
    loss: Loss


def of(session: Session, workspace_id: int, as_of: date, chosen: Chosen, by: str) -> Analysis:
    """Everything the dashboard of figures shows; `by` is how the table of segments splits."""
    month_ago = history.month_ends(as_of, 1)[0]
    known = facts.recent(session, workspace_id, min(parts.since(as_of), losses.since(as_of)))
    marks = parted.marks(session, workspace_id, as_of, known, {by, *chosen.bys})
    book = _chosen(known, chosen, marks)
    counted = collection.metrics(book, as_of)
    trend = _trend(session, workspace_id, as_of, known) if chosen.is_whole else ()
    countback = trend[-1][1].dso_countback if trend else None
    ages = days.table(book, as_of, as_of)
    loss = _loss(book, as_of, losses.rates(known, as_of))
    return Analysis(
        metrics=replace(counted, dso_countback=countback),
        aging_count={
            name: int(ages[column].iloc[0])
            for name, column in zip(counted.aging_cents, days.COUNTS, strict=True)
        },
        segments=_segments(book, as_of, by, marks),
        rolls=recovery.rolls(book, month_ago, as_of),
        rolled_from=month_ago,
        trend=trend,
        practice=_practice(session, workspace_id, as_of, loss, chosen),
        loss=loss,
    )


def practice(
    session: Session, workspace_id: int, as_of: date
) -> tuple[dict[str, float | int | None], Loss]:
    """Expected loss, promises kept and plans broken of a whole company; the loss also by age."""
    book = facts.recent(session, workspace_id, losses.since(as_of))
    loss = _loss(book, as_of, losses.rates(book, as_of))
    return _practice(session, workspace_id, as_of, loss, Chosen()), loss


def _loss(book: Frames, as_of: date, rates: Rates) -> Loss:
    found = parts.of(book, parts.EXPECTED_LOSS, as_of, rates).loss
    assert found
    return found


def _practice(
    session: Session, workspace_id: int, as_of: date, loss: Loss, chosen: Chosen
) -> dict[str, float | int | None]:
    lost: dict[str, float | int | None] = {parts.EXPECTED_LOSS: loss.total_cents}
    if not chosen.is_whole:
        return lost
    found = commitments.of(session, workspace_id, as_of)
    return lost | {
        "promises_kept_pct": found.promises_kept_pct,
        "plans_broken_pct": found.plans_broken_pct,
    }


def breakdown(
    session: Session, workspace_id: int, key: str, as_of: date, chosen: Chosen
) -> tuple[Breakdown, Frames]:
    """What a figure is made of, and the book that its positions are of. Raises KeyError."""
    is_loss = key == parts.EXPECTED_LOSS
    since = losses.since(as_of) if is_loss else parts.since(as_of)
    known = facts.recent(session, workspace_id, since)
    rates = losses.rates(known, as_of) if is_loss else losses.USUAL
    if chosen.is_whole:
        return parts.of(known, key, as_of, rates), known
    marks = parted.marks(session, workspace_id, as_of, known, chosen.bys)
    book = _chosen(known, chosen, marks)
    return parts.of(book, key, as_of, rates), book


def titles(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, Title]:
    """Receivables by id, with their debtors' names."""
    values = {"place": workspace_id, "ids": [int(number) for number in ids]}
    with driver(session).cursor() as cursor:
        rows = cursor.execute(_TITLES, values).fetchall()
    return {row[0]: Title(*row) for row in rows}


def largest(part: Part, size: int, start: int = 0) -> list[int]:
    """Positions within a part, the largest amounts first."""
    order = np.argsort(-part.cents, kind="stable")
    return [int(place) for place in order[start : start + size]]


def _chosen(known: Frames, chosen: Chosen, marks: Marks) -> Frames:
    book = known
    for by, value in chosen.pairs:
        nobody = np.zeros(len(book.receivables.ids), dtype=np.bool_)
        book = segments.only(book, marks.split(book, by).get(value, nobody))
    return book


def _segments(book: Frames, as_of: date, by: str, marks: Marks) -> tuple[Segment, ...]:
    open_, late = balances(book, as_of), days_late(book, as_of)
    book_rows = marks.split(segments.only(book, open_ > 0), by)
    open_, late = open_[open_ > 0], late[open_ > 0]

    def row(value: str, which: Flags) -> Segment:
        cents, overdue = open_[which], late[which] > 0
        label = marks.debtors[int(value)].name if by == "debtor" else value
        return Segment(
            value,
            label,
            int(cents.sum()),
            len(cents),
            int(cents[overdue].sum()),
            int(overdue.sum()),
            int(cents[late[which] > 90].sum()),
        )

    rows = [row(value, which) for value, which in book_rows.items() if which.any()]
    if by == "band":
        return tuple(rows)
    rows.sort(key=lambda one: (-one.overdue_cents, -one.open_cents, one.label))
    return tuple(rows[:MOST_SEGMENTS])


def _trend(
    session: Session, workspace_id: int, as_of: date, known: Frames
) -> tuple[tuple[date, Metrics], ...]:
    ends = history.month_ends(as_of)
    first = min(days.reach(ends[0]), ends[0] - timedelta(days=collection.DSO_DAYS))
    table = snapshots.until(session, workspace_id, as_of, first, known)
    if not len(table):
        return ()
    return tuple((day, days.metrics(table, day)) for day in ends)
