"""What a collection policy means in money, for the page where debtors read it."""

from dataclasses import dataclass
from datetime import date, timedelta

from bpo.domain.books import charges
from bpo.domain.books.charges import AmountDue
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Receivable

EXAMPLE_CENTS = 1_000_00
DAYS_LATE = (0, 1, 10, 30, 60)
_ANY_DAY = date(2026, 3, 4)


@dataclass(frozen=True, slots=True)
class Example:
    """What an invoice of R$ 1.000,00 costs when paid so many days after (before: negative) its due
    date, which falls on a business day."""

    days: int
    due: AmountDue


def examples(policy: CollectionPolicy) -> tuple[Example, ...]:
    """The example invoice paid on the day of each early discount, on the due date, and late."""
    early = sorted(-discount.days_before for discount in policy.discounts)
    invoice = Receivable(EXAMPLE_CENTS, _ANY_DAY, _ANY_DAY)
    days = sorted({*early, *DAYS_LATE})
    return tuple(
        Example(n, charges.amount_due(invoice, policy, _ANY_DAY + timedelta(days=n))) for n in days
    )
