"""How a debtor has paid one creditor: facts of their own history, each with its receivables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from statistics import median
from typing import Any, Generic, TypeVar

HALF_LIFE_DAYS = 180
"""An outcome this many days old counts half as much as one of today."""
MEMORY_DAYS = 730
"""Promises and plans broken or kept longer ago than this are forgotten."""
RECENT = 12
"""How many of the latest outcomes the counts told to people look at."""
MONTHS = 12

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Move:
    """A dated change of a receivable's balance.

    `principal_cents` is what it took off the balance, `paid_cents` the money that came with it,
    charges included (0 for a rebate or write-off; both negative for a reversal). `withdrawn` marks
    a title taken back by the creditor, which says nothing about the debtor.
    """

    on_day: date
    principal_cents: int
    paid_cents: int = 0
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One receivable of the debtor with everything that happened to it; amounts in centavos."""

    receivable_id: int
    issue_date: date
    due_date: date
    effective_due: date
    amount_cents: int
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise or a plan that was kept or broken on a day."""

    decided_on: date
    kept: bool
    receivable_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A plan still being paid: its instalment per month in centavos."""

    monthly_cents: int
    receivable_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """All that one creditor knows of one debtor; never anything from another creditor."""

    records: tuple[Record, ...] = ()
    promises: tuple[Commitment, ...] = ()
    plans: tuple[Commitment, ...] = ()
    running: tuple[Running, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A figure and the receivables it was computed from."""

    name: str
    value: T
    receivable_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the history says on a day. Undefined figures are None, never zero.

    `on_time_pct`: share of decided receivables paid in full by the effective due date, 0 to 100,
    each counting 0.5 ** (days since its effective due date / HALF_LIFE_DAYS). By count, not by
    value: one large title must not decide, and a count is what can be told to a person. Decided
    means settled, or open past its effective due date.
    `mean_delay_days`: mean of the delays with the same weights. The delay of one receivable is the
    mean of its parts by principal; an early part counts 0, a part still open counts up to today.
    `decided_count`, `recent_count`, `recent_on_time_count`: all outcomes, the latest RECENT of
    them, and how many of these were on time.
    `monthly_paid_cents`: money received in each of the last 12 complete calendar months, oldest
    first.
    `usual_monthly_cents`: median of the months with a payment (the running month only when there
    is no other). `capacity_cents`: the same less `running_monthly_cents`, never below 0.
    `oldest_overdue_days`: days from the original due date, 0 when nothing is overdue.
    Kept and broken promises and plans count for MEMORY_DAYS; `last_break` is the latest broken.
    """

    on_time_pct: Fact[float | None]
    mean_delay_days: Fact[float | None]
    decided_count: Fact[int]
    recent_count: Fact[int]
    recent_on_time_count: Fact[int]
    monthly_paid_cents: Fact[tuple[int, ...]]
    usual_monthly_cents: Fact[int | None]
    running_monthly_cents: Fact[int]
    capacity_cents: Fact[int | None]
    exposure_cents: Fact[int]
    oldest_overdue_days: Fact[int]
    promises_kept: Fact[int]
    promises_broken: Fact[int]
    plans_kept: Fact[int]
    plans_broken: Fact[int]
    last_break: Fact[date | None]
    first_purchase: Fact[date | None]
    last_payment: Fact[date | None]
    invoice_count: Fact[int]


@dataclass(frozen=True, slots=True)
class _Outcome:
    receivable_id: int
    effective_due: date
    on_time: bool
    delay_days: float


def observe(history: History, today: date) -> Behaviour:
    """The facts of a history as of the end of `today`; anything dated later is not looked at."""
    records = [_as_of(record, today) for record in history.records if record.issue_date <= today]
    outcomes = [o for record in records if (o := _outcome(record, today)) is not None]
    outcomes.sort(key=lambda o: (o.effective_due, o.receivable_id))
    facts: list[Fact[Any]] = [
        *_punctuality(outcomes, today),
        *_capacity(records, history.running, today),
        *_debt(records, today),
        *_commitments(history, today),
        *_relationship(records),
    ]
    return Behaviour(**{fact.name: fact for fact in facts})


def to_json(
    behaviour: Behaviour, named: Callable[[int], Any] = lambda receivable_id: receivable_id
) -> dict[str, dict[str, Any]]:
    """Every fact as `{name: {value, receivables}}`; dates ISO; `named` turns ids into numbers."""
    return {
        field.name: _fact_json(getattr(behaviour, field.name), named) for field in fields(behaviour)
    }


def _fact_json(fact: Fact[Any], named: Callable[[int], Any]) -> dict[str, Any]:
    value = fact.value
    if isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, tuple):
        value = list(value)
    return {"value": value, "receivables": [named(one) for one in fact.receivable_ids]}


def _as_of(record: Record, today: date) -> Record:
    known = [move for move in record.moves if move.on_day <= today]
    return replace(record, moves=tuple(sorted(known, key=lambda move: move.on_day)))


def _open_cents(record: Record) -> int:
    return max(record.amount_cents - sum(move.principal_cents for move in record.moves), 0)


def _settled_on(record: Record) -> date | None:
    settled_on, left = None, record.amount_cents
    for move in record.moves:
        left -= move.principal_cents
        if left > 0:
            settled_on = None
        elif settled_on is None:
            settled_on = move.on_day
    return settled_on


