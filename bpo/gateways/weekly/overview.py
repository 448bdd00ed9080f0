"""The first page: the week in a few sentences, three key figures, debtors, actions, decisions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bpo.analytics.weekly import Actions, ExpectedWeek, TopDebtor, WeeklyFigures
from bpo.gateways import pdf
from bpo.gateways.weekly.voice import Voice

_LARGEST_TOLD_PCT = 200
_DEBTORS = 10
_FEW_ACTIONS = 4
_TWO_LINES = 908
_LARGEST, _SMALLEST = 18.5, 13.0


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One of the three figures that matter; `tone` is `good`, `bad` or `muted`."""

    label: str
    value: str
    change: str
    tone: str
    note: str


def headline(figures: WeeklyFigures, voice: Voice) -> tuple[str, str]:
    """Two sentences that say the week: what came in, and what is late."""
    if not figures.open_count and not any(w.cents for w in figures.received_weeks):
        return (
            voice.say("There are no receivables to follow yet."),
            voice.say(
                "Once invoices are registered, this page tells what came in and what is late."
            ),
        )
    return _came_in(figures, voice), _is_late(figures, voice)


def _came_in(figures: WeeklyFigures, voice: Voice) -> str:
    cents, share = figures.received_week.cents, figures.received_change_pct
    if not cents:
        return voice.say("Nothing came in this week.")
    if share is None:
        return voice.say("{received_cents} came in this week.", received_cents=cents)
    before = _week_before(figures, voice)
    if round(share, 1) == 0:
        template = "{received_cents} came in this week, as much as {before}."
        return voice.say(template, received_cents=cents, before=before)
    template = (
        "{received_cents} came in this week, {difference} more than {before}."
        if share > 0
        else "{received_cents} came in this week, {difference} less than {before}."
    )
    difference = _difference(figures.received_change_cents, share, voice)
    return voice.say(template, received_cents=cents, difference=difference, before=before)


def _difference(cents: int, share: float, voice: Voice) -> str:
    """A change as a percentage, or as money when the percentage says little."""
    if abs(share) > _LARGEST_TOLD_PCT:
        return voice.brief(abs(cents))
    return voice.percent(abs(share))


def _week_before(figures: WeeklyFigures, voice: Voice) -> str:
    """What the week is compared with: a whole one, or its first days when it is not over yet."""
    if figures.as_of < figures.week.last:
        return voice.say("in the same days of last week")
    return voice.say("in the week before")


def _is_late(figures: WeeklyFigures, voice: Voice) -> str:
    if not figures.open_count:
        return voice.say("Nothing is left to receive.")
    if not figures.overdue_cents:
        return voice.say("Nothing is overdue.")
    return voice.say(
        "{overdue_cents} is overdue, {overdue_pct} of what is open.",
        overdue_cents=figures.overdue_cents,
        overdue_pct=figures.overdue_pct,
    )


def key_figures(figures: WeeklyFigures, voice: Voice) -> tuple[KeyFigure, KeyFigure, KeyFigure]:
    """What came in, what should come in, and what is late."""
    return _received(figures, voice), _expected(figures, voice), _overdue(figures, voice)


def _received(figures: WeeklyFigures, voice: Voice) -> KeyFigure:
    change = figures.received_change_cents
    return KeyFigure(
        voice.say("Received this week"),
        voice.money(figures.received_week.cents),
        _changed_money(change, voice),
        tone(change),
        voice.say("{received_cents} in the month", received_cents=figures.received_month.cents),
    )


def _overdue(figures: WeeklyFigures, voice: Voice) -> KeyFigure:
    change = figures.overdue_change_cents
    share = figures.overdue_pct
    note = voice.say(
        "{overdue_pct} of {open_cents} open", overdue_pct=share, open_cents=figures.open_cents
    )
    return KeyFigure(
        voice.say("Overdue"),
        voice.money(figures.overdue_cents),
        _changed_money(change, voice),
        tone(-change),
        note if share is not None else voice.say("No open balance"),
    )


def _expected(figures: WeeklyFigures, voice: Voice) -> KeyFigure:
    ahead = figures.expected_weeks
    return KeyFigure(
        voice.say("Should come in within four weeks"),
        voice.money(figures.expected_total_cents),
        voice.say("{cents} next week", cents=voice.brief(ahead[0].expected_cents))
        if ahead
        else voice.say("no forecast yet"),
        "muted",
        band(ahead[0], voice) if ahead else "",
    )


