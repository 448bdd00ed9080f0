"""Money: integer centavos everywhere, `Decimal` only inside rates, text only at the edge."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

Cents = NewType("Cents", int)

_ONE = Decimal(1)


def rounded(amount: Decimal) -> int:
    """Round a centavo amount half up, away from zero on a tie (5.5 -> 6, -5.5 -> -6)."""
    return int(amount.quantize(_ONE, rounding=ROUND_HALF_UP))


def share(cents: int, rate: Decimal) -> int:
    """`rate` of an amount in centavos, half up: `share(10_050, Decimal("0.02"))` is 201."""
    return rounded(cents * rate)


def split(total: int, parts: int, *, remainder: str = "last") -> list[int]:
    """Split centavos into equal parts that add up exactly; the `last` or `first` takes the rest.

    Raises ValueError when `parts` is not positive.
    """
    if parts < 1:
        raise ValueError("parts must be at least 1")
    quotient, rest = divmod(total, parts)
    amounts = [quotient] * parts
    amounts[-1 if remainder == "last" else 0] += rest
    return amounts


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split centavos in proportion to integer weights by largest remainder; the sum is exact.

    Ties go to the earlier position. All weights zero: everything goes to the first.
    """
    mass = sum(weights)
    if mass == 0:
        return [total, *([0] * (len(weights) - 1))]
    floors = [total * weight // mass for weight in weights]
    remainders = [(total * weight % mass, -position) for position, weight in enumerate(weights)]
    for _, negative in sorted(remainders, reverse=True)[: total - sum(floors)]:
        floors[-negative] += 1
    return floors


def total(amounts: Iterable[int]) -> int:
    """Sum of centavos."""
    return sum(amounts)
