"""The receipt of a payment: what came, and what it settled to the last centavo."""

from dataclasses import dataclass, replace
from datetime import date

from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Settled:
    """What a payment settled of one receivable, in centavos; a discount is no money."""

    number: str
    due_date: date
    principal_cents: int = 0
    charges_cents: int = 0
    discount_cents: int = 0

    @property
    def money_cents(self) -> int:
        """The money that went to it."""
        return self.principal_cents + self.charges_cents

    def plus(self, principal_cents: int, charges_cents: int, *, discount: bool) -> "Settled":
        """With another entry of the same payment."""
        if discount:
            return replace(self, discount_cents=self.discount_cents + principal_cents)
        return replace(
            self,
            principal_cents=self.principal_cents + principal_cents,
            charges_cents=self.charges_cents + charges_cents,
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received from a payer on a day, in centavos; `credit_cents` settles nothing yet."""

    number: int
    paid_on: date
    amount_cents: int
    method: Phrase
    payer: str
    document: str
    settled: tuple[Settled, ...]
    credit_cents: int = 0
