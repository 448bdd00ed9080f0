"""Promises to pay: their states, when one is kept, and the silence it buys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bpo.domain.reminders.holds import Hold, HoldReason
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput, Conflict
from bpo.kernel.text import Phrase


class State(StrEnum):
    """Where a promise stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


JUDGED = frozenset({State.KEPT, State.PARTLY_KEPT, State.BROKEN})
FINAL = JUDGED | {State.CANCELLED}
TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.ACTIVE, State.CANCELLED}),
    State.ACTIVE: JUDGED | {State.CANCELLED},
    State.KEPT: frozenset(),
    State.PARTLY_KEPT: frozenset({State.KEPT}),
    State.BROKEN: frozenset({State.KEPT, State.PARTLY_KEPT}),
    State.CANCELLED: frozenset(),
}
"""A payment found late, or dated back, may still mend a broken promise."""

KEPT_SHARE_PCT = 95
LONGEST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Promise:
    """An amount in centavos promised for a day."""

    amount_cents: int
    made_on: date
    promised_for: date
    state: State = State.ACTIVE


def move(state: State, to: State) -> State:
    """The new state. Raises Conflict when the step is not legal."""
    if to not in TRANSITIONS[state]:
        raise Conflict(
            "This promise is already settled as “{state}” and cannot become “{to}”",
            state=_label(state),
            to=_label(to),
        )
    return to


def check(promise: Promise) -> Promise:
    """The promise itself. Raises BadInput for an amount or a day that makes no sense."""
    if promise.amount_cents <= 0:
        raise BadInput("The amount promised must be positive", field="amount")
    if promise.promised_for < promise.made_on:
        raise BadInput("A promise cannot be for a day that has passed", field="promised_for")
    if (promise.promised_for - promise.made_on).days > LONGEST_DAYS:
        raise BadInput(
            "A promise can be for at most {limit_days} days ahead",
            field="promised_for",
            limit_days=LONGEST_DAYS,
        )
    return promise


def last_day(promise: Promise, calendar: Calendar) -> date:
    """The day until which payment counts: one business day after the promised one."""
    return calendar.add_business_days(calendar.following(promise.promised_for), 1)


def judge(
    promise: Promise, payments: Iterable[tuple[date, int]], today: date, calendar: Calendar
) -> State:
    """What an active promise has become by the end of `today`.

    `payments`: (day, centavos) of the debtor. Kept: at least 95% paid from the day it was made
    through one business day after the promised day; broken: nothing; partly kept: in between.
    """
    if promise.state != State.ACTIVE:
        return promise.state
    end = last_day(promise, calendar)
    paid = sum(cents for day, cents in payments if promise.made_on <= day <= end)
    if paid * 100 >= promise.amount_cents * KEPT_SHARE_PCT:
        return State.KEPT
    if today <= end:
        return State.ACTIVE
    return State.PARTLY_KEPT if paid > 0 else State.BROKEN


def hold(promise: Promise, calendar: Calendar) -> Hold | None:
    """The pause that an active promise makes: through its last day, inclusive."""
    if promise.state != State.ACTIVE:
        return None
    return Hold(HoldReason.PROMISE, promise.made_on, last_day(promise, calendar))


def _label(state: State) -> Phrase:
    return Phrase(state.value.replace("_", " ").capitalize())
