"""Trying a text out: what a debtor would get, sent to whoever asks and to nobody else."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.desk.handovers import Handover
from bpo.domain.people import access
from bpo.domain.people import debtors as rules
from bpo.domain.people.access import Permission
from bpo.domain.reminders.steps import MESSAGES, Channel, Step
from bpo.domain.writing import text_checks
from bpo.domain.writing.messages import Text
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.mail import Mail, Outcome
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Contact, Debtor, User, Workspace
from bpo.queries.people import debtors, workspaces
from bpo.queries.reminders import channels
from bpo.services.books import invoices
from bpo.services.people import audit
from bpo.services.reminders import wordings
from bpo.services.reminders.drafts import Draft
from bpo.services.reminders.letters import Desk
from bpo.services.writing import previews, texts
from bpo.services.writing.texts import Place

SHORT = MESSAGES - {Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class Handed:
    """To which number a test went and what the provider made of it."""

    number: str
    handover: Handover


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


def send_short(
    actor: Actor,
    workspace_id: int,
    where: Place,
    text: Text,
    *,
    to: str,
    step: Step,
    debtor_id: int,
    desk: Desk,
    texts_out: Switchboard,
    now: datetime,
) -> Handed:
    """Send what `debtor_id` would read to a telephone of one's own, by the company's provider.

    Raises BadInput for a text that may not be used, for a number that is a debtor's, and where the
    channel is not set up. No transaction is open while the provider is spoken to.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    if where.channel not in SHORT:
        raise BadInput("A test of this channel goes by e-mail")
    number = rules.phone(to)
    with unit_of_work(actor) as session:
        workspace, debtor = _here(session, workspace_id, debtor_id)
        _refuse_debtors(session, workspace_id, number)
        stored = channels.at_work(session, workspace_id).get(where.channel.value)
        if stored is None:
            raise BadInput("This channel is not set up: there is nobody to send it")
        text = _checked(session, workspace, where, text)
        words = wordings.in_force(session, workspace).with_own(where.plain, text, texts.NEW)
        parcel = previews.short(
            session,
            workspace,
            debtor,
            replace(step, template=where.key),
            where.channel,
            desk=desk,
            now=now,
            words=words,
            to=number,
            locale=where.locale,
        )
    carrier = texts_out.carrier(stored)
    handover = carrier.send(parcel)
    texts_out.close()
    with unit_of_work(actor) as session:
        detail = {"text": str(where), "answer": handover.answer}
        about = ("debtor", debtor_id)
        audit.record(session, actor, workspace_id, "text.test", now=now, subject=about, **detail)
    return Handed(number, handover)


def _here(session: Session, workspace_id: int, debtor_id: int) -> tuple[Workspace, Debtor]:
    workspace = workspaces.by_id(session, workspace_id)
    debtor = debtors.by_id(session, workspace_id, debtor_id)
    if workspace is None or debtor is None:
        raise NotFound("This page does not exist or is not yours to see")
    return workspace, debtor


def _checked(session: Session, workspace: Workspace, where: Place, text: Text) -> Text:
    text = text_checks.normalised(text)
    close = texts.greets(session, workspace, where.key)
    texts.refuse(texts.review(invoices.creditor(workspace), text, where.channel, greets=close))
    return text


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
    text = _checked(session, workspace, where, text)
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
    _refuse_debtors(session, workspace_id, person.email.lower())
    return person.email


def _refuse_debtors(session: Session, workspace_id: int, address: str) -> None:
    mine = Contact.workspace_id == workspace_id, Contact.address == address
    if session.scalar(select(Contact.id).where(*mine).limit(1)) is not None:
        raise BadInput("Your address is also that of a debtor: a test may not go there", field="to")
