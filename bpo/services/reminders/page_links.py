"""A new link to the debtor's page, mailed to the address on file and to no other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from bpo.db import acting_as, after_commit, unit_of_work
from bpo.domain.people import links as rules
from bpo.domain.people.debtors import Kind
from bpo.domain.people.links import MailState, Purpose
from bpo.domain.writing.messages import first_name
from bpo.gateways import page_letters
from bpo.gateways.mail import Mail, Outcome
from bpo.gateways.page_letters import Letter
from bpo.gateways.queue import Queue
from bpo.gateways.signing import Signer
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import SignedLink, Workspace
from bpo.queries.people import debtors, workspaces
from bpo.queries.people import links as stored
from bpo.services.books import invoices
from bpo.services.people import account_mails, audit, links, visits
from bpo.services.people.visits import DOOR

log = structlog.get_logger()

QUIET = timedelta(minutes=10)
"""A link that was mailed a moment ago is not mailed again."""


@dataclass(frozen=True, slots=True)
class Postman:
    """What sending needs: the server, the signature, our own address, our site's address."""

    mail: Mail
    signer: Signer
    sender: str
    base_url: str


def ask(
    token: str, *, signer: Signer, address: str | None, now: datetime, queue: Queue
) -> Workspace | None:
    """Whoever holds an old link asks for a new one; it goes to the debtor's e-mail on file.

    Nothing tells whether there is one. Returns whose link it was, None for one we never made.
    """
    with unit_of_work(DOOR) as session:
        link = visits.genuine(session, signer, token, Purpose.DEBTOR_PAGE)
        workspace = workspaces.by_id(session, link.workspace_id or 0) if link else None
        if link is None or workspace is None or not workspace.active:
            return None
        actor = actors.debtor(workspace.id, link.subject_id, name="", address=address)
        with acting_as(actor):
            if ring(session, workspace.id, link.subject_id, now=now, queue=queue):
                subject = ("debtor", link.subject_id)
                audit.record(session, actor, workspace.id, "page.link", now=now, subject=subject)
        return workspace


def ring(
    session: Session, workspace_id: int, debtor_id: int, *, now: datetime, queue: Queue
) -> bool:
    """Let the debtor's link go by mail, a new one when theirs has expired; joins the caller's unit.

    False when there is no e-mail that may be written to, or one went out a moment ago.
    """
    if _mailbox(session, workspace_id, debtor_id) is None:
        return False
    live = stored.live(session, Purpose.DEBTOR_PAGE, debtor_id, workspace_id)
    if live is None or not links.is_open(live, now):
        live = links.issue(
            session,
            Purpose.DEBTOR_PAGE,
            debtor_id,
            expires_at=rules.expiry(Purpose.DEBTOR_PAGE, now),
            now=now,
            workspace_id=workspace_id,
            by_mail=True,
        )
    elif live.mail_at is not None and now - live.mail_at < QUIET:
        return False
    else:
        live.mail_state, live.mail_attempts = MailState.WAITING.value, 0
    after_commit(session, partial(queue.put, Job.SEND_PAGE_LINK, live.id))
    return True


def send(link_id: int, *, postman: Postman, now: datetime) -> Outcome | None:
    """Mail one link, at most once at a time; None when there is nothing to send.

    As for the mails of accounts: no transaction is open meanwhile, a temporary failure waits for
    the sweep, an uncertain end is never repeated by itself.
    """
    letter = _claim(link_id, postman, now)
    if letter is None:
        return None
    message = page_letters.message(letter, number=link_id, now=now)
    outcome = postman.mail.send(letter.sender[1], letter.to_email, message)
    _settle(link_id, outcome, now)
    return outcome


def _mailbox(session: Session, workspace_id: int, debtor_id: int) -> str | None:
    """The first e-mail of a debtor that may be written to."""
    found = debtors.contacts(session, workspace_id, debtor_id)
    usable = (one.contact.address for one in found if one.contact.channel == "email" and one.usable)
    return next(usable, None)


def _claim(link_id: int, postman: Postman, now: datetime) -> Letter | None:
    with unit_of_work(DOOR) as session:
        link = stored.by_id(session, link_id)
        workspace = workspaces.by_id(session, link.workspace_id or 0) if link else None
        if link is None or workspace is None or not links.is_open(link, now):
            return None
        if not workspace.active or not _claimed(session, link_id, now):
            return None
        with acting_as(actors.system([workspace.id], name="page link")):
            debtor = debtors.by_id(session, workspace.id, link.subject_id)
            address = _mailbox(session, workspace.id, link.subject_id)
        if debtor is None or address is None:
            link.mail_state = MailState.REFUSED.value
            return None
        token = postman.signer.token(link.id, Purpose.DEBTOR_PAGE)
        return Letter(
            invoices.creditor(workspace),
            (workspace.sender_name or workspace.name, workspace.sender_email or postman.sender),
            debtor.name,
            first_name(debtor.name, person=debtor.kind == Kind.PERSON),
            address,
            debtor.locale or workspace.locale,
            f"{postman.base_url}/d/{token}",
        )


def _claimed(session: Session, link_id: int, now: datetime) -> bool:
    """Whether this worker, and no other, took the mail."""
    taken = session.execute(
        update(SignedLink)
        .where(
            SignedLink.id == link_id,
            SignedLink.purpose == Purpose.DEBTOR_PAGE.value,
            SignedLink.mail_state.in_([state.value for state in rules.TO_SEND]),
        )
        .values(
            mail_state=MailState.SENDING.value,
            mail_at=now,
            mail_attempts=SignedLink.mail_attempts + 1,
        )
        .returning(SignedLink.id)
    )
    return taken.scalar() is not None


def _settle(link_id: int, outcome: Outcome, now: datetime) -> None:
    state = account_mails.state_of(outcome)
    with unit_of_work(DOOR) as session:
        link = stored.by_id(session, link_id)
        if link is not None:
            link.mail_state, link.mail_at = state.value, now
    if state is not MailState.SENT:
        log.warning("page_link", state=state.value, stage=outcome.stage, answer=outcome.answer)
