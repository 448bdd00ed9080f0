"""What a month says in sentences: rules over its figures, thresholds as data, nothing invented."""

from collections.abc import Callable
from dataclasses import dataclass

from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Limits:
    """From which change on a sentence is worth it: percent of money, points of shares, days."""

    money_pct: float = 5.0
    points: float = 1.0
    days: float = 2.0
    concentration_pct: float = 50.0
    old_pct: float = 10.0


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sentences are about: centavos, shares 0 to 100, days; None where undefined.

    `usual_received_cents`: the mean of the months before. `rolled_cents` of `young_cents`: what was
    1 to 30 days late a month ago and grew older since. `recovered_cents` of `was_overdue_cents`.
    """

    received_cents: int
    usual_received_cents: int | None
    overdue_pct: float | None
    overdue_before_pct: float | None
    overdue_year_ago_pct: float | None
    dso: float | None
    dso_before: float | None
    young_cents: int
    rolled_cents: int
    was_overdue_cents: int
    recovered_cents: int
    open_cents: int
    over_90_cents: int
    top_share_pct: float | None
    agreements: int
    agreements_cents: int
    broken: int


def comments(seen: Seen, limits: Limits = USUAL) -> tuple[Phrase, ...]:
    """The sentences of a month, in the order in which they are read."""
    return tuple(phrase for rule in _RULES if (phrase := rule(seen, limits)))


def _received(seen: Seen, limits: Limits) -> Phrase | None:
    usual = seen.usual_received_cents
    if not usual:
        return None
    change = (seen.received_cents - usual) * 100 / usual
    if abs(change) < limits.money_pct:
        return Phrase(
            "What came in is as usual: {usual_cents} a month over the year before.",
            usual_cents=usual,
        )
    more = Phrase(
        "{change_pct} more came in than in a usual month ({usual_cents}).",
        change_pct=change,
        usual_cents=usual,
    )
    less = Phrase(
        "{change_pct} less came in than in a usual month ({usual_cents}).",
        change_pct=-change,
        usual_cents=usual,
    )
    return more if change > 0 else less


def _overdue(seen: Seen, limits: Limits) -> Phrase | None:
    if seen.overdue_pct is None or seen.overdue_before_pct is None:
        return None
    change = seen.overdue_pct - seen.overdue_before_pct
    if abs(change) < limits.points:
        return Phrase("The overdue share has hardly changed in the month.")
    before, now = seen.overdue_before_pct, seen.overdue_pct
    if change > 0:
        return Phrase(
            "The overdue share rose from {before_pct} to {now_pct}.", before_pct=before, now_pct=now
        )
    return Phrase(
        "The overdue share fell from {before_pct} to {now_pct}.", before_pct=before, now_pct=now
    )


def _year(seen: Seen, limits: Limits) -> Phrase | None:
    if seen.overdue_pct is None or seen.overdue_year_ago_pct is None:
        return None
    if abs(seen.overdue_pct - seen.overdue_year_ago_pct) < limits.points:
        return None
    return Phrase(
        "A year ago the overdue share was {then_pct}.", then_pct=seen.overdue_year_ago_pct
    )


def _dso(seen: Seen, limits: Limits) -> Phrase | None:
    if seen.dso is None or seen.dso_before is None or abs(seen.dso - seen.dso_before) < limits.days:
        return None
    days = round(abs(seen.dso - seen.dso_before))
    if seen.dso > seen.dso_before:
        return Phrase("Sales take {days} days longer to become money than a month ago.", days=days)
    return Phrase("Sales become money {days} days sooner than a month ago.", days=days)


def _rolled(seen: Seen, limits: Limits) -> Phrase | None:
    if not seen.young_cents or not seen.rolled_cents:
        return None
    return Phrase(
        "Of what was up to 30 days late a month ago, {share_pct} has grown older: {rolled_cents}.",
        share_pct=seen.rolled_cents * 100 / seen.young_cents,
        rolled_cents=seen.rolled_cents,
    )


def _recovered(seen: Seen, limits: Limits) -> Phrase | None:
    if not seen.was_overdue_cents:
        return None
    return Phrase(
        "{recovered_cents} of the {late_cents} that was overdue a month ago has been settled.",
        recovered_cents=seen.recovered_cents,
        late_cents=seen.was_overdue_cents,
    )


def _old(seen: Seen, limits: Limits) -> Phrase | None:
    if not seen.open_cents or seen.over_90_cents * 100 < limits.old_pct * seen.open_cents:
        return None
    return Phrase(
        "{old_cents} has been late for more than 90 days: worth a decision case by case.",
        old_cents=seen.over_90_cents,
    )


def _concentration(seen: Seen, limits: Limits) -> Phrase | None:
    if seen.top_share_pct is None or seen.top_share_pct < limits.concentration_pct:
        return None
    return Phrase(
        "The ten debtors who owe most hold {share_pct} of what is overdue.",
        share_pct=seen.top_share_pct,
    )


def _agreements(seen: Seen, limits: Limits) -> Phrase | None:
    if seen.broken:
        return Phrase(
            "Agreements closed: {made}, over {made_cents}; broken: {broken}.",
            made=seen.agreements,
            made_cents=seen.agreements_cents,
            broken=seen.broken,
        )
    if not seen.agreements:
        return None
    return Phrase(
        "Agreements closed: {made}, over {made_cents}; none was broken.",
        made=seen.agreements,
        made_cents=seen.agreements_cents,
    )


_RULES: tuple[Callable[[Seen, Limits], Phrase | None], ...] = (
    _received,
    _overdue,
    _year,
    _dso,
    _recovered,
    _rolled,
    _old,
    _concentration,
    _agreements,
)
