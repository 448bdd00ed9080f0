"""Davi's money finds its receivables: the oldest first, or those he names, to the centavo."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.books import charges
from bpo.domain.books.policies import CollectionPolicy, EarlyDiscount
from bpo.domain.books.receivables import Receivable
from bpo.domain.cash import allocation
from bpo.domain.cash.allocation import Allocation, Imputation, Owed, Target

DUE = date(2026, 11, 6)
LATER = DUE + timedelta(days=30)


def test_the_oldest_is_settled_first_and_the_rest_goes_on() -> None:
    debts = [Owed(2, LATER, 50_00), Owed(1, DUE, 100_00)]
    result = allocation.allocate(120_00, debts)
    assert result.allocations == (Allocation(1, 100_00, 0, 0, 0), Allocation(2, 20_00, 0, 0, 0))
    assert result.unapplied_cents == 0


def test_on_the_same_day_the_larger_comes_first() -> None:
    result = allocation.allocate(10_00, [Owed(1, DUE, 30_00), Owed(2, DUE, 90_00)])
    assert [a.receivable_id for a in result.allocations] == [2]


def test_named_receivables_take_the_money_and_nobody_else_does() -> None:
    debts = [Owed(1, DUE, 100_00), Owed(2, LATER, 50_00)]
    result = allocation.allocate(80_00, debts, targets=[Target(2)])
    assert result.allocations == (Allocation(2, 50_00, 0, 0, 0),)
    assert result.unapplied_cents == 30_00


def test_a_named_share_is_respected() -> None:
    debts = [Owed(1, DUE, 100_00), Owed(2, LATER, 50_00)]
    result = allocation.allocate(80_00, debts, targets=[Target(1, 30_00), Target(2, 50_00)])
    assert [a.money_cents for a in result.allocations] == [30_00, 50_00]


@pytest.mark.parametrize("targets", [[Target(3)], [Target(1), Target(1)]])
def test_a_target_that_makes_no_sense_is_refused(targets: list[Target]) -> None:
    with pytest.raises(ValueError, match="receivable"):
        allocation.allocate(80_00, [Owed(1, DUE, 100_00)], targets=targets)


def test_no_money_is_no_payment() -> None:
    with pytest.raises(ValueError, match="positive"):
        allocation.allocate(0, [Owed(1, DUE, 100_00)])


def test_a_part_pays_interest_then_fine_then_principal() -> None:
    debt = Owed(1, DUE, 100_00, fine_cents=2_00, interest_cents=3_00)
    assert allocation.allocate(4_00, [debt]).allocations == (Allocation(1, 0, 1_00, 3_00, 0),)
    assert allocation.allocate(45_00, [debt]).allocations == (Allocation(1, 40_00, 2_00, 3_00, 0),)


def test_by_agreement_the_principal_comes_first() -> None:
    debt = Owed(1, DUE, 100_00, fine_cents=2_00, interest_cents=3_00)
    first = Imputation.PRINCIPAL_FIRST
    assert allocation.allocate(45_00, [debt], imputation=first).allocations == (
        Allocation(1, 45_00, 0, 0, 0),
    )
    assert allocation.allocate(104_00, [debt], imputation=first).allocations == (
        Allocation(1, 100_00, 1_00, 3_00, 0),
    )


def test_a_discount_is_given_only_to_who_settles() -> None:
    debt = Owed(1, DUE, 100_00, discount_cents=5_00)
    assert allocation.allocate(95_00, [debt]).allocations == (Allocation(1, 95_00, 0, 0, 5_00),)
    assert allocation.allocate(94_00, [debt]).allocations == (Allocation(1, 94_00, 0, 0, 0),)


def test_a_bank_rounding_a_few_centavos_short_still_settles() -> None:
    debt = Owed(1, DUE, 100_00, fine_cents=2_00, interest_cents=33, tolerance_cents=10)
    assert allocation.allocate(102_25, [debt]).allocations == (Allocation(1, 100_00, 2_00, 25, 0),)
    short = Owed(1, DUE, 100_00, tolerance_cents=2)
    assert allocation.allocate(99_99, [short]).allocations == (Allocation(1, 99_99, 0, 0, 1),)


def test_a_bank_rounding_a_few_centavos_up_leaves_no_credit() -> None:
    debt = Owed(1, DUE, 100_00, interest_cents=33, tolerance_cents=10)
    result = allocation.allocate(100_40, [debt])
    assert result.allocations == (Allocation(1, 100_00, 0, 40, 0),)
    assert result.unapplied_cents == 0


def test_more_than_tolerance_is_the_debtors_credit() -> None:
    result = allocation.allocate(150_00, [Owed(1, DUE, 100_00, tolerance_cents=10)])
    assert (result.allocations[0].money_cents, result.unapplied_cents) == (100_00, 50_00)


def test_what_is_due_on_a_day_is_settled_by_paying_it() -> None:
    policy = CollectionPolicy(discounts=(EarlyDiscount(3, rate=Decimal("0.05")),))
    for offset in (-10, 0, 1, 45):
        day = DUE + timedelta(days=offset)
        due = charges.amount_due(Receivable(123_45, DUE, DUE, id=9), policy, day)
        result = allocation.allocate(due.total_cents, [allocation.owed(due)])
        only = result.allocations[0]
        assert only.principal_cents + only.discount_cents == 123_45
        assert (only.fine_cents, only.interest_cents) == (due.fine_cents, due.interest_cents)


@pytest.mark.parametrize(
    ("paid", "late", "principal", "interest", "credit"),
    [
        (100_00, False, 100_00, 0, 0),
        (100_00, True, 100_00, 0, 0),
        (40_00, True, 40_00, 0, 0),
        (103_50, True, 100_00, 3_50, 0),
        (103_50, False, 100_00, 0, 3_50),
        (250_00, True, 100_00, 100_00, 50_00),
    ],
)
def test_a_settlement_of_the_past_closes_what_it_paid(
    paid: int, late: bool, principal: int, interest: int, credit: int
) -> None:
    result = allocation.settle_past(1, 100_00, paid, late=late)
    assert result.allocations == (Allocation(1, principal, 0, interest, 0),)
    assert result.unapplied_cents == credit


cents = st.integers(0, 10_000_00)


@st.composite
def debts(draw: st.DrawFn) -> list[Owed]:
    sizes = draw(st.lists(st.tuples(st.integers(1, 10_000_00), cents, cents), max_size=6))
    return [
        Owed(
            number,
            DUE + timedelta(days=draw(st.integers(0, 40))),
            principal,
            fine % 500,
            interest % 700,
            draw(st.integers(0, principal // 2)) if not fine else 0,
            draw(st.integers(0, 60)),
        )
        for number, (principal, fine, interest) in enumerate(sizes)
    ]


@given(st.integers(1, 50_000_00), debts(), st.sampled_from(Imputation), st.booleans())
def test_money_always_adds_up_and_nothing_is_overpaid(
    payment: int, owed: list[Owed], imputation: Imputation, named: bool
) -> None:
    targets = [Target(debt.receivable_id) for debt in owed[::2]] if named else []
    result = allocation.allocate(payment, owed, imputation=imputation, targets=targets)
    assert sum(a.money_cents for a in result.allocations) + result.unapplied_cents == payment
    assert result.unapplied_cents >= 0
    by_id = {debt.receivable_id: debt for debt in owed}
    for part in result.allocations:
        debt = by_id[part.receivable_id]
        assert min(part.principal_cents, part.fine_cents, part.interest_cents) >= 0
        assert 0 <= part.principal_cents + part.discount_cents <= debt.principal_cents
        assert part.fine_cents <= debt.fine_cents
        assert part.interest_cents <= debt.interest_cents + debt.tolerance_cents


@given(st.integers(1, 50_000_00), debts())
def test_a_younger_debt_is_touched_only_after_the_older_is_settled(
    payment: int, owed: list[Owed]
) -> None:
    result = allocation.allocate(payment, owed)
    by_id = {debt.receivable_id: debt for debt in owed}
    *before, _ = result.allocations or (None,)
    for part in before:
        assert part is not None
        debt = by_id[part.receivable_id]
        assert part.principal_cents + part.discount_cents == debt.principal_cents


@given(st.integers(1, 10_000_00), st.integers(1, 30_000_00), st.booleans())
def test_a_past_settlement_loses_no_centavo(open_: int, paid: int, late: bool) -> None:
    result = allocation.settle_past(1, open_, paid, late=late)
    (only,) = result.allocations
    assert only.money_cents + result.unapplied_cents == paid
    assert only.principal_cents == min(open_, paid)
