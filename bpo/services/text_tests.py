"""Trying a text out: the mail that a debtor would get, sent to whoever asks and to nobody else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain import access, text_checks
from bpo.domain.access import Permission
from bpo.domain.messages import Text
from bpo.domain.steps import Channel, Step
from bpo.gateways.mail import Mail, Outcome
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Contact, Debtor, User, Workspace
from bpo.queries import debtors, workspaces
from bpo.services import audit, invoices, previews, texts, wordings
from bpo.services.drafts import Draft
from bpo.services.letters import Desk
from bpo.services.texts import Place


@dataclass(frozen=True, slots=True)
class Tried:
    """Where a test went and what the mail server said."""

    address: str
    outcome: Outcome


def send(
    actor: Actor,
    workspace_id: int,
    where: Place,
    text: Text,
    *,
    step: Step,
    debtor_id: int,
    desk: Desk,
    mail: Mail,
    now: datetime,
) -> Tried:
    """Mail what `debtor_id` would read to the account of whoever asks.

    It is written by the desk that writes all letters, from a text that passes every check; its
    links lead nowhere. Raises BadInput for a text that may not be used, for a channel without a
    test, and when the address of the account is also one of a debtor. No transaction is open while
    the mail server is spoken to.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    if where.channel is not Channel.EMAIL:
        raise BadInput("A test goes by e-mail: there is none for this channel")
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        person = session.get(User, actor.user_id) if actor.user_id else None
        debtor = debtors.by_id(session, workspace_id, debtor_id)
        if workspace is None or person is None or debtor is None:
            raise NotFound("This page does not exist or is not yours to see")
        to, sender = _own(session, workspace_id, person), desk.sender(workspace).address
        draft = _written(session, workspace, debtor, where, text, step, to, desk, now)
    outcome = mail.send(sender, to, draft.body)
    with unit_of_work(actor) as session:
        detail = {"text": str(where), "answer": outcome.answer}
        about = ("debtor", debtor_id)
        audit.record(session, actor, workspace_id, "text.test", now=now, subject=about, **detail)
    return Tried(to, outcome)


def _written(
    session: Session,
    workspace: Workspace,
    debtor: Debtor,
    where: Place,
    text: Text,
    step: Step,
    to: str,
    desk: Desk,
    now: datetime,
) -> Draft:
    text = text_checks.normalised(text)
    texts.refuse(texts.review(invoices.creditor(workspace), text, where.channel))
    words = wordings.in_force(session, workspace).with_own(where.plain, text, texts.NEW)
    return previews.written(
        session,
        workspace,
        debtor,
        step,
        desk=desk,
        now=now,
        words=words,
        locale=where.locale,
        to=to,
    )


def _own(session: Session, workspace_id: int, person: User) -> str:
    """The address of an account, refused when somebody who owes could read it."""
    found = session.scalar(
        select(Contact.id)
        .where(Contact.workspace_id == workspace_id, Contact.address == person.email.lower())
        .limit(1)
    )
    if found is not None:
        raise BadInput("Your address is also that of a debtor: a test may not go there")
    return person.email
