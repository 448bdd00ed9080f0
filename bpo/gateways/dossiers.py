"""The collection dossier put into words: the whole file of a debtor on paper."""

from collections.abc import Mapping
from typing import Any

from bpo.domain.books.statements import LABELS, Line
from bpo.domain.insight import dossiers
from bpo.domain.insight.dossiers import Contacted, Dossier, Owed, Summary
from bpo.gateways import wording
from bpo.gateways.weekly.overview import KeyFigure
from bpo.gateways.weekly.voice import Voice
from bpo.kernel.text import Phrase

LONGEST = 400
"""Letters of one contact: the exact texts stay in the program."""


def page(told: Dossier, voice: Voice) -> dict[str, Any]:
    """What the template of the dossier needs, but for the frame around it."""
    return {
        "debtor": told.name,
        "identity": _identity(told, voice),
        "key_figures": key_figures(told.summary(), voice),
        "since": told.overdue_since and wording.day(told.overdue_since, voice.locale),
        "owed": [_owed(one, voice) for one in told.owed],
        "principal": voice.money(told.principal_cents),
        "charges": voice.money(told.summary().charges_cents),
        "total": voice.money(told.total_cents),
        "moves": [_move(line, voice) for line in told.moves],
        "contacts": [_contact(one, voice) for one in told.contacts],
        "promises": [
            (
                wording.day(one.made_on, voice.locale),
                wording.day(one.promised_for, voice.locale),
                voice.money(one.amount_cents),
                _named(dossiers.PROMISES, one.state, voice),
            )
            for one in told.promises
        ],
        "disputes": [
            (
                wording.day(one.opened_on, voice.locale),
                one.number,
                voice.phrase(one.grounds),
                _named(dossiers.DISPUTES, one.state, voice),
                wording.day(one.closed_on, voice.locale) if one.closed_on else "",
            )
            for one in told.disputes
        ],
        "agreements": [
            (
                wording.day(one.agreed_on, voice.locale),
                voice.money(one.total_cents),
                voice.money(one.paid_cents),
                _named(dossiers.AGREEMENTS, one.state, voice),
                wording.day(one.ended_on, voice.locale) if one.ended_on else "",
            )
            for one in told.agreements
        ],
        "documents": [
            (wording.day(one.day, voice.locale), one.name, one.number, one.digest[:16])
            for one in told.documents
        ],
    }


def headline(told: Summary, voice: Voice) -> tuple[str, str]:
    """Whose file it is and what is owed, in two sentences."""
    if not told.total_cents:
        return told.name, voice.say("Nothing is owed.")
    owes = voice.say(
        "Owes {total_cents} on {day}, late charges included.",
        total_cents=told.total_cents,
        day=told.as_of,
    )
    return told.name, owes


def key_figures(told: Summary, voice: Voice) -> tuple[KeyFigure, KeyFigure, KeyFigure]:
    """What is owed, what settles it, what was paid."""
    return (
        KeyFigure(
            voice.say("Open principal"),
            voice.money(told.principal_cents),
            voice.count("%(num)s invoice", "%(num)s invoices", told.receivables),
            "muted",
            "",
        ),
        KeyFigure(
            voice.say("Settles everything on the day"),
            voice.money(told.total_cents),
            _beside(told, voice),
            "muted",
            "",
        ),
        KeyFigure(
            voice.say("Paid so far"),
            voice.money(told.paid_cents),
            voice.count("%(num)s contact", "%(num)s contacts", told.contacts),
            "muted",
            "",
        ),
    )


def _beside(told: Summary, voice: Voice) -> str:
    """What makes the sum that settles all another one than the principal."""
    saved = told.principal_cents + told.charges_cents - told.total_cents
    parts = []
    if told.charges_cents or saved <= 0:
        parts.append(voice.say("late charges: {cents}", cents=voice.money(told.charges_cents)))
    if saved > 0:
        parts.append(voice.say("discounts: {cents}", cents=voice.money(saved)))
    return " · ".join(parts)


def _identity(told: Dossier, voice: Voice) -> list[tuple[str, str]]:
    lines = [
        (voice.say("CPF or CNPJ"), told.document),
        (voice.say("Customer number"), told.reference),
        (voice.say("Place"), told.place),
        *((_named(dossiers.CHANNELS, channel, voice), shown) for channel, shown in told.addresses),
    ]
    return [(name, value) for name, value in lines if value]


def _owed(one: Owed, voice: Voice) -> dict[str, Any]:
    told = one.due.steps[:-1]
    return {
        "number": one.number,
        "issued": wording.day(one.issued_on, voice.locale),
        "due": wording.day(one.due_on, voice.locale),
        "amount": voice.money(one.amount_cents),
        "principal": voice.money(one.due.principal_cents),
        "charges": voice.money(one.charges_cents),
        "total": voice.money(one.due.total_cents),
        "days": voice.number(one.due.days_late),
        "lines": " · ".join(voice.phrase(line) for line in told) if len(told) > 1 else "",
    }


def _move(line: Line, voice: Voice) -> dict[str, str]:
    move = line.move
    return {
        "day": wording.day(move.day, voice.locale),
        "what": _named(LABELS, move.kind, voice),
        "number": move.number,
        "text": move.text,
        "charged": voice.money(move.cents) if move.cents > 0 else "",
        "settled": voice.money(-move.cents) if move.cents < 0 else "",
        "charges": voice.money(move.charges_cents) if move.charges_cents else "",
        "balance": voice.money(line.balance_cents),
    }


def _contact(one: Contacted, voice: Voice) -> dict[str, str]:
    outcomes = ", ".join(_named(dossiers.OUTCOMES, word, voice) for word in one.outcomes)
    text = " ".join(one.text.split())
    return {
        "day": wording.day(one.day, voice.locale),
        "what": _named(dossiers.CHANNELS, one.channel, voice),
        "way": voice.say("from the debtor") if one.received else "",
        "outcome": outcomes,
        "text": text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "…",
    }


def _named(names: Mapping[str, Phrase], word: str, voice: Voice) -> str:
    """The name of a state; the stored word where there is none yet."""
    found = names.get(word)
    return voice.phrase(found) if found else word
