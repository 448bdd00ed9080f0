"""Telling client managers of a request: claimed, mailed with no transaction open, then recorded."""

from datetime import datetime

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals.approvals import About, State
from bpo.domain.people.links import TO_SEND, MailState
from bpo.gateways import approval_letters
from bpo.gateways.approval_letters import Letter
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor
from bpo.kernel.text import Phrase
from bpo.models import ApprovalMail, ApprovalRequest, Workspace
from bpo.queries.desk import approvals as stored
from bpo.queries.people import debtors, users, workspaces
from bpo.services.people import account_mails
from bpo.services.people.account_mails import Postman

log = structlog.get_logger()


def send(workspace_id: int, *, postman: Postman, now: datetime) -> int:
    """Mail every request that waits to be told; returns how many were taken on.

    One recipient a message. A temporary failure is tried again by the next call, after 1, 4, 9 …
    minutes; an uncertain end is never repeated by itself.
    """
    actor = actors.system([workspace_id], name="approval mail")
    with unit_of_work(actor) as session:
        _give_up(session, workspace_id, now)
        due = list(stored.due_mails(session, workspace_id, now))
    return sum(_send(actor, workspace_id, mail_id, postman, now) for mail_id in due)


def _send(actor: Actor, workspace_id: int, mail_id: int, postman: Postman, now: datetime) -> bool:
    letter = _claim(actor, workspace_id, mail_id, postman, now)
    if letter is None:
        return False
    message = approval_letters.message(
        letter, sender=(postman.name, postman.sender), number=mail_id, now=now
    )
    outcome = postman.mail.send(postman.sender, letter.to_email, message)
    state = account_mails.state_of(outcome)
    with unit_of_work(actor) as session:
        mail = session.get(ApprovalMail, (workspace_id, mail_id))
        if mail is not None:
            mail.state, mail.at, mail.answer = state.value, now, outcome.answer[:200]
    if state is not MailState.SENT:
        log.warning("approval_mail", state=state.value, stage=outcome.stage, answer=outcome.answer)
    return True


def _claim(
    actor: Actor, workspace_id: int, mail_id: int, postman: Postman, now: datetime
) -> Letter | None:
    with unit_of_work(actor) as session:
        mail = session.get(ApprovalMail, (workspace_id, mail_id))
        workspace = workspaces.by_id(session, workspace_id)
        if mail is None or workspace is None or not _claimed(session, mail, now):
            return None
        request = stored.by_id(session, workspace_id, mail.request_id)
        person = users.by_id(session, mail.user_id)
        if request is None or person is None or not person.active:
            mail.state = MailState.REFUSED.value
            return None
        if request.state != State.ASKED.value:
            mail.state, mail.answer = MailState.REFUSED.value, "decided before"
            return None
        return _letter(session, workspace, request, person.id, postman)


def _letter(
    session: Session,
    workspace: Workspace,
    request: ApprovalRequest,
    user_id: int,
    postman: Postman,
) -> Letter:
    person = users.by_id(session, user_id)
    assert person is not None
    return Letter(
        to_name=person.name,
        to_email=person.email,
        locale=person.locale,
        company=workspace.name,
        currency=workspace.currency,
        about=_about(session, request),
        asked_by=request.asked_by_name,
        figures=_figures(request),
        valid_until=request.valid_until,
        url=f"{postman.base_url}/portal/{workspace.slug}/approvals",
        goes_live=request.about != About.OFFER.value,
    )


def _about(session: Session, request: ApprovalRequest) -> Phrase:
    """What is decided, as the end of a sentence."""
    who = request.asked_by_name
    if request.debtor_id is not None:
        debtor = debtors.by_id(session, request.workspace_id, request.debtor_id)
        assert debtor is not None
        if request.asked_by is None:
            return Phrase(
                "{debtor} asks on their page to pay in another way. Your decision is needed.",
                debtor=debtor.name,
            )
        return Phrase(
            "{who} asks for your decision about an offer to {debtor}.", who=who, debtor=debtor.name
        )
    if request.about == About.TEXT.value:
        return Phrase("{who} asks for your decision about new words of a message.", who=who)
    name = request.case_file["campaign"]
    if request.about == About.VERSION.value:
        return Phrase(
            "{who} asks for your decision about a change of the campaign {name}.",
            who=who,
            name=name,
        )
    return Phrase(
        "{who} asks for your decision about starting the campaign {name}.", who=who, name=name
    )


def _figures(request: ApprovalRequest) -> tuple[Phrase, ...]:
    """The figures of an offer, each with its name."""
    if request.about != About.OFFER.value:
        return ()
    case = request.case_file
    return (
        Phrase("Owed today: {owed_cents}", owed_cents=case["due_today_cents"]),
        Phrase("What would be paid: {paid_cents}", paid_cents=case["total_cents"]),
        Phrase("Payments: {payments}", payments=case["payments"]),
    )


def _claimed(session: Session, mail: ApprovalMail, now: datetime) -> bool:
    """Whether this worker, and no other, took the mail."""
    taken = session.execute(
        update(ApprovalMail)
        .where(
            ApprovalMail.workspace_id == mail.workspace_id,
            ApprovalMail.id == mail.id,
            ApprovalMail.state.in_([state.value for state in TO_SEND]),
        )
        .values(state=MailState.SENDING.value, at=now, attempts=ApprovalMail.attempts + 1)
        .returning(ApprovalMail.id)
    )
    return taken.scalar() is not None


def _give_up(session: Session, workspace_id: int, now: datetime) -> None:
    """Mails whose worker died while sending: nobody knows whether they arrived."""
    session.execute(
        update(ApprovalMail)
        .where(
            ApprovalMail.workspace_id == workspace_id,
            ApprovalMail.state == MailState.SENDING.value,
            ApprovalMail.at < stored.abandoned_before(now),
        )
        .values(state=MailState.UNCERTAIN.value)
    )
