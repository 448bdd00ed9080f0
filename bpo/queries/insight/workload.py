"""What the rows of the portfolio come to by analyst, and what moved since the week before."""

from collections.abc import Sequence
from dataclasses import dataclass

from bpo.queries.insight.portfolio import Row

MOVED = 5


@dataclass(frozen=True, slots=True)
class Load:
    """One analyst's clients: how many, their balances in centavos, what waits, how many alert.

    A client with two analysts counts for both. Amounts are of the clients in `currency` alone.
    """

    analyst: str | None
    clients: int
    currency: str
    open_cents: int
    overdue_cents: int
    received_cents: int
    waiting: int
    alerts: int


@dataclass(frozen=True, slots=True)
class Moves:
    """The clients whose overdue balance moved most since the end of last week."""

    worse: tuple[Row, ...]
    better: tuple[Row, ...]


def by_analyst(rows: Sequence[Row], currency: str) -> list[Load]:
    """A line for each analyst, the most work first; clients without one come last."""
    names = {name for row in rows for name in row.analysts}
    lines = [_load(name, [row for row in rows if name in row.analysts], currency) for name in names]
    lines.sort(key=lambda line: (-line.waiting, -line.overdue_cents, line.analyst))
    alone = [row for row in rows if not row.analysts]
    return lines + ([_load(None, alone, currency)] if alone else [])


def moves(rows: Sequence[Row], currency: str) -> Moves:
    """Who got worse and who better; only clients of one currency can be compared."""
    same = [row for row in rows if row.workspace.currency == currency]
    order = sorted(same, key=lambda row: row.overdue_change_cents)
    better = [row for row in order[:MOVED] if row.overdue_change_cents < 0]
    worse = [row for row in order[::-1][:MOVED] if row.overdue_change_cents > 0]
    return Moves(tuple(worse), tuple(better))


def _load(name: str | None, rows: Sequence[Row], currency: str) -> Load:
    same = [row for row in rows if row.workspace.currency == currency]
    return Load(
        analyst=name,
        clients=len(rows),
        currency=currency,
        open_cents=sum(row.balances.open_cents for row in same),
        overdue_cents=sum(row.overdue_cents for row in same),
        received_cents=sum(row.received_week_cents for row in same),
        waiting=sum(row.waiting for row in rows),
        alerts=sum(bool(row.alerts) for row in rows),
    )
