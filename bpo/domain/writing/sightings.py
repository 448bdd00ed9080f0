"""What somebody looked at before an act: a form brings its name back, so that nobody changes
unseen what another has changed meanwhile."""

import hashlib
import json
from dataclasses import fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from bpo.domain.reminders import campaigns, steps
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.steps import Step
from bpo.domain.writing.regua_edits import Steps
from bpo.kernel.errors import Conflict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")


def of_step(step: Step) -> str:
    """The name of a step as it is."""
    return _name(steps.to_json([step]))


def of_steps(ladder: Steps) -> str:
    """The name of which steps there are, whatever they say."""
    return _name([step.key for step in ladder])


def of_choices(campaign: Campaign) -> str:
    """The name of all that a campaign chooses besides its steps."""
    return _name(campaigns.options_to_json(campaign))


def of_campaign(campaign: Campaign) -> str:
    """The name of a whole campaign: its steps and its choices."""
    return _name([steps.to_json(campaign.steps), campaigns.options_to_json(campaign)])


def require_step(ladder: Steps, key: str, seen: str | None) -> None:
    """Raises Conflict when a step is no longer what was seen, or no longer there.

    What looked at nothing, as a program does, has nothing to compare.
    """
    found = next((step for step in ladder if step.key == key), None)
    if seen and found is None:
        raise Conflict("Somebody has taken this step away since you looked")
    if seen and found and seen != of_step(found):
        raise Conflict("Somebody has changed this step since you looked: see it as it is now")


def require_steps(ladder: Steps, seen: str | None) -> None:
    """Raises Conflict when steps have come or gone since they were seen."""
    if seen and seen != of_steps(ladder):
        raise Conflict("A step has come or gone since you looked: see the steps as they are now")


def require_choices(campaign: Campaign, seen: str | None) -> None:
    """Raises Conflict when the choices of a campaign are no longer what was seen."""
    if seen and seen != of_choices(campaign):
        raise Conflict("Somebody has changed these choices since you looked")


def require_campaign(campaign: Campaign, seen: str | None) -> None:
    """Raises Conflict when a draft is no longer what was seen."""
    if seen and seen != of_campaign(campaign):
        raise Conflict("The draft has changed since you looked: see what it changes now")


def of_content(content: Any) -> str:
    """The name of anything that JSON can tell."""
    return _name(content)


def require(now: str, seen: str | None) -> None:
    """Raises Conflict when what was seen is no longer what is there."""
    if seen and seen != now:
        raise Conflict(
            "Somebody else has changed this since you looked: what you typed is kept, and saving it"
            " again replaces theirs"
        )


def merged(seen: Record | None, wished: Record, now: Record) -> Record:
    """What a record shall say: what somebody changed of what was seen, and all else as it is now.

    So that two people who change different fields at once both keep theirs. Raises Conflict for a
    field that both have changed, each to something else.
    """
    if seen is None:
        return wished
    kept: dict[str, Any] = {}
    for name in (field.name for field in fields(now)):
        was, will, holds = (getattr(one, name) for one in (seen, wished, now))
        if will == was:
            kept[name] = holds
        elif holds not in (was, will):
            raise _changed(name, holds)
    return replace(wished, **kept)


def _changed(name: str, value: Any) -> Conflict:
    """The refusal of a field, with what it holds now where that is a text."""
    if isinstance(value, Enum) or not isinstance(value, str | tuple | None):
        return Conflict(
            "Somebody else has changed this meanwhile: save again to replace it", field=name
        )
    told = ", ".join(value) if isinstance(value, tuple) else str(value or "–")
    return Conflict(
        "Somebody else has changed this meanwhile, to {value}: save again to replace it",
        field=name,
        value=told,
    )


def _name(content: Any) -> str:
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()[:20]
