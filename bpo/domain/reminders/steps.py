"""The steps of a campaign: when each one speaks, on which channels, in which tone, to whom not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


class Channel(StrEnum):
    """How a step reaches the debtor; `task` asks a person to act, `letter` to print and post."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    TASK = "task"
    LETTER = "letter"


BY_PERSON = frozenset({Channel.TASK, Channel.LETTER})
"""Channels that hand work to a person: no address, window or cap applies to them."""
MESSAGES = frozenset(Channel) - BY_PERSON


class Moment(StrEnum):
    """From which day a step counts its offset, in calendar days."""

    ISSUE = "issue"
    PRE_DUE = "pre_due"
    DUE_DAY = "due_day"
    OVERDUE = "overdue"
    INSTALLMENT = "installment"
    PAYMENT = "payment"
    RELATIONSHIP = "relationship"


class AnchorKind(StrEnum):
    """What a contact hangs on, so that it can happen once: see `planning.Touch`."""

    DUE_DATE = "due_date"
    DEBTOR = "debtor"
    PAYMENT = "payment"
    INSTALLMENT = "installment"
    REQUEST = "request"
    GREETING = "greeting"


class Tone(StrEnum):
    """How a step speaks."""

    SERVICE = "service"
    FRIENDLY = "friendly"
    HELPFUL = "helpful"
    FIRM = "firm"
    FORMAL = "formal"
    THANKFUL = "thankful"


