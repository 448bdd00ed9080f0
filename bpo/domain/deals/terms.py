"""The words of a negotiation: what is owed, how offers are made, and what is offered."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from bpo.domain.books.policies import NegotiationLimits
from bpo.domain.deals.behaviour import Behaviour
from bpo.domain.deals.installments import Cost, Installment, Method
from bpo.domain.deals.risk import Rating, RiskClass
from bpo.kernel import money
from bpo.kernel.actor import Role
from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Practice:
    """How offers are made inside a policy; the same for every client company unless said otherwise.

    The first payment falls `entry_days` from today or on the next open day. Class D pays at least
    `class_d_entry_rate` down, or what is free in a month and no less than `class_d_least_rate`. A
    short plan keeps `short_plan_share` of the ladder's discount on charges, a longer one none.
    Consumers pay at most `consumer_rate_cap` of interest a month and
    end within `consumer_most_payments` (five years, Lei 14.181/2021). `waiting_rate` is the monthly
    cost of waiting for money, used to compare offers.
    """

    entry_days: int = 3
    class_d_entry_rate: Decimal = Decimal("0.30")
    class_d_least_rate: Decimal = Decimal("0.10")
    short_plan_share: Decimal = Decimal("0.50")
    consumer_rate_cap: Decimal = Decimal("0.01")
    consumer_most_payments: int = 60
    method: Method = Method.PRICE
    waiting_rate: Decimal = Decimal("0.015")


PRACTICE = Practice()


@dataclass(frozen=True, slots=True)
class Debt:
    """One open title as of today: amounts in centavos, days from its original due date."""

    receivable_id: int
    number: str
    principal_cents: int
    fine_cents: int = 0
    interest_cents: int = 0
    days_late: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """What a debtor owes today and how they have paid this creditor until now.

    `over_indebted`: a person who declared it (Lei 14.181/2021).
    """

    debts: tuple[Debt, ...]
    behaviour: Behaviour
    rating: Rating
    consumer: bool = False
    over_indebted: bool = False

    @property
    def days_late(self) -> int:
        """Of the oldest debt; 0 when nothing is late."""
        return max((debt.days_late for debt in self.debts), default=0)

    @property
    def charges_cents(self) -> int:
        """Fines and interest of all debts."""
        return sum(debt.fine_cents + debt.interest_cents for debt in self.debts)

    @property
    def principal_cents(self) -> int:
        """Principal of all debts."""
        return sum(debt.principal_cents for debt in self.debts)

    @property
    def due_today_cents(self) -> int:
        """Everything owed today, charges included."""
        return self.principal_cents + self.charges_cents


@dataclass(frozen=True, slots=True)
class Waiver:
    """What is taken off, in centavos."""

    charges_cents: int = 0
    principal_cents: int = 0

    @property
    def total_cents(self) -> int:
        """Both together."""
        return self.charges_cents + self.principal_cents


class OfferKind(StrEnum):
    """What an offer asks for."""

    LUMP_SUM = "lump_sum"
    SHORT_PLAN = "short_plan"
    LONG_PLAN = "long_plan"
    CHOSEN_PLAN = "chosen_plan"
    CUSTOM_PLAN = "custom_plan"


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to settle the debt; amounts in centavos, `installments` include the down payment.

    `total_cents` is their sum: what is due today, less `discount_cents`, plus
    `plan_interest_cents`. Charges are frozen at today's value for whoever accepts by `valid_until`.
    `completion_pct` is the estimated chance that all of it is paid; `cost` is set for consumers.
    """

    kind: OfferKind
    total_cents: int
    discount_cents: int
    discount_on_charges_cents: int
    discount_on_principal_cents: int
    plan_interest_cents: int
    down_payment_cents: int
    monthly_rate: Decimal
    installments: tuple[Installment, ...]
    expected_recovery_cents: int
    acceptance_pct: int
    completion_pct: int
    needs_approval_by: Role | None
    valid_until: date
    pix_only: bool
    cost: Cost | None
    reasons: tuple[Phrase, ...]

    @property
    def wished(self) -> bool:
        """Whether somebody typed its terms."""
        return self.kind is OfferKind.CUSTOM_PLAN


@dataclass(frozen=True, slots=True)
class Wish:
    """A plan as somebody wants it: the down payment in centavos, the payments with it, and how
    interest is spread where the policy asks for any."""

    down_cents: int
    payments: int
    method: Method = Method.PRICE


@dataclass(frozen=True, slots=True)
class Custom:
    """What is customary for a class.

    The down payment as a share of the total, the share of the monthly capacity an instalment may
    take, and how many instalments follow the down payment in a short and in a long plan.
    """

    entry_rate: Decimal
    capacity_share: Decimal
    short: int
    long: int


CUSTOMS = {
    RiskClass.A: Custom(Decimal("0.10"), Decimal("0.50"), 3, 9),
    RiskClass.B: Custom(Decimal("0.20"), Decimal("0.40"), 3, 7),
    RiskClass.NEW: Custom(Decimal("0.25"), Decimal("0.30"), 3, 6),
    RiskClass.C: Custom(Decimal("0.25"), Decimal("0.30"), 2, 5),
    RiskClass.D: Custom(Decimal("0.30"), Decimal("0.30"), 2, 4),
}


def waiver(
    situation: Situation, limits: NegotiationLimits, practice: Practice, *, at_once: bool
) -> Waiver:
    """The discount of the ladder, title by title, never above it: fractions are dropped.

    Paid at once: charges first, then principal. In a short plan: a share of the charges only.
    What would leave nothing to pay is not offered.
    """
    full = _ladder_waiver(situation, limits)
    part = Waiver(floor_share(full.charges_cents, practice.short_plan_share))
    for candidate in (full, part) if at_once else (part,):
        if candidate.total_cents < situation.due_today_cents:
            return candidate
    return Waiver()


def _ladder_waiver(situation: Situation, limits: NegotiationLimits) -> Waiver:
    charges = principal = 0
    for debt in situation.debts:
        step = limits.step(debt.days_late)
        charges += floor_share(debt.fine_cents + debt.interest_cents, step.charges_rate)
        principal += floor_share(debt.principal_cents, step.principal_rate)
    return Waiver(charges, principal)


def floor_share(cents: int, rate: Decimal) -> int:
    """A share of an amount, fractions of a centavo dropped."""
    return int((cents * rate).to_integral_value(ROUND_FLOOR))


def ceiling_share(cents: int, rate: Decimal) -> int:
    """A share of an amount, fractions of a centavo rounded up."""
    return int((cents * rate).to_integral_value(ROUND_CEILING))


def percent_of(part: int, whole: int) -> int:
    """`part` as a whole percentage of `whole`, half up."""
    return money.rounded(Decimal(part) * 100 / whole)
