"""What debtors make of an offer: whether they sign, and what they pay month by month."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bpo.world.parameters import World
from bpo.world.people import TODAY, Person

MONTH = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """An offer as a debtor sees it: (days from today, centavos), and the share it forgives."""

    payments: tuple[tuple[int, int], ...]
    discount: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one debtor: cash as (days from today, centavos)."""

    owed_cents: int
    cash: tuple[tuple[int, int], ...]
    signed: bool
    completed: bool


def live(world: World, person: Person, menu: Sequence[Plan]) -> Outcome:
    """The debtor signs the plan of the menu they like best, or none, and life goes on.

    Nothing is paid twice: what a plan brings is never above its sum, and without one never above
    what is owed.
    """
    owed = sum(one.open_cents for one in person.file.overdue)
    plan = _choice(world, person, menu)
    if plan is None:
        return Outcome(owed, tuple(_goodwill(world, person, owed, 0)), False, False)
    cash, completed, until = _follow(world, person, plan, owed)
    if not completed:
        left = owed - sum(cents for _, cents in cash)
        cash += _goodwill(world, person, left, until)
    return Outcome(owed, tuple(cash), True, completed)


def _choice(world: World, person: Person, menu: Sequence[Plan]) -> Plan | None:
    if person.interest < world.inertia:
        return None
    liking = [(_liking(world, person, plan), -place) for place, plan in enumerate(menu)]
    best, place = max(liking, default=(0.0, 0))
    return menu[-place] if person.answer < best else None


def _liking(world: World, person: Person, plan: Plan) -> float:
    """The chance that a person signs: what the first and the largest later payment weigh."""
    first = plan.payments[0][1]
    later = max((cents for _, cents in plan.payments[1:]), default=0)
    if person.strategic:
        return _price(world, plan, first / sum(cents for _, cents in plan.payments))
    at_hand = person.reserve_cents + person.spare[0]
    chance = _bearable(world, first, at_hand)
    if later:
        usual = sum(person.spare[:3]) / 3
        chance *= _bearable(world, later, usual)
    chance *= 0.5 + person.propensity / 2
    return min(chance * (1 + plan.discount), 1.0)


def _price(world: World, plan: Plan, first: float) -> float:
    if len(plan.payments) == 1:
        return 0.9 if plan.discount >= world.strategic_price else 0.05
    return 0.8 if first <= 0.2 else 0.2


def _bearable(world: World, cents: int, there: float) -> float:
    if there <= 0:
        return 0.0
    return 1 / (1 + math.exp(world.fussiness * math.log(max(cents, 1) / there)))


def _follow(
    world: World, person: Person, plan: Plan, owed: int
) -> tuple[list[tuple[int, int]], bool, int]:
    """The cash of a plan, whether it was completed, and the month in which it ended."""
    cash: list[tuple[int, int]] = []
    purse, missing, month_seen = person.reserve_cents, 0, -1
    total = sum(cents for _, cents in plan.payments)
    drop = world.drop_rate * (1 - person.propensity)
    drop *= 1 - world.commitment * plan.payments[0][1] / total
    arrears = 0
    for number, (days, cents) in enumerate(plan.payments):
        month = days // MONTH
        if month > world.horizon_months:
            return cash, False, month
        for passed in range(month_seen + 1, month + 1):
            purse += round(person.spare[passed] * (1.0 if passed == month else world.saving))
        month_seen = max(month, month_seen)
        if number and _stops(person, drop, month, number):
            return cash, False, month
        arrears += cents
        paid = arrears if purse >= arrears else cents if purse >= cents else 0
        missing = missing + 1 if paid == 0 else 0 if paid == arrears else missing
        if paid:
            cash.append((days, paid))
            arrears -= paid
            purse -= paid
        purse = _put_aside(world, person, purse, month)
        if missing >= world.patience:
            return cash, False, month
    return _last(world, person, cash, arrears, purse, month_seen)


def _stops(person: Person, drop: float, month: int, number: int) -> bool:
    return person.moods[month] < drop or (person.strategic and number >= 2)


def _put_aside(world: World, person: Person, purse: int, month: int) -> int:
    """What is not spent in a month is mostly spent on other things."""
    unspent = min(purse, person.spare[month])
    return purse - round(unspent * (1 - world.saving))


def _last(
    world: World, person: Person, cash: list[tuple[int, int]], arrears: int, purse: int, month: int
) -> tuple[list[tuple[int, int]], bool, int]:
    """A payment still missing at the end may come within two months."""
    for later in (month + 1, month + 2):
        if not arrears or later > world.horizon_months:
            break
        purse += person.spare[later]
        if purse >= arrears:
            cash.append((later * MONTH, arrears))
            arrears = 0
    return cash, not arrears, month + 1


def _goodwill(world: World, person: Person, owed: int, month: int) -> list[tuple[int, int]]:
    """What comes without a plan: now and then a month's slack, ever more seldom."""
    cash: list[tuple[int, int]] = []
    will = person.propensity * world.goodwill * (0.3 if person.strategic else 1.0)
    for later in range(month + 1, world.horizon_months + 1):
        if owed <= 0:
            break
        mood = person.moods[world.horizon_months + 1 + later]
        if mood < will * (1 - world.fading) ** later:
            paid = min(owed, person.spare[later])
            cash.append((later * MONTH, paid))
            owed -= paid
    return cash


__all__ = ["TODAY", "Outcome", "Plan", "live"]
