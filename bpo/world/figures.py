"""What a way of collecting brought in a world: the figures policies are compared by."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from bpo.world.living import MONTH, Outcome
from bpo.world.parameters import World

T_95 = {2: 12.71, 3: 4.30, 5: 2.78, 10: 2.26, 20: 2.09}
"""Two-sided 95% points of Student's t by the number of seeds; others take the next lower one."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one policy, one world, one seed.

    `recovered_pct`: present value of all cash over the principal owed, in percent. `signed_pct` of
    all debtors, `completion_pct` of those who signed (None when nobody did). `days_to_cash`: mean
    days until a centavo that came in came in.
    """

    recovered_pct: float
    signed_pct: float
    completion_pct: float | None
    days_to_cash: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over seeds: mean, standard deviation, extremes, and half the 95% interval."""

    mean: float
    sd: float
    least: float
    most: float
    half_95: float


def measure(world: World, outcomes: Sequence[Outcome]) -> Figures:
    """The figures of what became of a population."""
    worth = cash = days = 0.0
    for outcome in outcomes:
        for day, cents in outcome.cash:
            if day <= world.horizon_months * MONTH:
                worth += cents * (1 + world.waiting_rate) ** (-day / MONTH)
                cash += cents
                days += cents * day
    signed = [one for one in outcomes if one.signed]
    done = sum(one.completed for one in signed)
    return Figures(
        recovered_pct=100 * worth / sum(one.owed_cents for one in outcomes),
        signed_pct=100 * len(signed) / len(outcomes),
        completion_pct=100 * done / len(signed) if signed else None,
        days_to_cash=days / cash if cash else None,
    )


def spread(values: Sequence[float]) -> Spread:
    """A figure over seeds; with one seed there is no spread."""
    sd = stdev(values) if len(values) > 1 else 0.0
    point = T_95[max((n for n in T_95 if n <= len(values)), default=2)]
    half = point * sd / len(values) ** 0.5
    return Spread(mean(values), sd, min(values), max(values), half)
