"""Centavos: rounded half up, split without losing any."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.kernel import money

cents = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("5.5", 6), ("6.5", 7), ("-5.5", -6), ("0.49", 0), ("0.5", 1), ("127.565", 128)],
)
def test_a_tie_goes_away_from_zero(amount: str, rounded: int) -> None:
    assert money.rounded(Decimal(amount)) == rounded


def test_a_share_is_rounded_to_the_centavo() -> None:
    assert money.share(10_050, Decimal("0.02")) == 201
    assert money.share(10_025, Decimal("0.02")) == 201


@given(cents, st.integers(1, 120), st.sampled_from(["first", "last"]))
def test_a_split_adds_up_and_only_one_part_differs(total: int, parts: int, remainder: str) -> None:
    amounts = money.split(total, parts, remainder=remainder)
    assert (sum(amounts), len(amounts)) == (total, parts)
    equal = amounts[1:] if remainder == "first" else amounts[:-1]
    assert set(equal) <= {total // parts}


def test_the_remainder_stands_where_it_is_wanted() -> None:
    assert money.split(100_00, 3) == [33_33, 33_33, 33_34]
    assert money.split(100_00, 3, remainder="first") == [33_34, 33_33, 33_33]


def test_nothing_is_split_into_no_parts() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        money.split(100, 0)


@given(cents, st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_apportioning_is_exact_and_never_a_centavo_off(total: int, weights: list[int]) -> None:
    parts = money.apportion(total, weights)
    assert sum(parts) == total
    if mass := sum(weights):
        shares = [Fraction(total * weight, mass) for weight in weights]
        assert all(abs(part - share) < 1 for part, share in zip(parts, shares, strict=True))


def test_ties_go_to_the_earlier_and_no_weight_to_the_first() -> None:
    assert money.apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert money.apportion(10, [0, 0]) == [10, 0]


@given(st.lists(cents))
def test_a_total_is_the_sum(amounts: list[int]) -> None:
    assert money.total(amounts) == sum(amounts)
