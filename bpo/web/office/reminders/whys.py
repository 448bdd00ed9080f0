"""Why a contact was moved, or not made, in words: beside it on every screen that shows it."""

from collections.abc import Iterable, Sequence
from datetime import date

from bpo.domain.reminders import moves, reasons
from bpo.domain.reminders.reasons import Code, Reason
from bpo.kernel.text import Phrase


def moved(stored: str | None) -> list[Phrase]:
    """Why a contact goes when it goes, from when to when: one sentence a move."""
    return [moves.phrase(one) for one in moves.worth_saying(moves.read(stored))]


def said(why: Iterable[Reason]) -> tuple[Phrase, ...]:
    """Each reason once, in words."""
    return tuple(dict.fromkeys(reasons.phrase(reason) for reason in why))


def silence(codes: Sequence[str], days: Sequence[date | None] | None) -> tuple[Phrase, ...]:
    """The stored reasons of a silence, each with the day it points to."""
    known = list(Code)
    pairs = zip(codes, days or [None] * len(codes), strict=False)
    return said(Reason(Code(code), "", day) for code, day in pairs if code in known)


def remark(why: Iterable[Reason]) -> Phrase | None:
    """What is worth saying of a contact that is made; not why another channel is not used."""
    worth = [reason for reason in why if reason.code not in reasons.UNREACHABLE]
    return reasons.phrase(worth[0]) if worth else None
