"""The portfolio on paper: one row of figures for each client company, as on the screen."""

from dataclasses import dataclass
from datetime import date

from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client company at the end of its day: centavos of its currency, shares 0 to 100, days.

    `received_cents` since Monday; changes since the end of last week; `report` in words.
    """

    name: str
    colour: str
    currency: str
    open_cents: int
    overdue_cents: int
    overdue_pct: float | None
    overdue_change_cents: int
    over_90_cents: int
    dso: float | None
    dso_change: float | None
    received_cents: int
    kept_pct: float | None
    known_until: date | None
    stale: bool
    waiting: int
    report: Phrase | None
    alerts: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class ClientTotals:
    """What the clients of the commonest currency come to together, in centavos."""

    currency: str
    clients: int
    open_cents: int
    overdue_cents: int
    overdue_change_cents: int
    over_90_cents: int
    received_cents: int
    overdue_pct: float | None


@dataclass(frozen=True, slots=True)
class PortfolioFigures:
    """The portfolio on a day, the clients with most to look at first."""

    as_of: date
    rows: tuple[ClientRow, ...]
    totals: ClientTotals

    @property
    def with_alerts(self) -> int:
        """How many clients deserve a look."""
        return sum(bool(row.alerts) for row in self.rows)