def _outcome(record: Record, today: date) -> _Outcome | None:
    settled_on = _settled_on(record)
    on_time = settled_on is not None and settled_on <= record.effective_due
    if record.amount_cents <= 0 or (settled_on is None and today <= record.effective_due):
        return None
    unpaid = sum(move.paid_cents for move in record.moves) <= 0
    if settled_on and unpaid and (on_time or any(move.withdrawn for move in record.moves)):
        return None
    return _Outcome(record.receivable_id, record.effective_due, on_time, _delay_days(record, today))


def _delay_days(record: Record, today: date) -> float:
    parts = [(move.on_day, move.principal_cents) for move in record.moves]
    parts.append((today, _open_cents(record)))
    late = sum(cents * max((day - record.effective_due).days, 0) for day, cents in parts)
    return max(late / record.amount_cents, 0.0)


def _weighted(values: Iterable[float], weights: Sequence[float]) -> float | None:
    mass = sum(weights)
    if not mass:
        return None
    return round(sum(v * w for v, w in zip(values, weights, strict=True)) / mass, 4)


def _punctuality(outcomes: Sequence[_Outcome], today: date) -> list[Fact[Any]]:
    ages = (max((today - outcome.effective_due).days, 0) for outcome in outcomes)
    weights = [0.5 ** (age / HALF_LIFE_DAYS) for age in ages]
    everything = tuple(outcome.receivable_id for outcome in outcomes)
    recent = outcomes[-RECENT:]
    punctual = [outcome.receivable_id for outcome in recent if outcome.on_time]
    rate = _weighted((100.0 * o.on_time for o in outcomes), weights)
    return [
        Fact("on_time_pct", rate, everything),
        Fact("mean_delay_days", _weighted((o.delay_days for o in outcomes), weights), everything),
        Fact("decided_count", len(outcomes), everything),
        Fact("recent_count", len(recent), tuple(o.receivable_id for o in recent)),
        Fact("recent_on_time_count", len(punctual), tuple(punctual)),
    ]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _capacity(
    records: Sequence[Record], running: Sequence[Running], today: date
) -> list[Fact[Any]]:
    this_month = _month(today)
    paid, behind = _paid_by_month(records, range(this_month - MONTHS, this_month + 1))
    complete = [max(cents, 0) for month, cents in paid.items() if month != this_month]
    usual = _usual(complete, paid[this_month])
    taken = sum(plan.monthly_cents for plan in running)
    planned = tuple(sorted({one for plan in running for one in plan.receivable_ids}))
    return [
        Fact("monthly_paid_cents", tuple(complete), behind),
        Fact("usual_monthly_cents", usual, behind),
        Fact("running_monthly_cents", taken, planned),
        Fact("capacity_cents", None if usual is None else max(usual - taken, 0), behind),
    ]


def _paid_by_month(
    records: Sequence[Record], months: Iterable[int]
) -> tuple[dict[int, int], tuple[int, ...]]:
    paid, payers = dict.fromkeys(months, 0), set()
    for record in records:
        for move in record.moves:
            if move.paid_cents and _month(move.on_day) in paid:
                paid[_month(move.on_day)] += move.paid_cents
                payers.add(record.receivable_id)
    return paid, tuple(sorted(payers))


def _usual(complete: Sequence[int], this_month: int) -> int | None:
    months = [cents for cents in complete if cents > 0] or [this_month] * (this_month > 0)
    return int(median(months)) if months else None


def _debt(records: Sequence[Record], today: date) -> list[Fact[Any]]:
    still_open = [record for record in records if _open_cents(record)]
    overdue = [record for record in still_open if today > record.effective_due]
    exposed = tuple(sorted(record.receivable_id for record in still_open))
    oldest = min(overdue, key=lambda record: (record.due_date, record.receivable_id), default=None)
    return [
        Fact("exposure_cents", sum(map(_open_cents, still_open)), exposed),
        Fact("oldest_overdue_days", (today - oldest.due_date).days, (oldest.receivable_id,))
        if oldest
        else Fact("oldest_overdue_days", 0),
    ]


def _commitments(history: History, today: date) -> list[Fact[Any]]:
    promises = _remembered(history.promises, today)
    plans = _remembered(history.plans, today)
    broken = [one for one in promises + plans if not one.kept]
    last = max(broken, key=lambda one: one.decided_on, default=None)
    return [
        _tally("promises_kept", [one for one in promises if one.kept]),
        _tally("promises_broken", [one for one in promises if not one.kept]),
        _tally("plans_kept", [one for one in plans if one.kept]),
        _tally("plans_broken", [one for one in plans if not one.kept]),
        Fact("last_break", last.decided_on, last.receivable_ids)
        if last
        else Fact("last_break", None),
    ]


def _remembered(commitments: Iterable[Commitment], today: date) -> list[Commitment]:
    return [one for one in commitments if 0 <= (today - one.decided_on).days <= MEMORY_DAYS]


def _tally(name: str, commitments: Sequence[Commitment]) -> Fact[Any]:
    behind = {receivable_id for one in commitments for receivable_id in one.receivable_ids}
    return Fact(name, len(commitments), tuple(sorted(behind)))


def _relationship(records: Sequence[Record]) -> list[Fact[Any]]:
    first = min(records, key=lambda record: (record.issue_date, record.receivable_id), default=None)
    paid = [
        (move.on_day, record.receivable_id)
        for record in records
        for move in record.moves
        if move.paid_cents > 0
    ]
    last = max(paid, default=None)
    return [
        Fact("first_purchase", first.issue_date, (first.receivable_id,))
        if first
        else Fact("first_purchase", None),
        Fact("last_payment", last[0], (last[1],)) if last else Fact("last_payment", None),
        Fact("invoice_count", len(records), tuple(record.receivable_id for record in records)),
    ]
