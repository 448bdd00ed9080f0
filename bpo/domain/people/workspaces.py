"""What a client company tells of itself, and what of that is acceptable."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bpo.domain.people import accounts, pix_keys
from bpo.kernel import documents
from bpo.kernel.colours import COLOURS, DEFAULT
from bpo.kernel.errors import BadInput

CALENDARS = ("br", "none")
LOCALES = ("pt_BR", "en")
# fmt: off
STATES = (
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA",
    "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
)
# fmt: on
LONGEST_NAME = 120
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Profile:
    """A client company as its people describe it."""

    name: str
    legal_name: str = ""
    cnpj: str | None = None
    trade: str | None = None
    street: str | None = None
    district: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    email: str | None = None
    colour: str = DEFAULT
    sender_name: str | None = None
    sender_email: str | None = None
    reply_to: str | None = None
    time_zone: str = "America/Sao_Paulo"
    locale: str = "pt_BR"
    currency: str = "BRL"
    calendar: str = "br"
    year_end_closed: bool = True
    pix_key: str | None = None


FIELDS = tuple(field.name for field in fields(Profile))


def slug(text: str) -> str:
    """The word by which a client company goes in addresses and commands. Raises BadInput."""
    if not 2 <= len(text) <= 40 or not _SLUG.fullmatch(text):
        raise BadInput(
            "{slug} cannot be used: 2 to 40 lower-case letters, digits and single hyphens",
            field="slug",
            slug=text,
        )
    return text


def checked(profile: Profile) -> Profile:
    """The profile in normal form: trimmed, upper-cased, punctuation out; blank becomes None.

    The legal name defaults to the trade name. Raises BadInput naming the first field at fault.
    """
    trimmed = {name: _trimmed(name, getattr(profile, name)) for name in FIELDS}
    if not trimmed["name"]:
        raise BadInput("Give the company a name", field="name")
    trimmed["legal_name"] = trimmed["legal_name"] or trimmed["name"]
    normal = {
        name: _CHECKS[name](value) if name in _CHECKS and value is not None else value
        for name, value in trimmed.items()
    }
    return _placed(replace(profile, **normal))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs, as `{field: [before, after]}`, for the audit trail."""
    return {name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]}


def _placed(profile: Profile) -> Profile:
    """The state is a Brazilian UF wherever the Brazilian calendar rules."""
    if profile.calendar == "br" and profile.state and profile.state not in STATES:
        raise BadInput("{state} is not a Brazilian state", field="state", state=profile.state)
    return profile


def _trimmed(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = " ".join(value.split())
    if len(plain) > LONGEST_NAME or _CONTROL.search(plain):
        raise BadInput("{field_name} is too long", field=name, field_name=name)
    return plain or None


def _cnpj(text: str) -> str:
    if documents.kind_of(text) is not documents.DocumentKind.CNPJ or not documents.is_valid(text):
        raise BadInput("This CNPJ is not valid: check its digits", field="cnpj")
    return documents.normalized(text)


def _postal_code(text: str) -> str:
    digits = _NOT_DIGITS.sub("", text)
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == 8 else text


def _email(name: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            return accounts.email(text)
        except BadInput as fault:
            raise BadInput(fault.phrase.template, field=name, **fault.phrase.params) from None

    return check


def _time_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("{zone} is not a time zone", field="time_zone", zone=text) from None


def _one_of(name: str, allowed: Collection[Any], sentence: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise BadInput(sentence, field=name, value=value)
        return value

    return check


def _currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise BadInput(
            "{currency} is not a currency code such as BRL", field="currency", currency=text
        )
    return text


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "cnpj": _cnpj,
    "state": str.upper,
    "postal_code": _postal_code,
    "email": _email("email"),
    "sender_email": _email("sender_email"),
    "reply_to": _email("reply_to"),
    "pix_key": pix_keys.normalized,
    "currency": _currency,
    "colour": _one_of("colour", COLOURS, "{value} is not a colour of the palette"),
    "locale": _one_of("locale", LOCALES, "{value} is not a language of the product"),
    "calendar": _one_of("calendar", CALENDARS, "The calendar is br or none"),
    "time_zone": _time_zone,
}
