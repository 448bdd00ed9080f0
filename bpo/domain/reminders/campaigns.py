"""What a campaign is: its steps, whom it speaks to and its choices, as data that can be stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from bpo.domain.reminders import audiences
from bpo.domain.reminders import steps as steps_
from bpo.domain.reminders.audiences import EVERYBODY, Audience
from bpo.domain.reminders.regua import DEFAULT_REGUA, THREE_STEPS
from bpo.domain.reminders.steps import CLASSES, Moment, Step
from bpo.domain.reminders.touches import Debtor
from bpo.kernel.errors import BadInput

__all__ = [
    "DEFAULT_REGUA",
    "THREE_STEPS",
    "Audience",
    "Campaign",
    "Entry",
    "Reanchor",
    "check",
    "from_json",
    "options_to_json",
]


class Entry(StrEnum):
    """Where a debtor joins the overdue steps when the debt is older than the campaign.

    `FIRST`: at the first step, however old the debt. `MATCHING`: at the latest step that may open
    a conversation and whose day had come when the campaign learnt of the debt, so that a debt of
    200 days is not told that it has just fallen due. A debt that falls due while the campaign runs
    always begins at the first step, also after days on which nothing ran.
    """

    FIRST = "first"
    MATCHING = "matching"


class Reanchor(StrEnum):
    """What happens when the receivable that carried the overdue steps is settled but others remain.

    `INHERIT`: the position stays and the next step waits until the new carrier is old enough for
    it: no step skipped, none friendlier, none harsher than the debt deserves. `RETIME`: the
    position stays and the next step comes after the usual gap. `RESTART`: a new cycle begins with
    the new carrier.
    """

    INHERIT = "inherit"
    RETIME = "retime"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A policy at work on a workspace.

    `running_since`: the day it began to run, or resumed (None: the day of planning). `holdout_pct`:
    the share of debtors left without overdue messages to measure what these really add. `name` is
    what people call it.
    """

    id: int
    steps: tuple[Step, ...]
    running_since: date | None = None
    audience: Audience = EVERYBODY
    entry: Entry = Entry.MATCHING
    reanchor: Reanchor = Reanchor.INHERIT
    holdout_pct: int = 0
    name: str = ""

    def takes(self, debtor: Debtor, moment: Moment, today: date) -> bool:
        """Whether it is this campaign's to speak to a debtor at a moment: it has such a step and
        the debtor is in its audience; thanks are owed whatever is still open."""
        audience = self.audience
        if all(step.moment != moment or step.off for step in self.steps):
            return False
        if moment in (Moment.PAYMENT, Moment.RELATIONSHIP):
            return audience.knows(debtor)
        return audience.is_everybody or audience.includes(debtor, today)


def check(campaign: Campaign) -> Campaign:
    """The campaign itself when it can run. Raises BadInput naming the step that cannot."""
    if not campaign.steps:
        raise BadInput("A campaign needs at least one step", field="steps")
    if not 0 <= campaign.holdout_pct <= 50:
        raise BadInput("The hold-out must be between 0 and 50 percent", field="holdout_pct")
    audiences.check(campaign.audience)
    seen: set[str] = set()
    for step in campaign.steps:
        if step.key in seen:
            raise BadInput("Two steps have the same key: {key}", field="steps", key=step.key)
        seen.add(step.key)
        steps_.check(step)
    for risk_class in (None, *sorted(CLASSES)):
        _check_ladder(campaign.steps, risk_class)
    return campaign


def _check_ladder(steps: Iterable[Step], risk_class: str | None) -> None:
    ladder = steps_.overdue(steps, risk_class)
    for before, after in pairwise(ladder):
        if after.offset_for(risk_class) <= before.offset_for(risk_class):
            raise BadInput(
                "Step {key} must come later than step {before}",
                field="steps",
                key=after.key,
                before=before.key,
            )


def options_to_json(campaign: Campaign) -> dict[str, Any]:
    """The choices of a campaign besides its steps, as plain JSON values."""
    return {
        "entry": campaign.entry.value,
        "reanchor": campaign.reanchor.value,
        "holdout_pct": campaign.holdout_pct,
        "audience": audiences.to_json(campaign.audience),
    }


def from_json(
    id: int,
    steps: Iterable[Mapping[str, Any]],
    options: Mapping[str, Any] | None = None,
    running_since: date | None = None,
) -> Campaign:
    """A checked campaign of its stored steps and options. Raises BadInput."""
    options = options or {}
    try:
        campaign = Campaign(
            id,
            steps_.from_json(steps),
            running_since,
            audiences.from_json(options.get("audience") or {}),
            Entry(options.get("entry", Entry.MATCHING)),
            Reanchor(options.get("reanchor", Reanchor.INHERIT)),
            int(options.get("holdout_pct", 0)),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput("The campaign's options cannot be read", field="options") from error
    return check(campaign)
