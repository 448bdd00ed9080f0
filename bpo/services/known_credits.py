"""Credits of a statement that are known by other means, and would be counted twice."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bpo.domain.reconciliation import Book, Credit
from bpo.models import BankLine, BankMatch, Payment
from bpo.queries import bank

NEAR = timedelta(days=1)
"""A statement may tell a payment one day after it was recorded."""
ALREADY_RECORDED = "recorded"
COLLECTED = "collected"


def set_aside(
    session: Session, workspace_id: int, credits: Sequence[Credit], book: Book
) -> set[int]:
    """Set aside credits of statements that are known by other means; returns their ids.

    A payment of the same amount on the same day or the day before, unless the bank names another
    debtor, each for one line at most; and the sum of the boletos that a return file credits.
    """
    sources = bank.sources(session, workspace_id, [credit.id for credit in credits])
    mine = [one for one in credits if sources[one.id] == "ofx" and not one.by_hand]
    if not mine:
        return set()
    recorded = _recorded(session, workspace_id, mine, book)
    sums = _collected(session, workspace_id, mine)
    collected = {
        one.id for one in mine if one.id not in recorded and one.amount_cents in sums[one.on]
    }
    for reason, ids in ((ALREADY_RECORDED, recorded), (COLLECTED, collected)):
        if ids:
            session.execute(
                update(BankLine)
                .where(BankLine.workspace_id == workspace_id, BankLine.id.in_(ids))
                .values(state="aside", aside_reason=reason)
            )
    return recorded | collected


def _recorded(
    session: Session, workspace_id: int, credits: Sequence[Credit], book: Book
) -> set[int]:
    since = min(credit.on for credit in credits) - NEAR
    known = bank.unmatched_payments(session, workspace_id, since)
    rows: list[dict[str, Any]] = []
    for credit in credits:
        named = book.identified(credit)
        near = [
            one
            for one in known[credit.amount_cents]
            if credit.on - NEAR <= one.paid_on <= credit.on
            and (not named or one.debtor_id in named)
        ]
        if near:
            best = max(near, key=lambda one: (one.paid_on, -one.id))
            known[credit.amount_cents].remove(best)
            rows.append(
                {
                    "workspace_id": workspace_id,
                    "line_id": credit.id,
                    "payment_id": best.id,
                    "by_machine": True,
                    "linked": True,
                }
            )
    if rows:
        session.execute(insert(BankMatch), rows)
    return {row["line_id"] for row in rows}


def _collected(
    session: Session, workspace_id: int, credits: Sequence[Credit]
) -> defaultdict[date, set[int]]:
    """What return files credit on each day, in centavos."""
    days = {credit.on for credit in credits}
    sums: dict[date, int] = defaultdict(int)
    query = select(BankLine.on_day, BankLine.amount_cents).where(
        BankLine.workspace_id == workspace_id,
        BankLine.source == "cnab",
        BankLine.state.in_(("open", "matched")),
        BankLine.on_day.in_(days | {day - NEAR for day in days}),
    )
    for day, cents in session.execute(query):
        sums[day] += cents
    found: defaultdict[date, set[int]] = defaultdict(set)
    for day in days:
        found[day] = {sums[near] for near in (day, day - NEAR) if sums.get(near)}
    return found


def reopen_reversed(session: Session, workspace_id: int, now: datetime) -> None:
    """Credits whose payment was undone elsewhere wait again, for a person."""
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
            .values(state="open", by_hand=True, aside_reason=None)
        )
