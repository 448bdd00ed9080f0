"""The charts of the web page and the PDF, drawn once as SVG; every word in them is passed in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from bpo.analytics.drawing import Drawing, Palette, fitted, width_of

__all__ = [
    "CashWeek",
    "Frame",
    "Legend",
    "Palette",
    "Point",
    "Slice",
    "Step",
    "aging_bar",
    "cash_bars",
    "dso_trend",
    "recovery_by_step",
    "sparkline",
]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every chart needs: its accessible name, sentence, size and colours.

    `name` makes ids unique within a page. `palette` None paints by CSS class.
    """

    name: str
    title: str
    description: str
    width: float = 482
    height: float = 140
    palette: Palette | None = None

    def canvas(self) -> Drawing:
        """An empty drawing of this size."""
        return Drawing(self.width, self.height, self.palette)

    def finish(self, drawing: Drawing) -> Markup:
        """The drawing as SVG with its name and sentence."""
        return drawing.svg(self.name, self.title, self.description)


@dataclass(frozen=True, slots=True)
class Slice:
    """One ageing bucket: its balance in centavos and the texts shown for it."""

    cents: int
    label: str
    amount: str
    note: str


def aging_bar(frame: Frame, slices: Sequence[Slice], *, legend: bool = True) -> Markup:
    """One bar split by age, with a column of texts per bucket below it unless `legend` is off.

    Up to five buckets, from not due to oldest. A bucket with a balance is never too thin to see.
    """
    drawing = frame.canvas()
    bar = 16.0 if legend else frame.height
    drawing.rect("track", 0, 0, frame.width, bar)
    left = 0.0
    for number, width in enumerate(_visible_widths([s.cents for s in slices], frame.width)):
        gap = 1.0 if left + width < frame.width - 0.5 else 0.0
        drawing.rect(f"age-{number}", left, 0, width - gap, bar)
        left += width
    if legend:
        _aging_legend(drawing, slices, bar + 16)
    return frame.finish(drawing)


def _visible_widths(amounts: Sequence[int], room: float, least: float = 3.0) -> list[float]:
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
    between them. `amount` is the short text over the bar.
    """

    label: str
    amount: str
    received: int | None = None
    expected: int | None = None
    due: int | None = None
    low: int | None = None
    high: int | None = None


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
    top, bottom = 22.0, frame.height - 2 * drawing.small
    series = ((w.received, w.expected, w.due, w.high) for w in weeks)
    peak = max((value for values in series for value in values if value), default=0)
    if not peak:
        return _nothing(frame, drawing, legend.empty, bottom)
    _cash_legend(drawing, weeks, legend)
    ticks = _ticks(peak)
    scale = (bottom - top) / ticks[-1]
    left = _rules(drawing, [(bottom - t * scale, tick(int(t))) for t in ticks])
    column = (frame.width - left) / len(weeks)
    for number, week in enumerate(weeks):
        _cash_week(drawing, week, left + column * number, column, bottom, scale)
    _today(drawing, weeks, legend.today, left, column, (top, bottom))
    return frame.finish(drawing)


def _cash_week(
    drawing: Drawing, week: CashWeek, left: float, column: float, bottom: float, scale: float
) -> None:
    middle, wide = left + column / 2, column * 0.62
    front = week.received if week.received is not None else week.expected
    kind = "bar" if week.received is not None else "bar-soft"
    behind, height = (week.due or 0) * scale, (front or 0) * scale
    drawing.rect("bar-pale", middle - wide / 2, bottom - behind, wide, behind)
    drawing.rect(kind, middle - wide / 2, bottom - height, wide, height)
    label = bottom - max(behind, height, (week.high or 0) * scale) - 3.5
    _band(drawing, week, middle, bottom, scale)
    size = min(drawing.small, (column - 2) / max(width_of(week.amount, 1), 1))
    drawing.text("value", middle, label, week.amount, size=size, anchor="middle")
    drawing.text(
        "label",
        middle,
        bottom + 1.45 * drawing.small,
        week.label,
        size=drawing.small,
        anchor="middle",
    )


def _band(drawing: Drawing, week: CashWeek, middle: float, bottom: float, scale: float) -> None:
    """The span within which a week most likely ends, as a line with two ends."""
    if week.low is None or week.high is None or week.high <= week.low:
        return
    low, high = bottom - week.low * scale, bottom - week.high * scale
    drawing.line("axis", (middle, low), (middle, high))
    for height in (low, high):
        drawing.line("axis", (middle - 3, height), (middle + 3, height))


def _cash_legend(drawing: Drawing, weeks: Sequence[CashWeek], legend: Legend) -> None:
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
        drawing.line("axis", (left + 3.5, 0), (left + 3.5, 8))
        for height in (0.4, 7.6):
            drawing.line("axis", (left + 1, height), (left + 6, height))
        drawing.text("label", left + 11, 0.85 * drawing.medium, legend.band, size=drawing.medium)


def _today(
    drawing: Drawing,
    weeks: Sequence[CashWeek],
    label: str,
    left: float,
    column: float,
    span: tuple[float, float],
) -> None:
    past = sum(w.received is not None for w in weeks)
    if 0 < past < len(weeks):
        x = left + column * past
        drawing.line("divider", (x, span[0] - 6), (x, span[1]))
        drawing.text("label", x, span[0] - 9, label, size=drawing.small, anchor="middle")


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
    top, bottom, right = 14.0, frame.height - 2 * drawing.small, frame.width - 10
    peak = max((p.value for p in points if p.value is not None), default=0.0)
    if peak <= 0:
        return _nothing(frame, drawing, empty, bottom)
    ticks = _ticks(peak)
    scale = (bottom - top) / ticks[-1]
    left = _rules(drawing, [(bottom - t * scale, tick(t)) for t in ticks])
    step = (right - left - 12) / max(len(points) - 1, 1)
    places = [
        (left + 12 + step * n, None if p.value is None else bottom - max(p.value, 0) * scale)
        for n, p in enumerate(points)
    ]
    for run in _runs(places):
        drawing.polygon("area", [(run[0][0], bottom), *run, (run[-1][0], bottom)])
        drawing.polyline("line", run)
    _month_labels(drawing, points, [x for x, _ in places], bottom)
    _name_last(drawing, points, places)
    return frame.finish(drawing)


def _runs(places: Iterable[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Stretches of defined points."""
    return [
        [(x, y) for x, y in stretch if y is not None]
        for defined, stretch in groupby(places, lambda place: place[1] is not None)
        if defined
    ]


