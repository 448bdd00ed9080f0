"""A small SVG drawing: shapes painted by class on the web and by explicit colour on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

_LETTER = 0.6
_WEB_TEXT = 11.0
_ELLIPSIS = "…"
_CLASSES = {
    "divider": "axis",
    "bar": "bar-fill",
    "bar-soft": "bar-fill second",
    "bar-pale": "area",
    "track": "area",
    "dot": "point",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Explicit colours for paper, where no style sheet reaches a chart.

    `accent` is the workspace's colour, `aging` the five buckets from not due to oldest.
    """

    accent: str = "#1f5fa8"
    ink: str = "#1b2430"
    muted: str = "#5b6673"
    grid: str = "#e3e7ec"
    aging: tuple[str, ...] = ("#6e93bf", "#e3b34d", "#dd8a3c", "#cc5c40", "#9e2f3c")

    def paints(self) -> Mapping[str, str]:
        """SVG presentation attributes of each kind of shape."""
        soft, pale = tint(self.accent, 0.55), tint(self.accent, 0.88)
        paints = {
            "grid": f'stroke="{self.grid}" stroke-width="0.6"',
            "axis": f'stroke="{self.muted}" stroke-width="0.6"',
            "divider": f'stroke="{self.muted}" stroke-width="0.6" stroke-dasharray="2 2"',
            "bar": f'fill="{self.accent}"',
            "bar-soft": f'fill="{soft}"',
            "bar-pale": f'fill="{pale}" stroke="{soft}" stroke-width="0.6"',
            "track": f'fill="{tint(self.muted, 0.9)}"',
            "line": f'fill="none" stroke="{self.accent}" stroke-width="1.6"',
            "area": f'fill="{pale}"',
            "dot": f'fill="{self.accent}" stroke="#ffffff" stroke-width="1.2"',
            "label": f'fill="{self.muted}" font-family="Inter"',
            "value": f'fill="{self.ink}" font-family="Inter" font-weight="bold"',
        }
        return paints | {f"age-{n}": f'fill="{colour}"' for n, colour in enumerate(self.aging)}


def tint(colour: str, share: float) -> str:
    """`colour` (`#rrggbb`) mixed with `share` (0 to 1) of white."""
    channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in channels)


def width_of(text: str, size: float) -> float:
    """About how wide a text is in units of its font size; errs on the wide side."""
    return len(text) * size * _LETTER


def fitted(text: str, size: float, room: float) -> str:
    """`text` cut with an ellipsis so that it stays within `room`."""
    letters = int(room / (size * _LETTER))
    return text if len(text) <= letters else text[: max(letters - 1, 1)].rstrip() + _ELLIPSIS


@dataclass(slots=True)
class Drawing:
    """Shapes on a canvas of `width` x `height` units, the origin at the top left.

    With a palette each shape carries explicit colours, without one only the classes that the style
    sheet of the screens has for charts.
    """

    width: float
    height: float
    palette: Palette | None = None
    parts: list[str] = field(default_factory=list)
    _paints: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._paints = self.palette.paints() if self.palette else {}

    def _paint(self, kind: str) -> str:
        return self._paints.get(kind) or f'class="{_CLASSES.get(kind, kind)}"'

    @property
    def small(self) -> float:
        """The size of labels on axes; the web's style sheet has one size for all text."""
        return 7.0 if self.palette else _WEB_TEXT

    @property
    def medium(self) -> float:
        """The size of labels in legends."""
        return 8.5 if self.palette else _WEB_TEXT

    @property
    def large(self) -> float:
        """The size of amounts."""
        return 10.0 if self.palette else _WEB_TEXT

    def rect(
        self, kind: str, x: float, y: float, width: float, height: float, radius: float = 0
    ) -> None:
        """A rectangle; a negative or zero size draws nothing."""
        if width > 0 and height > 0:
            corners = f' rx="{radius:g}"' if radius else ""
            self.parts.append(
                f'<rect {self._paint(kind)} x="{x:.2f}" y="{y:.2f}"'
                f' width="{width:.2f}" height="{height:.2f}"{corners}/>'
            )

    def line(self, kind: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A straight line."""
        self.parts.append(
            f'<line {self._paint(kind)} x1="{start[0]:.2f}" y1="{start[1]:.2f}"'
            f' x2="{end[0]:.2f}" y2="{end[1]:.2f}"/>'
        )

    def polyline(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        """A line through points."""
        self.parts.append(f'<polyline {self._paint(kind)} points="{_path(points)}"/>')

    def polygon(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        """A filled shape."""
        self.parts.append(f'<polygon {self._paint(kind)} points="{_path(points)}"/>')

    def dot(self, x: float, y: float, radius: float) -> None:
        """A round mark."""
        self.parts.append(
            f'<circle {self._paint("dot")} cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}"/>'
        )

    def text(
        self, kind: str, x: float, y: float, text: str, *, size: float, anchor: str = "start"
    ) -> None:
        """A line of text; `kind` is `label` or `value`, `anchor` start, middle or end."""
        self.parts.append(
            f'<text {self._paint(kind)} x="{x:.2f}" y="{y:.2f}" font-size="{size:g}"'
            f' text-anchor="{anchor}">{escape(text)}</text>'
        )

    def svg(self, name: str, title: str, description: str) -> Markup:
        """The picture, with the name and description that a screen reader says.

        `name` makes its ids unique within a page. On paper it has a fixed size.
        """
        size = f' width="{self.width:g}" height="{self.height:g}"' if self.palette else ""
        return Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart"'
            f' viewBox="0 0 {self.width:g} {self.height:g}"{size} role="img"'
            f' aria-labelledby="{escape(name)}-title {escape(name)}-desc">'
            f'<title id="{escape(name)}-title">{escape(title)}</title>'
            f'<desc id="{escape(name)}-desc">{escape(description)}</desc>'
            f"{''.join(self.parts)}</svg>"
        )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
