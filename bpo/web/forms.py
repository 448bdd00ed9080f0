"""What people type into forms: read field by field, and acts that may be refused in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from flask import request

from bpo.formats import amounts
from bpo.formats.amounts import Decision, Mark, Reader
from bpo.gateways import wording
from bpo.kernel.errors import BadInput, Conflict, Refusal
from bpo.web import language

LONGEST = 2000
LONGEST_NUMBER = 19
"""Digits of the largest number that any table takes."""
WAS = "was-"
"""Before the name of a field: what it held when its form was opened."""
VERSION = "version"
"""In the place of a field: which version of a record its form showed."""
YEARS = range(1900, 2101)
"""Days are of these years, so that a screen can count years back and ahead of any of them."""

R = TypeVar("R")
Choice = TypeVar("Choice", bound=StrEnum)


def number(text: str) -> int | None:
    """A number that can be one of ours, such as an id, as programs write it; None for all else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER else None


def numbers(given: Iterable[str]) -> list[int]:
    """Those of some texts that are numbers of ours (`number`)."""
    return [found for text in given if (found := number(text)) is not None]


class Typed:
    """The fields of a form, each read by its kind; what cannot be read is refused by its name."""

    def __init__(self, values: Mapping[str, str], locale: str) -> None:
        self.values = values
        self._marks = (Mark.COMMA, Mark.POINT) if locale == "pt_BR" else (Mark.POINT, Mark.COMMA)

    def text(self, name: str) -> str | None:
        """Trimmed text; None when nothing was typed."""
        plain = self.values.get(name, "").strip()
        if len(plain) > LONGEST:
            raise BadInput("This text is too long", field=name)
        return plain or None

    def needed(self, name: str) -> str:
        """Text that must be there."""
        plain = self.text(name)
        if plain is None:
            raise BadInput("Fill in this field", field=name)
        return plain

    def cents(self, name: str) -> int | None:
        """An amount as people write it, `1.234,56` or `1234.56`, in centavos."""
        plain = self.text(name)
        if plain is None:
            return None
        for mark in self._marks:
            found = Reader(Decision(mark)).cents(plain)
            if found is not None and found != amounts.UNREADABLE:
                return found
        raise BadInput("This is not an amount: {typed}", field=name, typed=plain)

    def needed_cents(self, name: str) -> int:
        """An amount that must be there, in centavos."""
        found = self.cents(name)
        if found is None:
            raise BadInput("Give the amount", field=name)
        return found

    def day(self, name: str) -> date | None:
        """A day as the browser sends it, of one of `YEARS`."""
        plain = self.text(name)
        if plain is None:
            return None
        try:
            found = date.fromisoformat(plain)
        except ValueError:
            raise BadInput("This is not a date: {typed}", field=name, typed=plain) from None
        if found.year not in YEARS:
            raise BadInput("This date is too far away: {typed}", field=name, typed=plain)
        return found

    def needed_day(self, name: str) -> date:
        """A day that must be there."""
        found = self.day(name)
        if found is None:
            raise BadInput("Give the date", field=name)
        return found

    def whole(self, name: str) -> int | None:
        """A whole number, such as the id behind a choice."""
        plain = self.text(name)
        if plain is not None and not (plain.isascii() and plain.isdigit()):
            raise BadInput("This is not a number: {typed}", field=name, typed=plain)
        return int(plain) if plain else None

    def one_of(self, name: str, choices: type[Choice]) -> Choice:
        """One of the offered choices."""
        plain = self.text(name)
        if plain not in list(choices):
            raise BadInput("Choose one of the options", field=name)
        return choices(plain)

    def checked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.values.get(name))


@dataclass(frozen=True, slots=True)
class Attempt(Generic[R]):
    """What came of an act: its result, or the refusal in words."""

    result: R | None = None
    refusal: Refusal | None = None


def typed() -> Typed:
    """The fields of the posted form."""
    return Typed(request.form, language.current())


def seen() -> Typed | None:
    """What the posted form showed when it was opened; None for one that does not say."""
    shown = {name[len(WAS) :]: text for name, text in request.form.items() if name.startswith(WAS)}
    return Typed(shown, language.current()) if shown else None


def seen_version() -> str | None:
    """The name of the whole record that the posted form showed; None for one that does not say."""
    shown = seen()
    return shown.text(VERSION) if shown else None


def still_seen(now: Mapping[str, str], attempt: Attempt[Any] | None = None) -> dict[str, str]:
    """What a form that is shown says was there: at first what is there now, later the same again.

    A field that another has changed meanwhile has been told, so that the next time replaces it; the
    `VERSION` of a whole record by a refusal that names no field.
    """
    refusal = attempt.refusal if attempt else None
    told = (refusal.field or VERSION) if isinstance(refusal, Conflict) else None
    return {
        name: text if name == told else request.form.get(WAS + name, text)
        for name, text in now.items()
    }


def asked() -> Typed:
    """The fields in the address of the page."""
    return Typed(request.args, language.current())


def attempt(act: Callable[[], R]) -> Attempt[R]:
    """Do what a form asks; a refusal that the person can mend comes back instead of a page.

    What is not there, or not allowed to this person, goes on to the error pages.
    """
    try:
        return Attempt(act())
    except (BadInput, Conflict) as refusal:
        return Attempt(refusal=refusal)


def faults(attempt: Attempt[Any]) -> dict[str, str]:
    """The refusal in the reader's words under the name of its field; `""` is the whole form."""
    refusal = attempt.refusal
    if refusal is None:
        return {}
    return {refusal.field or "": wording.say(refusal.phrase, language.current())}


def told(attempt: Attempt[Any]) -> str:
    """The refusal in the reader's words, for a screen that has no such field."""
    return " ".join(faults(attempt).values())
