"""What was received for a client company in a period, by debtor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Received(NamedTuple):
    """What one debtor paid in centavos: payments less those undone, and where the money went.

    Principal, fine, interest and what is kept as credit add up to the total.
    """

    debtor_id: int
    reference: str
    name: str
    payments: int
    total_cents: int
    principal_cents: int
    fine_cents: int
    interest_cents: int

    @property
    def credit_cents(self) -> int:
        """What settles nothing yet."""
        return self.total_cents - self.principal_cents - self.fine_cents - self.interest_cents


@dataclass(frozen=True, slots=True)
class Remittance:
    """The receipts of a period, both days included, the largest debtor first."""

    since: date
    until: date
    rows: tuple[Received, ...]

    @property
    def total(self) -> Received:
        """All debtors together."""
        return Received(0, "", "", *(sum(column) for column in _columns(self.rows)))


def _columns(rows: Sequence[Received]) -> list[tuple[int, ...]]:
    return list(zip(*(row[3:] for row in rows), strict=True)) or [()] * 5
