"""Charges with a due date that a creditor's bank holds for receivables: when, and what becomes.

A charge is asked for ahead of its due date, carries the fine, interest and discounts of the frozen
policy, and can be paid for a while after it; a receivable that changes or is paid elsewhere takes
its charge back.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.cash.pix_references import Kind, Reference
from bpo.kernel.text import Phrase

AHEAD_DAYS = 45
"""Calendar days before the due date from which a charge is asked for."""

VALID_DAYS = 60
"""Calendar days after the due date in which the bank still takes it, unless a company says else."""

LOOK_EVERY = timedelta(hours=6)
"""How often the bank is asked about a charge whose notice may have been lost."""

FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=6)


class State(StrEnum):
    """Where a charge stands. `LEAVING`: to be taken back at the bank."""

    ASKED = "asked"
    ACTIVE = "active"
    LEAVING = "leaving"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUSED = "refused"


LABELS = {
    State.ASKED: Phrase("Being issued"),
    State.ACTIVE: Phrase("Can be paid"),
    State.LEAVING: Phrase("Being taken back"),
    State.PAID: Phrase("Paid by Pix"),
    State.CANCELLED: Phrase("Taken back"),
    State.REFUSED: Phrase("Refused by the bank"),
}
LIVE = (State.ASKED, State.ACTIVE, State.LEAVING)


def txid(charge_id: int, receivable_id: int, due_date: date) -> str:
    """The identifier of a charge; its money is recognised as the receivable's."""
    return Reference(Kind.RECEIVABLE, receivable_id, due_date).charge_txid(f"{charge_id}Z")


def fits(policy: CollectionPolicy) -> bool:
    """Whether a bank can count what this policy charges: fixed rates, from the due date on."""
    return not (policy.legal_interest or policy.correction_index or policy.grace_days)


def next_try(tries: int, now: datetime) -> datetime:
    """When a bank that would not let a charge go is asked again: 2 minutes, 4, … up to 6 hours."""
    wait: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 10)
    return now + min(wait, LONGEST_WAIT)
