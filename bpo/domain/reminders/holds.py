"""Pauses of a debtor or a receivable: why, from when until when, and what they stop."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from bpo.domain.reminders.reasons import Code, Reason
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


class HoldReason(StrEnum):
    """Why somebody or something asked for silence."""

    MANUAL = "manual"
    CLIENT = "client"
    PROMISE = "promise"
    DISPUTE = "dispute"
    AGREEMENT = "agreement"
    PAYMENT_SEEN = "payment_seen"
    OVER_INDEBTED = "over_indebted"
    LEGAL = "legal"
    REPLY = "reply"


BY_PEOPLE = (
    HoldReason.MANUAL,
    HoldReason.CLIENT,
    HoldReason.PAYMENT_SEEN,
    HoldReason.OVER_INDEBTED,
    HoldReason.LEGAL,
)
"""The reasons a person may give; promises, disputes and agreements pause by themselves."""
LONGEST = timedelta(days=730)
"""A pause with an end lasts no longer; one for good has no end, and is seen as such."""
_FOR_EVER = date(3000, 1, 1)
LETS_DOCUMENTS_PASS = frozenset({Code.PROMISE, Code.AGREEMENT})
"""While these run, new invoices and receipts still go out: they ask for nothing that is overdue."""

_CODES = {
    HoldReason.PROMISE: Code.PROMISE,
    HoldReason.DISPUTE: Code.DISPUTE,
    HoldReason.AGREEMENT: Code.AGREEMENT,
    HoldReason.PAYMENT_SEEN: Code.PAYMENT_SEEN,
    HoldReason.OVER_INDEBTED: Code.OVER_INDEBTED,
}
LABELS = {
    HoldReason.MANUAL: Phrase("Paused by the team"),
    HoldReason.CLIENT: Phrase("Paused at the client's request"),
    HoldReason.PROMISE: Phrase("Promise to pay"),
    HoldReason.DISPUTE: Phrase("Dispute"),
    HoldReason.AGREEMENT: Phrase("Agreement"),
    HoldReason.PAYMENT_SEEN: Phrase("Payment to be matched"),
    HoldReason.OVER_INDEBTED: Phrase("Over-indebtedness declared"),
    HoldReason.LEGAL: Phrase("In court or with a lawyer"),
    HoldReason.REPLY: Phrase("Answered: a person reads it first"),
}


class Hold(NamedTuple):
    """A pause from `starts_on` to `until` inclusive (None: until released)."""

    reason: str
    starts_on: date | None = None
    until: date | None = None


def check(reason: HoldReason, until: date | None, today: date) -> None:
    """Raises BadInput for a reason that is no person's to give, or an end that makes no sense."""
    if reason not in BY_PEOPLE:
        raise BadInput("Choose one of the options", field="reason")
    if until is None:
        return
    if until < today:
        raise BadInput("A pause cannot end before today", field="until")
    if until - today > LONGEST:
        raise BadInput(
            "A pause can end at most {limit_days} days from today",
            field="until",
            limit_days=LONGEST.days,
        )


def is_active(hold: Hold, day: date) -> bool:
    """Whether the hold stands on `day`. One that cannot be read stands."""
    if hold.starts_on and hold.until and hold.until < hold.starts_on:
        return True
    begun = hold.starts_on is None or hold.starts_on <= day
    return begun and (hold.until is None or day <= hold.until)


def code(hold: Hold) -> Code:
    """The code of a hold's reason; an unknown reason is a plain hold."""
    return _CODES.get(hold.reason, Code.HOLD)  # type: ignore[call-overload,no-any-return]


def _end(hold: Hold) -> date | None:
    """The last day of a pause; one that would outlive everybody has none."""
    return hold.until if hold.until and hold.until < _FOR_EVER else None


def standing(holds: Iterable[Hold], day: date, *, document: bool = False) -> list[Reason]:
    """What keeps the program silent on `day`, each with the first day it no longer does.

    `document`: the message delivers an invoice or a receipt, which a promise or an agreement does
    not stop. Empty: nothing stands in the way.
    """
    found = [Reason(code(hold), "", _end(hold)) for hold in holds if is_active(hold, day)]
    return [r for r in found if r.code not in LETS_DOCUMENTS_PASS] if document else found
