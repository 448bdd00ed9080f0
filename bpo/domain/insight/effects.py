"""What the contacts of a campaign brought, and whether it would have come without them."""

from dataclasses import dataclass
from math import sqrt

WINDOW_DAYS = 7
"""Money counts for the last contact before it, for at most so many days."""
FOLLOWED_DAYS = 30
"""So long a debtor is followed to see whether anything was paid, with and without messages."""
_NINETY_FIVE = 1.96


@dataclass(frozen=True, slots=True)
class StepEffect:
    """What one step with one text did.

    `messages` left and did not bounce, one per channel; of these `confirmed` are known to have been
    delivered and `opened` to have been opened. `contacts` are the same without counting channels;
    of these `replied`, `promised` and `paid` within the window. `open_cents` is what they listed,
    `paid_cents` the principal of it paid within the window.
    """

    step_key: str
    template: str
    messages: int
    bounced: int
    confirmed: int
    opened: int
    contacts: int
    replied: int
    promised: int
    paid: int
    open_cents: int
    paid_cents: int

    @property
    def recovered_pct(self) -> float | None:
        """Paid of what was listed, 0 to 100; None when nothing was listed."""
        return self.paid_cents * 100 / self.open_cents if self.open_cents else None


@dataclass(frozen=True, slots=True)
class Group:
    """Debtors followed for `FOLLOWED_DAYS`, and how many of them paid anything."""

    debtors: int
    paid: int

    @property
    def pct(self) -> float | None:
        """The share that paid, 0 to 100; None for nobody."""
        return self.paid * 100 / self.debtors if self.debtors else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who was written to about overdue debts beside who was held out by chance."""

    written: Group
    held_out: Group

    @property
    def difference(self) -> tuple[float, float, float] | None:
        """Points between the shares, with the 95% interval (normal approximation of two
        proportions); None while a group is empty."""
        here, there = self.written, self.held_out
        if here.pct is None or there.pct is None:
            return None
        spread = sum(
            share * (1 - share) / group.debtors
            for group in (here, there)
            for share in [group.paid / group.debtors]
        )
        points, margin = here.pct - there.pct, _NINETY_FIVE * sqrt(spread) * 100
        return points, points - margin, points + margin
