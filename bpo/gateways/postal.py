"""Letters to debtors as one PDF, each on pages of its own, its address where a window shows it."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bpo import paths
from bpo.domain.writing.messages import Creditor
from bpo.gateways import pdf, wording

ASSETS = paths.TEMPLATES / "reports"
_UNSUBSCRIBE = re.compile(r"^.*/u/\S+.*$", re.MULTILINE)


class Sheet(NamedTuple):
    """One letter: to whom, about what, and its words as plain paragraphs."""

    name: str
    document: str
    subject: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        """The words without the link that stops e-mails, which paper does not need."""
        plain = _UNSUBSCRIBE.sub("", self.text)
        return [part.strip() for part in re.split(r"\n{2,}", plain) if part.strip()]


def letters(sheets: Sequence[Sheet], creditor: Creditor, day: date, locale: str) -> bytes:
    """The letters of a day; the same letters give the same bytes."""
    page = _environment(locale).get_template("reports/letters.html")
    html = page.render(
        sheets=sheets,
        creditor=creditor,
        accent=creditor.colour,
        name=pdf.fitted(
            creditor.trade_name or creditor.legal_name, width=300, size=16, family="InterDisplay"
        ),
        day=day,
    )
    return pdf.render(html, assets=ASSETS, dated=day)


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording.install(environment, locale)
    environment.globals["locale"] = locale.replace("_", "-")
    return environment
