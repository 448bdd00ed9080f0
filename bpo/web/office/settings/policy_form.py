"""A collection policy as a form: fields out of a policy, a policy out of what was typed."""

from collections.abc import Iterator
from decimal import Decimal, DecimalException

from bpo.domain.books.charges import InterestBase
from bpo.domain.books.indices import Index
from bpo.domain.books.policies import (
    ApprovalLimit,
    CollectionPolicy,
    EarlyDiscount,
    LadderStep,
    NegotiationLimits,
    percent,
)
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput
from bpo.web.forms import Typed

DISCOUNT_ROWS = 3
LADDER_ROWS = 6
APPROVAL_ROWS = 3
ROLES = (Role.ANALYST, Role.ADMIN, Role.CLIENT_MANAGER)


def fields(policy: CollectionPolicy, mark: str) -> dict[str, str]:
    """The policy as text for each field of the form, percentages with `mark` for decimals."""
    return dict(_fields(policy, mark))


def policy(typed: Typed) -> CollectionPolicy:
    """The policy that was typed. Raises BadInput naming the field that cannot be read."""
    return CollectionPolicy(
        fine_rate=_rate(typed, "fine_rate"),
        monthly_rate=_rate(typed, "monthly_rate"),
        interest_base=typed.one_of("interest_base", InterestBase),
        grace_days=typed.whole("grace_days") or 0,
        legal_interest=typed.checked("legal_interest"),
        correction_index=typed.one_of("correction_index", Index)
        if typed.text("correction_index")
        else None,
        discounts=tuple(_discounts(typed)),
        negotiation=NegotiationLimits(
            max_installments=_whole(typed, "negotiation.max_installments"),
            min_installment_cents=typed.needed_cents("negotiation.min_installment_cents"),
            min_entry_rate=_rate(typed, "negotiation.min_entry_rate"),
            monthly_rate=_rate(typed, "negotiation.monthly_rate"),
            validity_days=_whole(typed, "negotiation.validity_days"),
            breach_days=_whole(typed, "negotiation.breach_days"),
            max_renegotiations=_whole(typed, "negotiation.max_renegotiations"),
            ladder=tuple(_ladder(typed)),
            over_indebted_installments=_whole(typed, "negotiation.over_indebted_installments"),
            approvals=tuple(_approvals(typed)),
        ),
    )


def _fields(policy: CollectionPolicy, mark: str) -> Iterator[tuple[str, str]]:
    limits = policy.negotiation
    yield "fine_rate", _shown(policy.fine_rate, mark)
    yield "monthly_rate", _shown(policy.monthly_rate, mark)
    yield "interest_base", policy.interest_base.value
    yield "grace_days", str(policy.grace_days)
    if policy.legal_interest:
        yield "legal_interest", "1"
    if policy.correction_index:
        yield "correction_index", policy.correction_index.value
    for place, discount in enumerate(policy.discounts):
        yield f"discount_days_{place}", str(discount.days_before)
        if discount.cents:
            yield f"discount_cents_{place}", _money(discount.cents, mark)
        else:
            yield f"discount_rate_{place}", _shown(discount.rate, mark)
    yield "negotiation.max_installments", str(limits.max_installments)
    yield "negotiation.min_installment_cents", _money(limits.min_installment_cents, mark)
    yield "negotiation.min_entry_rate", _shown(limits.min_entry_rate, mark)
    yield "negotiation.monthly_rate", _shown(limits.monthly_rate, mark)
    yield "negotiation.validity_days", str(limits.validity_days)
    yield "negotiation.breach_days", str(limits.breach_days)
    yield "negotiation.max_renegotiations", str(limits.max_renegotiations)
    for place, step in enumerate(limits.ladder):
        yield f"ladder_day_{place}", str(step.from_day)
        yield f"ladder_charges_{place}", _shown(step.charges_rate, mark)
        yield f"ladder_principal_{place}", _shown(step.principal_rate, mark)
    yield "negotiation.over_indebted_installments", str(limits.over_indebted_installments)
    for role in ROLES:
        own = [one for one in limits.approvals if one.role == role]
        for place, limit in enumerate(sorted(own, key=lambda one: one.from_day)):
            yield from _limit_fields(f"{role.value}_{place}", limit, mark)


def _limit_fields(place: str, limit: ApprovalLimit, mark: str) -> Iterator[tuple[str, str]]:
    yield f"approval_day_{place}", str(limit.from_day)
    yield f"approval_charges_{place}", _shown(limit.charges_rate, mark)
    yield f"approval_principal_{place}", _shown(limit.principal_rate, mark)
    yield f"approval_installments_{place}", str(limit.max_installments)


def _discounts(typed: Typed) -> Iterator[EarlyDiscount]:
    for place in range(DISCOUNT_ROWS):
        days = typed.whole(f"discount_days_{place}")
        cents = typed.cents(f"discount_cents_{place}") or 0
        rate = _rate(typed, f"discount_rate_{place}")
        if days is not None or cents or rate:
            yield EarlyDiscount(days or 0, rate, cents)


def _ladder(typed: Typed) -> Iterator[LadderStep]:
    for place in range(LADDER_ROWS):
        day = typed.whole(f"ladder_day_{place}")
        if day is not None:
            charges = _rate(typed, f"ladder_charges_{place}")
            yield LadderStep(day, charges, _rate(typed, f"ladder_principal_{place}"))


def _approvals(typed: Typed) -> Iterator[ApprovalLimit]:
    for role in ROLES:
        for number in range(APPROVAL_ROWS):
            place = f"{role.value}_{number}"
            day = typed.whole(f"approval_day_{place}")
            if day is not None or number == 0:
                yield ApprovalLimit(
                    role,
                    _rate(typed, f"approval_charges_{place}"),
                    _rate(typed, f"approval_principal_{place}"),
                    _whole(typed, f"approval_installments_{place}"),
                    day or 0,
                )


def _rate(typed: Typed, name: str) -> Decimal:
    """A percentage such as `2`, `0,99` or `1.5%` as a fraction; blank is nothing at all."""
    text = (typed.text(name) or "0").rstrip("% ").replace(",", ".")
    try:
        rate = Decimal(text) / 100
        readable = rate == round(rate, 6)
    except DecimalException:
        readable = False
    if not readable:
        raise BadInput(
            "This is not a percentage: {typed}", field=name, typed=typed.text(name) or ""
        )
    return rate


def _whole(typed: Typed, name: str) -> int:
    found = typed.whole(name)
    if found is None:
        raise BadInput("Fill in this field", field=name)
    return found


def _shown(rate: Decimal, mark: str) -> str:
    return f"{percent(rate):f}".replace(".", mark)


def _money(cents: int, mark: str) -> str:
    return f"{cents // 100}{mark}{cents % 100:02}"
