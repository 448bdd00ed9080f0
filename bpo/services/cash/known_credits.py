"""Credits that are known by other means, and would be counted twice.

Statements, return files and notices of Pix tell the same money, in any order, and people record it
before any of them. So a payment is one line at most of each source.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bpo.domain.cash import recognition
from bpo.domain.cash.reconciliation import Book, Credit
from bpo.kernel.calendar import Calendar
from bpo.models import BankLine, BankMatch, Payment
from bpo.queries.cash import bank, bank_known
from bpo.queries.people import workspaces
from bpo.services.cash import suspense

ALREADY_RECORDED = "recorded"
COLLECTED = "collected"

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Near:
    """Days that may be one: a bank tells what it did on the business day before or after."""

    calendar: Calendar

    def before(self, day: date) -> date:
        """The last business day before a day."""
        return self.calendar.preceding(day - _DAY)

    def after(self, day: date) -> date:
        """The first business day after a day."""
        return self.calendar.following(day + _DAY)

    def holds(self, paid_on: date, told_on: date, source: str) -> bool:
        """Whether a payment of one day may be what a source tells of another.

        A statement is never ahead of the payment; the others may be a day ahead of the statement
        from which it was recorded.
        """
        latest = told_on if source == "ofx" else self.after(told_on)
        return self.before(told_on) <= paid_on <= latest


def near(session: Session, workspace_id: int) -> Near:
    """What a workspace's calendar says of neighbouring days."""
    workspace = workspaces.by_id(session, workspace_id)
    assert workspace
    return Near(workspaces.calendar(session, workspace))


def set_twins_aside(
    session: Session, workspace_id: int, credits: Iterable[Credit], *, now: datetime
) -> None:
    """Set aside what other sources tell of credits that a person has just decided on.

    Until then they wait in the queue, and could be taken for money of their own.
    """
    days = {credit.on for credit in credits}
    if not days:
        return
    here = near(session, workspace_id)
    ids = bank_known.open_lines_about(session, workspace_id, days, here.calendar)
    waiting = bank.credits(session, workspace_id, ids) if ids else []
    if waiting:
        book = bank.book(session, workspace_id)
        set_aside(session, workspace_id, waiting, book, here, now)


def told_before(
    session: Session, workspace_id: int, days: set[date], book: Book, near: Near, now: datetime
) -> set[int]:
    """Set aside what a statement had told before another source said whose it is."""
    ids = bank_known.open_statement_lines(session, workspace_id, days, near.calendar)
    waiting = bank.credits(session, workspace_id, ids) if ids else []
    return set_aside(session, workspace_id, waiting, book, near, now)


def set_aside(
    session: Session,
    workspace_id: int,
    credits: Sequence[Credit],
    book: Book,
    near: Near,
    now: datetime,
) -> set[int]:
    """Set aside credits that are known by other means; returns their ids.

    That is a payment of the same amount about the same day by the debtor whom the bank names (a
    statement that names nobody is taken at its amount), and the sum of the boletos that a return
    file credits. What a person has parted from a payment is never joined to one X
    """
    sources = bank.sources(session, workspace_id, [credit.id for credit in credits])
    parted = bank_known.parted(session, workspace_id, [one.id for one in credits if one.by_hand])
    mine = [one for one in credits if one.id not in parted]
    recorded = _recorded(session, workspace_id, mine, sources, book, near)
    lumps = [
        one
        for one in mine
        if sources[one.id] == "ofx" and one.id not in recorded and not book.identified(one)
    ]
    collected = _collected(session, workspace_id, lumps, near)
    for reason, ids in ((ALREADY_RECORDED, recorded), (COLLECTED, collected)):
        if ids:
            session.execute(
                update(BankLine)
                .where(BankLine.workspace_id == workspace_id, BankLine.id.in_(ids))
                .values(state="aside", aside_reason=reason)
            )
    if known := recorded | collected:
        suspense.forget(session, workspace_id, sorted(known))
        suspense.release_holds(session, workspace_id, known, now)
    return recorded | collected


def _recorded(
    session: Session,
    workspace_id: int,
    credits: Sequence[Credit],
    sources: Mapping[int, str],
    book: Book,
    near: Near,
) -> set[int]:
    if not credits:
        return set()
    since = near.before(min(credit.on for credit in credits))
    cents = {credit.amount_cents for credit in credits}
    known = bank_known.standing(session, workspace_id, since, cents)
    pairs = [
        (-rank, abs((one.paid_on - credit.on).days), credit.id, one.id)
        for credit in credits
        for one in known[credit.amount_cents]
        if sources[credit.id] not in one.told_by
        and near.holds(one.paid_on, credit.on, sources[credit.id])
        and (
            rank := recognition.recognises(
                book, credit, one, names_only=sources[credit.id] != "ofx"
            )
        )
    ]
    found: dict[int, int] = {}
    used: set[tuple[str, int]] = set()
    for _, _, line_id, payment_id in sorted(pairs):
        key = (sources[line_id], payment_id)
        if line_id not in found and key not in used:
            found[line_id] = payment_id
            used.add(key)
    parts = bank_known.parts(session, workspace_id, found.values())
    rows = [
        _link(workspace_id, line_id, number, part)
        for line_id, payment_id in found.items()
        for part, number in enumerate(parts.get(payment_id, (payment_id,)), 1)
    ]
    if rows:
        session.execute(insert(BankMatch), rows)
    return set(found)


def _link(workspace_id: int, line_id: int, payment_id: int, part: int) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "line_id": line_id,
        "payment_id": payment_id,
        "part": part,
        "by_machine": True,
        "linked": True,
    }


def _collected(
    session: Session, workspace_id: int, credits: Sequence[Credit], near: Near
) -> set[int]:
    """Credits that are the sum of what return files told that day or the one before, each once."""
    if not credits:
        return set()
    days = {credit.on for credit in credits}
    days |= {near.before(day) for day in days}
    sums: dict[date, int] = defaultdict(int)
    for day, cents in bank_known.returned(session, workspace_id, days):
        sums[day] += cents
    left = Counter(sums.values())
    left.subtract(bank_known.collected(session, workspace_id, days, COLLECTED))
    return set(_lumps(credits, sums, left, near))


def _lumps(
    credits: Sequence[Credit], sums: Mapping[date, int], left: Counter[int], near: Near
) -> Iterator[int]:
    for one in credits:
        told = {sums.get(one.on), sums.get(near.before(one.on))}
        if one.amount_cents in told and left[one.amount_cents] > 0:
            left[one.amount_cents] -= 1
            yield one.id


def reopen_reversed(session: Session, workspace_id: int, now: datetime) -> Sequence[int]:
    """Let credits whose payment was undone elsewhere wait for a person again; their ids."""
    undone = select(Payment.reverses_id).where(
        Payment.workspace_id == workspace_id, Payment.reverses_id.is_not(None)
    )
    lines = session.scalars(
        update(BankMatch)
        .where(
            BankMatch.workspace_id == workspace_id,
            BankMatch.undone_at.is_(None),
            BankMatch.payment_id.in_(undone),
        )
        .values(undone_at=now)
        .returning(BankMatch.line_id)
    ).all()
    if lines:
        session.execute(
            update(BankLine)
            .where(BankLine.workspace_id == workspace_id, BankLine.id.in_(lines))
            .values(state="open", by_hand=True, aside_reason=None, placed_cents=0)
        )
    return lines
