"""The charts of the screens and the PDF, drawn once as SVG; every word in them is passed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bpo.analytics.axes import Axes, Margins, axes, runs, scale
from bpo.analytics.drawing import Drawing, Frame, Palette, fitted, width_of

__all__ = [
    "CashWeek",
    "Frame",
    "Legend",
    "Palette",
    "Point",
    "Series",
    "Slice",
    "Step",
    "aging_bar",
    "cash_bars",
    "columns",
    "dso_trend",
    "lines",
    "meter",
    "recovery_by_step",
    "sparkline",
]

_KINDS = ("", "-2", "-3")


@dataclass(frozen=True, slots=True)
class Slice:
    """One ageing bucket: its balance in centavos and the texts shown for it."""

    cents: int
    label: str
    amount: str
    note: str = ""


def aging_bar(frame: Frame, slices: Sequence[Slice], *, legend: bool = True) -> Markup:
    """One bar split by age, with a column of texts per bucket below it unless `legend` is off.

    Up to five buckets, from not due to oldest. A bucket with a balance is never too thin to see.
    """
    drawing = frame.canvas()
    legend = legend and drawing.on_paper
    bar = 16.0 if legend else drawing.height
    drawing.rect("track", 0, 0, drawing.width, bar)
    left, least = 0.0, drawing.width / 160
    widths = _visible_widths([s.cents for s in slices], drawing.width, least)
    for number, (piece, width) in enumerate(zip(slices, widths, strict=True)):
        gap = 1.0 if drawing.on_paper and left + width < drawing.width - 0.5 else 0.0
        drawing.rect(f"age-{number}", left, 0, width - gap, bar)
        drawing.hint(left, 0, width, bar, f"{piece.label}: {piece.amount}")
        left += width
    if legend:
        _aging_legend(drawing, slices, bar + 16)
    return frame.finish(drawing, "ageing-bar")


def _visible_widths(amounts: Sequence[int], room: float, least: float) -> list[float]:
    total = sum(amounts)
    if total <= 0:
        return [0.0 for _ in amounts]
    widths = [max(amount / total * room, least) if amount > 0 else 0.0 for amount in amounts]
    widths[widths.index(max(widths))] -= sum(widths) - room
    return widths


def _aging_legend(drawing: Drawing, slices: Sequence[Slice], top: float) -> None:
    column = drawing.width / max(len(slices), 1)
    for number, piece in enumerate(slices):
        left = column * number
        size = min(drawing.large, (column - 8) / max(width_of(piece.amount, 1), 1))
        drawing.rect(f"age-{number}", left, top - 6.5, 7, 7, 1)
        drawing.text("label", left + 11, top, piece.label, size=drawing.medium)
        drawing.text("value", left, top + 1.45 * drawing.large, piece.amount, size=size)
        drawing.text("label", left, top + 2.65 * drawing.large, piece.note, size=drawing.medium)


@dataclass(frozen=True, slots=True)
class CashWeek:
    """One week of money in centavos: `received` in the past, `expected` of `due` in the future.

    None where the figure does not apply. `low` and `high`: what is expected comes most likely
    between them. `amount` is the short text over the bar on paper, `said` what a screen says of the
    week under the pointer.
    """

    label: str
    amount: str
    received: int | None = None
    expected: int | None = None
    due: int | None = None
    low: int | None = None
    high: int | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """The words of a cash chart: its series, the line between past and future, no data."""

    received: str
    expected: str
    due: str
    today: str
    empty: str
    band: str = ""


def cash_bars(
    frame: Frame, weeks: Sequence[CashWeek], legend: Legend, tick: Callable[[int], str]
) -> Markup:
    """Money received in past weeks and expected in the next ones, on one scale.

    `tick` says an amount of centavos for the axis. What falls due stands behind what is expected.
    """
    drawing = frame.canvas()
    series = ((w.received, w.expected, w.due, w.high) for w in weeks)
    peak = max((value for values in series for value in values if value), default=0)
    if peak <= 0:
        return _nothing(frame, drawing, legend.empty)
    _cash_legend(drawing, weeks, legend)
    labels, margins = [w.label for w in weeks], Margins(22, 2 * drawing.small)
    plot = axes(drawing, scale([peak]), labels, lambda value: tick(int(value)), margins)
    for number, week in enumerate(weeks):
        _cash_week(plot, number, week)
    _today(plot, sum(w.received is not None for w in weeks), legend.today)
    plot.hints([w.said for w in weeks])
    return frame.finish(drawing)


def _cash_week(plot: Axes, number: int, week: CashWeek) -> None:
    drawing, wide, middle = plot.drawing, plot.column * 0.62, plot.middle(number)
    front = week.received if week.received is not None else week.expected
    kind = "bar" if week.received is not None else "bar-soft"
    plot.bar("bar-pale", middle - wide / 2, wide, week.due)
    plot.bar(kind, middle - wide / 2, wide, front)
    _whisker(plot, middle, week.low, week.high)
    highest = plot.y(max(week.due or 0, front or 0, week.high or 0))
    size = min(drawing.small, (plot.column - 2) / max(width_of(week.amount, 1), 1))
    drawing.text("value", middle, highest - 3.5, week.amount, size=size, anchor="middle")


def _whisker(plot: Axes, middle: float, low: int | None, high: int | None) -> None:
    """The span within which a week most likely ends, as a line with two ends."""
    if low is None or high is None or high <= low:
        return
    half = plot.column * 0.08
    plot.drawing.line("whisker", (middle, plot.y(low)), (middle, plot.y(high)))
    for height in (plot.y(low), plot.y(high)):
        plot.drawing.line("whisker", (middle - half, height), (middle + half, height))


def _cash_legend(drawing: Drawing, weeks: Sequence[CashWeek], legend: Legend) -> None:
    if not drawing.on_paper:
        return
    series = [
        ("bar", legend.received, any(w.received is not None for w in weeks)),
        ("bar-soft", legend.expected, any(w.expected is not None for w in weeks)),
        ("bar-pale", legend.due, any(w.due is not None for w in weeks)),
    ]
    left = 0.0
    for kind, text, present in series:
        if present:
            drawing.rect(kind, left, 0.5, 7, 7, 1)
            drawing.text("label", left + 11, 0.85 * drawing.medium, text, size=drawing.medium)
            left += 11 + width_of(text, drawing.medium) + 12
    if legend.band and any(w.high is not None for w in weeks):
        drawing.line("whisker", (left + 3.5, 0), (left + 3.5, 8))
        for height in (0.4, 7.6):
            drawing.line("whisker", (left + 1, height), (left + 6, height))
        drawing.text("label", left + 11, 0.85 * drawing.medium, legend.band, size=drawing.medium)


def _today(plot: Axes, past: int, label: str) -> None:
    """The line between what came and what should come."""
    if 0 < past < plot.count:
        drawing, x = plot.drawing, plot.edge(past)
        above = 6.0 if drawing.on_paper else 0.0
        drawing.line("divider", (x, plot.top - above), (x, plot.bottom))
        drawing.text("label", x, plot.top - 9, label, size=drawing.small, anchor="middle")


@dataclass(frozen=True, slots=True)
class Series:
    """Values over the labels of a chart, None where undefined; up to three stand together."""

    values: Sequence[float | None]


def lines(
    frame: Frame,
    series: Sequence[Series],
    labels: Sequence[str],
    tick: Callable[[float], str],
    *,
    empty: str = "",
    from_zero: bool = True,
    said: Sequence[str] = (),
) -> Markup:
    """Lines over time, broken where undefined; a single one from zero has its surface filled."""
    drawing = frame.canvas()
    known = [value for one in series for value in one.values if value is not None]
    if not any(known):
        return _nothing(frame, drawing, empty)
    ticks, margins = scale(known, from_zero=from_zero), Margins(14, 2 * drawing.small)
    plot = axes(drawing, ticks, labels, tick, margins)
    for kind, one in zip(_KINDS, series, strict=False):
        for run in runs(plot.places(one.values)):
            if len(series) == 1 and from_zero:
                base = plot.y(0)
                drawing.polygon("area", [(run[0][0], base), *run, (run[-1][0], base)])
            drawing.polyline(f"line{kind}", run)
            if len(run) == 1 and not drawing.on_paper:
                drawing.dot(*run[0], 1.6, "dot")
    plot.hints(said)
    return frame.finish(drawing)


def columns(
    frame: Frame,
    series: Sequence[Series],
    labels: Sequence[str],
    tick: Callable[[float], str],
    *,
    empty: str = "",
    said: Sequence[str] = (),
) -> Markup:
    """Columns side by side over the same labels."""
    drawing = frame.canvas()
    known = [value for one in series for value in one.values if value is not None]
    if not any(known):
        return _nothing(frame, drawing, empty)
    plot = axes(drawing, scale(known), labels, tick, Margins(14, 2 * drawing.small))
    wide = plot.column * 0.62 / len(series)
    for place, (kind, one) in enumerate(zip(_KINDS, series, strict=False)):
        for number, value in enumerate(one.values):
            left = plot.edge(number) + plot.column * 0.19 + place * wide
            plot.bar(f"bar{kind}", left, wide * 0.94, value)
    plot.hints(said)
    return frame.finish(drawing)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a trend (None where it is undefined), its short label, and its text."""

    label: str
    value: float | None
    text: str


