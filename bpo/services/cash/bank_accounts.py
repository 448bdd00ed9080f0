"""The bank accounts of a client company: opened by hand, corrected, closed and opened again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.cash import bank_accounts
from bpo.domain.cash.bank_accounts import Details
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.writing import sightings
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import BankAccount
from bpo.queries.cash import bank
from bpo.queries.people import repeats, workspaces
from bpo.services.people import audit

_WHOLE = ("workspace_id", "name", "bank", "branch", "number", "opened_by", "closed_at")


def open_one(actor: Actor, workspace_id: int, details: Details, *, now: datetime) -> BankAccount:
    """Say that an account exists and its statements are to come.

    Until its first statement nothing is known of it, so that no statement of another account makes
    payments fresh by itself. A form sent twice opens one. Raises BadInput, and Conflict for an
    account that is there.
    """
    plain = bank_accounts.checked(details)
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        row = BankAccount(workspace_id=workspace_id, opened_by=actor.user_id)
        _write(row, plain)
        if found := repeats.a_moment_ago(session, row, _WHOLE):
            return found
        _insist_on_new(bank.accounts(session, [workspace_id], closed=True), plain)
        session.add(row)
        _flush(session)
        _record(session, actor, row, "account.open", now)
    return row


def edit(
    actor: Actor,
    workspace_id: int,
    account_id: int,
    details: Details,
    *,
    now: datetime,
    seen: Details | None = None,
) -> BankAccount:
    """Correct of an account what is another than was `seen`; its lines stay with it.

    A statement finds its account by these numbers. Raises BadInput, and Conflict for the numbers of
    another account and for what another person has corrected too.
    """
    plain = bank_accounts.checked(details)
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, account_id)
        before = Details(row.name, row.bank, row.branch, row.number)
        plain = sightings.merged(seen and bank_accounts.tidy(seen), plain, before)
        if plain == before:
            return row
        others = bank.accounts(session, [workspace_id], closed=True)
        _insist_on_new([one for one in others if one.id != account_id], plain)
        _write(row, plain)
        _flush(session)
        _record(session, actor, row, "account.edit", now)
    return row


def close(actor: Actor, workspace_id: int, account_id: int, *, now: datetime) -> BankAccount:
    """Take in nothing more of an account, nor wait for it; what it told stays as it is.

    Raises Conflict for one that is closed.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, account_id)
        if row.closed_at:
            raise Conflict("This account is closed already")
        row.closed_at = now
        _record(session, actor, row, "account.close", now)
    return row


def reopen(actor: Actor, workspace_id: int, account_id: int, *, now: datetime) -> BankAccount:
    """Wait for the statements of an account again. Raises Conflict for one that is open."""
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, account_id)
        if row.closed_at is None:
            raise Conflict("This account is open already")
        row.closed_at = None
        _record(session, actor, row, "account.reopen", now)
    return row


def _held(session: Session, workspace_id: int, account_id: int) -> BankAccount:
    row = session.get(
        BankAccount, (workspace_id, account_id), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFound("There is no such account")
    return row


def _insist_on_new(others: Sequence[BankAccount], said: Details) -> None:
    if bank_accounts.find(others, said.bank, said.branch, said.number):
        raise _there_already()


def _flush(session: Session) -> None:
    """Write it down; somebody else, or a statement, may have been first."""
    try:
        session.flush()
    except IntegrityError:
        raise _there_already() from None


def _there_already() -> Conflict:
    return Conflict("This account is there already", field="number")


def _write(row: BankAccount, said: Details) -> None:
    row.name, row.bank, row.branch, row.number = said.name, said.bank, said.branch, said.number


def _record(session: Session, actor: Actor, row: BankAccount, action: str, now: datetime) -> None:
    audit.record(
        session, actor, row.workspace_id, action, now=now, subject=("bank_account", row.id),
        name=row.name, bank=row.bank, branch=row.branch, number=row.number,
    )  # fmt: skip
