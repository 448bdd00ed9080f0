"""The monthly report put into words and pictures: a year on paper, for a board or a bank."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_skeleton

from bpo.analytics import charts
from bpo.analytics.monthly import MonthlyFigures, MonthPoint
from bpo.analytics.weekly import ExpectedWeek
from bpo.gateways import monthly_outcomes, pdf, wording
from bpo.gateways.weekly import details, overview, pictures
from bpo.gateways.weekly.details import BUCKETS
from bpo.gateways.weekly.overview import KeyFigure
from bpo.gateways.weekly.voice import Voice

KEYS = ("received_month_cents", "expected_cents", "overdue_cents")
_WIDTH, _HALF = 483, 231
_COMMENTS = 8


def page(figures: MonthlyFigures, voice: Voice, palette: charts.Palette) -> dict[str, Any]:
    """What the template of the monthly report needs, but for the frame around it."""
    came_in, is_late = headline(figures, voice)
    return {
        "headline": came_in,
        "second_headline": is_late,
        "headline_size": overview.headline_size(f"{came_in} {is_late}"),
        "key_figures": (*key_figures(figures, voice), _dso(figures, voice)),
        "comments": [voice.phrase(comment) for comment in figures.comments[:_COMMENTS]],
        "money_chart": _money(figures, voice, palette),
        "share_chart": _share(figures, voice, palette),
        "dso_chart": _dso_line(figures, voice, palette),
        "aging_chart": _aging(figures, voice, palette),
        "months": [_month(point, voice) for point in figures.months],
        "rolls": _rolls(figures, voice),
        "rolled_from": wording.day(figures.rolled_from, voice.locale),
        "debtors": overview.owing(figures.top_debtors, voice, width=152, size=8),
        "share": voice.percent(figures.top_debtors_share_pct),
        "done": [*overview.actions(figures.actions, voice), *_agreed(figures, voice)],
        "running": _running(figures, voice),
        "coming": [details.coming_week(week, voice) for week in figures.expected_weeks],
        "coming_total": voice.money(figures.expected_total_cents),
        **monthly_outcomes.page(figures, voice, palette),
    }


def headline(figures: MonthlyFigures, voice: Voice) -> tuple[str, str]:
    """Two sentences that say the month."""
    now, before = figures.now, figures.before
    if not now.open_cents and not any(point.received_cents for point in figures.months):
        return voice.say("There are no receivables to follow yet."), ""
    came_in = voice.say("{received_cents} came in this month.", received_cents=now.received_cents)
    if before is not None and before.received_cents and figures.as_of == figures.month.last:
        change = (now.received_cents - before.received_cents) * 100 / before.received_cents
        more = "{received_cents} came in this month, {change_pct} more than in the month before."
        less = "{received_cents} came in this month, {change_pct} less than in the month before."
        came_in = voice.say(
            more if change >= 0 else less,
            received_cents=now.received_cents,
            change_pct=abs(change),
        )
    if not now.overdue_cents:
        return came_in, voice.say("Nothing is overdue.")
    return came_in, voice.say(
        "{overdue_cents} is overdue, {overdue_pct} of what is open.",
        overdue_cents=now.overdue_cents,
        overdue_pct=now.overdue_pct,
    )


def named(day: date, locale: str) -> str:
    """A month in words, `novembro de 2026`."""
    return str(format_skeleton("yMMMM", day, locale=locale))


def key_figures(figures: MonthlyFigures, voice: Voice) -> tuple[KeyFigure, KeyFigure, KeyFigure]:
    """What came in, what should come in, and what is late."""
    now, before = figures.now, figures.before
    received = now.received_cents - before.received_cents if before else 0
    overdue = now.overdue_cents - before.overdue_cents if before else 0
    ahead = figures.expected_weeks
    return (
        KeyFigure(
            voice.say("Received in the month"),
            voice.money(now.received_cents),
            _changed(received, voice) if before else "",
            overview.tone(received),
            voice.say("{issued_cents} invoiced", issued_cents=now.issued_cents),
        ),
        KeyFigure(
            voice.say("Next four weeks"),
            voice.money(figures.expected_total_cents),
            voice.say("first week: {cents}", cents=voice.short(ahead[0].expected_cents))
            if ahead
            else voice.say("no forecast yet"),
            "muted",
            _band(ahead[0], voice) if ahead else "",
        ),
        KeyFigure(
            voice.say("Overdue"),
            voice.money(now.overdue_cents),
            _changed(overdue, voice) if before else "",
            overview.tone(-overdue),
            voice.say("{overdue_pct} of what is open", overdue_pct=now.overdue_pct)
            if now.open_cents
            else voice.say("No open balance"),
        ),
    )


def _band(week: ExpectedWeek, voice: Voice) -> str:
    """As in the weekly report, without the currency: its column is narrower."""
    if week.low_cents is None or not week.high_cents:
        return ""
    low, high = voice.bare(week.low_cents), voice.bare(week.high_cents)
    return voice.say("likely {low} to {high}", low=low, high=high)


def _dso(figures: MonthlyFigures, voice: Voice) -> KeyFigure:
    now, before = figures.now.dso, figures.before.dso if figures.before else None
    change = None if now is None or before is None else now - before
    return KeyFigure(
        voice.say("DSO"),
        voice.days(now),
        _changed_days(change, voice),
        overview.tone(-(change or 0)),
        voice.say("best possible: {days}", days=voice.days(figures.best_dso)),
    )


def _changed(change: int, voice: Voice) -> str:
    if change == 0:
        return voice.say("same as a month ago")
    up, down = "▲ {change_cents} in the month", "▼ {change_cents} in the month"
    return voice.say(up if change > 0 else down, change_cents=abs(change))


def _changed_days(change: float | None, voice: Voice) -> str:
    if change is None:
        return ""
    if round(change, 1) == 0:
        return voice.say("same as a month ago")
    up, down = "▲ {days} in the month", "▼ {days} in the month"
    return voice.say(up if change > 0 else down, days=voice.days(abs(change)))


def _money(figures: MonthlyFigures, voice: Voice, palette: charts.Palette) -> str:
    """Money of each month in front of what was invoiced in it."""
    title = voice.say("What was invoiced and what came in")
    months = [
        charts.CashWeek(
            pictures.month(point.day, voice),
            voice.bare(point.received_cents),
            received=point.received_cents,
            due=point.issued_cents,
        )
        for point in figures.months[-12:]
    ]
    legend = charts.Legend(
        received=voice.say("Received"),
        expected=voice.say("Expected"),
        due=voice.say("Invoiced"),
        today=voice.say("today"),
        empty=voice.say("No money in or expected yet"),
    )
    frame = charts.Frame("money", title, title, _WIDTH, 120, palette)
    return pdf.image(charts.cash_bars(frame, months, legend, voice.short))


def _share(figures: MonthlyFigures, voice: Voice, palette: charts.Palette) -> str:
    points = [
        charts.Point(pictures.month(p.day, voice), p.overdue_pct, voice.percent(p.overdue_pct))
        for p in figures.months
    ]
    title, empty = voice.say("Overdue share"), voice.say("No open balance")
    frame = charts.Frame("share", title, title, _HALF, 92, palette)
    return pdf.image(charts.dso_trend(frame, points, empty=empty, tick=voice.percent))


def _dso_line(figures: MonthlyFigures, voice: Voice, palette: charts.Palette) -> str:
    points = [
        charts.Point(pictures.month(p.day, voice), p.dso, voice.days(p.dso)) for p in figures.months
    ]
    title, empty = voice.say("DSO"), voice.say("No sales in the last 90 days")
    frame = charts.Frame("dso", title, title, _HALF, 92, palette)
    return pdf.image(charts.dso_trend(frame, points, empty=empty, tick=voice.number))


def _aging(figures: MonthlyFigures, voice: Voice, palette: charts.Palette) -> str:
    return pictures.age_bar(figures.aging_cents, figures.now.open_cents, voice, palette)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A line of the table of months."""

    label: str
    issued: str
    received: str
    open: str
    overdue: str
    share: str
    dso: str
    cei: str


