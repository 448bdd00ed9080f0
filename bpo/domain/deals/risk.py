"""The class of a debtor for one creditor, from the facts of their own history, and why."""

from dataclasses import dataclass
from enum import StrEnum

from bpo.domain.deals.behaviour import Behaviour
from bpo.kernel.text import Phrase

ENOUGH_OUTCOMES = 3
"""With fewer decided receivables there is no history to judge by."""
LONG_OVERDUE_DAYS = 90


class RiskClass(StrEnum):
    """A pays as agreed, D needs a person's approval; `new` has too little history to tell."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Rating:
    """A class and the facts that decided it, in words."""

    risk_class: RiskClass
    reasons: tuple[Phrase, ...]


def classify(behaviour: Behaviour) -> Rating:
    """The class of a debtor by punctuality, delay and broken commitments.

    D: more than 90 days overdue, two or more broken promises or plans, or under 40% on time.
    New: fewer than ENOUGH_OUTCOMES decided receivables and nothing broken. C: one broken, or under
    70% on time. B: under 90% on time, or a mean delay over 3 days. A: the rest.
    """
    risk_class = _class_of(behaviour)
    return Rating(risk_class, tuple(_reasons(behaviour, risk_class)))


def breaks(behaviour: Behaviour) -> int:
    """Promises and plans broken within memory."""
    return behaviour.promises_broken.value + behaviour.plans_broken.value


def _class_of(behaviour: Behaviour) -> RiskClass:
    broken, rate = breaks(behaviour), behaviour.on_time_pct.value
    if behaviour.oldest_overdue_days.value > LONG_OVERDUE_DAYS or broken >= 2:
        return RiskClass.D
    if rate is None or behaviour.decided_count.value < ENOUGH_OUTCOMES:
        return RiskClass.C if broken else RiskClass.NEW
    return _by_punctuality(rate, behaviour.mean_delay_days.value or 0.0, broken)


def _by_punctuality(on_time_pct: float, mean_delay_days: float, broken: int) -> RiskClass:
    if on_time_pct < 40:
        return RiskClass.D
    if on_time_pct < 70 or broken:
        return RiskClass.C
    if on_time_pct < 90 or mean_delay_days > 3:
        return RiskClass.B
    return RiskClass.A


def _reasons(behaviour: Behaviour, risk_class: RiskClass) -> list[Phrase]:
    if not behaviour.decided_count.value and risk_class is RiskClass.NEW:
        return [no_history()]
    found = [punctuality(behaviour)] if behaviour.decided_count.value else []
    if risk_class is RiskClass.NEW:
        found.append(Phrase("Too few invoices to judge by: neutral terms"))
    elif behaviour.mean_delay_days.value:
        found.append(_delay(behaviour.mean_delay_days.value))
    if behaviour.oldest_overdue_days.value:
        found.append(_overdue(behaviour.oldest_overdue_days.value))
    return found + commitments(behaviour)


def _delay(days: float) -> Phrase:
    return Phrase(
        "Average delay in days (recent invoices weigh more): {delay_days}",
        delay_days=round(days, 1),
    )


def _overdue(days: int) -> Phrase:
    return Phrase("Days since the oldest open invoice fell due: {overdue_days}", overdue_days=days)


def no_history() -> Phrase:
    """For a debtor of whom nothing is known yet."""
    return Phrase("No history with this company yet: neutral terms")


def punctuality(behaviour: Behaviour) -> Phrase:
    """How many of the latest invoices were paid on time, as a count a person can check."""
    on_time, total = behaviour.recent_on_time_count.value, behaviour.recent_count.value
    if total < ENOUGH_OUTCOMES:
        return Phrase(
            "Invoices paid on time so far: {on_time} of {total}", on_time=on_time, total=total
        )
    if on_time == total:
        return Phrase("Paid all of the last {total} invoices on time", total=total)
    if on_time == 0:
        return Phrase("Paid none of the last {total} invoices on time", total=total)
    return Phrase(
        "Paid {on_time} of the last {total} invoices on time", on_time=on_time, total=total
    )


def commitments(behaviour: Behaviour) -> list[Phrase]:
    """What became of the debtor's promises and plans, most telling first; empty when none."""
    found = []
    if breaks(behaviour):
        found.append(
            Phrase(
                "Promises broken: {promises}; plans broken: {plans}; the latest on {last}",
                promises=behaviour.promises_broken.value,
                plans=behaviour.plans_broken.value,
                last=behaviour.last_break.value,
            )
        )
    kept = behaviour.promises_kept.value + behaviour.plans_kept.value
    if kept:
        found.append(Phrase("Promises and plans kept: {kept}", kept=kept))
    return found
