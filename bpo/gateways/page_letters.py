"""The mail that brings a debtor the link to their own page; it tells nothing of what is owed."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import css_inline

from bpo.domain.writing.messages import Creditor
from bpo.gateways import account_letters, wording
from bpo.kernel.text import Phrase

_TEMPLATE = "messages/page/letter"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to a debtor; `sender`: a name and an address, `hello`: how the debtor is greeted."""

    creditor: Creditor
    sender: tuple[str, str]
    to_name: str
    hello: str
    to_email: str
    locale: str
    url: str


def message(letter: Letter, *, number: int, now: datetime) -> bytes:
    """The RFC 5322 message; `number` (the link's) and `now` make its Message-ID."""
    mail = EmailMessage(policy=SMTP)
    name, address = letter.sender
    company = letter.creditor.trade_name or letter.creditor.legal_name
    subject = Phrase("Your page with {name}", name=company)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(letter.to_name, addr_spec=letter.to_email)
    mail["Subject"] = wording.say(subject, letter.locale)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<page-{number}-{now:%Y%m%d%H%M%S}@{address.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    context: dict[str, object] = {"letter": letter, "subject": subject, "name": company}
    plain = account_letters.render(f"{_TEMPLATE}.txt", letter.locale, context)
    mail.set_content(plain, cte="quoted-printable")
    html = account_letters.render(f"{_TEMPLATE}.html", letter.locale, context)
    mail.add_alternative(css_inline.inline(html), subtype="html", cte="quoted-printable")
    return mail.as_bytes()
