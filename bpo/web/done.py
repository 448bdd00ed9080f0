"""What was done for a client company, told one by one: for the staff and for the client alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.insight import dossiers
from bpo.gateways import wording
from bpo.kernel import text
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.queries.insight import done
from bpo.queries.insight.done import Deed
from bpo.web import figures, forms, language
from bpo.web.office.people import lists

SIZE = 100
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a list is told: its name, and the name of each column that it has."""

    name: Phrase
    day: Phrase
    cents: Phrase | None = None
    word: Phrase | None = None
    words: Mapping[str, Phrase] | None = None
    until: Phrase | None = None
    number: Phrase | None = None


_CHANNEL = Phrase("Channel")
KINDS = {
    "reminders": Kind(
        Phrase("Reminders sent"), Phrase("Sent on"), Phrase("About"), _CHANNEL, dossiers.CHANNELS
    ),
    "contacted": Kind(
        Phrase("Debtors contacted"), Phrase("Last contact"), number=Phrase("Contacts")
    ),
    "calls": Kind(Phrase("Calls made"), Phrase("Made on")),
    "promises": Kind(
        Phrase("Promises made"),
        Phrase("Made on"),
        Phrase("Promised"),
        Phrase("State"),
        dossiers.PROMISES,
        Phrase("Promised for"),
    ),
    "ended": Kind(
        Phrase("Promises that ended"),
        Phrase("Ended on"),
        Phrase("Promised"),
        Phrase("How it ended"),
        dossiers.PROMISES,
        Phrase("Promised for"),
    ),
    "agreements": Kind(
        Phrase("Agreements closed"),
        Phrase("Agreed on"),
        Phrase("Total"),
        Phrase("State"),
        dossiers.AGREEMENTS,
    ),
    "unconfirmed": Kind(
        Phrase("Deliveries not confirmed"),
        Phrase("Day"),
        Phrase("About"),
        _CHANNEL,
        dossiers.CHANNELS,
    ),
    "payments": Kind(
        Phrase("Payments received"),
        Phrase("Paid on"),
        Phrase("Received"),
        Phrase("What"),
        {"payment": Phrase("Payment"), "reversal": Phrase("Payment undone")},
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A list of what was done from `first` to `last`."""

    key: str
    kind: Kind
    first: date
    last: date
    deeds: Sequence[Deed]

    @property
    def counts(self) -> list[tuple[Phrase, int]]:
        """What the list counts, by name."""
        if self.key == "ended":
            kept = sum(deed.word == KEPT for deed in self.deeds)
            return [
                (Phrase("Promises kept"), kept),
                (Phrase("Promises not kept"), len(self.deeds) - kept),
            ]
        if self.key == "payments":
            return [(self.kind.name, sum(deed.number for deed in self.deeds))]
        return [(self.kind.name, len(self.deeds))]

    @property
    def cents(self) -> int:
        """What its amounts come to."""
        return sum(deed.cents or 0 for deed in self.deeds)


def found(key: str) -> Found:
    """The list that the address asks for: from `since`, or Monday, to the day of the position."""
    if key not in KINDS:
        raise NotFound("There is no such figure")
    place = figures.position()
    since = forms.attempt(lambda: forms.asked().day("since")).result
    first = min(since or place.week.first, place.as_of)
    deeds = done.of(db.session(), g.workspace, key, first, place.as_of)
    return Found(key, KINDS[key], first, place.as_of, deeds)


def page(key: str) -> dict[str, Any]:
    """What the page of a list needs."""
    told = found(key)
    last = max(-(-len(told.deeds) // SIZE), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), last)
    return {
        "found": told,
        "deeds": told.deeds[(number - 1) * SIZE : number * SIZE],
        "number": number,
        "size": SIZE,
    }


def table(key: str) -> Response:
    """The same as rows."""
    told = found(key)
    kind = told.kind
    columns = (
        (kind.day, lambda deed: deed.day),
        (kind.word, lambda deed: _word(kind, deed)),
        (kind.until, lambda deed: deed.until),
        (kind.number, lambda deed: deed.number),
        (kind.cents, lambda deed: lists.amount(deed.cents)),
    )
    shown = [(name, value) for name, value in columns if name]
    head = [_("Debtor"), *(_say(name) for name, _value in shown)]
    rows = ([deed.debtor_name, *(value(deed) for _name, value in shown)] for deed in told.deeds)
    return lists.spreadsheet(text.slug(_say(kind.name)), head, rows)


def _word(kind: Kind, deed: Deed) -> str:
    name = (kind.words or {}).get(deed.word)
    return _say(name) if name else deed.word


def _say(phrase: Phrase) -> str:
    return wording.say(phrase, language.current())