def dso_trend(
    frame: Frame, points: Sequence[Point], *, empty: str, tick: Callable[[float], str]
) -> Markup:
    """A line of values over time, broken where undefined; the last defined value is named."""
    drawing = frame.canvas()
    values = [None if p.value is None else max(p.value, 0.0) for p in points]
    if not any(values):
        return _nothing(frame, drawing, empty)
    labels, margins = [p.label for p in points], Margins(14, 2 * drawing.small)
    plot = axes(drawing, scale(values), labels, tick, margins)
    places = plot.places(values)
    for run in runs(places):
        drawing.polygon("area", [(run[0][0], plot.bottom), *run, (run[-1][0], plot.bottom)])
        drawing.polyline("line", run)
    _name_last(drawing, points, places)
    plot.hints([f"{p.label}: {p.text}" for p in points])
    return frame.finish(drawing)


def _name_last(
    drawing: Drawing, points: Sequence[Point], places: Sequence[tuple[float, float | None]]
) -> None:
    defined = [(x, y, p) for (x, y), p in zip(places, points, strict=True) if y is not None]
    x, y, point = defined[-1]
    reach = x - width_of(point.text, drawing.medium)
    clear = min(place_y for place_x, place_y, _ in defined if place_x >= reach - 12)
    drawing.dot(x, y, 3)
    drawing.text("value", x + 6, clear - 7, point.text, size=drawing.medium, anchor="end")


