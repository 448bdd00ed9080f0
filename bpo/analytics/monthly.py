"""The monthly report for the board of a client company: a year of figures, and what changed."""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from bpo.analytics.collection import Metrics, ratio
from bpo.analytics.losses import Loss
from bpo.analytics.recovery import Effect
from bpo.analytics.weekly import Actions, ExpectedWeek, TopDebtor
from bpo.kernel.text import Phrase

_LABEL = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar; `label` is `2026-11`."""

    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """How a company stood at the end of `day`, a month's last day or the report's own.

    Amounts in centavos; `issued_cents` and `received_cents` are of the month until then.
    """

    day: date
    issued_cents: int
    received_cents: int
    open_cents: int
    overdue_cents: int
    over_90_cents: int
    overdue_pct: float | None
    dso: float | None
    cei: float | None


@dataclass(frozen=True, slots=True)
class Roll:
    """What became of the balance that had an age a month ago.

    `rolled_cents` grew older by a bucket or more, `stayed_cents` is open in the same one,
    `renegotiated_cents` went into agreements (0 in reports made before it was kept), `cured_cents`
    was settled otherwise, by payment or not. Rolled + stayed + renegotiated + cured = open.
    """

    bucket: str
    open_cents: int
    rolled_cents: int
    stayed_cents: int
    cured_cents: int
    renegotiated_cents: int = 0


@dataclass(frozen=True, slots=True)
class Agreed:
    """Agreements: made in the month, running at its end, and how those ended that did in it."""

    made: int = 0
    made_cents: int = 0
    running: int = 0
    running_cents: int = 0
    settled: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class AgeLost:
    """What may be lost of an age: the roll rate and the share lost of it, 0 to 100.

    The rate is the one counted with, None where the shares are the usual ones.
    """

    bucket: str
    open_cents: int
    roll_pct: float | None
    lost_pct: float
    lost_cents: int


@dataclass(frozen=True, slots=True)
class MonthlyFigures:
    """All numbers of the monthly report at the end of `as_of`, the same as on the dashboard.

    `months`: a year of month ends and `as_of`, oldest first. `rolls` are from `rolled_from`, the
    month end before. `recovered_cents`: of what was overdue then (`was_overdue_cents`), what has
    been settled since. `steps`: what followed the contacts of the month, in the order of their
    days. `lost`: the expected loss by age.
    """

    month: Month
    as_of: date
    months: tuple[MonthPoint, ...]
    open_count: int
    aging_cents: Mapping[str, int]
    aging_count: Mapping[str, int]
    average_delay: float | None
    best_dso: float | None
    rolled_from: date
    rolls: tuple[Roll, ...]
    was_overdue_cents: int
    recovered_cents: int
    agreed: Agreed
    actions: Actions
    top_debtors: tuple[TopDebtor, ...]
    top_debtors_share_pct: float | None
    expected_weeks: tuple[ExpectedWeek, ...]
    expected_total_cents: int
    comments: tuple[Phrase, ...] = ()
    steps: tuple[Effect, ...] = ()
    lost: tuple[AgeLost, ...] = ()

    @property
    def now(self) -> MonthPoint:
        """The report's own day."""
        return self.months[-1]

    @property
    def before(self) -> MonthPoint | None:
        """The month end before; None without one."""
        return self.months[-2] if len(self.months) > 1 else None

    @property
    def recovered_pct(self) -> float | None:
        """What was settled of what was overdue a month ago, 0 to 100."""
        return ratio(self.recovered_cents * 100, self.was_overdue_cents)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What the figures of a month are made of; `trend`: the metrics of month ends and `as_of`."""

    metrics: Metrics
    trend: Sequence[tuple[date, Metrics]]
    aging_count: Mapping[str, int]
    rolls: pd.DataFrame
    rolled_from: date
    top: tuple[TopDebtor, ...]
    agreed: Agreed
    actions: Actions
    expected: tuple[ExpectedWeek, ...]
    steps: tuple[Effect, ...]
    loss: Loss


def month(label: str) -> Month:
    """The month of a label such as `2026-11`. Raises ValueError for anything else."""
    match = _LABEL.fullmatch(label)
    if match is None or not 1 <= int(match[2]) <= 12 or match[1] == "0000":
        raise ValueError(f"{label!r} is not a month such as 2026-11")
    return month_of(date(int(match[1]), int(match[2]), 1))


def month_of(day: date) -> Month:
    """The month that a day lies in."""
    last = calendar.monthrange(day.year, day.month)[1]
    return Month(f"{day.year:04}-{day.month:02}", day.replace(day=1), day.replace(day=last))


def build(span: Month, as_of: date, known: Facts) -> MonthlyFigures:
    """The figures of a month, without comments."""
    points = tuple(_point(day, found) for day, found in known.trend)
    rolls = _rolls(known.rolls)
    late = rolls[1:]
    now = points[-1] if points else _point(as_of, known.metrics)
    return MonthlyFigures(
        month=span,
        as_of=as_of,
        months=points or (now,),
        open_count=known.metrics.open_count,
        aging_cents=known.metrics.aging_cents,
        aging_count=known.aging_count,
        average_delay=known.metrics.avg_delay_month,
        best_dso=known.metrics.bpdso_90,
        rolled_from=known.rolled_from,
        rolls=rolls,
        was_overdue_cents=sum(roll.open_cents for roll in late),
        recovered_cents=sum(roll.cured_cents for roll in late),
        agreed=known.agreed,
        actions=known.actions,
        top_debtors=known.top,
        top_debtors_share_pct=ratio(
            sum(row.overdue_cents for row in known.top) * 100, now.overdue_cents
        ),
        expected_weeks=known.expected,
        expected_total_cents=sum(week.expected_cents for week in known.expected),
        steps=known.steps,
        lost=tuple(
            AgeLost(
                line.bucket.name,
                line.balance_cents,
                line.roll.rate_pct if line.roll else None,
                line.share_pct,
                line.lost_cents,
            )
            for line in known.loss.lines
        ),
    )


def _point(day: date, found: Metrics) -> MonthPoint:
    return MonthPoint(
        day=day,
        issued_cents=found.issued_month_cents,
        received_cents=found.received_month_cents,
        open_cents=found.open_cents,
        overdue_cents=found.open_cents - found.aging_cents["current"],
        over_90_cents=found.aging_cents["90+"],
        overdue_pct=found.delinq_gt0_pct,
        dso=found.dso_simple_90,
        cei=found.cei_month,
    )


def _rolls(table: pd.DataFrame) -> tuple[Roll, ...]:
    columns = ("bucket", "open", "rolled", "stayed", "cured", "renegotiated")
    names = (columns[0], *(f"{name}_cents" for name in columns[1:]))
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    return tuple(Roll(*row) for row in rows)
