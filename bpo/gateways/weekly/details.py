"""The second page: every figure with its definition, the tables behind the charts, the notes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bpo.analytics.definitions import DEFINITIONS
from bpo.analytics.weekly import ExpectedWeek, WeeklyFigures
from bpo.gateways import wording
from bpo.gateways.weekly.voice import Voice

BUCKETS = {
    "current": "Not due",
    "1-30": "1 to 30 days",
    "31-60": "31 to 60 days",
    "61-90": "61 to 90 days",
    "90+": "Over 90 days",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its value, its definition, and the base it is counted over or divided by."""

    label: str
    value: str
    meaning: str
    base: str


def page(figures: WeeklyFigures, voice: Voice) -> dict[str, Any]:
    """What the template of the second page needs."""
    return {
        "rows": rows(figures, voice),
        "buckets": buckets(figures, voice),
        "coming": coming(figures, voice),
        "notes": notes(figures, voice),
    }


@dataclass(frozen=True, slots=True)
class Bucket:
    """A line of the ageing table."""

    label: str
    count: str
    amount: str
    share: str


def buckets(figures: WeeklyFigures, voice: Voice) -> list[Bucket]:
    """The open balance by age: titles, amount and share of each bucket, and the total."""
    lines = [
        (label, figures.aging_count[key], figures.aging_cents[key])
        for key, label in BUCKETS.items()
    ]
    return [
        Bucket(
            voice.say(label),
            voice.number(count),
            voice.money(cents),
            voice.percent(share(cents, figures.open_cents)),
        )
        for label, count, cents in (*lines, ("Total", figures.open_count, figures.open_cents))
    ]


def share(cents: int, whole: int) -> float | None:
    """What part of a whole an amount is, 0 to 100; None of nothing."""
    return cents / whole * 100 if whole else None


@dataclass(frozen=True, slots=True)
class Coming:
    """A line of the table of the next weeks."""

    label: str
    due: str
    expected: str
    range: str = ""


def coming(figures: WeeklyFigures, voice: Voice) -> list[Coming]:
    """The next weeks: what falls due and what is expected, and the total."""
    weeks = figures.expected_weeks
    total = sum(week.due_cents for week in weeks)
    return [
        *(coming_week(week, voice) for week in weeks),
        _coming(voice.say("Total"), total, figures.expected_total_cents, voice),
    ]


def coming_week(week: ExpectedWeek, voice: Voice) -> Coming:
    """What falls due in a week and what should come in it."""
    span = _span(week.first, week.last, voice)
    line = _coming(span, week.due_cents, week.expected_cents, voice)
    return replace(line, range=_range(week, voice))


def _coming(label: str, due: int, expected: int, voice: Voice) -> Coming:
    return Coming(label, voice.money(due), voice.money(expected))


def _range(week: ExpectedWeek, voice: Voice) -> str:
    if week.low_cents is None or not week.high_cents:
        return ""
    low, high = voice.bare(week.low_cents), voice.bare(week.high_cents)
    return voice.say("{first} to {last}", first=low, last=high)


def _span(first: date, last: date, voice: Voice) -> str:
    days = (wording.day_short(first, voice.locale), wording.day_short(last, voice.locale))
    return voice.say("{first} to {last}", first=days[0], last=days[1])


def rows(figures: WeeklyFigures, voice: Voice) -> list[Row]:
    """Every figure with its definition, what it is counted over or divided by, and its dates."""
    return [*_cash_rows(figures, voice), *_late_rows(figures, voice), *_time_rows(figures, voice)]


def _row(key: str, value: str, base: str, voice: Voice) -> Row:
    """A figure with the definition that the screens show too."""
    definition = DEFINITIONS[key]
    return Row(voice.phrase(definition.name), value, voice.phrase(definition.meaning), base)


def _cash_rows(figures: WeeklyFigures, voice: Voice) -> Iterator[Row]:
    week, month, as_of = figures.received_week, figures.received_month, figures.as_of
    first = figures.week.first
    yield _row(
        "received_week_cents",
        voice.money(week.cents),
        _payments(first, as_of, week.count, voice),
        voice,
    )
    first = as_of.replace(day=1)
    yield _row(
        "received_month_cents",
        voice.money(month.cents),
        _payments(first, as_of, month.count, voice),
        voice,
    )
    yield _row(
        "expected_cents",
        voice.money(figures.expected_total_cents),
        voice.say("next four weeks"),
        voice,
    )


def _payments(first: date, last: date, number: int, voice: Voice) -> str:
    payments = voice.count("%(num)s payment", "%(num)s payments", number)
    return voice.say("{span}: {payments}", span=_span(first, last, voice), payments=payments)


def _invoices(number: int, voice: Voice) -> str:
    return voice.count("%(num)s invoice", "%(num)s invoices", number)


def _debtors(number: int, voice: Voice) -> str:
    return voice.count("%(num)s debtor", "%(num)s debtors", number)


def _late_rows(figures: WeeklyFigures, voice: Voice) -> Iterator[Row]:
    whole = voice.say("of {open_cents} open", open_cents=figures.open_cents)
    yield _row(
        "open_cents",
        voice.money(figures.open_cents),
        _invoices(figures.open_count, voice),
        voice,
    )
    yield _row(
        "overdue_cents",
        voice.money(figures.overdue_cents),
        voice.say(
            "{invoices} of {debtors}",
            invoices=_invoices(figures.overdue_count, voice),
            debtors=_debtors(figures.overdue_debtors, voice),
        ),
        voice,
    )
    yield _row("delinq_gt0_pct", voice.percent(figures.overdue_pct), whole, voice)
    yield Row(
        voice.say("Over 90 days"),
        voice.money(figures.over_90_cents),
        voice.say("Open balance more than 90 days after the original due date."),
        voice.say(
            "{share_pct} of {open_cents} open",
            share_pct=share(figures.over_90_cents, figures.open_cents),
            open_cents=figures.open_cents,
        ),
    )
    yield Row(
        voice.say("Concentration"),
        voice.percent(figures.top_debtors_share_pct),
        voice.say("Share of the overdue balance owed by the debtors listed on page 1."),
        voice.say("of {overdue_cents} overdue", overdue_cents=figures.overdue_cents),
    )


def _time_rows(figures: WeeklyFigures, voice: Voice) -> Iterator[Row]:
    yield _row(
        "dso_simple_90",
        voice.days(figures.dso),
        voice.say("a week ago: {days}", days=voice.days(figures.dso_previous)),
        voice,
    )
    month = figures.received_month
    yield _row(
        "avg_delay_month",
        voice.days(figures.average_delay),
        voice.say("{received_cents} received in the month", received_cents=month.cents),
        voice,
    )


def notes(figures: WeeklyFigures, voice: Voice) -> list[str]:
    """How the numbers are made, in plain words."""
    return [
        voice.say("Every figure is as of the end of {as_of}.", as_of=figures.as_of),
        voice.say(
            "What should come in is an estimate by this company's own model; in 8 of 10 weeks"
            " the range should hold what comes."
        ),
        voice.say("A dash means that a figure cannot be computed, for lack of sales or balance."),
        voice.say("The portal and the screens show these same numbers."),
    ]
