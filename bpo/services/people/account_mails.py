"""Sending the links of accounts by mail: claimed, sent with no transaction open, then recorded."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.people import links as rules
from bpo.domain.people.links import MailState, Purpose
from bpo.gateways import account_letters
from bpo.gateways.account_letters import Letter
from bpo.gateways.mail import Mail, Outcome, Stage
from bpo.gateways.queue import Queue
from bpo.gateways.signing import Signer
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import SignedLink
from bpo.queries.people import audit as trail
from bpo.queries.people import links as stored
from bpo.queries.people import users
from bpo.services.people import audit, links

log = structlog.get_logger()

PATHS = {Purpose.INVITE: "/invitation/{token}", Purpose.RESET: "/reset/{token}"}
_JOBS = {Purpose.DEBTOR_PAGE.value: Job.SEND_PAGE_LINK}
"""Who mails a link of a purpose other than those of accounts."""

_POSTMAN = actors.system((), name="account mail")


@dataclass(frozen=True, slots=True)
class Postman:
    """What sending needs: the server, the signature, our name and address, our site's address."""

    mail: Mail
    signer: Signer
    name: str
    sender: str
    base_url: str


def address(purpose: Purpose, link_id: int, signer: Signer, base_url: str) -> str:
    """The full address that a link is opened by."""
    return base_url + PATHS[purpose].format(token=signer.token(link_id, purpose.value))


def send(link_id: int, *, postman: Postman, now: datetime) -> Outcome | None:
    """Mail one link to its owner, at most once at a time; None when there is nothing to send.

    A link that was revoked, used or claimed meanwhile is left alone. A temporary failure waits for
    `sweep`; an uncertain end is never repeated by itself.
    """
    letter = _claim(link_id, postman, now)
    if letter is None:
        return None
    try:
        message = account_letters.message(
            letter, sender=(postman.name, postman.sender), number=link_id, now=now
        )
        outcome = postman.mail.send(postman.sender, letter.to_email, message)
    except Exception:
        _settle(link_id, Outcome(Stage.CONNECT, answer="the mail could not be made"), now)
        raise
    _settle(link_id, outcome, now)
    return outcome


def sweep(*, now: datetime, queue: Queue) -> int:
    """Ring again for mails that wait or failed, and give up on claims that expired.

    Returns how many jobs were asked for.
    """
    with unit_of_work(_POSTMAN) as session:
        expired = now - rules.CLAIM_EXPIRES
        session.execute(
            update(SignedLink)
            .where(SignedLink.mail_state == MailState.SENDING.value, SignedLink.mail_at < expired)
            .values(mail_state=MailState.UNCERTAIN.value)
        )
        due = [
            (_JOBS.get(link.purpose, Job.SEND_ACCOUNT_MAIL), link.id)
            for link in stored.unsent(session, now)
            if rules.retry_due(link.mail_attempts, link.mail_at, now)
        ]
    for job, link_id in due:
        queue.put(job, link_id)
    return len(due)


def _claim(link_id: int, postman: Postman, now: datetime) -> Letter | None:
    with unit_of_work(_POSTMAN) as session:
        link = stored.by_id(session, link_id)
        user = users.by_id(session, link.subject_id) if link else None
        if link is None or user is None or not user.active or not links.is_open(link, now):
            return None
        if not _claimed(session, link_id, now):
            return None
        purpose = Purpose(link.purpose)
        return Letter(
            purpose,
            user.name,
            user.email,
            user.locale,
            address(purpose, link_id, postman.signer, postman.base_url),
            link.expires_at,
            trail.inviter(session, user.id) if purpose is Purpose.INVITE else None,
        )


def _claimed(session: Session, link_id: int, now: datetime) -> bool:
    """Whether this worker, and no other, took the mail."""
    waiting = SignedLink.mail_state.in_([state.value for state in rules.TO_SEND])
    taken = session.execute(
        update(SignedLink)
        .where(SignedLink.id == link_id, SignedLink.purpose.in_(rules.ACCOUNT), waiting)
        .values(
            mail_state=MailState.SENDING.value,
            mail_at=now,
            mail_attempts=SignedLink.mail_attempts + 1,
        )
        .returning(SignedLink.id)
    )
    return taken.scalar() is not None


def _settle(link_id: int, outcome: Outcome, now: datetime) -> None:
    state = state_of(outcome)
    with unit_of_work(_POSTMAN) as session:
        link = stored.by_id(session, link_id)
        if link is None:
            return
        link.mail_state, link.mail_at = state.value, now
        audit.record_access(
            session,
            f"mail_{state.value}",
            now=now,
            user_id=link.subject_id,
            purpose=link.purpose,
            stage=outcome.stage.value,
            code=outcome.code,
            answer=outcome.answer[:200],
        )
    if state is not MailState.SENT:
        log.warning("account_mail", state=state.value, stage=outcome.stage, answer=outcome.answer)


def state_of(outcome: Outcome) -> MailState:
    """How the mail of a link stands after an attempt."""
    if outcome.accepted:
        return MailState.SENT
    if outcome.uncertain:
        return MailState.UNCERTAIN
    return MailState.REFUSED if outcome.permanent else MailState.FAILED
