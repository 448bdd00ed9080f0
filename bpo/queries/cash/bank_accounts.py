"""Reading the bank accounts of companies: how fresh each is, and what it has told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bpo.domain.reminders import contact
from bpo.kernel import clock
from bpo.models import BankAccount, BankLine, Import, Workspace
from bpo.queries.cash import bank
from bpo.queries.reminders import contact_gates

TAKEN_BACK = "%~%"
"""How the key of a line looks whose file was undone."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An account, and whether what is known of it is recent enough to write to debtors."""

    account: BankAccount
    is_fresh: bool
    today: date


@dataclass(frozen=True, slots=True)
class Told:
    """What an account has told: lines since a day, in so many files, the latest of them.

    `waiting` credits of `waiting_cents` are not anybody's yet.
    """

    lines: int = 0
    since: date | None = None
    files: int = 0
    waiting: int = 0
    waiting_cents: int = 0
    latest: Import | None = None


def fresh(
    session: Session, places: Sequence[Workspace], now: datetime, *, closed: bool = False
) -> list[Fresh]:
    """The open accounts of some workspaces, the longest without news first; `closed`: those too.

    By the days and the calendar of each company, as the gate of its reminders.
    """
    rows = bank.accounts(session, [place.id for place in places], closed=closed)
    if not rows:
        return []
    rules = contact_gates.rules(session, places)
    days = {place.id: clock.local_day(now, place.time_zone) for place in places}
    return [
        Fresh(
            row,
            contact.is_fresh(row.known_until, days[row.workspace_id], *rules[row.workspace_id]),
            days[row.workspace_id],
        )
        for row in rows
    ]


def told(session: Session, workspace_id: int) -> dict[int, Told]:
    """What each account of a workspace has told, by its id, in two queries."""
    waiting, left = BankLine.state == "open", BankLine.amount_cents - BankLine.placed_cents
    query: Any = (
        select(
            BankLine.account_id,
            func.count(),
            func.min(BankLine.on_day),
            func.count(BankLine.import_id.distinct()),
            func.count().filter(waiting),
            func.coalesce(func.sum(left).filter(waiting), 0),
            func.max(BankLine.import_id),
        )
        .where(
            BankLine.workspace_id == workspace_id,
            BankLine.account_id.is_not(None),
            BankLine.key.not_like(TAKEN_BACK),
        )
        .group_by(BankLine.account_id)
    )
    rows = session.execute(query).all()
    files = _files(session, workspace_id, [row[-1] for row in rows if row[-1]])
    return {
        number: Told(lines, since, count, open_lines, int(cents), files.get(last))
        for number, lines, since, count, open_lines, cents, last in rows
    }


def _files(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, Import]:
    query = select(Import).where(Import.workspace_id == workspace_id, Import.id.in_(list(ids)))
    return {row.id: row for row in session.scalars(query)}
