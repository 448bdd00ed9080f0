"""What a world is made of: the figures its debtors are drawn from, read from a TOML file."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

FOLDER = Path(__file__).with_name("worlds")


class Unreadable(Exception):
    """The file is no world: the message says why."""


@dataclass(frozen=True, slots=True)
class World:
    """The parameters of a world. Money in centavos, rates per month, shares from 0 to 1.

    `income_cents` is the median of what a debtor can pay this creditor in an ordinary month,
    `income_spread` the standard deviation of its logarithm over debtors and `income_noise` the
    same from month to month. `purchase_share` of it is bought anew every
    month, and a bill is overlooked for some months with chance `forgets`.
    `propensity_a`, `propensity_b` are the beta distribution of how willing a debtor is to pay.
    In an ordinary month a shock begins with chance `shock_rate`, leaves `shock_left` of the income
    and lasts `shock_months` on average. `slack` is the median share of an ordinary month that can
    go to old debts beside new purchases (`slack_spread` as above), `reserve` the median of cash at
    hand in months of income, `saving` the share of unspent slack that is put aside.
    Asked what they can pay a month, people say `modesty` of what they will have free on average in
    three months, with an error of `guessing` (as above); the strategic half as much.
    `strategic` of the debtors could pay and do not: they sign what costs little at first, stop
    soon after, and settle at once only for a discount of `strategic_price` or more.
    A person signs what seems bearable: `fussiness` is how sharply the chance falls once a payment
    passes what they have, `inertia` the share that answers no offer at all. `drop_rate` is the
    monthly chance that an unwilling person stops paying a plan; a down payment of the whole would
    lower it by `commitment`. Without a plan, or after it breaks, somebody willing still pays
    in a month with chance `goodwill`, which fades by `fading` a month. A plan is broken when
    `patience` payments are missing. Money is worth `waiting_rate` less each month, and nothing
    after `horizon_months`. `history_months` are seen before the offer.
    """

    name: str = "ordinary"
    income_cents: int = 60_000
    income_spread: float = 0.7
    income_noise: float = 0.25
    purchase_share: float = 0.4
    propensity_a: float = 4.0
    propensity_b: float = 1.6
    forgets: float = 0.08
    shock_rate: float = 0.025
    shock_left: float = 0.25
    shock_months: float = 4.0
    slack: float = 0.5
    slack_spread: float = 0.5
    reserve: float = 0.5
    saving: float = 0.3
    modesty: float = 0.85
    guessing: float = 0.3
    strategic: float = 0.05
    strategic_price: float = 0.15
    fussiness: float = 3.0
    inertia: float = 0.2
    drop_rate: float = 0.12
    commitment: float = 0.5
    goodwill: float = 0.25
    fading: float = 0.08
    patience: int = 2
    waiting_rate: float = 0.015
    horizon_months: int = 24
    history_months: int = 18


def built_in() -> list[World]:
    """The worlds that come with the program, the ordinary one first."""
    found = [read(path) for path in sorted(FOLDER.glob("*.toml"))]
    return sorted(found, key=lambda world: (world.name != "ordinary", world.name))


def read(path: Path) -> World:
    """A world from a file; what it leaves out takes its default. Raises Unreadable."""
    try:
        values = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unreadable(str(error)) from error
    known = {field.name: type(field.default) for field in fields(World)}
    for name, value in values.items():
        if name not in known:
            raise Unreadable(f"{name} is no parameter of a world")
        if known[name] is float and isinstance(value, int):
            values[name] = float(value)
        elif type(value) is not known[name]:
            raise Unreadable(f"{name} must be a {known[name].__name__}")
        if known[name] is not str and values[name] < 0:
            raise Unreadable(f"{name} must not be below zero")
    world = World(**{"name": path.stem, **values})
    if min(world.income_cents, world.history_months, world.horizon_months, world.patience) < 1:
        raise Unreadable("income_cents, history_months, horizon_months and patience are 1 or more")
    return world
