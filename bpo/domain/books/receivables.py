"""What is owed on one receivable as of any day: its dated entries, balance, lateness and status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class EntryKind(StrEnum):
    """Why a balance changed.

    `PAYMENT` is money received, `REVERSAL` money given back (negative amounts). The others are no
    money; undone, they keep their kind with a negative amount. `WAIVER` gives up late charges and
    touches no principal. `AGREEMENT` takes a receivable with
    its charges into an agreement, and gives back what was not paid when that one breaks.
    """

    PAYMENT = "payment"
    REVERSAL = "reversal"
    REBATE = "rebate"
    DISCOUNT = "discount"
    WRITE_OFF = "write_off"
    WITHDRAWAL = "withdrawal"
    AGREEMENT = "agreement"
    WAIVER = "waiver"


MONEY = frozenset({EntryKind.PAYMENT, EntryKind.REVERSAL})


class Status(StrEnum):
    """What a receivable is on a day; derived, never stored."""

    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"
    WITHDRAWN = "withdrawn"
    WRITTEN_OFF = "written_off"
    RENEGOTIATED = "renegotiated"


UNSETTLED = frozenset({Status.OPEN, Status.OVERDUE})
CLOSED = frozenset(Status) - UNSETTLED

_CLOSED_BY = (
    (EntryKind.WITHDRAWAL, Status.WITHDRAWN),
    (EntryKind.WRITE_OFF, Status.WRITTEN_OFF),
    (EntryKind.AGREEMENT, Status.RENEGOTIATED),
)


class Entry(NamedTuple):
    """One dated fact on a receivable, in centavos.

    `principal_cents` reduces the balance; `fine_cents` and `interest_cents` are late charges that
    this entry settled besides.
    """

    on: date
    kind: EntryKind
    principal_cents: int
    fine_cents: int = 0
    interest_cents: int = 0


@dataclass(frozen=True, slots=True)
class Receivable:
    """The facts of one receivable that rules need; `entries` in any order, of any day."""

    amount_cents: int
    due_date: date
    effective_due_date: date
    entries: tuple[Entry, ...] = ()
    id: int = 0


def known(receivable: Receivable, day: date) -> list[Entry]:
    """The entries dated on or before `day`, oldest first."""
    return sorted(entry for entry in receivable.entries if entry.on <= day)


def balance(receivable: Receivable, day: date) -> int:
    """Principal still open at the end of `day`, in centavos, late charges apart."""
    return receivable.amount_cents - _reduced(receivable.entries, day)


def days_late(receivable: Receivable, day: date) -> int:
    """Days from the original due date; 0 while `day` is not after the effective due date.

    A title due on a closed day and paid on the next open one is in time (Lei 7.089/1983 art. 1).
    """
    if day <= receivable.effective_due_date:
        return 0
    return (day - receivable.due_date).days


def status(receivable: Receivable, day: date) -> Status:
    """What the receivable is at the end of `day`, by the entries known then."""
    if balance(receivable, day) > 0:
        return Status.OVERDUE if day > receivable.effective_due_date else Status.OPEN
    return next((s for kind, s in _CLOSED_BY if _reduced_by(receivable, kind, day)), Status.PAID)


class Bucket(NamedTuple):
    """An ageing bucket: days late from `first` to `last` inclusive; None: no upper end."""

    name: str
    first: int
    last: int | None


AGING = (
    Bucket("current", 0, 0),
    Bucket("1-30", 1, 30),
    Bucket("31-60", 31, 60),
    Bucket("61-90", 61, 90),
    Bucket("90+", 91, None),
)
AGING_FINE = (
    Bucket("current", 0, 0),
    Bucket("1-15", 1, 15),
    Bucket("16-30", 16, 30),
    Bucket("31-60", 31, 60),
    Bucket("61-90", 61, 90),
    Bucket("91-180", 91, 180),
    Bucket("180+", 181, None),
)


def bucket(days: int, buckets: tuple[Bucket, ...] = AGING) -> str:
    """The name of the ageing bucket for a number of days late."""
    return next(b.name for b in reversed(buckets) if days >= b.first)


def _reduced_by(receivable: Receivable, kind: EntryKind, day: date) -> int:
    return _reduced((entry for entry in receivable.entries if entry.kind == kind), day)


def _reduced(entries: Iterable[Entry], day: date) -> int:
    return sum(entry.principal_cents for entry in entries if entry.on <= day)