def band(week: ExpectedWeek, voice: Voice) -> str:
    """From where to where a week most likely ends; nothing where that was not kept."""
    if week.low_cents is None or not week.high_cents:
        return ""
    low, high = voice.short(week.low_cents), voice.short(week.high_cents)
    return voice.say("likely {low} to {high}", low=low, high=high)


def _changed_money(change: int, voice: Voice) -> str:
    if change == 0:
        return voice.say("same as a week ago")
    template = "▲ {change_cents} in a week" if change > 0 else "▼ {change_cents} in a week"
    return voice.say(template, change_cents=abs(change))


def tone(gain: float) -> str:
    """Whether a change is good, bad, or too small to say."""
    if round(gain, 1) == 0:
        return "muted"
    return "good" if gain > 0 else "bad"


def page(figures: WeeklyFigures, voice: Voice) -> dict[str, Any]:
    """What the template of the first page needs."""
    came_in, is_late = headline(figures, voice)
    done = actions(figures.actions, voice)
    asked = decisions(figures, voice, most=2 if len(done) > _FEW_ACTIONS else 3)
    return {
        "headline": came_in,
        "second_headline": is_late,
        "headline_size": headline_size(f"{came_in} {is_late}"),
        "key_figures": key_figures(figures, voice),
        "debtors": debtors(figures, voice),
        "actions": done,
        "decisions": [_cut(question) for question in asked],
        "more_decisions": len(figures.decisions) - len(asked),
    }


def headline_size(text: str) -> float:
    """The font size in points at which the headline takes two lines, within limits."""
    width = pdf.width_of(text, size=1, family="InterDisplay")
    return round(max(_SMALLEST, min(_LARGEST, _TWO_LINES / width)), 1)


@dataclass(frozen=True, slots=True)
class Owing:
    """A line of the list of those who owe most."""

    name: str
    overdue: str
    count: str
    days: str


def debtors(figures: WeeklyFigures, voice: Voice) -> list[Owing]:
    """The ten who owe most that is late."""
    return owing(figures.top_debtors[:_DEBTORS], voice)


def owing(
    rows: Iterable[TopDebtor], voice: Voice, *, width: float = 139, size: float = 8.5
) -> list[Owing]:
    """Debtors with what they owe that is late; a name stays within `width` at a font size."""
    return [
        Owing(
            pdf.fitted(debtor.name, width=width, size=size),
            voice.money(debtor.overdue_cents),
            voice.number(debtor.overdue_count),
            voice.number(debtor.days_late),
        )
        for debtor in rows
    ]


@dataclass(frozen=True, slots=True)
class Done:
    """A count of what was done, with its noun; `kind`: the list that it counts."""

    count: str
    noun: str
    kind: str = ""


def actions(done: Actions, voice: Voice) -> list[Done]:
    """What was done in the week, in at most seven lines: counts that are not zero."""
    unsure = done.reminders_failed + done.reminders_uncertain
    lines = (
        (done.reminders_sent, "reminder sent", "reminders sent", "reminders"),
        (done.debtors_contacted, "debtor contacted", "debtors contacted", "contacted"),
        (done.calls, "call made", "calls made", "calls"),
        (done.promises_made, "promise to pay", "promises to pay", "promises"),
        (done.agreements_made, "agreement closed", "agreements closed", "agreements"),
        (unsure, "delivery not confirmed", "deliveries not confirmed", "unconfirmed"),
    )
    counted = [
        Done(voice.number(n), voice.count(one, many, n), kind) for n, one, many, kind in lines if n
    ]
    return [*counted[:4], *_promises(done, voice), *counted[4:]]


def _promises(done: Actions, voice: Voice) -> list[Done]:
    """How the promises that fell due ended, on one line."""
    if not done.promises_kept + done.promises_broken:
        return []
    noun = voice.count(
        "promise kept, %(broken)s not kept",
        "promises kept, %(broken)s not kept",
        done.promises_kept,
        broken=voice.number(done.promises_broken),
    )
    return [Done(voice.number(done.promises_kept), noun, "ended")]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that waits for the client's answer."""

    who: str
    amount: str
    question: str


def _cut(question: Question) -> Question:
    """A question within the two lines that its column has for it."""
    who = pdf.fitted(question.who, width=150 - 5 * len(question.amount), size=8.5)
    return replace(question, who=who, question=pdf.fitted(question.question, width=290, size=8.5))


def decisions(figures: WeeklyFigures, voice: Voice, most: int = 2) -> list[Question]:
    """The first questions that wait for the client."""
    return [
        Question(
            d.debtor_name,
            voice.money(d.amount_cents) if d.amount_cents else "",
            voice.phrase(d.phrase),
        )
        for d in figures.decisions[:most]
    ]
