"""The debtors of a world: what a creditor can see of them, and what only the world knows."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from bpo.world.parameters import World

TODAY = date(2026, 3, 2)
LEAST_DEBT_CENTS = 200_00
LATE_DAYS = 10
FORGOTTEN_MONTHS = 2


@dataclass(slots=True)
class Invoice:
    """A bill and the (day, centavos) paid on it."""

    issued: date
    due: date
    cents: int
    paid: list[tuple[date, int]] = field(default_factory=list)

    @property
    def open_cents(self) -> int:
        """What is still to be paid."""
        return self.cents - sum(cents for _, cents in self.paid)


@dataclass(frozen=True, slots=True)
class File:
    """All that a creditor knows of a debtor."""

    invoices: tuple[Invoice, ...]
    consumer: bool

    @property
    def overdue(self) -> list[Invoice]:
        """The bills that are open after their day."""
        return [one for one in self.invoices if one.open_cents and one.due < TODAY]


@dataclass(frozen=True, slots=True)
class Person:
    """A debtor; everything but `file` is hidden. Money in centavos, one entry a coming month.

    `spare` is what each month leaves for old debts, `reserve_cents` cash at hand. `moods` are
    uniform draws, the same whatever is offered, so that policies are compared on equal luck.
    `says_cents` is the answer to how much they can pay a month: asked for, it is no secret.
    """

    file: File
    propensity: float
    strategic: bool
    reserve_cents: int
    spare: tuple[int, ...]
    moods: tuple[float, ...]
    answer: float
    interest: float
    says_cents: int


def population(world: World, count: int, seed: int) -> list[Person]:
    """`count` debtors with overdue debts, the same for the same world and seed."""
    found = _people(world, Random(f"{world.name}/{seed}"))
    return [next(found) for _ in range(count)]


def _people(world: World, chance: Random) -> Iterator[Person]:
    while True:
        person = _person(world, chance)
        owed = sum(one.open_cents for one in person.file.overdue)
        oldest = min((one.due for one in person.file.overdue), default=TODAY)
        if owed >= LEAST_DEBT_CENTS and (TODAY - oldest).days >= LATE_DAYS:
            yield person


def _person(world: World, chance: Random) -> Person:
    income = world.income_cents * math.exp(chance.gauss(0, world.income_spread))
    will = chance.betavariate(world.propensity_a, world.propensity_b)
    strategic = chance.random() < world.strategic
    will = min(will, 0.45) if strategic else will
    months = _months(world, chance)
    past = [income * next(months) for _ in range(world.history_months)]
    slack = income * world.slack * math.exp(chance.gauss(0, world.slack_spread))
    coming = tuple(round(slack * next(months)) for _ in range(world.horizon_months + 1))
    return Person(
        file=File(tuple(_past(world, chance, income, past, will)), chance.random() < 0.5),
        propensity=will,
        strategic=strategic,
        reserve_cents=round(income * world.reserve * math.exp(chance.gauss(0, 0.8))),
        spare=coming,
        moods=tuple(chance.random() for _ in range(2 * world.horizon_months + 2)),
        answer=chance.random(),
        interest=chance.random(),
        says_cents=_said(world, chance, coming, strategic),
    )


def _said(world: World, chance: Random, coming: tuple[int, ...], strategic: bool) -> int:
    """A guess at the next three months, on the low side; the strategic say far less."""
    guess = sum(coming[:3]) / 3 * math.exp(chance.gauss(0, world.guessing))
    return max(round(guess * (world.modesty / 2 if strategic else world.modesty)), 1)


def _months(world: World, chance: Random) -> Iterator[float]:
    """What each month is of an ordinary one."""
    shocked = False
    while True:
        ends = shocked and chance.random() < 1 / max(world.shock_months, 1)
        shocked = (shocked and not ends) or (not shocked and chance.random() < world.shock_rate)
        yield math.exp(chance.gauss(0, world.income_noise)) * (world.shock_left if shocked else 1)


def _past(
    world: World, chance: Random, income: float, months: list[float], will: float
) -> list[Invoice]:
    """A bill a month; with the will, the oldest is paid first; some are overlooked."""
    bills: list[Invoice] = []
    overlooked: set[int] = set()
    reliable = 1 - (1 - will) ** 2
    for number, cash in enumerate(months):
        first = _first_of(number - len(months))
        size = income * world.purchase_share * math.exp(chance.gauss(0, 0.35))
        bills.append(Invoice(first, first + timedelta(days=14), max(round(size), 1)))
        left = round(cash) if chance.random() < reliable else 0
        punctual = chance.random() < reliable
        overlooked = {n for n in overlooked if n > number - FORGOTTEN_MONTHS}
        if chance.random() < world.forgets:
            overlooked.add(number)
        for place, bill in enumerate(bills):
            paid = min(bill.open_cents, left) if place not in overlooked else 0
            if paid:
                day = first + timedelta(days=chance.randint(9, 14) + (0 if punctual else 10))
                bill.paid.append((day, paid))
                left -= paid
    return bills


def _first_of(months_from_now: int) -> date:
    month = TODAY.year * 12 + TODAY.month - 1 + months_from_now
    return date(month // 12, month % 12 + 1, 1)
