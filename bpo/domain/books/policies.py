"""The collection policy of a client company: late charges, discounts and limits of negotiation."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from bpo.domain.books.charges import InterestBase
from bpo.domain.books.charges import percent as percent
from bpo.domain.books.indices import Correction, Index
from bpo.domain.books.legal_rates import LegalRates
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

CONSUMER_FINE_CAP = Decimal("0.02")
INSTALLMENT_RATE_CAP = Decimal("0.01")

_ZERO = Decimal(0)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class EarlyDiscount:
    """A discount for paying up to `days_before` days before the due date (0: until it).

    Either `rate`, a share of the open principal, or `cents`, in centavos.
    """

    days_before: int
    rate: Decimal = _ZERO
    cents: int = 0


@dataclass(frozen=True, slots=True)
class LadderStep:
    """The largest discounts an offer may give from `from_day` days late on, as fractions.

    `charges_rate` of fine and interest, `principal_rate` of the principal when paid at sight.
    """

    from_day: int
    charges_rate: Decimal
    principal_rate: Decimal


@dataclass(frozen=True, slots=True)
class ApprovalLimit:
    """What one role may grant without asking, as fractions and a number of instalments.

    It holds from `from_day` days late of the oldest debt on, until the role's next one.
    """

    role: Role
    charges_rate: Decimal
    principal_rate: Decimal
    max_installments: int
    from_day: int = 0


DEFAULT_LADDER = (
    LadderStep(1, Decimal("0.5"), _ZERO),
    LadderStep(31, _ONE, _ZERO),
    LadderStep(91, _ONE, Decimal("0.10")),
    LadderStep(181, _ONE, Decimal("0.25")),
    LadderStep(361, _ONE, Decimal("0.40")),
)
DEFAULT_APPROVALS = (
    ApprovalLimit(Role.ANALYST, _ONE, Decimal("0.10"), 6),
    ApprovalLimit(Role.ADMIN, _ONE, Decimal("0.25"), 12),
    ApprovalLimit(Role.CLIENT_MANAGER, _ONE, _ONE, 60),
)


@dataclass(frozen=True, slots=True)
class NegotiationLimits:
    """How far an offer may go.

    A plan has up to `max_installments` payments, or `over_indebted_installments` for a person who
    declared over-indebtedness (at most five years, Lei 14.181/2021).
    `monthly_rate` is the interest of a plan, a fraction per month (0: none). `min_entry_rate` is
    the smallest down payment as a share of the total. An offer holds for `validity_days` calendar
    days. `ladder` is sorted by `from_day`. An agreement ends when an instalment is more than
    `breach_days` late; what one took in may be agreed upon again `max_renegotiations` times.
    """

    max_installments: int = 12
    min_installment_cents: int = 50_00
    min_entry_rate: Decimal = Decimal("0.10")
    monthly_rate: Decimal = _ZERO
    validity_days: int = 7
    ladder: tuple[LadderStep, ...] = DEFAULT_LADDER
    approvals: tuple[ApprovalLimit, ...] = DEFAULT_APPROVALS
    breach_days: int = 10
    max_renegotiations: int = 1
    over_indebted_installments: int = 60

    def step(self, days_late: int) -> LadderStep:
        """The discounts open to a debt of this age; none before the first step of the ladder."""
        reached = [step for step in self.ladder if step.from_day <= days_late]
        return reached[-1] if reached else LadderStep(0, _ZERO, _ZERO)

    def approval(self, role: Role, days_late: int = 0) -> ApprovalLimit:
        """What the role may grant alone of a debt of this age; nothing when no limit is named."""
        own = (one for one in self.approvals if one.role == role and one.from_day <= days_late)
        return max(own, key=lambda one: one.from_day, default=ApprovalLimit(role, _ZERO, _ZERO, 1))

    def most_payments(self, *, over_indebted: bool = False) -> int:
        """The longest plan, in payments; another for persons who declared over-indebtedness."""
        longest = self.over_indebted_installments
        return max(self.max_installments, longest) if over_indebted else self.max_installments


@dataclass(frozen=True, slots=True)
class CollectionPolicy:
    """What a client company charges, discounts and accepts. Rates are fractions (0.02 is 2%).

    `fine_rate` is charged once, `monthly_rate` is simple interest per 30 days; left blank they are
    0 and nothing is charged. `grace_days` are days after the effective due date without charges.
    `legal_interest`: no rate was agreed, the law's holds; `correction_index`: the open amount is
    corrected by an index of prices besides. `legal_rates` and `correction` are what is known of
    both today, and no part of the policy itself.
    """

    fine_rate: Decimal = Decimal("0.02")
    monthly_rate: Decimal = Decimal("0.01")
    interest_base: InterestBase = InterestBase.ORIGINAL
    grace_days: int = 0
    discounts: tuple[EarlyDiscount, ...] = ()
    negotiation: NegotiationLimits = field(default_factory=NegotiationLimits)
    legal_interest: bool = False
    correction_index: Index | None = None
    legal_rates: LegalRates | None = field(default=None, metadata={"stored": False})
    correction: Correction | None = field(default=None, metadata={"stored": False})


def for_debtor(policy: CollectionPolicy, *, consumer: bool) -> CollectionPolicy:
    """The policy as applied to a debtor: a consumer is fined at most 2% (CDC art. 52 par. 1)."""
    if not consumer or policy.fine_rate <= CONSUMER_FINE_CAP:
        return policy
    return replace(policy, fine_rate=CONSUMER_FINE_CAP)


def for_installments(policy: CollectionPolicy) -> CollectionPolicy:
    """The policy as applied to instalments of an agreement: at most 2% once and 1% a month when
    late, no correction, and no discount for paying early (settling the whole early has a rule of
    its own)."""
    return replace(
        policy,
        fine_rate=min(policy.fine_rate, CONSUMER_FINE_CAP),
        monthly_rate=min(policy.monthly_rate, INSTALLMENT_RATE_CAP),
        discounts=(),
        correction_index=None,
        correction=None,
    )


def under_law(policy: CollectionPolicy, rates: LegalRates) -> CollectionPolicy:
    """The policy with the legal rates that it refers to, if it does."""
    return replace(policy, legal_rates=rates) if policy.legal_interest else policy


def corrected(
    policy: CollectionPolicy, variations: Mapping[Index, Mapping[date, Decimal]]
) -> CollectionPolicy:
    """The policy with what is known of the index that it agrees on, if it does."""
    index = policy.correction_index
    known = Correction(index, variations.get(index, {})) if index else None
    return replace(policy, correction=known)


def sentences(policy: CollectionPolicy) -> tuple[Phrase, ...]:
    """The policy in plain words, for the page where debtors read it."""
    return tuple(_sentences(policy))


def to_json(policy: CollectionPolicy) -> dict[str, Any]:
    """The policy as plain JSON values; rates as text, so that no digit is lost."""
    plain: dict[str, Any] = _plain(policy)
    return plain


def from_json(values: Mapping[str, Any]) -> CollectionPolicy:
    """A policy from its JSON form; what is left out takes its default.

    Raises BadInput naming the field that is unknown, missing or cannot be read. Whether the policy
    is allowed is another question: see `policy_checks`.
    """
    policy: CollectionPolicy = _POLICY(values, "")
    return policy


def _sentences(policy: CollectionPolicy) -> Iterator[Phrase]:
    yield Phrase(
        "When a due date falls on a weekend or bank holiday, paying on the next business day is"
        " in time."
    )
    yield from _charge_sentences(policy)
    yield from map(_discount_sentence, sorted(policy.discounts, key=lambda d: -d.days_before))
    yield from _negotiation_sentences(policy.negotiation)


def _charge_sentences(policy: CollectionPolicy) -> Iterator[Phrase]:
    if policy.grace_days:
        yield Phrase(
            "Nothing is added when you pay up to one day after the due date."
            if policy.grace_days == 1
            else "Nothing is added when you pay up to {grace_days} days after the due date.",
            grace_days=policy.grace_days,
        )
    if policy.fine_rate:
        yield Phrase(
            "After the due date a fine of {fine_pct} of the open amount is charged, once only.",
            fine_pct=percent(policy.fine_rate),
        )
    if policy.legal_interest:
        yield Phrase(
            "No rate of interest was agreed: for each day of delay the legal rate is charged, as"
            " the Central Bank publishes it for each month (Civil Code, art. 406)."
        )
    elif policy.monthly_rate:
        yield Phrase(
            "Simple interest of {monthly_pct} a month is charged for each day of delay, counted"
            " from the due date printed on the invoice."
            if policy.interest_base == InterestBase.ORIGINAL
            else "Simple interest of {monthly_pct} a month is charged for each day of delay,"
            " counted from the last day on which paying is in time.",
            monthly_pct=percent(policy.monthly_rate),
        )
    if policy.correction_index:
        yield Phrase(
            "The open amount is corrected by the {index}, day by day of each month, while payment"
            " is late.",
            index=policy.correction_index.label,
        )
    if not (policy.fine_rate or policy.monthly_rate or policy.legal_interest):
        yield Phrase("No fine and no interest are charged for late payment.")


def _discount_sentence(discount: EarlyDiscount) -> Phrase:
    worth = Phrase("{discount_cents}", discount_cents=discount.cents)
    if not discount.cents:
        worth = Phrase("{discount_pct}", discount_pct=percent(discount.rate))
    if not discount.days_before:
        return Phrase("Paying until the due date gives a discount of {worth}.", worth=worth)
    return Phrase(
        "Paying one day or more before the due date gives a discount of {worth}."
        if discount.days_before == 1
        else "Paying {early_days} days or more before the due date gives a discount of {worth}.",
        early_days=discount.days_before,
        worth=worth,
    )


def _negotiation_sentences(limits: NegotiationLimits) -> Iterator[Phrase]:
    if limits.max_installments > 1:
        yield Phrase(
            "An overdue amount can be paid in up to {count} instalments of at least"
            " {installment_cents}.",
            count=limits.max_installments,
            installment_cents=limits.min_installment_cents,
        )
        if limits.min_entry_rate:
            yield Phrase(
                "The first payment of a plan is at least {entry_pct} of the total.",
                entry_pct=percent(limits.min_entry_rate),
            )
        yield (
            Phrase(
                "A plan bears interest of {monthly_pct} a month.",
                monthly_pct=percent(limits.monthly_rate),
            )
            if limits.monthly_rate
            else Phrase("A plan bears no interest of its own.")
        )
    yield Phrase(
        "An offer holds for one day."
        if limits.validity_days == 1
        else "An offer holds for {validity_days} days.",
        validity_days=limits.validity_days,
    )
    yield Phrase(
        "If something went wrong, talk to us: each case is looked at by a person who can help."
    )


_Reader = Callable[[Any, str], Any]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal | StrEnum):
        return str(value)
    if hasattr(value, "__dataclass_fields__"):
        stored = (item for item in fields(value) if item.metadata.get("stored", True))
        return {item.name: _plain(getattr(value, item.name)) for item in stored}
    return value


def _rate(value: Any, name: str) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str | int) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadInput("{name} is not a number: {value}", field=name, name=name, value=str(value))
    return number


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(
            "{name} is not a whole number: {value}", field=name, name=name, value=str(value)
        )
    return value


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise BadInput("{name} must be true or false", field=name, name=name)
    return value


def _one_of(states: type[StrEnum]) -> _Reader:
    def read(value: Any, name: str) -> StrEnum:
        if value not in list(states):
            allowed = ", ".join(states)
            raise BadInput(
                "{name} must be one of {allowed}", field=name, name=name, allowed=allowed
            )
        return states(value)

    return read


def _many(reader: _Reader) -> _Reader:
    def read(value: Any, name: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise BadInput("{name} must be a list", field=name, name=name)
        return tuple(reader(item, f"{name}.{place}") for place, item in enumerate(value))

    return read


def _record(kind: type[Any], **readers: _Reader) -> _Reader:
    needed = {item.name for item in fields(kind) if item.default is item.default_factory is MISSING}

    def read(value: Any, name: str) -> Any:
        if not isinstance(value, Mapping):
            raise BadInput("{name} must be an object", field=name, name=name or "policy")
        for key in sorted(set(value) ^ (needed | set(value) & set(readers))):
            path = f"{name}.{key}".lstrip(".")
            raise BadInput("{name} is unknown or missing", field=path, name=path)
        prefix = f"{name}." if name else ""
        return kind(**{key: readers[key](item, prefix + key) for key, item in value.items()})

    return read


_POLICY = _record(
    CollectionPolicy,
    fine_rate=_rate,
    monthly_rate=_rate,
    interest_base=_one_of(InterestBase),
    grace_days=_whole,
    legal_interest=_truth,
    correction_index=lambda value, name: None if value is None else _one_of(Index)(value, name),
    discounts=_many(_record(EarlyDiscount, days_before=_whole, rate=_rate, cents=_whole)),
    negotiation=_record(
        NegotiationLimits,
        max_installments=_whole,
        over_indebted_installments=_whole,
        min_installment_cents=_whole,
        min_entry_rate=_rate,
        monthly_rate=_rate,
        validity_days=_whole,
        breach_days=_whole,
        max_renegotiations=_whole,
        ladder=_many(
            _record(LadderStep, from_day=_whole, charges_rate=_rate, principal_rate=_rate)
        ),
        approvals=_many(
            _record(
                ApprovalLimit,
                role=_one_of(Role),
                charges_rate=_rate,
                principal_rate=_rate,
                max_installments=_whole,
                from_day=_whole,
            )
        ),
    ),
)
