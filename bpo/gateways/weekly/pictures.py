"""The charts of the weekly report, drawn for paper."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from bpo.analytics import charts
from bpo.analytics.weekly import WeeklyFigures
from bpo.gateways import pdf, wording
from bpo.gateways.weekly.details import BUCKETS, share
from bpo.gateways.weekly.voice import Voice

_PAST_WEEKS = 8
_WIDTH = 483


def page(figures: WeeklyFigures, voice: Voice, palette: charts.Palette) -> dict[str, str]:
    """The pictures of both pages as addresses of images."""
    return {
        "cash_chart": cash(figures, voice, palette),
        "aging_chart": aging(figures, voice, palette),
        "trend_chart": trend(figures, voice, palette),
    }


def cash(figures: WeeklyFigures, voice: Voice, palette: charts.Palette) -> str:
    """What came in during the last weeks and what should come in during the next ones."""
    past = [
        charts.CashWeek(_week(w.first, voice), voice.bare(w.cents), received=w.cents)
        for w in figures.received_weeks[-_PAST_WEEKS:]
    ]
    future = [
        charts.CashWeek(
            _week(w.first, voice),
            voice.bare(w.expected_cents),
            expected=w.expected_cents,
            low=w.low_cents,
            high=w.high_cents,
        )
        for w in figures.expected_weeks
    ]
    legend = charts.Legend(
        received=voice.say("Received"),
        expected=voice.say("Expected"),
        due=voice.say("Falls due"),
        today=voice.say("today"),
        empty=voice.say("No money in or expected yet"),
        band=voice.say("likely range"),
    )
    title = voice.say("Money in, week by week")
    frame = charts.Frame("cash", title, title, _WIDTH, 130, palette)
    return pdf.image(charts.cash_bars(frame, [*past, *future], legend, voice.short))


def _week(first: date, voice: Voice) -> str:
    return wording.day_short(first, voice.locale)


def aging(figures: WeeklyFigures, voice: Voice, palette: charts.Palette) -> str:
    """The open balance by age."""
    return age_bar(figures.aging_cents, figures.open_cents, voice, palette)


def age_bar(cents: Mapping[str, int], whole: int, voice: Voice, palette: charts.Palette) -> str:
    """A balance by age, as one bar with its amounts."""
    title = voice.say("How old is what is open")
    slices = [
        charts.Slice(
            cents[key],
            voice.say(label),
            voice.money(cents[key]),
            voice.percent(share(cents[key], whole)),
        )
        for key, label in BUCKETS.items()
    ]
    frame = charts.Frame("aging", title, title, _WIDTH, 62, palette)
    return pdf.image(charts.aging_bar(frame, slices))


def trend(figures: WeeklyFigures, voice: Voice, palette: charts.Palette) -> str:
    """DSO over the last months."""
    title = voice.say("Days sales outstanding (DSO)")
    points = [
        charts.Point(month(point.day, voice), point.dso, voice.days(point.dso))
        for point in figures.trend
    ]
    frame = charts.Frame("dso", title, title, 243, 112, palette)
    empty = voice.say("No sales in the last 90 days")
    return pdf.image(charts.dso_trend(frame, points, empty=empty, tick=voice.number))


def month(day: date, voice: Voice) -> str:
    """A month on an axis, `nov/26`."""
    return format_date(day, "MMM/yy", locale=voice.locale).replace(".", "")
