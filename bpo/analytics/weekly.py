"""The weekly report of one client company: all its numbers, defined as in `collection`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from bpo.analytics import aging, collection, history
from bpo.analytics.collection import Metrics, ratio
from bpo.analytics.frames import Frames
from bpo.analytics.history import Received as Received
from bpo.analytics.history import ReceivedWeek as ReceivedWeek
from bpo.analytics.history import TrendPoint as TrendPoint
from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday; `label` is `2026-W47`."""

    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ExpectedWeek:
    """What should come in from `first` to `last` by the company's own model, centavos of principal.

    `due_cents` falls due then (effective due date); `expected_cents` is what should come, overdue
    balances included, most likely from `low_cents` to `high_cents` (None in reports made before the
    band was kept).
    """

    first: date
    last: date
    due_cents: int
    expected_cents: int
    low_cents: int | None = None
    high_cents: int | None = None


@dataclass(frozen=True, slots=True)
class TopDebtor:
    """One of the debtors with most overdue; `days_late` of the oldest overdue receivable."""

    debtor_id: int
    name: str
    overdue_cents: int
    overdue_count: int
    open_cents: int
    days_late: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that waits for the client: an approval, a dispute, a debt at its last step.

    `kind` is a stable word (`approval`, `dispute`, `escalation`), `phrase` the question. About a
    campaign or a text there is no debtor: `debtor_name` is then its name, `amount_cents` 0.
    """

    kind: str
    debtor_id: int | None
    debtor_name: str
    amount_cents: int
    since: date
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Actions:
    """What was done for the client during the week: counts taken from the records by the caller."""

    reminders_sent: int = 0
    reminders_failed: int = 0
    reminders_uncertain: int = 0
    debtors_contacted: int = 0
    promises_made: int = 0
    promised_cents: int = 0
    promises_kept: int = 0
    promises_broken: int = 0
    calls: int = 0
    agreements_made: int = 0
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class WeeklyFigures:
    """All numbers of the weekly report at the end of `as_of` (at most the week's last day).

    Amounts in centavos, percentages 0 to 100, days with four decimals; None where a figure is
    undefined (show a dash). `aging_cents` and `aging_count` have the keys `current`, `1-30`,
    `31-60`, `61-90`, `90+` in this order. `received_previous_week` is the previous week from Monday
    to the same weekday as `as_of`, and `received_change_*` compare with it (the whole week is in
    `received_weeks`); other changes compare with the end of the previous week. `expected_weeks` are
    spans of seven days from the day after `as_of`, as the company's model tells them everywhere.
    `average_delay` is of the month's payments.
    """

    week: Week
    as_of: date

    received_week: Received
    received_previous_week: Received
    received_month: Received
    received_change_cents: int
    received_change_pct: float | None
    received_weeks: tuple[ReceivedWeek, ...]

    open_cents: int
    open_count: int
    overdue_cents: int
    overdue_count: int
    overdue_debtors: int
    overdue_pct: float | None
    overdue_change_cents: int
    overdue_previous_pct: float | None
    over_90_cents: int

    aging_cents: Mapping[str, int]
    aging_count: Mapping[str, int]

    dso: float | None
    dso_previous: float | None
    dso_change: float | None
    average_delay: float | None
    trend: tuple[TrendPoint, ...]

    top_debtors: tuple[TopDebtor, ...]
    top_debtors_share_pct: float | None
    expected_weeks: tuple[ExpectedWeek, ...]
    expected_total_cents: int

    actions: Actions
    decisions: tuple[Decision, ...]


TOP = 10
"""How many of those who owe most a report names."""

_WEEK = timedelta(days=7)
_LABEL = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def week(label: str) -> Week:
    """The ISO week of a label such as `2026-W47`. Raises ValueError for anything else."""
    match = _LABEL.fullmatch(label)
    if match is None:
        raise ValueError(f"{label!r} is not a week such as 2026-W47")
    first = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return Week(label, first, first + timedelta(days=6))


def week_of(day: date) -> Week:
    """The ISO week that a day lies in."""
    year, number, weekday = day.isocalendar()
    first = day - timedelta(days=weekday - 1)
    return Week(f"{year}-W{number:02}", first, first + timedelta(days=6))


def build(
    frames: Frames,
    actions: Actions,
    span: Week,
    as_of: date,
    expected: tuple[ExpectedWeek, ...] = (),
) -> WeeklyFigures:
    """The figures of a week from the facts dated until `as_of` or the week's last day.

    `expected` is the forecast of that day.

    Raises ValueError when the week has not begun on `as_of`.
    """
    if as_of < span.first:
        raise ValueError(f"the week {span.label} has not begun on {as_of.isoformat()}")
    day, before = min(as_of, span.last), span.first - timedelta(days=1)
    now, then = collection.metrics(frames, day), collection.metrics(frames, before)
    debtors, ages = aging.by_debtor(frames, day), aging.totals(frames, day)
    week_ago = history.received(frames, span.first - _WEEK, day - _WEEK)
    received = history.received(frames, span.first, day)
    overdue = overdue_cents(now)
    owing = top(debtors, frames.names)
    return WeeklyFigures(
        week=span,
        as_of=day,
        received_week=received,
        received_previous_week=week_ago,
        received_month=history.received(frames, day.replace(day=1), day),
        received_change_cents=received.cents - week_ago.cents,
        received_change_pct=ratio((received.cents - week_ago.cents) * 100, week_ago.cents),
        received_weeks=history.received_weeks(frames, day),
        open_cents=now.open_cents,
        open_count=now.open_count,
        overdue_cents=overdue,
        overdue_count=now.open_count - ages.count["current"],
        overdue_debtors=int((debtors["overdue_cents"] > 0).sum()),
        overdue_pct=now.delinq_gt0_pct,
        overdue_change_cents=overdue - overdue_cents(then),
        overdue_previous_pct=then.delinq_gt0_pct,
        over_90_cents=now.aging_cents["90+"],
        aging_cents=now.aging_cents,
        aging_count=ages.count,
        dso=now.dso_simple_90,
        dso_previous=then.dso_simple_90,
        dso_change=_difference(now.dso_simple_90, then.dso_simple_90),
        average_delay=now.avg_delay_month,
        trend=history.trend(frames, day),
        top_debtors=owing,
        top_debtors_share_pct=ratio(sum(row.overdue_cents for row in owing) * 100, overdue),
        expected_weeks=expected,
        expected_total_cents=sum(item.expected_cents for item in expected),
        actions=actions,
        decisions=actions.decisions,
    )


def overdue_cents(metrics: Metrics) -> int:
    """The overdue balance: all ageing but what is current."""
    return metrics.open_cents - metrics.aging_cents["current"]


def _difference(now: float | None, then: float | None) -> float | None:
    return None if now is None or then is None else round(now - then, 4)


def top(debtors: pd.DataFrame, names: Mapping[int, str]) -> tuple[TopDebtor, ...]:
    """The debtors with most overdue, from the rows of `aging.by_debtor`."""
    rows = debtors[debtors["overdue_cents"] > 0].head(TOP)
    columns = ("debtor_id", "overdue_cents", "overdue_count", "open_cents", "days_late")
    figures = zip(*(rows[column].tolist() for column in columns), strict=True)
    return tuple(TopDebtor(row[0], names.get(row[0], str(row[0])), *row[1:]) for row in figures)
