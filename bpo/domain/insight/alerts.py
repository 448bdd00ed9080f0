"""When a manager should look at a client company: rules over its figures, thresholds as data."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bpo.kernel.text import Phrase


class Alert(StrEnum):
    """Why a company deserves a look."""

    WORSENING = "worsening"
    CONCENTRATION = "concentration"
    STALE = "stale"
    BOUNCES = "bounces"
    PROMISES = "promises"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which figure on a rule speaks: percentages 0 to 100, centavos, days, counts.

    `worse_points` and `worse_cents`: growth of the overdue share and of the overdue balance since
    the end of last week; both must be reached. `most_of_one_pct`: share of the open balance that
    one debtor owes. `bounced_pct` of at least `messages` that left in 30 days. `broken_pct` of at
    least `promises` that ended in 90 days.
    """

    worse_points: float = 5.0
    worse_cents: int = 1_000_00
    most_of_one_pct: float = 30.0
    bounced_pct: float = 5.0
    messages: int = 20
    broken_pct: float = 50.0
    promises: int = 4


USUAL = Thresholds()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules look at; shares 0 to 100, None where there is nothing to share."""

    overdue_pct: float | None = None
    overdue_before_pct: float | None = None
    overdue_change_cents: int = 0
    largest_pct: float | None = None
    stale: bool = False
    messages: int = 0
    bounced: int = 0
    promises: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """An alert and its reason in words."""

    kind: Alert
    phrase: Phrase


def find(seen: Seen, limits: Thresholds = USUAL) -> tuple[Told, ...]:
    """Every alert of a company, the most pressing kind first."""
    return tuple(Told(kind, phrase) for kind, rule in _RULES if (phrase := rule(seen, limits)))


def _worsening(seen: Seen, limits: Thresholds) -> Phrase | None:
    if seen.overdue_pct is None or seen.overdue_before_pct is None:
        return None
    points = seen.overdue_pct - seen.overdue_before_pct
    if points < limits.worse_points or seen.overdue_change_cents < limits.worse_cents:
        return None
    return Phrase("Overdue share up {points} points in the week", points=round(points))


def _concentration(seen: Seen, limits: Thresholds) -> Phrase | None:
    if seen.largest_pct is None or seen.largest_pct < limits.most_of_one_pct:
        return None
    return Phrase("One debtor owes {pct}% of what is open", pct=round(seen.largest_pct))


def _stale(seen: Seen, limits: Thresholds) -> Phrase | None:
    return Phrase("Payments are out of date") if seen.stale else None


def _bounces(seen: Seen, limits: Thresholds) -> Phrase | None:
    tried = seen.messages + seen.bounced
    if tried < limits.messages or seen.bounced * 100 < limits.bounced_pct * tried:
        return None
    return Phrase("{count} of {all} messages bounced", count=seen.bounced, all=tried)


def _promises(seen: Seen, limits: Thresholds) -> Phrase | None:
    broken = seen.promises - seen.kept
    if seen.promises < limits.promises or broken * 100 < limits.broken_pct * seen.promises:
        return None
    return Phrase("{count} of {all} promises not kept", count=broken, all=seen.promises)


_RULES: tuple[tuple[Alert, Callable[[Seen, Thresholds], Phrase | None]], ...] = (
    (Alert.WORSENING, _worsening),
    (Alert.STALE, _stale),
    (Alert.BOUNCES, _bounces),
    (Alert.PROMISES, _promises),
    (Alert.CONCENTRATION, _concentration),
)
LABELS = {
    Alert.WORSENING: Phrase("Sudden worsening"),
    Alert.CONCENTRATION: Phrase("Concentration"),
    Alert.STALE: Phrase("Payments out of date"),
    Alert.BOUNCES: Phrase("Messages bounce"),
    Alert.PROMISES: Phrase("Promises broken"),
}
