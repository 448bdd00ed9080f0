"""Documents for debtors and client companies as PDF: invoices, accounts, receipts."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bpo import paths
from bpo.domain.cash.payment_receipts import Receipt
from bpo.domain.deals.agreement_papers import Paper
from bpo.domain.intake.remittances import Remittance
from bpo.domain.writing.invoices import Invoice
from bpo.domain.writing.messages import Creditor
from bpo.gateways import pdf, qrcode, wording
from bpo.kernel.text import Phrase

ASSETS = paths.TEMPLATES / "reports"
Words = Mapping[tuple[str, str], Mapping[str, Phrase]]
"""What codes mean, by section and column of a record."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d)?)?$")
_WIDTH = 483.0
_LARGEST_CODE, _SMALLEST_CODE = 6.5, 3.0


def invoice(document: Invoice, locale: str) -> bytes:
    """An invoice on one A4 page; the same invoice gives the same bytes."""
    html = (
        _environment(locale, document.currency)
        .get_template("reports/invoice.html")
        .render(
            invoice=document,
            accent=document.creditor.colour,
            name=pdf.fitted(_display(document), width=300, size=16, family="InterDisplay"),
            number=pdf.fitted(document.title.number, width=170, size=11, family="InterDisplay"),
            qr=_picture(document.pix),
            code_size=_one_line(document.pix),
        )
    )
    return pdf.render(html, assets=ASSETS, dated=document.amount.day)


@dataclass(frozen=True, slots=True)
class Frame:
    """Whose paper it is and of which day."""

    creditor: Creditor
    day: date
    currency: str = "BRL"


def statement(frame: Frame, account: Mapping[str, Any], locale: str) -> bytes:
    """A debtor's account: `debtor`, `statement`, `charges_cents` and `labels` of `account`."""
    period = (account["statement"].since, account["statement"].until)
    title = wording.gettext("Statement of account", locale)
    return _framed("reports/statement.html", frame, title, period, locale, **account)


def remittance(frame: Frame, found: Remittance, locale: str) -> bytes:
    """What was received in a period, by debtor, for the client company."""
    title = wording.gettext("Receipts", locale)
    period = (found.since, found.until)
    return _framed("reports/remittance.html", frame, title, period, locale, found=found)


def agreement(frame: Frame, paper: Paper, locale: str) -> bytes:
    """An agreement as its debtor keeps it; the same terms and acceptance give the same bytes."""
    title = f"{wording.gettext('Agreement', locale)} {paper.number}"
    period = (frame.day,)
    return _framed("reports/agreement.html", frame, title, period, locale, paper=paper)


def receipt(frame: Frame, paid: Receipt, locale: str) -> bytes:
    """The receipt of one payment; the same payment gives the same bytes."""
    title = f"{wording.gettext('Receipt', locale)} {paid.number}"
    return _framed("reports/receipt.html", frame, title, (paid.paid_on,), locale, paid=paid)


def personal_data(frame: Frame, kept: Mapping[str, Any], words: Words, locale: str) -> bytes:
    """What is kept about a debtor, as `queries.personal_data` gives it with its purpose.

    `words` says what each code of a column means, by section and column.
    """
    title = wording.gettext("My data", locale)
    told = {
        key: [
            {
                name: _worded(value, words.get((key, name), {}), locale)
                for name, value in row.items()
            }
            for row in rows
        ]
        for key, rows in kept.items()
        if isinstance(rows, list)
    }
    return _framed(
        "reports/personal_data.html", frame, title, (frame.day,), locale, kept=kept, told=told
    )


def _worded(value: object, words: Mapping[str, Phrase], locale: str) -> object:
    """A code in words where it has any; a day as people write it; anything else as it is."""
    phrase = words.get(value) if isinstance(value, str) else None
    return wording.say(phrase, locale) if phrase else _local(value, locale)


def _local(value: object, locale: str) -> object:
    """A day or instant of a record as people of a place write it; anything else as it is."""
    if not isinstance(value, str) or not _ISO.match(value):
        return value
    if len(value) == len("2026-11-28"):
        return wording.day(date.fromisoformat(value), locale)
    return wording.instant(datetime.fromisoformat(value), "America/Sao_Paulo", locale)


def _framed(
    template: str,
    frame: Frame,
    title: str,
    period: tuple[date, ...],
    locale: str,
    **context: Any,
) -> bytes:
    name = frame.creditor.trade_name or frame.creditor.legal_name
    html = (
        _environment(locale, frame.currency)
        .get_template(template)
        .render(
            context,
            frame=frame,
            accent=frame.creditor.colour,
            name=pdf.fitted(name, width=290, size=16, family="InterDisplay"),
            title=title,
            period=" – ".join(wording.day(day, locale) for day in period),
        )
    )
    return pdf.render(html, assets=ASSETS, dated=frame.day)


def _display(document: Invoice) -> str:
    return document.creditor.trade_name or document.creditor.legal_name


def _picture(code: str) -> str:
    """A QR code as the address of an `<img>`; empty without a code."""
    if not code:
        return ""
    return "data:image/png;base64," + b64encode(qrcode.png(code, scale=5)).decode("ascii")


def _one_line(code: str) -> float:
    """The size at which a code stays on one line, so that it is copied without a break in it."""
    if not code:
        return _LARGEST_CODE
    fits = _WIDTH / pdf.width_of(code, size=1)
    return round(max(_SMALLEST_CODE, min(_LARGEST_CODE, fits * 0.985)), 2)


@cache
def _environment(locale: str, currency: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording.install(environment, locale)
    environment.filters["cash"] = lambda cents: wording.money(cents, locale, currency)
    environment.filters["told"] = lambda phrase: wording.say(phrase, locale, currency=currency)
    environment.globals["locale"] = locale.replace("_", "-")
    return environment