CLASSES = frozenset("ABCD")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a campaign.

    `key` survives versions of the policy. `offset` is in calendar days from the effective due date
    (negative before it; for `installment` that of an agreement's instalment), or from the issue or
    payment day (`relationship`: of the debtor's newest payment). All usable `channels` are used, as
    one contact; `otherwise` is used, with the reason recorded, when none of them can be. `opens`:
    the step may be the first one a debtor hears of. `grace_days`: how long an issue or payment step
    is still worth sending after its day. `off`: switched off, kept with its history.
    """

    key: str
    moment: Moment
    offset: int
    channels: tuple[Channel, ...]
    template: str
    tone: Tone = Tone.FRIENDLY
    goal: str = ""
    otherwise: tuple[Channel, ...] = ()
    opens: bool = True
    skip_classes: frozenset[str] = frozenset()
    offset_by_class: Mapping[str, int] = field(default_factory=dict)
    grace_days: int = 5
    off: bool = False

    def offset_for(self, risk_class: str | None) -> int:
        """The offset for a payer's class."""
        return self.offset_by_class.get(risk_class or "", self.offset)

    def as_for(self, risk_class: str | None) -> "Step":
        """The step as it is for a payer's class: on the class's own day, if it has one."""
        offset = self.offset_for(risk_class)
        return self if offset == self.offset else replace(self, offset=offset)

    @property
    def label(self) -> str:
        """`D-5`, `D0`, `D+10`; for issue and payment the words of the moment."""
        if self.moment in LABELS:
            return LABELS[self.moment]
        return f"D{self.offset:+d}" if self.offset else "D0"


LABELS = {
    Moment.ISSUE: "On issue",
    Moment.PAYMENT: "After payment",
    Moment.RELATIONSHIP: "To stay close",
}


_PARTS = re.compile(r"(?:agreement|d)[+-]?(\d+)")


def label_of(key: str) -> Phrase | str:
    """What a step is called when only its key is at hand: `d+10`, `agreement-3`, `thanks`.

    Any other key is said as it is.
    """
    if key in _KNOWN:
        return _KNOWN[key]
    if not _PARTS.fullmatch(key):
        return key
    days = key.removeprefix("agreement").removeprefix("d")
    day = "D0" if not int(days) else f"D{days}"
    return Phrase("Instalment, {day}", day=day) if key.startswith("agreement") else day


def day_of(key: str) -> int | None:
    """The day of a step from the due date, also of an instalment's; None for any other key."""
    found = _ANY_DAY.fullmatch(key)
    return int(found[1]) if found else None


def place(key: str) -> tuple[int, str]:
    """Where a step stands: by its day from the due date; the issue first, others last."""
    day = _DAY.fullmatch(key)
    if day:
        return int(day[1]), key
    return (-1000 if key == "issue" else 1000), key


_DAY = re.compile(r"d([+-]?\d+)")
_ANY_DAY = re.compile(r"(?:agreement|d)([+-]?\d+)")
_KNOWN = {"issue": Phrase("On issue"), "thanks": Phrase("After payment")}


def overdue(steps: Iterable[Step], risk_class: str | None) -> tuple[Step, ...]:
    """The overdue steps that apply to a class, in the order of their days."""
    return tuple(
        step
        for step in steps
        if step.moment == Moment.OVERDUE
        and not step.off
        and (risk_class or "") not in step.skip_classes
    )


_LIMITS = {
    Moment.ISSUE: (0, 30),
    Moment.PRE_DUE: (-90, -1),
    Moment.DUE_DAY: (0, 0),
    Moment.OVERDUE: (1, 1825),
    Moment.INSTALLMENT: (-30, 90),
    Moment.PAYMENT: (0, 30),
    Moment.RELATIONSHIP: (3, 60),
}


def in_use(steps: Iterable[Step]) -> frozenset[str]:
    """The keys of the steps that are not switched off."""
    return frozenset(step.key for step in steps if not step.off)


def check(step: Step) -> None:
    """Raises BadInput naming the step when it cannot run."""
    first, last = _LIMITS[step.moment]
    for offset in (step.offset, *step.offset_by_class.values()):
        if not first <= offset <= last:
            raise BadInput(
                "Step {key}: the day must be between {first} and {last}",
                field="steps",
                key=step.key,
                first=first,
                last=last,
            )
    if not step.key or not step.channels:
        raise BadInput("Step {key} has no channel", field="steps", key=step.key or "?")
    if not step.template and not BY_PERSON.issuperset((*step.channels, *step.otherwise)):
        raise BadInput("Step {key} has no text", field="steps", key=step.key)
    if not CLASSES.issuperset((*step.skip_classes, *step.offset_by_class)):
        raise BadInput("Step {key}: the classes are A, B, C and D", field="steps", key=step.key)


def to_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as plain JSON values, defaults left out."""
    return [_step_to_json(step) for step in steps]


def from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of stored JSON. Raises BadInput naming the step and what is wrong with it."""
    return tuple(_step_from_json(position, row) for position, row in enumerate(rows, start=1))


def _step_to_json(step: Step) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": step.key,
        "moment": step.moment.value,
        "offset": step.offset,
        "channels": [channel.value for channel in step.channels],
        "template": step.template,
        "tone": step.tone.value,
        "goal": step.goal,
        "otherwise": [channel.value for channel in step.otherwise],
        "opens": step.opens,
        "skip_classes": sorted(step.skip_classes),
        "offset_by_class": dict(step.offset_by_class),
        "grace_days": step.grace_days,
        "off": step.off,
    }
    defaults = {"goal": "", "otherwise": [], "opens": True, "skip_classes": []}
    defaults |= {"offset_by_class": {}, "grace_days": 5, "off": False}
    return {name: value for name, value in row.items() if value != defaults.get(name, ...)}


def _step_from_json(position: int, row: Mapping[str, Any]) -> Step:
    try:
        return Step(
            key=str(row["key"]),
            moment=Moment(row["moment"]),
            offset=int(row["offset"]),
            channels=tuple(map(Channel, row["channels"])),
            template=str(row.get("template", "")),
            tone=Tone(row.get("tone", Tone.FRIENDLY)),
            goal=str(row.get("goal", "")),
            otherwise=tuple(map(Channel, row.get("otherwise", ()))),
            opens=bool(row.get("opens", True)),
            skip_classes=frozenset(row.get("skip_classes", ())),
            offset_by_class={k: int(v) for k, v in row.get("offset_by_class", {}).items()},
            grace_days=int(row.get("grace_days", 5)),
            off=bool(row.get("off", False)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            "Step {position} cannot be read: {problem}",
            field="steps",
            position=position,
            problem=str(error),
        ) from error
