"""The shapes of the charts: scales and paths for SVG, from plain numbers."""

from collections.abc import Sequence
from math import ceil, floor, log10

Value = float | None
WIDTH = HEIGHT = 100.0
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_NOTHING = 1e-9


def scale(values: Sequence[Value], steps: int = 5, from_zero: bool = True) -> list[float]:
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


def points(values: Sequence[Value], low: float, high: float) -> list[tuple[float, float] | None]:
    """Values spread over the width of a 100 by 100 box, with 0 at the top; None where unknown."""
    gaps = max(len(values) - 1, 1)
    span = (high - low) or 1
    return [
        None
        if value is None
        else (
            round(position * WIDTH / gaps, 2),
            round(HEIGHT - (value - low) / span * HEIGHT, 2),
        )
        for position, value in enumerate(values)
    ]


def path(values: Sequence[Value], low: float, high: float) -> str:
    """The `d` of a line through the values; an unknown one leaves a gap."""
    parts, pen_down = [], False
    for point in points(values, low, high):
        if point is not None:
            parts.append(f"{'L' if pen_down else 'M'}{point[0]:g} {point[1]:g}")
        pen_down = point is not None
    return "".join(parts)


def area(values: Sequence[Value], low: float, high: float) -> str:
    """The `d` of the surface under a line without gaps; empty when there is nothing to fill."""
    known = [point for point in points(values, low, high) if point is not None]
    if len(known) < 2 or len(known) < len(values):
        return ""
    line = "".join(f"L{x:g} {y:g}" for x, y in known)
    return f"M{known[0][0]:g} {HEIGHT:g}{line}L{known[-1][0]:g} {HEIGHT:g}Z"


def shares(values: Sequence[int]) -> list[tuple[float, float]]:
    """Start and width of each value's part of a bar 100 wide; nothing at all gives no width."""
    total = sum(max(value, 0) for value in values)
    starts, reached = [], 0.0
    for value in values:
        width = max(value, 0) / total * WIDTH if total else 0.0
        starts.append((round(reached, 3), round(width, 3)))
        reached += width
    return starts
