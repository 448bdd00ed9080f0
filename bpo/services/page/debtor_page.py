"""The debtor's own page: opened by a signed link, proved by a second factor, read and paid from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bpo.db import acting_as, db, unit_of_work
from bpo.domain.cash import pix_references
from bpo.domain.cash.pix_references import Reference
from bpo.domain.intake import proofs
from bpo.domain.intake.proofs import Question
from bpo.domain.people.links import Purpose, expiry
from bpo.domain.reminders import contact, contact_rules
from bpo.domain.reminders.contact_rules import Rules
from bpo.formats import brcode
from bpo.gateways.signing import Signer
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.models import Debtor, Workspace
from bpo.queries.books.receivables import Due
from bpo.queries.page import debtor_page
from bpo.queries.page.debtor_page import Statement
from bpo.queries.people import debtors, links, workspaces
from bpo.services.people import audit, visits
from bpo.services.people import links as issuing
from bpo.services.people.visits import DOOR, Closed, Visitor

ONE_VISIT = timedelta(minutes=30)
"""Openings from one network address within this time are one visit in the trail."""
_PIX_CURRENCY = "BRL"
_NO_CITY = "Brasil"
_PHONES = frozenset({"phone", "whatsapp"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody at the page, and what to ask of them; no question: a person must help."""

    visitor: Visitor
    question: Question | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an answer; `locked`: too many wrong ones, no more are heard for now."""

    arrival: Arrival
    right: bool
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """All that a proved debtor sees: the statement, a Pix code for the total, and the way out.

    `stop_token` opens the page that stops e-mails.
    """

    visitor: Visitor
    statement: Statement
    pix: str | None
    stop_token: str | None


def arrive(
    token: str, *, signer: Signer, address: str | None, now: datetime, noted: bool = True
) -> Arrival | Closed:
    """Open the page of a link; the trail keeps one entry for each visit that is `noted`."""
    with unit_of_work(DOOR) as session:
        visitor = _enter(session, signer, token, address, now)
        if isinstance(visitor, Closed):
            return visitor
        with acting_as(visitor.actor):
            if noted:
                _note_opening(session, visitor, now)
            return Arrival(visitor, _question(session, visitor))


def prove(
    token: str, typed: str, *, signer: Signer, address: str | None, now: datetime
) -> Answer | Closed:
    """Check an answer to the question of a link; right and wrong ones are kept in the trail.

    The debtor's row is held, so that guesses wait for one another and are counted.
    """
    with unit_of_work(DOOR) as session:
        visitor = _enter(session, signer, token, address, now)
        if isinstance(visitor, Closed):
            return visitor
        with acting_as(visitor.actor):
            debtors.locked(session, visitor.workspace.id, visitor.debtor.id)
            arrival = Arrival(visitor, _question(session, visitor))
            if _is_locked(session, visitor, now):
                return Answer(arrival, right=False, locked=True)
            right = arrival.question is not None and proofs.is_right(arrival.question, typed)
            _record(session, visitor, "debtor.proved" if right else "debtor.refused", now)
            if right:
                _ensure_way_out(session, visitor, now)
            return Answer(arrival, right)


def account(visitor: Visitor, *, signer: Signer, now: datetime) -> Account:
    """The account of a proved visitor on the workspace's day; reads only."""
    workspace, debtor = visitor.workspace, visitor.debtor
    with acting_as(visitor.actor):
        session = db.session()
        found = statement(session, workspace, debtor, now)
        out = links.live(session, Purpose.UNSUBSCRIBE, debtor.id, workspace.id)
    return Account(
        visitor,
        found,
        pix_for_all(workspace, debtor.id, found),
        signer.token(out.id, Purpose.UNSUBSCRIBE.value) if out else None,
    )


