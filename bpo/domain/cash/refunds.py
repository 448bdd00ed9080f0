"""Credits of a debtor given back: never more than is left of the payment they came with."""

from datetime import date

from bpo.kernel.errors import BadInput, Conflict


def check(left_cents: int, cents: int, on: date, paid_on: date, today: date) -> None:
    """Raise Conflict when nothing is left of the payment, BadInput for an amount or a day that
    makes no sense."""
    if left_cents <= 0:
        raise Conflict("Nothing is left of this payment")
    if cents <= 0:
        raise BadInput("The amount must be above zero", field="amount")
    if cents > left_cents:
        raise BadInput(
            "Only {left_cents} are left of this payment", field="amount", left_cents=left_cents
        )
    if not paid_on <= on <= today:
        raise BadInput("Money is given back after it came in, and not in the future", field="on")
