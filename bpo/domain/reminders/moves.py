"""Why a contact was moved or waits, from when until when: as stored beside it, and in words.

A stored line is `code`, `code@day` (the day that the reason points to, see `reasons.Reason`) or
`code@from>to` with two instants in UTC; lines are joined by commas.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from bpo.domain.reminders import reasons
from bpo.domain.reminders.reasons import Code, Reason
from bpo.kernel.text import Phrase

MOST = 8
"""So many moves are kept of a contact; the first stays, so that one sees when it was due."""


class Move(NamedTuple):
    """Why a contact does not go when it was due. `on`: the day that the reason points to; `since`
    and `until`: the instants (UTC) from and to which it was moved when it should have left."""

    code: Code
    on: date | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def reason(self) -> Reason:
        """As planning gives it."""
        return Reason(self.code, "", self.on)


def written(found: Sequence[Reason]) -> str | None:
    """The reasons of a plan as they are stored, each once; None for none."""
    if not found:
        return None
    lines = [
        f"{one.code.value}@{one.on.isoformat()}" if one.on else one.code.value for one in found
    ]
    return ",".join(dict.fromkeys(lines))


def read(stored: str | None) -> list[Move]:
    """The moves of a stored line, in order; what cannot be read is left out."""
    found = (_move(line) for line in (stored or "").split(",") if line)
    return [one for one in found if one is not None]


def postponed(stored: str | None, code: Code, since: datetime, until: datetime) -> str:
    """The stored line with one more move; the same reason again only moves its end."""
    known = read(stored)
    if known and known[-1].code is code and known[-1].since is not None:
        known[-1] = known[-1]._replace(until=until)
    else:
        known.append(Move(code, None, since, until))
    kept = [*known[:1], *known[1:][-(MOST - 1) :]]
    return ",".join(_line(one) for one in kept)


def phrase(move: Move) -> Phrase:
    """A move in words, with its two instants or the day it points to."""
    if move.since is not None and move.until is not None:
        return Phrase(
            "{reason}: from {since} to {until}",
            reason=reasons.phrase(move.code),
            since=move.since,
            until=move.until,
        )
    return reasons.phrase(move.reason)


def worth_saying(moves: Sequence[Move]) -> list[Move]:
    """Those about the contact itself, not why another channel of the step is not used."""
    return [one for one in moves if one.code not in reasons.UNREACHABLE]


def _line(move: Move) -> str:
    if move.since is not None and move.until is not None:
        return f"{move.code.value}@{_instant(move.since)}>{_instant(move.until)}"
    return f"{move.code.value}@{move.on.isoformat()}" if move.on else move.code.value


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _move(line: str) -> Move | None:
    word, _, when = line.partition("@")
    if word not in list(Code):
        return None
    since, _, until = when.partition(">")
    plain = Move(Code(word))
    try:
        if until:
            begins, ends = (datetime.fromisoformat(text) for text in (since, until))
            return plain._replace(since=begins, until=ends)
        return plain._replace(on=date.fromisoformat(since)) if since else plain
    except ValueError:
        return plain
