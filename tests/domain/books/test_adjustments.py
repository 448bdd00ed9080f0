"""What the creditor gives up: how much, who may, and what undoing it takes along."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bpo.domain.books import adjustments, charges
from bpo.domain.books.adjustments import Recorded
from bpo.domain.books.policies import ApprovalLimit, CollectionPolicy
from bpo.domain.books.receivables import Entry, EntryKind, Receivable, Status, status
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput, Conflict

DUE = date(2026, 10, 14)
TODAY = DUE + timedelta(days=40)
POLICY = CollectionPolicy()
LIMIT = ApprovalLimit(Role.ANALYST, Decimal("0.5"), Decimal("0.10"), 6)


def title(*entries: Entry, cents: int = 1_000_00) -> Receivable:
    return Receivable(cents, DUE, DUE, entries, 7)


def due(*entries: Entry, day: date = TODAY):
    return charges.amount_due(title(*entries), POLICY, day)


def test_a_rebate_takes_off_at_most_what_stays_open_on_every_later_day():
    paid = Entry(TODAY, EntryKind.PAYMENT, 900_00)
    assert adjustments.rebate(title(paid), 100_00, DUE).principal_cents == 100_00
    with pytest.raises(BadInput) as refused:
        adjustments.rebate(title(paid), 100_01, DUE)
    assert refused.value.phrase.params["most_cents"] == 100_00


def test_money_that_came_and_went_leaves_no_room_in_between():
    passing = (
        Entry(DUE, EntryKind.PAYMENT, 1_000_00),
        Entry(TODAY, EntryKind.REVERSAL, -1_000_00),
    )
    assert adjustments.room(title(*passing), DUE) == 0
    assert adjustments.room(title(*passing), TODAY) == 1_000_00
    with pytest.raises(BadInput, match="later day"):
        adjustments.withdrawal(title(*passing), DUE)


def test_what_is_withdrawn_was_never_owed_and_what_is_written_off_takes_its_charges_along():
    withdrawn = adjustments.withdrawal(title(), TODAY)
    assert due(withdrawn, day=TODAY + timedelta(days=9)).total_cents == 0
    assert status(title(withdrawn), TODAY) is Status.WITHDRAWN
    given_up = adjustments.write_off(due())
    assert (given_up.fine_cents, given_up.interest_cents) == (20_00, 13_33)
    assert due(given_up).total_cents == 0
    assert status(title(given_up), TODAY) is Status.WRITTEN_OFF
    with pytest.raises(Conflict, match="Nothing is open"):
        adjustments.withdrawal(title(given_up), TODAY)


def test_a_waiver_gives_up_charges_of_the_day_and_interest_runs_on():
    waived = adjustments.waiver(due(), 20_00, 10_00)
    left = due(waived)
    assert (left.principal_cents, left.fine_cents, left.interest_cents) == (1_000_00, 0, 3_33)
    assert due(waived, day=TODAY + timedelta(days=3)).interest_cents == 4_33
    with pytest.raises(BadInput, match="At most"):
        adjustments.waiver(left, 1, 0)
    with pytest.raises(Conflict, match="no charges"):
        adjustments.waiver(due(day=DUE), 1, 0)


def test_a_role_gives_up_to_its_limit_and_what_was_given_before_counts():
    given = Entry(DUE, EntryKind.REBATE, 60_00)
    adjustments.check_rebate(LIMIT, title(given), 40_00)
    with pytest.raises(BadInput, match="ask the BPO manager"):
        adjustments.check_rebate(LIMIT, title(given), 40_01)
    waived = Entry(TODAY, EntryKind.WAIVER, 0, 10_00)
    after = due(waived)
    adjustments.check_waiver(LIMIT, after, Entry(TODAY, EntryKind.WAIVER, 0, 6_66))
    with pytest.raises(BadInput, match="ask the BPO manager"):
        adjustments.check_waiver(LIMIT, after, Entry(TODAY, EntryKind.WAIVER, 0, 6_67))


def test_a_payment_is_undone_with_its_discount_and_nothing_is_undone_twice():
    money = Recorded(1, Entry(DUE, EntryKind.PAYMENT, 90_00), payment_id=5)
    discount = Recorded(2, Entry(DUE, EntryKind.DISCOUNT, 10_00), payment_id=5)
    later = Recorded(3, Entry(TODAY, EntryKind.PAYMENT, 1_00), payment_id=5)
    other = Recorded(4, Entry(DUE, EntryKind.PAYMENT, 1_00), payment_id=6)
    everything = (money, discount, later, other)
    assert adjustments.together(money, everything) == (money, discount)
    with pytest.raises(Conflict, match="already"):
        adjustments.together(money._replace(undone_by=9), everything)
    with pytest.raises(Conflict, match="undoes another"):
        adjustments.together(money._replace(undoes=9), everything)
    taken = Recorded(8, Entry(DUE, EntryKind.AGREEMENT, 90_00))
    with pytest.raises(Conflict, match="by itself"):
        adjustments.together(taken, everything)
    assert not adjustments.can_undo(taken)


@pytest.mark.parametrize("text", [None, "", "  ", "ok"])
def test_a_reason_is_needed(text):
    with pytest.raises(BadInput):
        adjustments.reason(text)
