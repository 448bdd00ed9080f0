"""What a simulation comes to: messages by day and step, people reached, people left and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bpo.domain.reminders.reasons import Code
from bpo.domain.reminders.simulation import Lived
from bpo.kernel.text import Phrase

EXAMPLES = 5
_NO_NEWS = frozenset({Code.CLOSED_DAY, Code.NOTHING_DUE})


def assumption(pays: bool) -> Phrase:
    """What a simulation assumes about payments, in words for its head."""
    if pays:
        return Phrase(
            "As if each title were paid in full on the day by which half of such titles are paid,"
            " as the model expects; nobody replies."
        )
    return Phrase(
        "As if nobody paid: promises run out without a payment and nobody replies. It is the most"
        " that could be sent."
    )


@dataclass(slots=True)
class Summary:
    """One campaign over the days of a simulation, added up as they are lived.

    `by_day` and `by_step` count messages, one per channel. `silent`: days on which a debtor with
    something open was left in peace, by reason; days that are not business days are not counted.
    """

    by_day: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_step: Counter[str] = field(default_factory=Counter)
    channels: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    people: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    reached: set[int] = field(default_factory=set)
    silent: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    known: set[int] = field(default_factory=set)

    def add(self, lived: Lived) -> None:
        """One day of the campaign."""
        for touch in lived.touches:
            self.by_day[lived.on][touch.step_key] += 1
            self.by_step[touch.step_key] += 1
            self.channels[touch.step_key][touch.channel.value] += 1
            self.people[touch.step_key].add(touch.debtor_id)
            self.reached.add(touch.debtor_id)
            self.known.add(touch.debtor_id)
        for skip in lived.skips:
            if Code.NOTHING_DUE not in skip.codes:
                self.known.add(skip.debtor_id)
            for code in skip.codes:
                if code not in _NO_NEWS:
                    self.silent[code.value].add(skip.debtor_id)

    def to_json(self) -> dict[str, Any]:
        """The summary as plain values, with a few debtors as examples of each kind."""
        never = self.known - self.reached
        return {
            "messages": self.by_step.total(),
            "debtors": len(self.reached),
            "known": len(self.known),
            "days": {day.isoformat(): dict(steps) for day, steps in sorted(self.by_day.items())},
            "steps": {
                key: {
                    "messages": count,
                    "debtors": len(self.people[key]),
                    "channels": dict(self.channels[key]),
                    "examples": _some(self.people[key]),
                }
                for key, count in self.by_step.items()
            },
            "silent": {
                code: {"debtors": len(ids), "never": len(ids & never), "examples": _some(ids)}
                for code, ids in sorted(self.silent.items(), key=lambda one: -len(one[1]))
            },
            "never": {"debtors": len(never), "examples": _some(never)},
        }


def difference(before: Summary, after: Summary) -> dict[str, Any]:
    """What changes from one summary to the other, as plain values."""
    steps = dict.fromkeys([*before.by_step, *after.by_step])
    days = sorted({*before.by_day, *after.by_day})
    newly, no_longer = after.reached - before.reached, before.reached - after.reached
    return {
        "steps": {key: [before.by_step[key], after.by_step[key]] for key in steps},
        "days": {
            day.isoformat(): [_total(before, day), _total(after, day)]
            for day in days
            if _total(before, day) != _total(after, day)
        },
        "newly": {"debtors": len(newly), "examples": _some(newly)},
        "no_longer": {"debtors": len(no_longer), "examples": _some(no_longer)},
    }


def _total(summary: Summary, day: date) -> int:
    return summary.by_day[day].total() if day in summary.by_day else 0


def _some(ids: Iterable[int]) -> list[int]:
    return sorted(ids)[:EXAMPLES]
