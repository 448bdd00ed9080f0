"""The mails about accounts, as bytes for the mail gateway: an HTML and a text part each."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bpo import paths
from bpo.domain.people.links import Purpose
from bpo.gateways import wording
from bpo.kernel.text import Phrase

_TEMPLATE = "messages/account/letter"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to the owner of an account."""

    purpose: Purpose
    to_name: str
    to_email: str
    locale: str
    url: str
    expires_at: datetime
    invited_by: str | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    subject: Phrase
    lead: Phrase
    action: Phrase
    otherwise: Phrase


_INVITED = Phrase("You have been given an account to follow receivables and collection.")
_WORDS = {
    Purpose.INVITE: _Words(
        Phrase("Your access to the receivables"),
        _INVITED,
        Phrase("Choose my password"),
        Phrase("If you were not expecting this, there is nothing you need to do."),
    ),
    Purpose.RESET: _Words(
        Phrase("A new password for your account"),
        Phrase("Somebody, probably you, asked for a new password for your account."),
        Phrase("Choose a new password"),
        Phrase("If it was not you, ignore this message: your password stays as it is."),
    ),
}


def message(letter: Letter, *, sender: tuple[str, str], number: int, now: datetime) -> bytes:
    """The RFC 5322 message from `sender`, a name and an address.

    `number` (the link's) and `now` make its Message-ID.
    """
    words = _words(letter)
    mail = EmailMessage(policy=SMTP)
    name, address = sender
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(letter.to_name, addr_spec=letter.to_email)
    mail["Subject"] = wording.say(words.subject, letter.locale)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<account-{number}-{now:%Y%m%d%H%M%S}@{address.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    context = {"letter": letter, "words": words, "name": name}
    mail.set_content(render(f"{_TEMPLATE}.txt", letter.locale, context), cte="quoted-printable")
    html = css_inline.inline(render(f"{_TEMPLATE}.html", letter.locale, context))
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def _words(letter: Letter) -> _Words:
    words = _WORDS[letter.purpose]
    if letter.purpose is not Purpose.INVITE or not letter.invited_by:
        return words
    lead = Phrase(
        "{name} has given you an account to follow receivables and collection.",
        name=letter.invited_by,
    )
    return _Words(words.subject, lead, words.action, words.otherwise)


def render(template: str, locale: str, context: dict[str, object]) -> str:
    """A part of a mail in a language."""
    return _environment(locale).get_template(template).render(context)


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording.install(environment, locale, "America/Sao_Paulo")
    return environment
