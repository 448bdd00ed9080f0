"""What a debtor's record and the ways to reach them must look like."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from bpo.domain.people import accounts
from bpo.domain.people.workspaces import LOCALES, STATES
from bpo.kernel import documents
from bpo.kernel.documents import DocumentKind
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase, searchable

LONGEST = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DIGITS = re.compile(r"\D")
_BRAZIL = "55"
_TELEPHONE = re.compile(r"\+55(\d{2})(\d{4,5})(\d{4})")


class Kind(StrEnum):
    """A natural person or a company."""

    PERSON = "person"
    COMPANY = "company"


class Channel(StrEnum):
    """A way to reach a debtor, as contacts are stored."""

    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"


class Purpose(StrEnum):
    """What a contact is for; messages go to the billing contact first."""

    BILLING = "billing"
    OWNER = "owner"
    LEGAL = "legal"


KIND_LABELS = {Kind.PERSON: Phrase("Person"), Kind.COMPANY: Phrase("Company")}
CHANNEL_LABELS = {
    Channel.EMAIL: Phrase("E-mail"),
    Channel.PHONE: Phrase("Telephone and SMS"),
    Channel.WHATSAPP: Phrase("WhatsApp"),
}
PURPOSE_LABELS = {
    Purpose.BILLING: Phrase("Billing"),
    Purpose.OWNER: Phrase("Owner"),
    Purpose.LEGAL: Phrase("Legal"),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A debtor as an analyst describes them.

    `reference` is the creditor's own customer number; without one the CPF or CNPJ stands for it.
    `consumer`: a final consumer, whom the law caps fines for.
    """

    name: str
    reference: str = ""
    document: str | None = None
    kind: Kind = Kind.COMPANY
    consumer: bool = False
    city: str | None = None
    state: str | None = None
    locale: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactProfile:
    """A way to reach a debtor."""

    channel: Channel
    address: str
    name: str | None = None
    purpose: Purpose = Purpose.BILLING


FIELDS = tuple(field.name for field in fields(Profile))


def checked(profile: Profile) -> Profile:
    """The profile in normal form. Raises BadInput naming the first field at fault.

    A CPF makes a person, a CNPJ a company.
    """
    name, document = _line("name", profile.name), _document(profile.document)
    if not name:
        raise BadInput("Give the debtor a name", field="name")
    reference = _line("reference", profile.reference) or document
    if not reference:
        raise BadInput("Give a customer number or a CPF or CNPJ", field="reference")
    return replace(
        profile,
        name=name,
        reference=reference,
        document=document,
        kind=_kind(document) or profile.kind,
        city=_line("city", profile.city),
        state=_state(profile.state),
        locale=_locale(profile.locale),
        tags=_tags(profile.tags),
    )


def reached(contact: ContactProfile) -> ContactProfile:
    """The contact with its address in normal form. Raises BadInput."""
    address = _ADDRESSES[contact.channel](contact.address)
    return replace(contact, address=address, name=_line("contact_name", contact.name))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs, as `{field: [before, after]}`, for the audit trail."""
    return {name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]}


def phone(text: str) -> str:
    """A telephone number as it is dialled from anywhere: `+5511987654321`. Raises BadInput.

    Without a country it is Brazilian: area code and 8 or 9 digits.
    """
    digits = _DIGITS.sub("", text).lstrip("0")
    if text.strip().startswith("+") and 8 <= len(digits) <= 15:
        return f"+{digits}"
    if len(digits) in (12, 13) and digits.startswith(_BRAZIL):
        return f"+{digits}"
    if len(digits) in (10, 11):
        return f"+{_BRAZIL}{digits}"
    raise BadInput("Give the telephone with its area code: {typed}", field="address", typed=text)


def shown(channel: str, address: str) -> str:
    """An address for people: a Brazilian telephone as `(11) 98765-4321`, others as they are."""
    match = _TELEPHONE.fullmatch(address) if channel != Channel.EMAIL else None
    return f"({match[1]}) {match[2]}-{match[3]}" if match else address


def _email(text: str) -> str:
    try:
        return accounts.email(text)
    except BadInput as fault:
        raise BadInput(fault.phrase.template, field="address", **fault.phrase.params) from None


_ADDRESSES: dict[Channel, Callable[[str], str]] = {
    Channel.EMAIL: _email,
    Channel.PHONE: phone,
    Channel.WHATSAPP: phone,
}


def _line(name: str, text: str | None) -> str | None:
    plain = " ".join((text or "").split())
    if len(plain) > LONGEST or _CONTROL.search(plain):
        raise BadInput("This text is too long", field=name)
    return plain or None


def _document(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    if not documents.is_valid(text):
        raise BadInput("This CPF or CNPJ is not valid: check its digits", field="document")
    return documents.normalized(text)


def _kind(document: str | None) -> Kind | None:
    if document is None:
        return None
    return Kind.PERSON if documents.kind_of(document) is DocumentKind.CPF else Kind.COMPANY


def _state(text: str | None) -> str | None:
    plain = (text or "").strip().upper()
    if plain and plain not in STATES:
        raise BadInput("{state} is not a Brazilian state", field="state", state=plain)
    return plain or None


def _locale(text: str | None) -> str | None:
    if text and text not in LOCALES:
        raise BadInput("{value} is not a language of the product", field="locale", value=text)
    return text or None


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    plain = (" ".join(tag.split())[:30] for tag in tags)
    return tuple(sorted({tag for tag in plain if tag}, key=searchable))
