"""Monetary correction: an index of prices agreed in the contract, compounded month by month.

Civil Code art. 389 names the IPCA where nothing else is agreed; contracts name others too.
Corrected is the open principal, over the days in (base date, payment day]: each month of the index
counts for its share of days. Prices that fall never reduce what is owed. A month that is not known
yet bears that of the last month before it.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bpo.domain.books.legal_rates import spread
from bpo.kernel.errors import BadInput

LARGEST = Decimal("0.20")
FIRST_MONTH = date(1994, 7, 1)
"""The month of the real."""


class Index(StrEnum):
    """The indices that contracts agree on."""

    IPCA = "ipca"
    INPC = "inpc"
    IGPM = "igpm"

    @property
    def label(self) -> str:
        """Its name, the same in every language."""
        return "IGP-M" if self is Index.IGPM else self.name


@dataclass(frozen=True, slots=True)
class Correction:
    """An index with its variations as fractions of a month, by the first day of the month."""

    index: Index
    by_month: Mapping[date, Decimal] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its name, the same in every language."""
        return self.index.label

    def of(self, month: date) -> Decimal:
        """The variation of a month, or of the last known one before it, or zero."""
        known = self.by_month.get(month)
        if known is not None:
            return known
        earlier = [one for one in self.by_month if one < month]
        return self.by_month[max(earlier)] if earlier else Decimal(0)

    def factor(self, since: date, until: date) -> Decimal:
        """By how much prices rose over the days in (`since`, `until`], as a fraction from 0 on."""
        return max(self.growth(since, until), Decimal(0))

    def growth(self, since: date, until: date) -> Decimal:
        """As `factor`, below 0 where prices fell."""
        grown = Decimal(1)
        for month, days in spread(since, until):
            grown *= 1 + self.of(month) * days / monthrange(month.year, month.month)[1]
        return grown - 1

    def amount(self, principal_cents: int, since: date, until: date) -> int:
        """Correction in centavos, rounded half up once."""
        exact = principal_cents * self.factor(since, until)
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    def missing(self, since: date, until: date) -> tuple[date, ...]:
        """The months of the days in (`since`, `until`] whose variation is not known."""
        return tuple(month for month, _ in spread(since, until) if month not in self.by_month)


def checked(month: date, rate: Decimal) -> tuple[date, Decimal]:
    """A month and its variation. Raises BadInput for what no index has shown in years."""
    if month.replace(day=1) < FIRST_MONTH:
        raise BadInput("An index is counted from July 1994 on", field="rates")
    if not -LARGEST <= rate <= LARGEST:
        raise BadInput("A month's variation lies between -20% and 20%", field="rates")
    return month.replace(day=1), rate
