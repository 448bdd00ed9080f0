"""A debtor's account as a statement: what was charged and what settled it, with its balance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bpo.kernel.text import Phrase

LABELS = {
    "issued": Phrase("Issued"),
    "payment": Phrase("Payment"),
    "reversal": Phrase("Payment undone"),
    "rebate": Phrase("Rebate"),
    "discount": Phrase("Discount"),
    "write_off": Phrase("Written off"),
    "withdrawal": Phrase("Withdrawn"),
    "waiver": Phrase("Charges waived"),
    "agreement": Phrase("Agreement"),
}


class Move(NamedTuple):
    """One dated change of what is owed, in centavos: above zero it is charged, below settled.

    `charges_cents` are late charges that were paid with it; they never were part of the balance.
    """

    day: date
    kind: str
    receivable_id: int
    number: str
    text: str
    due_on: date | None
    cents: int
    charges_cents: int = 0


class Line(NamedTuple):
    """A move with the balance after it."""

    move: Move
    balance_cents: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The account from a day to a day, both included. Opening plus the moves is the closing."""

    since: date
    until: date
    opening_cents: int
    lines: tuple[Line, ...]

    @property
    def closing_cents(self) -> int:
        """What was owed at the end of the last day, late charges apart."""
        return self.lines[-1].balance_cents if self.lines else self.opening_cents

    @property
    def charged_cents(self) -> int:
        """What was charged in the period."""
        return sum(line.move.cents for line in self.lines if line.move.cents > 0)

    @property
    def settled_cents(self) -> int:
        """What settled debts in the period."""
        return -sum(line.move.cents for line in self.lines if line.move.cents < 0)


def statement(moves: Iterable[Move], since: date, until: date) -> Statement:
    """The account of a period from all moves of a debtor, in the order of their days."""
    known = sorted((move for move in moves if move.day <= until), key=lambda move: move.day)
    opening = sum(move.cents for move in known if move.day < since)
    return Statement(
        since, until, opening, _running(opening, [move for move in known if move.day >= since])
    )


def _running(balance: int, moves: Sequence[Move]) -> tuple[Line, ...]:
    lines = []
    for move in moves:
        balance += move.cents
        lines.append(Line(move, balance))
    return tuple(lines)
