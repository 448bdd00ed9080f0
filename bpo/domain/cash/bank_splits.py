"""One credit for several debtors: which part of it is whose, and what stays in suspense."""

from collections.abc import Sequence
from typing import NamedTuple

from bpo.kernel.errors import BadInput

MOST_PARTS = 20


class Part(NamedTuple):
    """What of a credit is a debtor's, in centavos, and the receivables it settles in that order;
    without any, the debtor's oldest."""

    debtor_id: int
    cents: int
    receivable_ids: tuple[int, ...] = ()


def rest(parts: Sequence[Part], credit_cents: int) -> int:
    """The centavos that nobody is given and stay in suspense.

    Raises BadInput without a part, for a part that is not above zero, a debtor named twice, and
    for more than came in.
    """
    if not parts:
        raise BadInput("Say how much of this money is whose", field="parts")
    if len(parts) > MOST_PARTS:
        raise BadInput("One credit can be split over {most} debtors at most", most=MOST_PARTS)
    if any(part.cents <= 0 for part in parts):
        raise BadInput("Each part must be above zero", field="parts")
    if len({part.debtor_id for part in parts}) < len(parts):
        raise BadInput("Name each debtor once", field="parts")
    left = credit_cents - sum(part.cents for part in parts)
    if left < 0:
        raise BadInput(
            "The parts are {over_cents} more than came in", field="parts", over_cents=-left
        )
    return left


def proposed(asked_cents: Sequence[int], credit_cents: int) -> list[int]:
    """What a form offers: to each debtor in turn what is asked of them, while the money lasts."""
    left, found = credit_cents, []
    for asked in asked_cents:
        found.append(min(asked, left))
        left -= found[-1]
    return found
