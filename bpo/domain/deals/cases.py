"""One negotiation: a situation within limits on a day, and what follows from the two."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bpo.domain.books.policies import NegotiationLimits
from bpo.domain.deals import completion, terms
from bpo.domain.deals.risk import RiskClass
from bpo.domain.deals.terms import Custom, Practice, Situation, Waiver
from bpo.kernel.calendar import Calendar

_NOTHING = Decimal(0)


class Entry(StrEnum):
    """How much is asked for at first: what is customary for the class, what is free in a month
    where that is less, or the least that the policy allows."""

    CUSTOMARY = "customary"
    LIGHT = "light"
    LEAST = "least"


@dataclass(frozen=True, slots=True)
class Case:
    """One negotiation: who, within what limits, on which day."""

    situation: Situation
    limits: NegotiationLimits
    calendar: Calendar
    today: date
    practice: Practice
    discount_at_once: Waiver
    discount_of_short_plan: Waiver
    monthly_cents: int | None = None
    entry: Entry = Entry.CUSTOMARY

    @property
    def custom(self) -> Custom:
        return terms.CUSTOMS[self.situation.rating.risk_class]

    @property
    def is_class_d(self) -> bool:
        return self.situation.rating.risk_class is RiskClass.D

    @property
    def free_cents(self) -> int | None:
        """What can go to old debts in a month: the debtor's own word, else a part of the usual."""
        if self.monthly_cents is not None:
            return self.monthly_cents
        capacity = self.situation.behaviour.capacity_cents.value
        return None if capacity is None else capacity // completion.FREE_SHARE

    @property
    def ready_cents(self) -> int | None:
        """What a first payment is measured by: a usual month, or what their word comes to."""
        capacity = self.situation.behaviour.capacity_cents.value
        return self.able_cents if capacity is None else min(capacity, self.able_cents or 0)

    @property
    def able_cents(self) -> int | None:
        """The monthly capacity that goes with it."""
        return None if self.free_cents is None else self.free_cents * completion.FREE_SHARE

    @property
    def assumed_cents(self) -> int:
        """What a month is taken to bear where no payment tells: the neutral plan, in four parts."""
        return self.situation.due_today_cents // completion.NEUTRAL_PAYMENTS

    @property
    def entry_rate(self) -> Decimal:
        """The smallest down payment, a share of the total."""
        floor = self.practice.class_d_entry_rate if self.is_class_d else _NOTHING
        return max(self.custom.entry_rate, self.limits.min_entry_rate, floor)

    @property
    def least_entry_rate(self) -> Decimal:
        """How far the down payment may go down for who cannot bear the customary one."""
        floor = self.practice.class_d_least_rate if self.is_class_d else _NOTHING
        return min(max(self.limits.min_entry_rate, floor), self.entry_rate)

    @property
    def most_after_entry(self) -> int:
        """How many instalments may follow the down payment."""
        most = self.limits.most_payments(over_indebted=self.situation.over_indebted)
        if self.situation.consumer:
            most = min(most, self.practice.consumer_most_payments)
        return most - 1

    @property
    def rate(self) -> Decimal:
        """The monthly interest of a plan."""
        agreed = self.limits.monthly_rate
        return min(agreed, self.practice.consumer_rate_cap) if self.situation.consumer else agreed
