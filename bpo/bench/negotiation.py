"""`bench negotiation`: the offers of this program against fixed plans, in simulated worlds.

The world knows nothing of our rules (an import contract says so) and the rules see only the file a
creditor has of a debtor: this module hands over the one and takes back the other. All policies
meet the same debtors with the same luck.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from itertools import product
from time import process_time
from typing import Any

from bpo.domain.books.policies import NegotiationLimits
from bpo.domain.deals import behaviour, installments, proposals, risk, terms
from bpo.domain.deals.behaviour import History, Move, Record
from bpo.domain.deals.terms import PRACTICE, Debt, Offer, Situation
from bpo.kernel import money
from bpo.kernel.calendar import Calendar
from bpo.world import figures, living, people
from bpo.world.figures import Figures
from bpo.world.living import Plan
from bpo.world.parameters import World
from bpo.world.people import File, Invoice

SEEDS = 20
LIMITS = NegotiationLimits()
OURS, ASKED, MENU = "best_offer", "best_when_asked", "all_offers"
BASELINES = {"equal_3": 3, "equal_12": 12}
ALLOWED = "allowed_12"
"""Twelve equal instalments as far as the policy allows them, which the baseline need not keep to:
the loss that is left against it is the rules' own, the rest is the price of the policy."""

Tell = Callable[[dict[str, Any]], None]
Policy = Callable[[Situation], Sequence[Plan]]


def run(worlds: Sequence[World], debtors: int, seed: int, tell: Tell, seeds: int = SEEDS) -> None:
    """One row a world and policy, one a world and comparison, one for the speed of the offers.

    `seeds` populations of `debtors` each, from `seed` on.
    """
    clock = Clock()
    lost = []
    for world in worlds:
        measured = [_seed(world, debtors, seed + n, clock) for n in range(seeds)]
        for policy in measured[0]:
            tell(_policy_row(world, policy, [one[policy] for one in measured]))
        for ours, baseline in product((OURS, ASKED), (*BASELINES, ALLOWED)):
            row = _margin_row(world, ours, baseline, measured)
            tell(row)
            if row["margin_points"] - row["half_95"] <= 0:
                lost.append(f"{world.name}: {ours} against {baseline}")
    tell({"phase": "not_won", "worlds": lost})
    tell(clock.row())


class Clock:
    """How long the offers took, in processor seconds."""

    def __init__(self) -> None:
        self.debtors = self.offers = 0
        self.seconds = 0.0

    def offers_for(
        self, situation: Situation, monthly_cents: int | None = None
    ) -> tuple[Offer, ...]:
        """The offers of this program, timed."""
        started = process_time()
        found = proposals.offers(situation, LIMITS, CALENDAR, people.TODAY, monthly_cents)
        self.seconds += process_time() - started
        self.debtors += 1
        self.offers += len(found)
        return found

    def row(self) -> dict[str, Any]:
        """The speed as a row."""
        return {
            "phase": "offers",
            "n": self.offers,
            "debtors": self.debtors,
            "cpu_s": round(self.seconds, 3),
            "offers_per_s": round(self.offers / self.seconds) if self.seconds else None,
        }


CALENDAR = Calendar()


def _seed(world: World, debtors: int, seed: int, clock: Clock) -> dict[str, Figures]:
    outcomes: dict[str, list[living.Outcome]] = {}
    for person in people.population(world, debtors, seed):
        known = situation(person.file)
        offers = [plan(known, one) for one in clock.offers_for(known)]
        asked = [plan(known, one) for one in clock.offers_for(known, person.says_cents)]
        menus: dict[str, Sequence[Plan]] = {OURS: offers[:1], ASKED: asked[:1], MENU: offers}
        menus |= {name: [equal(known, count)] for name, count in BASELINES.items()}
        menus[ALLOWED] = [allowed(known, BASELINES["equal_12"])]
        for name, menu in menus.items():
            outcomes.setdefault(name, []).append(living.live(world, person, menu))
    return {name: figures.measure(world, lived) for name, lived in outcomes.items()}


def situation(file: File) -> Situation:
    """What the rules are told: the file of the debtor, charges of 2% and 1% a month added."""
    records = tuple(_record(n, one) for n, one in enumerate(file.invoices, 1))
    seen = behaviour.observe(History(records), people.TODAY)
    debts = (_debt(n, one) for n, one in enumerate(file.invoices, 1) if one in file.overdue)
    return Situation(tuple(debts), seen, risk.classify(seen), file.consumer)


def _record(number: int, bill: Invoice) -> Record:
    moves = tuple(Move(day, cents, cents) for day, cents in bill.paid)
    effective = CALENDAR.effective_due(bill.due)
    return Record(number, bill.issued, bill.due, effective, bill.cents, moves)


def _debt(number: int, bill: Invoice) -> Debt:
    days = (people.TODAY - bill.due).days
    fine, interest = bill.open_cents * 2 / 100, bill.open_cents * days / 3000
    return Debt(number, str(number), bill.open_cents, round(fine), round(interest), days)


def plan(known: Situation, offer: Offer) -> Plan:
    """An offer as the world understands it."""
    paid = tuple((_days(one.due_date), one.amount_cents) for one in offer.installments)
    return Plan(paid, offer.discount_cents / known.due_today_cents)


def equal(known: Situation, count: int) -> Plan:
    """The same for everybody: equal instalments without interest, the first as soon as ours."""
    return _scheduled(money.split(known.due_today_cents, count))


def allowed(known: Situation, count: int) -> Plan:
    """As `equal` within the policy: its smallest down payment and instalment, fewer where small."""
    due, least = known.due_today_cents, LIMITS.min_installment_cents
    down = max(terms.ceiling_share(due, LIMITS.min_entry_rate), least, -(-due // count))
    months = min(count - 1, (due - down) // least)
    return _scheduled([down, *money.split(due - down, months)] if months > 0 else [due])


def _scheduled(parts: Sequence[int]) -> Plan:
    first = installments.first_due(people.TODAY, CALENDAR, PRACTICE.entry_days)
    days = installments.due_dates(first, len(parts), CALENDAR)
    return Plan(tuple((_days(day), cents) for day, cents in zip(days, parts, strict=True)))


def _days(day: date) -> int:
    return (day - people.TODAY).days


def _policy_row(world: World, policy: str, found: Sequence[Figures]) -> dict[str, Any]:
    row: dict[str, Any] = {"phase": "policy", "world": world.name, "policy": policy}
    for name in ("recovered_pct", "signed_pct", "completion_pct", "days_to_cash"):
        values = [value for one in found if (value := getattr(one, name)) is not None]
        spread = figures.spread(values) if values else None
        row[name] = spread and round(spread.mean, 2)
        row[f"{name}_sd"] = spread and round(spread.sd, 2)
    return row


def _margin_row(
    world: World, ours: str, baseline: str, measured: Sequence[dict[str, Figures]]
) -> dict[str, Any]:
    ahead = [one[ours].recovered_pct - one[baseline].recovered_pct for one in measured]
    rounded = partial(round, ndigits=2)
    spread = {name: rounded(value) for name, value in asdict(figures.spread(ahead)).items()}
    return {
        "phase": "margin",
        "world": world.name,
        "policy": ours,
        "against": baseline,
        "margin_points": spread.pop("mean"),
        **spread,
        "seeds_ahead": sum(value > 0 for value in ahead),
        "seeds": len(ahead),
    }
