"""Papers that many tests make alike: `pdf.render` gives the same bytes for the same page and day,
so that a process draws each once. One that was drawn with a warning is drawn, and warns, again.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path

MOST = 200
Key = tuple[bytes, Path, date]
_drawn: dict[Key, bytes] = {}


class Noise(logging.Handler):
    """Hears whether anything was warned of."""

    heard = False

    def emit(self, record: logging.LogRecord) -> None:
        self.heard = True


@contextmanager
def drawn_once() -> Iterator[None]:
    """Within the block, a page that this process has drawn already is not drawn again."""
    # Rules and formats are tested without paying for the import of what draws.
    from bpo.gateways import pdf  # noqa: PLC0415

    own = pdf.render

    def render(html: str, *, assets: Path, dated: date) -> bytes:
        key = (sha256(html.encode()).digest(), assets, dated)
        if key in _drawn:
            return _drawn[key]
        document, quiet = _listened_to(lambda: own(html, assets=assets, dated=dated))
        if quiet and len(_drawn) < MOST:
            _drawn[key] = document
        return document

    pdf.render = render
    try:
        yield
    finally:
        pdf.render = own


def _listened_to(draw: Callable[[], bytes]) -> tuple[bytes, bool]:
    noise, root = Noise(logging.WARNING), logging.getLogger()
    root.addHandler(noise)
    try:
        return draw(), not noise.heard
    finally:
        root.removeHandler(noise)
