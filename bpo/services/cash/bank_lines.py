"""Taking in what a bank tells: statements, return files and notices become lines, each once.

`take_statement` and `take_return` are called by whoever holds the transaction (an import); they
store what is new and match it at once. What another file has told already changes nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.domain.cash import bank_accounts
from bpo.formats.cnab import Event, ReturnFile
from bpo.formats.ofx import Account, Extract, Movement, Statement
from bpo.kernel.actor import Actor
from bpo.models import BankAccount, BankLine
from bpo.queries.cash import bank
from bpo.services.cash import reconciling

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file's lines. `applied` were new; `matched` of them settled something.

    `known_until`: the day through which all accounts of the workspace are known now, None when a
    file of this kind does not say. `left`: movements of accounts that are closed, not taken.
    """

    applied: int
    unchanged: int
    matched: int
    suggested: int
    known_until: date | None = None
    left: int = 0


def take_statement(
    session: Session,
    actor: Actor,
    workspace_id: int,
    extract: Extract,
    import_id: int | None,
    *,
    today: date,
    now: datetime,
) -> Taken:
    """Store the movements of an OFX file that are new, and match the credits among them.

    Debits and zeros are kept too, as information. Files that overlap add what each tells alone.
    Of an account that is closed nothing is taken.
    """
    accounts = _accounts(session, workspace_id, extract, today)
    open_ids = [
        (one, accounts.get(Account(one.bank, one.branch, one.account))) for one in extract.movements
    ]
    rows = [_movement(workspace_id, one, number) for one, number in open_ids if number]
    taken = _take(session, actor, workspace_id, rows, import_id, today=today, now=now)
    until = bank.known_until(session, workspace_id) if accounts else None
    return replace(taken, known_until=until, left=len(extract.movements) - len(rows))


def take_return(
    session: Session,
    actor: Actor,
    workspace_id: int,
    told: ReturnFile,
    import_id: int | None,
    *,
    today: date,
    now: datetime,
) -> Taken:
    """Store the events of a CNAB return file that are new, and match the payments among them."""
    day = told.created or today
    rows = [_event(workspace_id, one, day) for one in told.events]
    return _take(session, actor, workspace_id, rows, import_id, today=today, now=now)


def take_notices(
    session: Session,
    actor: Actor,
    workspace_id: int,
    rows: Sequence[dict[str, Any]],
    *,
    today: date,
    now: datetime,
) -> Taken:
    """Store Pix notices that are new, each known by its endToEndId, and match them."""
    return _take(session, actor, workspace_id, list(rows), None, today=today, now=now)


def _take(
    session: Session,
    actor: Actor,
    workspace_id: int,
    rows: list[dict[str, Any]],
    import_id: int | None,
    *,
    today: date,
    now: datetime,
) -> Taken:
    new: list[int] = []
    for start in range(0, len(rows), _CHUNK):
        new += _store(session, rows[start : start + _CHUNK], import_id)
    done = reconciling.run(session, actor, workspace_id, new, today=today, now=now)
    return Taken(len(new), len(rows) - len(new), done.matched, done.suggested)


def _store(session: Session, rows: Iterable[dict[str, Any]], import_id: int | None) -> list[int]:
    values = [row | {"import_id": import_id} for row in rows]
    statement = (
        insert(BankLine)
        .values(values)
        .on_conflict_do_nothing(index_elements=["workspace_id", "key"])
        .returning(BankLine.id)
    )
    return list(session.scalars(statement))


def _accounts(
    session: Session, workspace_id: int, extract: Extract, today: date
) -> dict[Account, int]:
    """The ids of the open accounts in a file, each moved on to the day its statement ends."""
    known = bank.accounts(session, [workspace_id], closed=True)
    found: dict[Account, int] = {}
    for one in extract.statements:
        told = one.account
        before = bank_accounts.find(known, told.bank.lstrip("0"), told.branch, told.number)
        if before is None or before.closed_at is None:
            found[told] = _moved_on(session, workspace_id, one, before, today)
    return found


def _moved_on(
    session: Session, workspace_id: int, one: Statement, before: BankAccount | None, today: date
) -> int:
    """An account, known through the day that its statement ends; opened where it is new."""
    written = before or BankAccount(
        bank=one.account.bank.lstrip("0"), branch=one.account.branch, number=one.account.number
    )
    row = insert(BankAccount).values(
        workspace_id=workspace_id,
        bank=written.bank,
        branch=written.branch,
        number=written.number,
        known_until=min(one.until, today) if one.until else None,
        balance_cents=one.balance_cents,
    )
    statement = row.on_conflict_do_update(
        index_elements=["workspace_id", "bank", "branch", "number"],
        set_={
            "known_until": func.greatest(BankAccount.known_until, row.excluded.known_until),
            "balance_cents": func.coalesce(row.excluded.balance_cents, BankAccount.balance_cents),
        },
    ).returning(BankAccount.id)
    return session.scalars(statement).one()


def _movement(workspace_id: int, one: Movement, account_id: int) -> dict[str, Any]:
    return _row(
        workspace_id,
        "ofx",
        ("ofx", one.bank.lstrip("0"), one.branch, *one.identity),
        account_id=account_id,
        state="open" if one.amount_cents > 0 else "info",
        on_day=one.date,
        amount_cents=one.amount_cents,
        kind=one.type[:40],
        memo=one.memo[:500],
        payer_name=(one.name if one.name != one.memo else "")[:200],
    )


def _event(workspace_id: int, one: Event, created: date) -> dict[str, Any]:
    return _row(
        workspace_id,
        "cnab",
        ("cnab", *one.identity),
        state="open" if one.is_payment and one.paid_cents > 0 else "info",
        on_day=one.event_date or one.credit_date or created,
        amount_cents=one.paid_cents,
        title_cents=one.title_cents or None,
        kind=one.occurrence,
        payer_name=one.payer_name[:200],
        payer_document=one.payer_document.lstrip("0"),
        bank_reference=one.bank_reference,
        creditor_reference=one.creditor_reference,
        due_date=one.due_date,
    )


def row_of_pix(workspace_id: int, end_to_end_id: str, **columns: Any) -> dict[str, Any]:
    """A line of a Pix that arrived; its endToEndId is its identity."""
    return _row(workspace_id, "pix", ("pix", end_to_end_id), state="open", kind="PIX", **columns)


_EMPTY: dict[str, Any] = {
    "account_id": None,
    "title_cents": None,
    "memo": "",
    "payer_name": "",
    "payer_document": "",
    "txid": "",
    "bank_reference": "",
    "creditor_reference": "",
    "due_date": None,
}


def _row(
    workspace_id: int, source: str, identity: tuple[object, ...], **columns: Any
) -> dict[str, Any]:
    key = hashlib.sha256("\x1f".join(map(str, identity)).encode()).hexdigest()
    return _EMPTY | {"workspace_id": workspace_id, "source": source, "key": key} | columns
