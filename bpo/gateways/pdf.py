"""HTML to PDF through xhtml2pdf, locked down: no network, no file outside the given folder."""

import logging
from base64 import b64encode
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from svglib import fonts as svg_fonts
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from bpo import paths

log = logging.getLogger(__name__)

FONTS = paths.TEMPLATES / "reports" / "fonts"
FACES = (
    ("Inter", "normal", "Inter-Regular.ttf"),
    ("Inter", "bold", "Inter-SemiBold.ttf"),
    ("InterDisplay", "normal", "InterDisplay-SemiBold.ttf"),
)
_ELLIPSIS = "…"
_FIXED_DAY = b"D:20000101000000+00'00'"


class NotDrawn(Exception):
    """The document could not be turned into a PDF; trying again does not help."""


def render(html: str, *, assets: Path, dated: date) -> bytes:
    """A PDF of `html`, the same bytes for the same html and day.

    Files are read from the folder `assets` alone, nothing from the network. `dated` becomes the
    creation date in the document's properties. What the converter warns about (an image or a
    letter left out) is logged. Raises NotDrawn.
    """
    _install_faces()
    rl_config.invariant = 1
    written = BytesIO()
    outcome = pisa.CreatePDF(
        html,
        dest=written,
        path=str(assets / "document.html"),
        default_css=plain_look(),
        resource_policy=ResourceAccessPolicy.server(assets, allow_remote=False),
    )
    if outcome.err:
        raise NotDrawn("; ".join(str(entry[2]) for entry in outcome.log))
    return written.getvalue().replace(_FIXED_DAY, dated.strftime("D:%Y%m%d000000+00'00'").encode())


def page_count(document: bytes) -> int:
    """How many pages a PDF has."""
    return PdfReader(BytesIO(document)).get_num_pages()


def image(svg: str) -> str:
    """A drawing as the address of an `<img>`: the converter does not draw inline `<svg>`."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode("ascii")


def width_of(text: str, *, size: float, family: str = "Inter") -> float:
    """How many points a line of text takes at a font size."""
    _install_faces()
    return float(pdfmetrics.stringWidth(text, f"{family}_00", size))


def fitted(text: str, *, width: float, size: float, family: str = "Inter") -> str:
    """`text` cut with an ellipsis so that one line of it stays within `width` points."""
    if width_of(text, size=size, family=family) <= width:
        return text
    while text and width_of(text + _ELLIPSIS, size=size, family=family) > width:
        text = text[:-1].rstrip()
    return text + _ELLIPSIS


@cache
def plain_look() -> str:
    """How tags look before a paper says otherwise: few rules, for each is tried on each element."""
    return (FONTS.parent / "plain.css").read_text(encoding="utf-8")


@cache
def _install_faces() -> None:
    """Make the faces known to drawings under the names by which documents embed them: once each."""
    for family, weight, file in FACES:
        embedded = f"{family}_{int(weight == 'bold')}0"
        path = FONTS / file
        name, _ = svg_fonts.register_font(family, str(path), weight=weight, rlgFontName=embedded)
        if name is None:
            raise NotDrawn(f"the font {file} cannot be read in {FONTS}")
