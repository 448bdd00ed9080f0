"""The forms of a step and of a campaign's choices: what is in them, and what was typed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from bpo.domain.reminders import audiences
from bpo.domain.reminders.campaigns import Campaign, Entry, Reanchor
from bpo.domain.reminders.steps import CLASSES, Channel, Moment, Step, Tone
from bpo.gateways import wording
from bpo.kernel.errors import BadInput
from bpo.services.reminders.wordings import Wordings
from bpo.services.writing import texts as library
from bpo.web import language
from bpo.web.forms import Typed
from bpo.web.office.reminders import text_words

SAME, SKIP, OTHER = "same", "skip", "other"
BEFORE_INSTALLMENT = "installment_before"
LONGEST_GOAL = 160


class Posted(Protocol):
    """A form with fields of several values."""

    def getlist(self, key: str) -> list[str]: ...


def fields(step: Step) -> dict[str, object]:
    """A step as its form shows it; days are counted away from the moment."""
    values: dict[str, object] = {
        "moment": _moment_typed(step),
        "days": str(abs(step.offset)),
        "channels": [channel.value for channel in step.channels],
        "otherwise": step.otherwise[0].value if step.otherwise else "",
        "template": step.template,
        "tone": step.tone.value,
        "goal": wording.gettext(step.goal, language.current()) if step.goal else "",
        "opens": step.opens,
        "off": step.off,
    }
    for name in sorted(CLASSES):
        day = step.offset_by_class.get(name)
        values[f"class_{name}"] = SKIP if name in step.skip_classes else OTHER if day else SAME
        values[f"class_{name}_days"] = str(abs(day)) if day is not None else ""
    return values


def step(typed: Typed, posted: Posted, old: Step) -> Step:
    """The step that was typed; its key stays. Raises BadInput by field."""
    before = typed.text("moment") == BEFORE_INSTALLMENT
    moment = Moment.INSTALLMENT if before else typed.one_of("moment", Moment)
    sign = -1 if before or moment is Moment.PRE_DUE else 1
    days = typed.whole("days") or 0
    channels = _channels(posted.getlist("channels"))
    goal = typed.text("goal") or ""
    if old.goal and goal == wording.gettext(old.goal, language.current()):
        goal = old.goal
    if len(goal) > LONGEST_GOAL:
        raise BadInput("This text is too long", field="goal")
    by_class = {name: _class_day(typed, name) for name in sorted(CLASSES)}
    otherwise = _channels([typed.text("otherwise") or ""], needed=False)
    return replace(
        old,
        moment=moment,
        offset=sign * days,
        channels=channels,
        otherwise=tuple(channel for channel in otherwise if channel not in channels),
        template=typed.text("template") or "",
        tone=typed.one_of("tone", Tone),
        goal=goal,
        opens=typed.checked("opens"),
        off=typed.checked("off"),
        skip_classes=frozenset(name for name, (skip, _day) in by_class.items() if skip),
        offset_by_class={
            name: sign * day for name, (_skip, day) in by_class.items() if day is not None
        },
    )


def _moment_typed(step: Step) -> str:
    before = step.moment is Moment.INSTALLMENT and step.offset < 0
    return BEFORE_INSTALLMENT if before else step.moment.value


def _class_day(typed: Typed, name: str) -> tuple[bool, int | None]:
    choice = typed.text(f"class_{name}") or SAME
    if choice == OTHER:
        day = typed.whole(f"class_{name}_days")
        if day is None:
            raise BadInput("Give the day for this class", field=f"class_{name}_days")
        return False, day
    return choice == SKIP, None


def _channels(values: list[str], *, needed: bool = True) -> tuple[Channel, ...]:
    kept = [value for value in values if value]
    if any(value not in list(Channel) for value in kept):
        raise BadInput("Choose one of the options", field="channels")
    if needed and not kept:
        raise BadInput("Choose at least one channel", field="channels")
    return tuple(channel for channel in Channel if channel.value in kept)


def texts(words: Wordings, locale: str) -> list[tuple[str, object]]:
    """(key, name) of every text that a step may speak, in a language."""
    keys = {one.place.key: one for one in library.library(words) if one.place.locale == locale}
    return sorted(((key, text_words.name(key)) for key in keys), key=lambda one: str(one[1]))


def choices(campaign: Campaign) -> dict[str, object]:
    """The choices of a campaign as their form shows them."""
    of = campaign.audience
    consumers = {None: "", True: "consumers", False: "companies"}
    purchases = {None: "", True: "first", False: "again"}
    return {
        "minimum": of.minimum_cents or "",
        "owing_from": of.owing_from or "",
        "owing_to": "" if of.owing_to is None else of.owing_to,
        "late_from": of.late_from or "",
        "late_to": "" if of.late_to is None else of.late_to,
        "first_purchase": purchases[of.first_purchase],
        "classes": sorted(of.classes),
        "consumers": consumers[of.consumers],
        "with_tags": ", ".join(sorted(of.with_tags)),
        "without_tags": ", ".join(sorted(of.without_tags)),
        "entry": campaign.entry.value,
        "reanchor": campaign.reanchor.value,
        "holdout_pct": campaign.holdout_pct or "",
    }


def chosen(typed: Typed, posted: Posted, campaign: Campaign) -> Campaign:
    """The campaign with the choices that were typed. Raises BadInput by field."""
    holdout = typed.whole("holdout_pct") or 0
    if holdout > 50:
        raise BadInput("The hold-out must be between 0 and 50 percent", field="holdout_pct")
    consumers: Mapping[str, bool | None] = {"": None, "consumers": True, "companies": False}
    purchases: Mapping[str, bool | None] = {"": None, "first": True, "again": False}
    audience = replace(
        campaign.audience,
        minimum_cents=typed.cents("minimum") or 0,
        owing_from=typed.cents("owing_from") or 0,
        owing_to=typed.cents("owing_to"),
        late_from=typed.whole("late_from") or 0,
        late_to=typed.whole("late_to"),
        first_purchase=purchases.get(typed.text("first_purchase") or ""),
        classes=frozenset(posted.getlist("classes")) & CLASSES,
        consumers=consumers.get(typed.text("consumers") or ""),
        with_tags=_tags(typed.text("with_tags")),
        without_tags=_tags(typed.text("without_tags")),
    )
    audiences.check(audience)
    return replace(
        campaign,
        audience=audience,
        entry=typed.one_of("entry", Entry),
        reanchor=typed.one_of("reanchor", Reanchor),
        holdout_pct=holdout,
    )


def _tags(text: str | None) -> frozenset[str]:
    return frozenset(tag.strip() for tag in (text or "").split(",") if tag.strip())
