"""Where the values of a chart stand: round ticks, a slot for each label, the height of a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10

from bpo.analytics.drawing import Drawing, width_of

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_NOTHING = 1e-9

Value = float | None
Place = tuple[float, float]


def scale(values: Sequence[Value], steps: int = 4, *, from_zero: bool = True) -> list[float]:
    """Round ticks, low to high, that hold all the values: 0, 20, 40, 60, 80 for a highest of 71.

    At most `steps` parts, of 1, 2, 2.5 or 5 times a power of ten.
    """
    present = [value for value in values if value is not None]
    low = min([*present, 0] if from_zero or not present else present)
    high = max([*present, 0] if from_zero or not present else present)
    span = high - low
    step = _round_step((span if span > _NOTHING else 1) / steps)
    first, last = floor(low / step), ceil(high / step)
    while max(last, first + 1) - first > steps:
        step = _round_step(step * 1.01)
        first, last = floor(low / step), ceil(high / step)
    return [step * position for position in range(first, max(last, first + 1) + 1)]


def _round_step(rough: float) -> float:
    magnitude = 10.0 ** floor(log10(rough))
    return next(factor * magnitude for factor in _STEPS if factor * magnitude >= rough)


@dataclass(frozen=True, slots=True)
class Margins:
    """Room on paper above the plot (legend, values) and below it (labels)."""

    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Axes:
    """A plot of `count` slots within a drawing; values stand between `low` and `high`.

    On a screen the plot is the whole drawing, for its words stand outside. `between`: the labels
    are marks from one end of the plot to the other, not names of slots.
    """

    drawing: Drawing
    left: float
    top: float
    bottom: float
    low: float
    high: float
    count: int
    between: bool = False

    @property
    def column(self) -> float:
        """How wide a slot is."""
        return (self.drawing.width - self.left) / max(self.count, 1)

    def edge(self, slot: int) -> float:
        """Where a slot begins, from 0; that of `count` is the right edge of the plot."""
        return self.left + self.column * slot

    def middle(self, slot: int) -> float:
        """The middle of a slot, or where its mark is."""
        if self.between:
            return self.left + (self.drawing.width - self.left) * slot / max(self.count - 1, 1)
        return self.edge(slot) + self.column / 2

    def y(self, value: float) -> float:
        """How far down a value stands; outside the scale, at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def bar(self, kind: str, x: float, width: float, value: float | None, base: float = 0) -> None:
        """A bar from `base` to `value`; none without a value."""
        if value is not None:
            start, end = sorted((self.y(base), self.y(value)))
            self.drawing.rect(kind, x, start, width, end - start)

    def places(self, values: Sequence[Value]) -> list[tuple[float, float | None]]:
        """The point of each value in the middle of its slot; None where it is undefined."""
        return [
            (self.middle(n), None if value is None else self.y(value))
            for n, value in enumerate(values)
        ]

    def hints(self, said: Sequence[str]) -> None:
        """What is said of each slot under the pointer."""
        for number, words in enumerate(said):
            height = self.bottom - self.top
            self.drawing.hint(self.edge(number), self.top, self.column, height, words)


def axes(
    drawing: Drawing,
    ticks: Sequence[float],
    labels: Sequence[str],
    tick: Callable[[float], str],
    margins: Margins,
    *,
    between: bool = False,
) -> Axes:
    """The axes of a chart, drawn: a rule and a word for each of `ticks`, a label for each slot."""
    words = [tick(value) for value in ticks]
    on_paper = drawing.on_paper
    left = max(width_of(word, drawing.small) for word in words) + 5 if on_paper else 0.0
    top = margins.top if on_paper else 0.0
    bottom = drawing.height - (margins.bottom if on_paper else 0.0)
    found = Axes(drawing, left, top, bottom, ticks[0], ticks[-1], len(labels), between)
    drawing.ticks, drawing.labels = words, labels
    drawing.spread = "between" if between else "around"
    for value, word in zip(ticks, words, strict=True):
        height = found.y(value)
        drawing.line("grid" if value else "axis", (left, height), (drawing.width, height))
        drawing.text("label", left - 5, height + 2.5, word, size=drawing.small, anchor="end")
    _labels(found, labels)
    return found


def _labels(found: Axes, labels: Sequence[str]) -> None:
    """On paper, every label when there is room, else every second or third, the last one always."""
    drawing = found.drawing
    widest = max((width_of(label, drawing.small) for label in labels), default=0.0) - 2
    every = max(1, ceil(widest / max(found.column, 1)))
    for number, label in enumerate(labels):
        if (found.count - 1 - number) % every == 0:
            last = number == found.count - 1 and (every > 1 or found.between)
            drawing.text(
                "label",
                drawing.width if last else found.middle(number),
                found.bottom + 1.45 * drawing.small,
                label,
                size=drawing.small,
                anchor="end" if last else "middle",
            )


def runs(places: Sequence[tuple[float, float | None]]) -> list[list[Place]]:
    """Stretches of defined points."""
    return [
        [(x, y) for x, y in stretch if y is not None]
        for defined, stretch in groupby(places, lambda place: place[1] is not None)
        if defined
    ]
