"""Disputes: a receivable the debtor disagrees with is out of collection, still in the figures."""

from datetime import date
from enum import StrEnum

from bpo.domain.reminders.holds import Hold, HoldReason
from bpo.kernel.errors import Conflict
from bpo.kernel.text import Phrase


class State(StrEnum):
    """Where a dispute stands; `UPHELD`: the debtor was right, `PARTLY_UPHELD`: about a part, and
    the rest is collected again."""

    OPEN = "open"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


FAVOURABLE = frozenset({State.UPHELD, State.PARTLY_UPHELD})
"""Decided for the debtor: these may take something off the receivable."""

FINAL = frozenset(State) - {State.OPEN}
TRANSITIONS: dict[State, frozenset[State]] = {
    State.OPEN: FINAL,
    **dict.fromkeys(FINAL, frozenset({State.OPEN})),
}


class Grounds(StrEnum):
    """What the debtor disagrees with."""

    AMOUNT = "amount"
    NOT_DELIVERED = "not_delivered"
    QUALITY = "quality"
    CANCELLED = "cancelled"
    ALREADY_PAID = "already_paid"
    UNKNOWN_DEBT = "unknown_debt"
    OTHER = "other"


LABELS = {
    Grounds.AMOUNT: Phrase("The amount is wrong"),
    Grounds.NOT_DELIVERED: Phrase("It was not delivered"),
    Grounds.QUALITY: Phrase("Something was wrong with it"),
    Grounds.CANCELLED: Phrase("It had been cancelled"),
    Grounds.ALREADY_PAID: Phrase("It has been paid"),
    Grounds.UNKNOWN_DEBT: Phrase("The debtor does not know this debt"),
    Grounds.OTHER: Phrase("Another reason"),
}


def move(state: State, to: State) -> State:
    """The new state. Raises Conflict when the step is not legal."""
    if to not in TRANSITIONS[state]:
        raise Conflict(
            "This dispute is already settled as “{state}” and cannot become “{to}”",
            state=_label(state),
            to=_label(to),
        )
    return to


def hold(state: State, opened_on: date) -> Hold | None:
    """The pause of an open dispute, without an end of its own."""
    return Hold(HoldReason.DISPUTE, opened_on) if state == State.OPEN else None


def _label(state: State) -> Phrase:
    return Phrase(state.value.replace("_", " ").capitalize())