def _month(point: MonthPoint, voice: Voice) -> MonthRow:
    return MonthRow(
        label=_label(point.day, voice),
        issued=voice.money(point.issued_cents),
        received=voice.money(point.received_cents),
        open=voice.money(point.open_cents),
        overdue=voice.money(point.overdue_cents),
        share=voice.percent(point.overdue_pct),
        dso=voice.number(point.dso),
        cei=voice.percent(point.cei),
    )


def _label(day: date, voice: Voice) -> str:
    return pictures.month(day, voice)


@dataclass(frozen=True, slots=True)
class RollRow:
    """A line of the table of what became of each age."""

    label: str
    was: str
    rolled: str
    rolled_share: str
    stayed: str
    cured: str
    cured_share: str
    renegotiated: str


def _rolls(figures: MonthlyFigures, voice: Voice) -> list[RollRow]:
    return [
        RollRow(
            label=voice.say(BUCKETS[roll.bucket]),
            was=voice.money(roll.open_cents),
            rolled=voice.money(roll.rolled_cents) if roll.bucket != "90+" else "",
            rolled_share=voice.percent(details.share(roll.rolled_cents, roll.open_cents))
            if roll.bucket != "90+"
            else "",
            stayed=voice.money(roll.stayed_cents),
            cured=voice.money(roll.cured_cents),
            cured_share=voice.percent(details.share(roll.cured_cents, roll.open_cents)),
            renegotiated=voice.money(roll.renegotiated_cents),
        )
        for roll in figures.rolls
    ]


def _agreed(figures: MonthlyFigures, voice: Voice) -> list[overview.Done]:
    agreed = figures.agreed
    lines = (
        (agreed.settled, "agreement paid off", "agreements paid off"),
        (agreed.broken, "agreement broken", "agreements broken"),
    )
    return [
        overview.Done(voice.number(n), voice.count(one, many, n)) for n, one, many in lines if n
    ]


def _running(figures: MonthlyFigures, voice: Voice) -> str:
    """The agreements that run at the end of the month."""
    agreed = figures.agreed
    if not agreed.running:
        return voice.say("No agreement is running.")
    count = voice.count(
        "%(num)s agreement is running", "%(num)s agreements are running", agreed.running
    )
    return voice.say("{count}, over {total_cents}.", count=count, total_cents=agreed.running_cents)
