"""What a row of a file means for a receivable that is already recorded."""

from datetime import date
from typing import NamedTuple

from bpo.kernel.text import Phrase


class Stated(NamedTuple):
    """What a file says of a receivable, in centavos.

    `paid_cents` is what has been paid of the title in all, as registers write it. `untold_cents` is
    what its balance has been reduced by without a payment being told (see `untold`).
    """

    issue_date: date
    due_date: date
    amount_cents: int
    paid_on: date | None = None
    paid_cents: int | None = None
    untold_cents: int = 0


class Recorded(NamedTuple):
    """What is recorded of it, in centavos.

    `received_cents` is money, and what earlier files took off through a balance. `is_touched`: it
    has entries. `is_imported`: a file made it, not a person. `is_repeated`: this very payment (day
    and amount) has been taken from a file before, even if it was undone since.
    """

    issue_date: date
    due_date: date
    amount_cents: int
    settled_cents: int = 0
    settled_on: date | None = None
    received_cents: int = 0
    is_touched: bool = False
    is_imported: bool = True
    is_repeated: bool = False


class Verdict(NamedTuple):
    """What becomes of the row.

    `is_revised`: the receivable takes the row's dates and amount. `money_cents` is money that was
    not known yet; `rebate_cents` is taken off without money. A `remark` rejects the row when
    `is_rejected`, otherwise it is a warning; `is_conflict` when it tells another date or amount.
    """

    is_revised: bool = False
    money_cents: int = 0
    rebate_cents: int = 0
    remark: Phrase | None = None
    is_rejected: bool = False
    is_conflict: bool = False

    @property
    def is_applied(self) -> bool:
        """Whether the books change."""
        return self.is_revised or self.money_cents > 0 or self.rebate_cents > 0


def decide(recorded: Recorded, stated: Stated) -> Verdict:
    """The books follow the file where nothing has been settled yet, and never lose a payment.

    Other dates or another amount are taken over while the receivable came from a file and has no
    entries; otherwise what is recorded stays and the row is named. A payment is taken once. What
    the file shows as paid in full is closed. What it shows as open stays as it is recorded: the
    file may be older than the payment.
    """
    differs = recorded[:3] != stated[:3]
    is_revised = differs and recorded.is_imported and not recorded.is_touched
    amount = stated.amount_cents if is_revised else recorded.amount_cents
    money, remark = _money(recorded, stated, amount)
    rebate = _rebate(recorded, stated, amount, money)
    if differs and not is_revised:
        remark = _difference(recorded, stated)
        return Verdict(False, money, rebate, remark, not (money or rebate), is_conflict=True)
    return Verdict(is_revised, money, rebate, remark)


def untold(amount_cents: int, balance_cents: int | None, paid_cents: int | None) -> int:
    """What has been taken off a title by its balance without being told as a payment."""
    if balance_cents is None or paid_cents is not None:
        return 0
    return max(amount_cents - balance_cents, 0)


def _money(recorded: Recorded, stated: Stated, amount: int) -> tuple[int, Phrase | None]:
    """New money, and what is odd about the payment."""
    if stated.paid_on is None or stated.paid_cents is None or recorded.is_repeated:
        return 0, None
    if recorded.settled_cents >= amount:
        return 0, _settled_otherwise(recorded, stated.paid_on)
    if recorded.received_cents + stated.paid_cents == amount:
        return stated.paid_cents, None
    money = max(stated.paid_cents - recorded.received_cents, 0)
    if money or stated.paid_cents == recorded.received_cents:
        return money, None
    return 0, Phrase(
        "The row says {paid_cents} were paid, but {received_cents} are recorded; nothing was "
        "added.",
        paid_cents=stated.paid_cents,
        received_cents=recorded.received_cents,
    )


def _rebate(recorded: Recorded, stated: Stated, amount: int, money: int) -> int:
    """What is taken off without money: by a balance, or because the creditor counts it as settled.

    The latter when charges that a person had received first left some of the principal open.
    """
    told = min(stated.untold_cents, amount)
    is_closed = stated.paid_cents is not None and stated.paid_cents >= amount
    if is_closed and not recorded.is_repeated:
        told = amount
    return max(told - recorded.settled_cents - money, 0)


def _settled_otherwise(recorded: Recorded, paid_on: date) -> Phrase | None:
    if recorded.settled_on in (None, paid_on):
        return None
    return Phrase(
        "Recorded as settled on {settled_on}, while the file says {paid_on}; left as it was.",
        settled_on=recorded.settled_on,
        paid_on=paid_on,
    )


def _difference(recorded: Recorded, stated: Stated) -> Phrase:
    """The first thing in which a row and the books differ."""
    if recorded.amount_cents != stated.amount_cents:
        return Phrase(
            "Recorded with the amount {recorded_cents}, while the file says {stated_cents}; left "
            "as it was.",
            recorded_cents=recorded.amount_cents,
            stated_cents=stated.amount_cents,
        )
    if recorded.due_date != stated.due_date:
        return Phrase(
            "Recorded as due on {recorded}, while the file says {stated}; left as it was.",
            recorded=recorded.due_date,
            stated=stated.due_date,
        )
    return Phrase(
        "Recorded as issued on {recorded}, while the file says {stated}; left as it was.",
        recorded=recorded.issue_date,
        stated=stated.issue_date,
    )
