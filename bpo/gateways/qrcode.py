"""QR codes, as vectors for the web and as pixels for mail."""

from io import BytesIO

import segno
from markupsafe import Markup

_QUIET = 4


def svg(text: str, *, title: str | None = None) -> Markup:
    """A QR code as one `<svg>` that scales to its box; `title` is what a screen reader says.

    Black on white in every theme, or telephones would not read it.
    """
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        omitsize=True, border=_QUIET, title=title, svgclass="qr", dark="#000", light="#fff"
    )
    return Markup(drawn.replace("<svg ", '<svg role="img" ', 1))


def png(text: str, *, scale: int = 6) -> bytes:
    """A QR code as a PNG, `scale` pixels per module."""
    written = BytesIO()
    segno.make(text, error="m", micro=False).save(written, kind="png", scale=scale, border=_QUIET)
    return written.getvalue()