def _month_labels(
    drawing: Drawing, points: Sequence[Point], places: Sequence[float], bottom: float
) -> None:
    """Every label when there is room, else every second or third, the last one always."""
    step = places[1] - places[0] if len(places) > 1 else drawing.width
    widest = max(width_of(p.label, drawing.small) for p in points) + 4
    every = max(1, -(-int(widest) // max(int(step), 1)))
    for number, (x, point) in enumerate(zip(places, points, strict=True)):
        if (len(points) - 1 - number) % every == 0:
            anchor = "end" if number == len(points) - 1 and every > 1 else "middle"
            edge = x + (10 if anchor == "end" else 0)
            drawing.text(
                "label",
                edge,
                bottom + 1.45 * drawing.small,
                point.label,
                size=drawing.small,
                anchor=anchor,
            )


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
    scale = (frame.height - 6) / (high - low) if high > low else 0.0
    step = (frame.width - 6) / max(len(values) - 1, 1)
    places = [
        (3 + step * n, None if v is None else frame.height - 3 - (v - low) * scale)
        for n, v in enumerate(values)
    ]
    runs = _runs(places)
    for run in runs:
        drawing.polyline("line", run)
    if runs:
        drawing.dot(*runs[-1][-1], 2)
    return frame.finish(drawing)


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
        return _nothing(frame, drawing, empty, frame.height - 2 * drawing.small)
    best = max(step.share or 0.0 for step in steps)
    row = frame.height / len(steps)
    left, room = frame.width * 0.3, frame.width * 0.46
    for number, step in enumerate(steps):
        middle = row * (number + 0.5)
        name = fitted(step.label, drawing.medium, left - 8)
        drawing.text("label", 0, middle + 3, name, size=drawing.medium)
        drawing.rect("track", left, middle - 4, room, 8, 2)
        drawing.rect("bar", left, middle - 4, room * (step.share or 0.0) / best, 8, 2)
        drawing.text("value", left + room + 8, middle + 3, step.text, size=drawing.medium)
    return frame.finish(drawing)


def _ticks(peak: float, most: int = 4) -> list[float]:
    """Round values from 0 up to at least `peak`, at most `most` steps."""
    power = 10.0 ** (len(str(int(peak / most))) - 1)
    step = next(s * power for s in _STEPS if s * power * most >= peak)
    count = next(n for n in range(1, most + 1) if n * step >= peak)
    return [n * step for n in range(count + 1)]


def _rules(drawing: Drawing, marks: Sequence[tuple[float, str]]) -> float:
    """The base line, the lines above it, and their labels; returns where the plot begins."""
    left = max(width_of(label, drawing.small) for _, label in marks) + 5
    for number, (y, label) in enumerate(marks):
        drawing.line("grid" if number else "axis", (left, y), (drawing.width, y))
        drawing.text("label", left - 5, y + 2.5, label, size=drawing.small, anchor="end")
    return left


def _nothing(frame: Frame, drawing: Drawing, text: str, bottom: float) -> Markup:
    drawing.line("axis", (0, bottom), (frame.width, bottom))
    drawing.text(
        "label", frame.width / 2, bottom / 2 + 6, text, size=drawing.medium, anchor="middle"
    )
    return frame.finish(drawing)
