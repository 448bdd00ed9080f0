"""Payments: how money comes in, what a debt still asks of it, and how a payment is undone."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import accumulate

from bpo.domain.books.charges import AmountDue
from bpo.domain.books.receivables import Entry, EntryKind
from bpo.domain.cash import allocation
from bpo.domain.cash.allocation import Allocated, Allocation, Owed
from bpo.kernel.errors import BadInput, Conflict
from bpo.kernel.text import Phrase


class Method(StrEnum):
    """How money came."""

    PIX = "pix"
    BOLETO = "boleto"
    TRANSFER = "transfer"
    CARD = "card"
    CASH = "cash"
    OTHER = "other"


LABELS = {
    Method.PIX: Phrase("Pix"),
    Method.BOLETO: Phrase("Boleto"),
    Method.TRANSFER: Phrase("Transfer"),
    Method.CARD: Phrase("Card"),
    Method.CASH: Phrase("Cash"),
    Method.OTHER: Phrase("Another way"),
}


LARGEST_CENTS = 100_000_000_000
"""One billion: more is a slip of the keyboard."""

EARLIEST = date(2000, 1, 1)


def check(amount_cents: int, paid_on: date, today: date) -> None:
    """Raise BadInput for an amount not between one centavo and `LARGEST_CENTS`, or a day before
    `EARLIEST` or that has not come."""
    if amount_cents <= 0:
        raise BadInput("The amount received must be above zero", field="amount")
    if amount_cents > LARGEST_CENTS:
        raise BadInput(
            "The amount received can be at most {largest_cents}",
            field="amount",
            largest_cents=LARGEST_CENTS,
        )
    if paid_on < EARLIEST:
        raise BadInput(
            "A payment cannot be dated before {earliest}", field="paid_on", earliest=EARLIEST
        )
    if paid_on > today:
        raise BadInput("A payment cannot be dated in the future", field="paid_on")


def credit_used(left_cents: int, cents: int | None) -> int:
    """How much of a credit is used: what was asked for, else all of it, in centavos.

    Raises Conflict when nothing is left, BadInput for an amount that is not there.
    """
    if left_cents <= 0:
        raise Conflict("Nothing is left of this payment")
    if cents is None:
        return left_cents
    if cents <= 0:
        raise BadInput("The amount must be above zero", field="used")
    if cents > left_cents:
        raise BadInput(
            "Only {left_cents} are left of this payment", field="used", left_cents=left_cents
        )
    return cents


def asked(due: AmountDue) -> Owed:
    """What a receivable asks of a payment found late, after others dated later were recorded.

    `due` is the amount due on the day of the payment; what entries dated after that day have
    settled is not asked for again, even if it was undone since: no day in between owes less than
    nothing.
    """
    later = [entry for entry in due.receivable.entries if entry.on > due.day]
    debt = allocation.owed(due)
    if not later:
        return debt
    principal = max(debt.principal_cents - _most((e.on, e.principal_cents) for e in later), 0)
    interest = _most((e.on, e.interest_cents) for e in later)
    return debt._replace(
        principal_cents=principal,
        fine_cents=max(debt.fine_cents - _most((e.on, e.fine_cents) for e in later), 0),
        interest_cents=max(debt.interest_cents - interest, 0),
        discount_cents=min(debt.discount_cents, principal),
    )


def _most(settled: Iterable[tuple[date, int]]) -> int:
    """The most that is settled at the end of any day, in centavos."""
    days: Counter[date] = Counter()
    for day, cents in settled:
        days[day] += cents
    return max(accumulate((cents for _, cents in sorted(days.items())), initial=0))


def entries(one: Allocation, on: date) -> list[Entry]:
    """The entries that an allocation makes: the money, and the discount that came with it."""
    found = []
    if one.money_cents:
        found.append(
            Entry(on, EntryKind.PAYMENT, one.principal_cents, one.fine_cents, one.interest_cents)
        )
    if one.discount_cents:
        found.append(Entry(on, EntryKind.DISCOUNT, one.discount_cents))
    return found


def undone(entry: Entry, on: date) -> Entry:
    """The entry that takes another back, dated `on`; money given back has a kind of its own."""
    kind = EntryKind.REVERSAL if entry.kind is EntryKind.PAYMENT else entry.kind
    return Entry(on, kind, -entry.principal_cents, -entry.fine_cents, -entry.interest_cents)


def applied_cents(allocated: Allocated) -> int:
    """The money of a payment that reached some receivable, in centavos."""
    return sum(one.money_cents for one in allocated.allocations)


def money_cents(found: Iterable[Entry]) -> int:
    """The money in entries, charges included, in centavos."""
    kinds = (EntryKind.PAYMENT, EntryKind.REVERSAL)
    return sum(
        e.principal_cents + e.fine_cents + e.interest_cents for e in found if e.kind in kinds
    )
