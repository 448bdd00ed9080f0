"""The charts of a forecast: weeks with their likely range, and chances against what happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bpo.analytics.axes import Axes, Margins, axes, scale
from bpo.analytics.drawing import Frame

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_RADII = (2.0, 3.0, 4.5, 6.0)


@dataclass(frozen=True, slots=True)
class Week:
    """A week in centavos: what is `expected`, most likely from `low` to `high`, of what is `due`.

    `came` is what came in, None while the week is ahead; `held` whether that lay in the range.
    `said` is what a screen says of the week under the pointer.
    """

    label: str
    expected: int
    low: int
    high: int
    due: int | None = None
    came: int | None = None
    held: bool = True
    said: str = ""


def weeks_ahead(frame: Frame, weeks: Sequence[Week], tick: Callable[[int], str]) -> Markup:
    """A range for each week, with a line where it is expected and a dot for what came."""
    drawing = frame.canvas()
    values = [value for w in weeks for value in (w.high, w.due, w.came) if value is not None]
    labels, margins = [w.label for w in weeks], Margins(6, 2 * drawing.small)
    plot = axes(drawing, scale(values), labels, lambda value: tick(int(value)), margins)
    for number, week in enumerate(weeks):
        _week(plot, number, week)
    plot.hints([w.said for w in weeks])
    return frame.finish(drawing)


def _week(plot: Axes, number: int, week: Week) -> None:
    left, column = plot.edge(number), plot.column
    plot.bar("due", left + column * 0.16, column * 0.68, week.due)
    plot.bar("range", left + column * 0.28, column * 0.44, week.high, week.low)
    height = plot.y(week.expected)
    plot.drawing.line("middle", (left + column * 0.28, height), (left + column * 0.72, height))
    if week.came is not None:
        kind = "came" if week.held else "missed"
        plot.drawing.dot(plot.middle(number), plot.y(week.came), 2.5, kind, 2)


@dataclass(frozen=True, slots=True)
class Tenth:
    """Titles of about one chance: the mean that was said, the share that happened, how many."""

    chance: float
    happened: float
    count: int
    said: str = ""


def calibration(frame: Frame, tenths: Sequence[Tenth], tick: Callable[[float], str]) -> Markup:
    """Chances against what happened: on the line when both agree, larger for more titles."""
    drawing = frame.canvas()
    labels = [tick(share) for share in _QUARTERS]
    margins = Margins(8, 2 * drawing.small)
    plot = axes(drawing, _QUARTERS, labels, tick, margins, between=True)
    width = drawing.width - plot.left
    drawing.line("even", (plot.left, plot.bottom), (drawing.width, plot.top))
    most = max((one.count for one in tenths), default=1)
    for one in tenths:
        size = 1 + round(3 * (one.count / most) ** 0.5)
        x, y = plot.left + width * one.chance, plot.y(one.happened)
        drawing.dot(x, y, _RADII[size - 1], "dot", size, one.said)
    return frame.finish(drawing)
