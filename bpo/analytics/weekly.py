"""The weekly report of one client company: all its numbers, defined as in `collection`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday; `label` is `2026-W47`."""

    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Received:
    """Money received in a span of days: centavos and number of payments."""

    cents: int
    count: int


@dataclass(frozen=True, slots=True)
class ReceivedWeek:
    """What came in during one week, for the chart of the last weeks; `last` may be cut at as-of."""

    first: date
    last: date
    cents: int
    count: int


@dataclass(frozen=True, slots=True)
class ExpectedWeek:
    """What should come in during one of the next weeks.

    `due_cents` falls due in the span; `expected_cents` is what usually arrives, by the debtors' own
    delays.
    """

    first: date
    last: date
    due_cents: int
    expected_cents: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """DSO (days; None without sales) and overdue share at a month end or at as-of."""

    day: date
    dso: float | None
    overdue_pct: float | None
    open_cents: int


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
    """Something that waits for the client: a discount, a dispute, a stop of supply.

    `kind` is a stable word (`discount`, `dispute`, `escalation`, ...), `phrase` the question.
    """

    kind: str
    debtor_id: int
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
    `31-60`, `61-90`, `90+` in this order. Changes compare with the end of the previous week.
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
