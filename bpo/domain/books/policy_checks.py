"""What is wrong with a collection policy, or worth knowing before it is used, by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bpo.domain.books.policies import (
    CONSUMER_FINE_CAP,
    ApprovalLimit,
    CollectionPolicy,
    LadderStep,
    NegotiationLimits,
    percent,
)
from bpo.kernel.text import Phrase

CUSTOMARY_INTEREST = Decimal("0.01")
CUSTOMARY_COMPANY_FINE = Decimal("0.10")
MAX_DISCOUNTS = 3
MAX_CONSUMER_INSTALLMENTS = 60


class Severity(StrEnum):
    """`ERROR`: the policy cannot be saved; `WARNING`: it can, and somebody should know."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one field of a policy, named as in its JSON form."""

    severity: Severity
    field: str
    phrase: Phrase


def validate(policy: CollectionPolicy, *, consumer: bool) -> tuple[Finding, ...]:
    """What is wrong with a policy whose debtors are consumers, or companies, errors first.

    Consumers: a fine above 2% is refused (CDC art. 52 par. 1), interest above 1% a month warned.
    Companies: a fine above 10% or interest above 1% a month warned (Civil Code art. 412, 413).
    """
    found = (*_charges(policy, consumer), *_discounts(policy), *_limits(policy, consumer))
    return tuple(sorted(found, key=lambda finding: finding.severity != Severity.ERROR))


def _error(field: str, template: str, **params: object) -> Finding:
    return Finding(Severity.ERROR, field, Phrase(template, **params))


def _warning(field: str, template: str, **params: object) -> Finding:
    return Finding(Severity.WARNING, field, Phrase(template, **params))


def _charges(policy: CollectionPolicy, consumer: bool) -> Iterator[Finding]:
    fine, interest = policy.fine_rate, policy.monthly_rate
    if not 0 <= fine <= 1:
        yield _error("fine_rate", "The fine must be between 0% and 100%")
    elif consumer and fine > CONSUMER_FINE_CAP:
        yield _error(
            "fine_rate",
            "Consumers cannot be fined more than {cap_pct} (Consumer Code, art. 52)",
            cap_pct=percent(CONSUMER_FINE_CAP),
        )
    elif fine > CUSTOMARY_COMPANY_FINE:
        yield _warning(
            "fine_rate",
            "A fine above {customary_pct} may be reduced by a judge (Civil Code, art. 413)",
            customary_pct=percent(CUSTOMARY_COMPANY_FINE),
        )
    if not 0 <= interest <= 1:
        yield _error("monthly_rate", "Interest must be between 0% and 100% a month")
    elif interest > CUSTOMARY_INTEREST:
        yield _warning(
            "monthly_rate",
            "Interest above {customary_pct} a month is often contested",
            customary_pct=percent(CUSTOMARY_INTEREST),
        )
    if policy.grace_days < 0:
        yield _error("grace_days", "Days of grace cannot be negative")


def _discounts(policy: CollectionPolicy) -> Iterator[Finding]:
    discounts = policy.discounts
    if len(discounts) > MAX_DISCOUNTS:
        yield _error("discounts", "At most {count} discount dates are allowed", count=MAX_DISCOUNTS)
    if len({discount.days_before for discount in discounts}) < len(discounts):
        yield _error("discounts", "Two discounts have the same date")
    for discount in discounts:
        if discount.days_before < 0:
            yield _error("discounts", "A discount cannot end after the due date")
        if (discount.rate > 0) == (discount.cents > 0):
            yield _error("discounts", "A discount is either a percentage or an amount")
        if discount.cents < 0 or not 0 <= discount.rate < 1:
            yield _error("discounts", "A discount must be between 0% and 100%")


def _limits(policy: CollectionPolicy, consumer: bool) -> Iterator[Finding]:
    limits = policy.negotiation
    yield from _installments(limits, consumer)
    yield from _ladder(limits)
    if not 0 <= limits.min_entry_rate < 1:
        yield _error("negotiation.min_entry_rate", "The entry must be between 0% and 100%")
    if limits.validity_days < 1:
        yield _error("negotiation.validity_days", "An offer must hold for at least one day")
    if not 1 <= limits.breach_days <= 60:
        yield _error(
            "negotiation.breach_days", "An agreement must wait from 1 to 60 days for an instalment"
        )
    if not 0 <= limits.max_renegotiations <= 10:
        yield _error(
            "negotiation.max_renegotiations", "A debt may be agreed upon again 0 to 10 times"
        )
    if not 0 <= limits.monthly_rate <= 1:
        yield _error("negotiation.monthly_rate", "Interest must be between 0% and 100% a month")
    elif limits.monthly_rate > CUSTOMARY_INTEREST:
        yield _warning(
            "negotiation.monthly_rate",
            "Interest above {customary_pct} a month is often contested",
            customary_pct=percent(CUSTOMARY_INTEREST),
        )


def _installments(limits: NegotiationLimits, consumer: bool) -> Iterator[Finding]:
    name = "negotiation.max_installments"
    if limits.max_installments < 1:
        yield _error(name, "A plan has at least one instalment")
    elif limits.max_installments > MAX_CONSUMER_INSTALLMENTS:
        make = _error if consumer else _warning
        yield make(
            name,
            "A consumer's plan may not be longer than {count} months (Law 14.181/2021)"
            if consumer
            else "A plan longer than {count} months is seldom kept",
            count=MAX_CONSUMER_INSTALLMENTS,
        )
    if not 1 <= limits.over_indebted_installments <= MAX_CONSUMER_INSTALLMENTS:
        yield _error(
            "negotiation.over_indebted_installments",
            "A plan of a person in over-indebtedness has at most {count} months (Law 14.181/2021)",
            count=MAX_CONSUMER_INSTALLMENTS,
        )
    if limits.min_installment_cents < 1:
        yield _error(
            "negotiation.min_installment_cents", "The smallest instalment must be positive"
        )


def _ladder(limits: NegotiationLimits) -> Iterator[Finding]:
    days = [step.from_day for step in limits.ladder]
    if days != sorted(set(days)) or any(day < 0 for day in days):
        yield _error("negotiation.ladder", "The steps of the discount ladder must go up in days")
    granted: tuple[LadderStep | ApprovalLimit, ...] = (*limits.ladder, *limits.approvals)
    if not all(0 <= g.charges_rate <= 1 and 0 <= g.principal_rate <= 1 for g in granted):
        yield _error("negotiation.ladder", "A discount must be between 0% and 100%")
    roles = [(limit.role, limit.from_day) for limit in limits.approvals]
    if len(set(roles)) < len(roles):
        yield _error("negotiation.approvals", "A role has two approval limits")
