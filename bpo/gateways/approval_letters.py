"""The mail that asks a client manager to decide about something, as bytes for the mail gateway."""

from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import css_inline

from bpo.gateways import account_letters, wording
from bpo.kernel.text import Phrase

SUBJECT = Phrase("A decision is asked of you")
"""Says neither who owes nor how much: subjects are seen by by-standers."""
_TEMPLATE = "messages/approval/letter"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one client manager: what it is about, and the figures. `url` needs their
    password; `goes_live`: debtors would be told something new."""

    to_name: str
    to_email: str
    locale: str
    company: str
    currency: str
    about: Phrase
    asked_by: str
    figures: tuple[Phrase, ...]
    valid_until: date
    url: str
    goes_live: bool = False


def message(letter: Letter, *, sender: tuple[str, str], number: int, now: datetime) -> bytes:
    """The RFC 5322 message from `sender`; `number` (the mail's) and `now` make its Message-ID."""
    mail = EmailMessage(policy=SMTP)
    name, address = sender
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(letter.to_name, addr_spec=letter.to_email)
    mail["Subject"] = f"{letter.company}: {wording.say(SUBJECT, letter.locale)}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<approval-{number}-{now:%Y%m%d%H%M%S}@{address.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    said = [
        wording.say(one, letter.locale, currency=letter.currency)
        for one in (*letter.figures, Phrase("Holds until: {day}", day=letter.valid_until))
    ]
    context: dict[str, object] = {
        "letter": letter,
        "subject": SUBJECT,
        "name": name,
        "figures": [one.partition(": ")[::2] for one in said],
    }
    text = account_letters.render(f"{_TEMPLATE}.txt", letter.locale, context)
    mail.set_content(text, cte="quoted-printable")
    html = account_letters.render(f"{_TEMPLATE}.html", letter.locale, context)
    mail.add_alternative(css_inline.inline(html), subtype="html", cte="quoted-printable")
    return mail.as_bytes()
