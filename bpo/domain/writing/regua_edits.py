"""Working on a regua: steps added, moved, doubled and taken away, always in the order of their
days."""

from collections.abc import Iterable
from dataclasses import replace

from bpo.domain.reminders.steps import Channel, Moment, Step, Tone
from bpo.kernel.errors import BadInput, NotFound

Steps = tuple[Step, ...]

_ORDER = {moment: place for place, moment in enumerate(Moment)}
USUAL = {
    Moment.ISSUE: (0, "issue", Tone.SERVICE),
    Moment.PRE_DUE: (-3, "before_due", Tone.FRIENDLY),
    Moment.DUE_DAY: (0, "due_today", Tone.FRIENDLY),
    Moment.OVERDUE: (7, "something_wrong", Tone.FRIENDLY),
    Moment.INSTALLMENT: (-3, "before_due", Tone.FRIENDLY),
    Moment.PAYMENT: (0, "thanks", Tone.THANKFUL),
    Moment.RELATIONSHIP: (15, "how_are_you", Tone.THANKFUL),
}
"""The day, text and tone with which a new step of a moment begins."""
MOST = 40
_SEVERAL = {Moment.PRE_DUE: -1, Moment.OVERDUE: 1, Moment.INSTALLMENT: 1}
"""Moments with several steps, and in which direction a free day is looked for."""


def ordered(steps: Iterable[Step]) -> Steps:
    """The steps by moment and day, as they happen."""
    return tuple(sorted(steps, key=lambda step: (_ORDER[step.moment], step.offset)))


def find(steps: Iterable[Step], key: str) -> Step:
    """A step by its key. Raises NotFound."""
    for step in steps:
        if step.key == key:
            return step
    raise NotFound("There is no such step")


def added(steps: Steps, moment: Moment, taken: frozenset[str]) -> tuple[Steps, str]:
    """The steps with a new one of a moment by e-mail, and its key.

    A day that is free is found for it. `taken`: keys that any version used, because a key carries
    the history of its step and must not be used for another.
    """
    offset, template, tone = USUAL[moment]
    days = {step.offset for step in steps if step.moment is moment}
    while offset in days and moment in _SEVERAL:
        offset += _SEVERAL[moment]
    step = Step(free_key(moment, offset, steps, taken), moment, offset, (Channel.EMAIL,), template)
    return _put(steps, replace(step, tone=tone)), step.key


def doubled(steps: Steps, key: str, taken: frozenset[str]) -> tuple[Steps, str]:
    """The steps with a copy of one on the next free day, and the key of the copy."""
    step = find(steps, key)
    offset = step.offset
    days = {one.offset for one in steps if one.moment is step.moment}
    while offset in days and step.moment in _SEVERAL:
        offset += _SEVERAL[step.moment]
    new = free_key(step.moment, offset, steps, taken)
    return _put(steps, replace(step, key=new, offset=offset, offset_by_class={})), new


def moved(steps: Steps, key: str, days: int) -> Steps:
    """The steps with one earlier (negative) or later by some days."""
    step = find(steps, key)
    by_class = {name: day + days for name, day in step.offset_by_class.items()}
    return changed(steps, replace(step, offset=step.offset + days, offset_by_class=by_class))


def removed(steps: Steps, key: str) -> Steps:
    """The steps without one."""
    find(steps, key)
    return tuple(step for step in steps if step.key != key)


def switched(steps: Steps, key: str) -> Steps:
    """The steps with one switched off, or on again."""
    step = find(steps, key)
    return changed(steps, replace(step, off=not step.off))


def changed(steps: Steps, step: Step) -> Steps:
    """The steps with one as it shall be, known by its key."""
    find(steps, step.key)
    return ordered(step if one.key == step.key else one for one in steps)


def free_key(moment: Moment, offset: int, steps: Iterable[Step], taken: frozenset[str]) -> str:
    """A key for a new step: `d+7`, or `d+7.2` when that has a history."""
    used = taken | {step.key for step in steps}
    named = {Moment.ISSUE: "issue", Moment.PAYMENT: "payment"}
    named[Moment.RELATIONSHIP] = "relationship"
    named[Moment.INSTALLMENT] = f"agreement{offset:+d}"
    plain = named.get(moment, f"d{offset:+d}")
    plain = "d0" if moment is Moment.DUE_DAY else plain
    number, key = 1, plain
    while key in used:
        number += 1
        key = f"{plain}.{number}"
    return key


def _put(steps: Steps, step: Step) -> Steps:
    if len(steps) >= MOST:
        raise BadInput("A campaign has at most {most} steps", most=MOST)
    return ordered((*steps, step))