def statement(session: Session, workspace: Workspace, debtor: Debtor, now: datetime) -> Statement:
    """The account of a debtor on the workspace's day; what is too old to collect is left out."""
    day = clock.local_day(now, workspace.time_zone)
    own = workspaces.contact_rules(session, workspace.id)
    rules = contact_rules.from_json(own.rules) if own else Rules()
    barred = contact.barred_before(day, rules.limitation_years)
    return debtor_page.statement(session, debtor, day, barred_before=barred)


def one(account: Account, receivable_id: int) -> Due:
    """One payable receivable of the account; raises NotFound for whatever is not in it."""
    found = account.statement.payable(receivable_id)
    if found is None:
        raise NotFound("This invoice is not open on this account")
    return found


def pix_for_all(workspace: Workspace, debtor_id: int, statement: Statement) -> str | None:
    """The Pix code for all that is due; that of the receivable itself when there is only one."""
    if len(statement.due) == 1:
        return pix_for_one(workspace, statement, statement.due[0])
    reference = Reference(pix_references.Kind.DEBTOR, debtor_id, statement.day)
    return pix(workspace, statement, statement.total_cents, reference)


def pix_for_one(workspace: Workspace, statement: Statement, due: Due) -> str | None:
    """The Pix code for one receivable: of the bank's charge, which counts the day by itself, or one
    with the amount of the day."""
    if statement.offers_pix and due.row.id in statement.codes:
        return statement.codes[due.row.id]
    reference = Reference(pix_references.Kind.RECEIVABLE, due.row.id, due.amount.day)
    return pix(workspace, statement, due.amount.total_cents, reference)


def pix(workspace: Workspace, statement: Statement, cents: int, reference: Reference) -> str | None:
    """A Pix code for an amount in centavos; None where the creditor takes no Pix."""
    if not statement.offers_pix or not workspace.pix_key or cents <= 0:
        return None
    if workspace.currency != _PIX_CURRENCY:
        return None
    return brcode.static(
        workspace.pix_key,
        workspace.legal_name,
        workspace.city or _NO_CITY,
        cents,
        reference.txid,
    )


def _enter(
    session: Session, signer: Signer, token: str, address: str | None, now: datetime
) -> Visitor | Closed:
    purpose = Purpose.DEBTOR_PAGE
    return visits.enter(session, signer, token, purpose, address=address, now=now)


def _question(session: Session, visitor: Visitor) -> Question | None:
    workspace_id, debtor = visitor.workspace.id, visitor.debtor
    phones = [
        reach.contact.address
        for reach in debtors.contacts(session, workspace_id, debtor.id)
        if reach.contact.channel in _PHONES and reach.contact.status == "valid"
    ]
    numbers = debtor_page.open_numbers(session, workspace_id, debtor.id)
    return proofs.question(debtor.document, phones, numbers)


def _is_locked(session: Session, visitor: Visitor, now: datetime) -> bool:
    since = now - proofs.REFUSALS_COUNT_FOR
    found = debtor_page.refusals(
        session, visitor.workspace.id, visitor.debtor.id, visitor.link_id, since
    )
    return found >= proofs.MOST_REFUSALS


def _note_opening(session: Session, visitor: Visitor, now: datetime) -> None:
    workspace_id, debtor_id, address = (
        visitor.workspace.id,
        visitor.debtor.id,
        visitor.actor.address,
    )
    if not debtor_page.has_opened(session, workspace_id, debtor_id, address, now - ONE_VISIT):
        _record(session, visitor, "debtor.opened", now)


def _ensure_way_out(session: Session, visitor: Visitor, now: datetime) -> None:
    """A link to stop e-mails that outlives the visit."""
    purpose = Purpose.UNSUBSCRIBE
    until = expiry(purpose, now)
    issuing.ensure(session, purpose, visitor.workspace.id, [visitor.debtor.id], expires_at=until)


def _record(session: Session, visitor: Visitor, action: str, now: datetime) -> None:
    audit.record(
        session,
        visitor.actor,
        visitor.workspace.id,
        action,
        now=now,
        subject=("debtor", visitor.debtor.id),
        link=visitor.link_id,
    )
