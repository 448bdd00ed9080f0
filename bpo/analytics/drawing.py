"""A small SVG drawing: shapes painted by class on the web and by explicit colour on paper.

On paper a drawing has the size of its place and carries its words. On a screen it is a box of 100
by 100 that is stretched to whatever room there is, and its words stand around it as HTML: they keep
their size on a telephone and on a wide screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

_LETTER = 0.6
_ELLIPSIS = "…"
_SIDE = 100.0
_BREAKS = (160, 240, 320, 420, 520, 640, 800, 1000)
_LETTER_PX, _GAP_PX = 5.9, 8


@dataclass(frozen=True, slots=True)
class Palette:
    """Explicit colours for paper, where no style sheet reaches a chart.

    `accent` is the workspace's colour, `second` and `third` those of further series beside it,
    `aging` the five buckets from not due to oldest.
    """

    accent: str = "#1f5fa8"
    ink: str = "#1b2430"
    muted: str = "#5b6673"
    grid: str = "#e3e7ec"
    second: str = "#0f8577"
    third: str = "#b26a00"
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
            "line-2": f'fill="none" stroke="{self.second}" stroke-width="1.6"',
            "line-3": f'fill="none" stroke="{self.third}" stroke-width="1.6"',
            "bar-2": f'fill="{self.second}"',
            "bar-3": f'fill="{self.third}"',
            "whisker": f'stroke="{self.muted}" stroke-width="0.6"',
            "range": f'fill="{soft}"',
            "middle": f'stroke="{self.accent}" stroke-width="2"',
            "due": f'fill="none" stroke="{self.muted}" stroke-width="0.5" stroke-dasharray="1.5 2"',
            "came": f'fill="{self.second}"',
            "missed": f'fill="{self.third}"',
            "even": f'stroke="{self.muted}" stroke-width="0.6" stroke-dasharray="2 2"',
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


@dataclass(frozen=True, slots=True)
class Frame:
    """What every chart needs: its accessible name, sentence, size and colours.

    `name` makes ids unique within a document; a screen needs none. `palette` None draws for a
    screen: by CSS class, and without a size of its own.
    """

    name: str
    title: str
    description: str
    width: float = 482
    height: float = 140
    palette: Palette | None = None

    def canvas(self) -> "Drawing":
        """An empty drawing of this size."""
        if self.palette:
            return Drawing(self.width, self.height, self.palette)
        return Drawing(_SIDE, _SIDE)

    def finish(self, drawing: "Drawing", kind: str = "chart") -> Markup:
        """The drawing as SVG with its name and sentence; `kind` is its class on a screen."""
        if self.palette:
            return drawing.svg(self.name, self.title, self.description)
        return drawing.html(self.title, self.description, kind)


@dataclass(slots=True)
class Drawing:
    """Shapes on a canvas of `width` x `height` units, the origin at the top left.

    With a palette each shape carries explicit colours, without one only the classes that the style
    sheet of the screens has for charts. On a screen `ticks` (low to high) and `labels` stand beside
    and below the picture, and `hint` says what is under the pointer.
    """

    width: float
    height: float
    palette: Palette | None = None
    parts: list[str] = field(default_factory=list)
    ticks: Sequence[str] = ()
    labels: Sequence[str] = ()
    spread: str = "around"
    _paints: Mapping[str, str] = field(init=False)

    small = 7.0
    """The size of labels on axes."""
    medium = 8.5
    """The size of labels in legends."""
    large = 10.0
    """The size of amounts."""

    def __post_init__(self) -> None:
        self._paints = self.palette.paints() if self.palette else {}

    @property
    def on_paper(self) -> bool:
        """Whether words are part of the drawing."""
        return self.palette is not None

    def _paint(self, kind: str) -> str:
        return self._paints.get(kind) or f'class="{kind}"'

    def rect(
        self, kind: str, x: float, y: float, width: float, height: float, radius: float = 0
    ) -> None:
        """A rectangle; a negative or zero size draws nothing."""
        self._rect(kind, (x, y, width, height), radius, "")

    def hint(
        self, x: float, y: float, width: float, height: float, said: str, kind: str = "hit"
    ) -> None:
        """What is said of a part of the picture under the pointer; nothing on paper."""
        if said and not self.on_paper:
            self._rect(kind, (x, y, width, height), 0, f"<title>{escape(said)}</title>")

    def _rect(
        self, kind: str, place: tuple[float, float, float, float], radius: float, inner: str
    ) -> None:
        x, y, width, height = place
        if width > 0 and height > 0:
            corners = f' rx="{radius:g}"' if radius and self.on_paper else ""
            end = f">{inner}</rect>" if inner else "/>"
            self.parts.append(
                f'<rect {self._paint(kind)} x="{x:.2f}" y="{y:.2f}"'
                f' width="{width:.2f}" height="{height:.2f}"{corners}{end}'
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

    def dot(
        self, x: float, y: float, radius: float, kind: str = "dot", size: int = 1, said: str = ""
    ) -> None:
        """A round mark: on paper a circle, on a stretched screen a point with a round cap.

        `size` 1 to 4 names its width in the style sheet.
        """
        if self.on_paper:
            self.parts.append(
                f'<circle {self._paint(kind)} cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}"/>'
            )
        else:
            told = f"<title>{escape(said)}</title>" if said else ""
            self.parts.append(
                f'<line class="{kind} mark size-{size}" x1="{x:.2f}" y1="{y:.2f}"'
                f' x2="{x:.2f}" y2="{y:.2f}">{told}</line>'
            )

    def text(
        self, kind: str, x: float, y: float, text: str, *, size: float, anchor: str = "start"
    ) -> None:
        """A line of text on paper; `kind` is `label` or `value`, `anchor` start, middle or end."""
        if self.on_paper:
            self.parts.append(
                f'<text {self._paint(kind)} x="{x:.2f}" y="{y:.2f}" font-size="{size:g}"'
                f' text-anchor="{anchor}">{escape(text)}</text>'
            )

    def svg(self, name: str, title: str, description: str) -> Markup:
        """The picture for paper, with its name and description; `name` makes its ids unique."""
        return Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart"'
            f' viewBox="0 0 {self.width:g} {self.height:g}"'
            f' width="{self.width:g}" height="{self.height:g}" role="img"'
            f' aria-labelledby="{escape(name)}-title {escape(name)}-desc">'
            f'<title id="{escape(name)}-title">{escape(title)}</title>'
            f'<desc id="{escape(name)}-desc">{escape(description)}</desc>'
            f"{''.join(self.parts)}</svg>"
        )

    def html(self, title: str, description: str, kind: str) -> Markup:
        """The picture for a screen, with the words of its axes around it; without title, hidden."""
        told = f"<desc>{escape(description)}</desc>" if description else ""
        name = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
        picture = (
            f'<svg class="{kind}" viewBox="0 0 {self.width:g} {self.height:g}"'
            f' preserveAspectRatio="none" {name}>'
            f"{told}{''.join(self.parts)}</svg>"
        )
        if not self.ticks:
            return Markup(picture)
        return Markup(
            f'<div class="plot">{_list("plot-y", [(tick, "") for tick in reversed(self.ticks)])}'
            f'<div class="plot-body">{picture}'
            f"{_list(f'plot-x {self.spread} {room(self.labels)}', ranked(self.labels))}</div></div>"
        )


def ranked(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Labels of an axis with the class that lets a narrow screen leave some out.

    `every-1` goes first, `every-2` next; counted from the last label, which always stays.
    """
    ranks = ("", "every-1", "every-2", "every-1")
    return [(label, ranks[(len(labels) - 1 - n) % 4]) for n, label in enumerate(labels)]


def room(labels: Sequence[str]) -> str:
    """The class of an axis that needs so much room for all of its labels (px of the screens)."""
    longest = max((len(label) for label in labels), default=0)
    wanted = len(labels) * (longest * _LETTER_PX + _GAP_PX)
    return f"room-{next((width for width in _BREAKS if width >= wanted), _BREAKS[-1])}"


def _list(kind: str, items: Sequence[tuple[str, str]]) -> str:
    """Words of an axis; a screen reader is told them by the table of the figures instead."""
    lines = (
        f'<li class="{kind_}">{escape(text)}</li>' if kind_ else f"<li>{escape(text)}</li>"
        for text, kind_ in items
    )
    return f'<ol class="{kind}" aria-hidden="true">{"".join(lines)}</ol>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
