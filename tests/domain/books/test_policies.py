"""A client company sets its terms: read, kept without loss, checked, told in plain words."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.books import policies, policy_checks
from bpo.domain.books.charges import InterestBase
from bpo.domain.books.indices import Index
from bpo.domain.books.policies import (
    ApprovalLimit,
    CollectionPolicy,
    EarlyDiscount,
    LadderStep,
    NegotiationLimits,
)
from bpo.domain.books.policy_checks import Severity
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput

rates = st.decimals(0, 1, places=6)
discounts = st.builds(EarlyDiscount, st.integers(0, 30), rates, st.integers(0, 10_000))
ladders = st.lists(st.builds(LadderStep, st.integers(0, 400), rates, rates), max_size=5)
approvals = st.lists(
    st.builds(ApprovalLimit, st.sampled_from(Role), rates, rates, st.integers(1, 60)), max_size=3
)
negotiations = st.builds(
    NegotiationLimits,
    st.integers(1, 90),
    st.integers(1, 10_000),
    rates,
    rates,
    st.integers(1, 60),
    ladders.map(tuple),
    approvals.map(tuple),
)
every_policy = st.builds(
    CollectionPolicy,
    rates,
    rates,
    st.sampled_from(InterestBase),
    st.integers(0, 30),
    st.lists(discounts, max_size=3).map(tuple),
    negotiations,
    st.booleans(),
    st.none() | st.sampled_from(Index),
)


@given(every_policy)
def test_a_policy_survives_its_json_form(policy: CollectionPolicy) -> None:
    assert policies.from_json(json.loads(json.dumps(policies.to_json(policy)))) == policy


def test_what_is_left_out_takes_its_default() -> None:
    assert policies.from_json({}) == CollectionPolicy()
    assert policies.from_json({"fine_rate": "0"}).fine_rate == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"fine_rate": "two"}, "fine_rate"),
        ({"fine_rate": "NaN"}, "fine_rate"),
        ({"fine_rate": 0.02}, "fine_rate"),
        ({"fines": "0.02"}, "fines"),
        ({"interest_base": "none"}, "interest_base"),
        ({"grace_days": True}, "grace_days"),
        ({"discounts": {}}, "discounts"),
        ({"discounts": [{"rate": "0.1"}]}, "discounts.0.days_before"),
        ({"negotiation": []}, "negotiation"),
        (
            {"negotiation": {"approvals": [{"role": "boss"}]}},
            "negotiation.approvals.0.charges_rate",
        ),
    ],
)
def test_what_cannot_be_read_is_named(values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        policies.from_json(values)
    assert refused.value.field == field
    assert field in str(refused.value)


def _findings(policy: CollectionPolicy, *, consumer: bool) -> list[tuple[Severity, str]]:
    return [(f.severity, f.field) for f in policy_checks.validate(policy, consumer=consumer)]


@pytest.mark.parametrize("consumer", [True, False])
def test_the_default_policy_has_nothing_wrong_with_it(consumer: bool) -> None:
    assert _findings(CollectionPolicy(), consumer=consumer) == []


def test_a_consumer_is_not_fined_above_two_percent() -> None:
    policy = CollectionPolicy(fine_rate=Decimal("0.021"))
    assert _findings(policy, consumer=True) == [(Severity.ERROR, "fine_rate")]
    assert _findings(policy, consumer=False) == []


def test_high_interest_is_warned_and_allowed() -> None:
    policy = CollectionPolicy(monthly_rate=Decimal("0.0101"))
    for consumer in (True, False):
        assert _findings(policy, consumer=consumer) == [(Severity.WARNING, "monthly_rate")]


def test_a_company_is_warned_above_ten_percent_and_refused_above_all_of_it() -> None:
    assert _findings(CollectionPolicy(fine_rate=Decimal("0.11")), consumer=False) == [
        (Severity.WARNING, "fine_rate")
    ]
    assert _findings(CollectionPolicy(fine_rate=Decimal("1.01")), consumer=False) == [
        (Severity.ERROR, "fine_rate")
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"monthly_rate": Decimal("-0.01")}, "monthly_rate"),
        ({"grace_days": -1}, "grace_days"),
        ({"discounts": (EarlyDiscount(1, Decimal("0.1"), 100),)}, "discounts"),
        ({"discounts": (EarlyDiscount(1),)}, "discounts"),
        ({"discounts": (EarlyDiscount(-1, cents=10),)}, "discounts"),
        ({"discounts": (EarlyDiscount(2, cents=10), EarlyDiscount(2, cents=20))}, "discounts"),
        ({"discounts": tuple(EarlyDiscount(n, cents=10) for n in range(4))}, "discounts"),
    ],
)
def test_terms_that_cannot_be_are_refused(change: dict[str, Any], field: str) -> None:
    policy = replace(CollectionPolicy(), **change)
    assert (Severity.ERROR, field) in _findings(policy, consumer=False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"max_installments": 0}, "max_installments"),
        ({"min_installment_cents": 0}, "min_installment_cents"),
        ({"min_entry_rate": Decimal(1)}, "min_entry_rate"),
        ({"monthly_rate": Decimal(2)}, "monthly_rate"),
        ({"validity_days": 0}, "validity_days"),
        ({"ladder": (LadderStep(31, Decimal(1), Decimal(2)),)}, "ladder"),
        (
            {"ladder": (LadderStep(31, *[Decimal(0)] * 2), LadderStep(1, *[Decimal(0)] * 2))},
            "ladder",
        ),
        ({"approvals": policies.DEFAULT_APPROVALS[:1] * 2}, "approvals"),
    ],
)
def test_limits_that_cannot_be_are_refused(change: dict[str, Any], field: str) -> None:
    limits = replace(NegotiationLimits(), **change)
    found = _findings(CollectionPolicy(negotiation=limits), consumer=False)
    assert found == [(Severity.ERROR, f"negotiation.{field}")]


def test_a_consumers_plan_is_at_most_five_years() -> None:
    policy = CollectionPolicy(negotiation=NegotiationLimits(max_installments=61))
    field = "negotiation.max_installments"
    assert _findings(policy, consumer=True) == [(Severity.ERROR, field)]
    assert _findings(policy, consumer=False) == [(Severity.WARNING, field)]


def test_a_company_policy_is_softened_for_a_consumer() -> None:
    policy = CollectionPolicy(fine_rate=Decimal("0.10"))
    assert policies.for_debtor(policy, consumer=True).fine_rate == Decimal("0.02")
    assert policies.for_debtor(policy, consumer=False) is policy


@pytest.mark.parametrize(
    ("days", "charges", "principal"),
    [(0, "0", "0"), (30, "0.5", "0"), (31, "1", "0"), (181, "1", "0.25"), (999, "1", "0.40")],
)
def test_the_ladder_opens_with_age(days: int, charges: str, principal: str) -> None:
    step = NegotiationLimits().step(days)
    assert (step.charges_rate, step.principal_rate) == (Decimal(charges), Decimal(principal))


def test_a_role_the_policy_does_not_name_grants_nothing() -> None:
    limit = NegotiationLimits(approvals=()).approval(Role.ANALYST)
    assert (limit.charges_rate, limit.principal_rate, limit.max_installments) == (0, 0, 1)


def test_the_policy_is_told_in_plain_words() -> None:
    policy = CollectionPolicy(discounts=(EarlyDiscount(5, rate=Decimal("0.030")),))
    told = [str(sentence) for sentence in policies.sentences(policy)]
    assert "After the due date a fine of 2 of the open amount is charged, once only." in told
    assert "Paying 5 days or more before the due date gives a discount of 3." in told
    assert "A plan bears no interest of its own." in told


def test_charging_nothing_is_said_too() -> None:
    free = CollectionPolicy(fine_rate=Decimal(0), monthly_rate=Decimal(0))
    told = [str(sentence) for sentence in policies.sentences(free)]
    assert "No fine and no interest are charged for late payment." in told


@given(every_policy)
def test_every_policy_can_be_told(policy: CollectionPolicy) -> None:
    assert all(str(sentence) for sentence in policies.sentences(policy))
