"""What is to be said about a regua before it is saved, and how a new version differs, in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bpo.domain.reminders import campaigns, steps
from bpo.domain.reminders.campaigns import Audience, Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.steps import BY_PERSON, CLASSES, Channel, Moment, Step, Tone
from bpo.domain.writing.text_checks import Severity
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase

WEEK = 7
PATIENCE = 15
"""Days overdue through which good faith is assumed."""

CHANNELS = {
    Channel.EMAIL: Phrase("e-mail"),
    Channel.SMS: Phrase("SMS"),
    Channel.WHATSAPP: Phrase("WhatsApp"),
    Channel.TASK: Phrase("a task"),
    Channel.LETTER: Phrase("a letter"),
}


class Finding(NamedTuple):
    """Something to mend in a regua; `key` is the step, empty for the whole."""

    severity: Severity
    message: Phrase
    key: str = ""


def check(
    campaign: Campaign,
    rules: Rules,
    has_text: Callable[[str, Channel], bool],
    greets: Callable[[str, Channel], bool] = lambda _key, _channel: True,
) -> list[Finding]:
    """What keeps a regua from running (errors), and what is worth a second look.

    `greets`: whether a text may be sent to stay close, because nothing in it speaks of debt.
    """
    found = [
        *_broken(campaign),
        *_unspoken(campaign.steps, has_text),
        *_indebted(campaign.steps, has_text, greets),
        *_same_days(campaign.steps),
        *_crowded(campaign.steps, rules),
        *_hasty(campaign.steps),
        *_incomplete(campaign),
    ]
    return sorted(found, key=lambda one: one.severity)


def is_usable(findings: Iterable[Finding]) -> bool:
    """Whether nothing forbids the regua."""
    return all(finding.severity is not Severity.ERROR for finding in findings)


def _broken(campaign: Campaign) -> Iterator[Finding]:
    whole = True
    for step in campaign.steps:
        try:
            steps.check(step)
        except BadInput as fault:
            whole = False
            yield Finding(Severity.ERROR, fault.phrase, step.key)
    if whole:
        try:
            campaigns.check(campaign)
        except BadInput as fault:
            yield Finding(Severity.ERROR, fault.phrase, str(fault.phrase.params.get("key", "")))


def _unspoken(
    ladder: Iterable[Step], has_text: Callable[[str, Channel], bool]
) -> Iterator[Finding]:
    for step in ladder:
        for channel in dict.fromkeys((*step.channels, *step.otherwise)):
            if channel not in BY_PERSON and step.template and not has_text(step.template, channel):
                message = Phrase(
                    "{step}: the text has no words for {channel}: write them, or choose another",
                    step=named(step),
                    channel=CHANNELS[channel],
                )
                yield Finding(Severity.ERROR, message, step.key)


def _indebted(
    ladder: Iterable[Step],
    has_text: Callable[[str, Channel], bool],
    greets: Callable[[str, Channel], bool],
) -> Iterator[Finding]:
    for step in ladder:
        if step.moment is not Moment.RELATIONSHIP:
            continue
        if BY_PERSON & {*step.channels, *step.otherwise}:
            message = Phrase("{step} is a message: no call and no letter", step=named(step))
            yield Finding(Severity.ERROR, message, step.key)
        for channel in dict.fromkeys((*step.channels, *step.otherwise)):
            known = channel not in BY_PERSON and has_text(step.template, channel)
            if known and not greets(step.template, channel):
                message = Phrase(
                    "{step}: its text ({channel}) speaks of debt; a word to stay close must not",
                    step=named(step),
                    channel=CHANNELS[channel],
                )
                yield Finding(Severity.ERROR, message, step.key)


def _same_days(ladder: Iterable[Step]) -> Iterator[Finding]:
    seen: dict[tuple[Moment, int], Step] = {}
    for step in ladder:
        place = (step.moment, step.offset)
        if place in seen and step.moment is not Moment.OVERDUE:
            message = Phrase(
                "{step}: two steps speak on this day; only one contact is made", step=named(step)
            )
            yield Finding(Severity.WARNING, message, step.key)
        seen[place] = step


def _crowded(ladder: Iterable[Step], rules: Rules) -> Iterator[Finding]:
    speaking = [
        step
        for step in ladder
        if step.moment in (Moment.PRE_DUE, Moment.DUE_DAY, Moment.OVERDUE)
        and not BY_PERSON.issuperset(step.channels)
        and not step.off
    ]
    for before, after in pairwise(speaking):
        gap = after.offset - before.offset
        if 0 <= gap < rules.min_spacing_days:
            message = Phrase(
                "{step} comes too soon after {before}: {gap} of the {least} days that the contact"
                " rules ask for, so it will wait",
                step=named(after),
                before=named(before),
                gap=gap,
                least=rules.min_spacing_days,
            )
            yield Finding(Severity.WARNING, message, after.key)
    yield from _capped(speaking, rules)


def _capped(speaking: Sequence[Step], rules: Rules) -> Iterator[Finding]:
    """The steps that the week's limit puts off when a debtor hears them all, and to which day.

    Days are counted from one due date; spacing, class and other campaigns move them further.
    """
    days: list[int] = []
    for step in speaking:
        day = max([step.offset, *([days[-1] + 1] if days else [])])
        while sum(day - other < WEEK for other in days) >= rules.weekly_cap:
            day += 1
        days.append(day)
        if day > step.offset:
            message = Phrase(
                "{step} goes on {day} for who hears every step: the contact rules allow {most}"
                " contacts in seven days",
                step=named(step),
                day=f"D{day:+d}",
                most=rules.weekly_cap,
            )
            yield Finding(Severity.WARNING, message, step.key)


def _hasty(ladder: Iterable[Step]) -> Iterator[Finding]:
    for step in ladder:
        early = step.moment is not Moment.OVERDUE or step.offset < PATIENCE
        if early and step.tone in (Tone.FIRM, Tone.FORMAL):
            message = Phrase(
                "{step} is {days} days overdue or less and already firm: until then assume good"
                " faith",
                step=named(step),
                days=PATIENCE,
            )
            yield Finding(Severity.WARNING, message, step.key)


def _incomplete(campaign: Campaign) -> Iterator[Finding]:
    moments = {step.moment for step in campaign.steps if not step.off}
    if Moment.PAYMENT not in moments and Moment.OVERDUE in moments:
        yield Finding(Severity.WARNING, Phrase("Nobody is thanked: add a step after payment"))
    if Moment.OVERDUE in moments and not moments & {Moment.PRE_DUE, Moment.DUE_DAY}:
        message = Phrase("Nothing is said before or on the due date: most people only need that")
        yield Finding(Severity.WARNING, message)
    messages = [step for step in campaign.steps if not BY_PERSON.issuperset(step.channels)]
    if len(messages) > 3 and not any(
        "A" in step.skip_classes or "A" in step.offset_by_class for step in messages
    ):
        message = Phrase("Good payers hear as much as others: leave class A out of a step or two")
        yield Finding(Severity.WARNING, message)


def named(step: Step) -> Phrase:
    """A step by its day, as everybody calls it."""
    return Phrase(step.label)


def differences(before: Campaign, after: Campaign) -> list[Phrase]:
    """How one version of a campaign differs from another, in sentences."""
    old = {step.key: step for step in before.steps}
    new = {step.key: step for step in after.steps}
    told = [Phrase("{step} is taken away", step=named(old[key])) for key in old if key not in new]
    for key, step in new.items():
        if key not in old:
            told.append(
                Phrase("{step} is new, by {channels}", step=named(step), channels=_list(step))
            )
        elif step != old[key]:
            told += _changes(old[key], step)
    return told + _choices(before, after)


def _changes(old: Step, new: Step) -> Iterator[Phrase]:
    name = named(old)
    if (old.moment, old.offset) != (new.moment, new.offset):
        yield Phrase("{step} moves to {day}", step=name, day=named(new))
        name = named(new)
    if old.channels != new.channels:
        yield Phrase(
            "{step} goes by {channels} instead of {before}",
            step=name,
            channels=_list(new),
            before=_list(old),
        )
    if old.otherwise != new.otherwise:
        yield Phrase("{step}: another channel is used when none can be", step=name)
    if old.template != new.template:
        yield Phrase("{step} speaks another text", step=name)
    if old.tone != new.tone or old.goal != new.goal:
        yield Phrase("{step}: its goal or tone is described anew", step=name)
    for letter in sorted(CLASSES):
        yield from _of_class(old, new, letter, name)
    if old.opens != new.opens:
        yield (
            Phrase("{step} may be the first thing a debtor hears", step=name)
            if new.opens
            else Phrase("{step} is never the first thing a debtor hears", step=name)
        )
    if old.off != new.off:
        yield (
            Phrase("{step} is switched off", step=name)
            if new.off
            else Phrase("{step} is switched on again", step=name)
        )
    if old.grace_days != new.grace_days:
        yield Phrase(
            "{step} is worth sending for one day"
            if new.grace_days == 1
            else "{step} is worth sending for {days} days",
            step=name,
            days=new.grace_days,
        )


def _of_class(old: Step, new: Step, letter: str, name: Phrase) -> Iterator[Phrase]:
    if (letter in new.skip_classes) != (letter in old.skip_classes):
        yield (
            Phrase("{step} leaves class {letter} out", step=name, letter=letter)
            if letter in new.skip_classes
            else Phrase("{step} speaks to class {letter} again", step=name, letter=letter)
        )
    day = new.offset_by_class.get(letter)
    if day != old.offset_by_class.get(letter):
        yield (
            Phrase("{step} has the usual day for class {letter}", step=name, letter=letter)
            if day is None
            else Phrase(
                "{step} speaks to class {letter} on {day}",
                step=name,
                letter=letter,
                day=f"D{day:+d}",
            )
        )


def _choices(before: Campaign, after: Campaign) -> list[Phrase]:
    told = []
    if before.audience != after.audience:
        told.append(Phrase("It speaks to {whom}", whom=audience(after.audience)))
    if before.entry != after.entry:
        told.append(Phrase("Older debts begin at another step"))
    if before.reanchor != after.reanchor:
        told.append(Phrase("Another rule holds when the oldest invoice is paid"))
    if before.holdout_pct != after.holdout_pct:
        told.append(
            Phrase("{share} of 100 debtors are left without messages", share=after.holdout_pct)
        )
    return told


def audience(of: Audience) -> tuple[Phrase, ...]:
    """Whom a campaign speaks to, in a few words each."""
    parts = []
    if of.classes:
        parts.append(Phrase("classes {letters}", letters=", ".join(sorted(of.classes))))
    if of.consumers is not None:
        parts.append(Phrase("consumers") if of.consumers else Phrase("companies"))
    if of.with_tags:
        parts.append(Phrase("with the tag {tags}", tags=", ".join(sorted(of.with_tags))))
    if of.without_tags:
        parts.append(Phrase("without the tag {tags}", tags=", ".join(sorted(of.without_tags))))
    if of.first_purchase is not None:
        first = of.first_purchase
        parts.append(Phrase("who buy for the first time") if first else Phrase("who bought before"))
    if of.owing_from:
        parts.append(Phrase("who owe {owing_from_cents} or more", owing_from_cents=of.owing_from))
    if of.owing_to is not None:
        parts.append(Phrase("who owe at most {owing_to_cents}", owing_to_cents=of.owing_to))
    if of.late_from:
        parts.append(
            Phrase("one day overdue or more")
            if of.late_from == 1
            else Phrase("{days} days overdue or more", days=of.late_from)
        )
    if of.late_to is not None:
        parts.append(
            Phrase("one day overdue at most")
            if of.late_to == 1
            else Phrase("{days} days overdue at most", days=of.late_to)
        )
    if of.minimum_cents:
        parts.append(Phrase("who owe at least {minimum_cents}", minimum_cents=of.minimum_cents))
    return tuple(parts) or (Phrase("everybody"),)


def _list(step: Step) -> tuple[Phrase, ...]:
    return tuple(CHANNELS[channel] for channel in step.channels) or (Phrase("nothing"),)