def sparkline(frame: Frame, values: Sequence[float | None]) -> Markup:
    """A line without axes for a table row or a card; needs two defined values to draw one."""
    drawing = frame.canvas()
    known = [v for v in values if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    scale = (drawing.height - 6) / (high - low) if high > low else 0.0
    step = (drawing.width - 6) / max(len(values) - 1, 1)
    places = [
        (3 + step * n, None if v is None else drawing.height - 3 - (v - low) * scale)
        for n, v in enumerate(values)
    ]
    found = runs(places)
    for run in found:
        drawing.polyline("line", run)
    if found:
        drawing.dot(*found[-1][-1], 2)
    return frame.finish(drawing, "chart spark")


def meter(frame: Frame, share: float) -> Markup:
    """A share (0 to 1) as a thin bar."""
    drawing = frame.canvas()
    _meter(drawing, (0, 0, drawing.width, drawing.height), share)
    return frame.finish(drawing, "chart share-bar")


def _meter(drawing: Drawing, place: tuple[float, float, float, float], share: float) -> None:
    left, top, width, height = place
    drawing.rect("track", left, top, width, height, 2)
    drawing.rect("bar", left, top, width * min(share, 1.0), height, 2)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a campaign: its share recovered, 0 to 1 (None: nothing sent), and its text."""

    label: str
    share: float | None
    text: str


def recovery_by_step(frame: Frame, steps: Sequence[Step], *, empty: str) -> Markup:
    """A horizontal bar per step, on a scale that ends at the best step."""
    drawing = frame.canvas()
    if not any(step.share for step in steps):
        return _nothing(frame, drawing, empty)
    best = max(step.share or 0.0 for step in steps)
    row = drawing.height / len(steps)
    left, room = drawing.width * 0.3, drawing.width * 0.46
    for number, step in enumerate(steps):
        middle = row * (number + 0.5)
        name = fitted(step.label, drawing.medium, left - 8)
        drawing.text("label", 0, middle + 3, name, size=drawing.medium)
        _meter(drawing, (left, middle - 4, room, 8), (step.share or 0.0) / best)
        drawing.text("value", left + room + 8, middle + 3, step.text, size=drawing.medium)
    return frame.finish(drawing)


def _nothing(frame: Frame, drawing: Drawing, text: str) -> Markup:
    """A chart without anything to show says so: on paper in its place, on a screen instead."""
    if not drawing.on_paper:
        return Markup('<p class="muted">{}</p>').format(text)
    bottom = frame.height - 2 * drawing.small
    middle = frame.width / 2
    drawing.line("axis", (0, bottom), (frame.width, bottom))
    drawing.text("label", middle, bottom / 2 + 6, text, size=drawing.medium, anchor="middle")
    return frame.finish(drawing)
