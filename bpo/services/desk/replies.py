"""What a person makes of a debtor's reply: a promise, a dispute, silence, or simply read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.desk.disputes import Grounds
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import Contact, Hold, IncomingMessage, Task
from bpo.queries.reminders import incoming
from bpo.services.desk import disputes, promises
from bpo.services.people import audit
from bpo.services.reminders.incoming import CONTACT_CHANNELS, REPLY_TASK, forms_of

PROMISE, DISPUTE, READ, WRONG = "promise", "dispute", "read", "wrong_person"
LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply that was settled, and for whom."""

    message_id: int
    debtor_id: int | None


def promise(
    actor: Actor, workspace_id: int, message_id: int, cents: int, day: date, *, now: datetime
) -> Answered:
    """Note the promise that a reply makes; reminders stay silent until its day.

    Raises Conflict when another promise runs or the reply is settled already.
    """

    def act(session: Session, message: IncomingMessage) -> None:
        debtor_id, words = _debtor(message), message.body[:LONGEST_NOTE]
        promises.add(
            session, actor, workspace_id, debtor_id, cents, day, now=now, note=words, source="reply"
        )

    return _settled(actor, workspace_id, message_id, PROMISE, act, now, Permission.CONTACT)


def dispute(
    actor: Actor, workspace_id: int, message_id: int, grounds: Grounds, *, now: datetime
) -> Answered:
    """Take all that is open out of collection because the reply disagrees."""

    def act(session: Session, message: IncomingMessage) -> None:
        debtor_id, words = _debtor(message), message.body[:LONGEST_NOTE]
        disputes.add(session, actor, workspace_id, debtor_id, grounds, now=now, note=words)

    return _settled(actor, workspace_id, message_id, DISPUTE, act, now, Permission.HOLD)


def wrong_person(actor: Actor, workspace_id: int, message_id: int, *, now: datetime) -> Answered:
    """The address belongs to somebody else: it is marked, and nothing more is sent there."""

    def act(session: Session, message: IncomingMessage) -> None:
        session.execute(
            update(Contact)
            .where(
                Contact.workspace_id == workspace_id,
                Contact.debtor_id == _debtor(message),
                Contact.channel.in_(CONTACT_CHANNELS[message.channel]),
                Contact.address.in_(forms_of(message.channel, message.sender)),
            )
            .values(status="invalid", status_reason="wrong person")
        )

    return _settled(actor, workspace_id, message_id, WRONG, act, now, Permission.CONTACT)


def mark_read(actor: Actor, workspace_id: int, message_id: int, *, now: datetime) -> Answered:
    """Nothing is to be done: reminders go on."""
    return _settled(
        actor,
        workspace_id,
        message_id,
        READ,
        lambda session, message: None,
        now,
        Permission.CONTACT,
    )


def _settled(
    actor: Actor,
    workspace_id: int,
    message_id: int,
    outcome: str,
    act: Callable[[Session, IncomingMessage], Any],
    now: datetime,
    permission: Permission,
) -> Answered:
    """Do the act, close the line of the inbox and end the pause that waited for this reading."""
    access.require(actor, permission, workspace_id)
    with unit_of_work(actor) as session:
        message = incoming.message(session, workspace_id, message_id)
        if message is None:
            raise NotFound("There is no such reply")
        if message.outcome is not None:
            raise Conflict("This reply is settled already")
        act(session, message)
        message.outcome = outcome
        _close_task(session, actor, message, now)
        _end_pause(session, actor, message, now)
        audit.record(
            session,
            actor,
            workspace_id,
            "reply.settle",
            now=now,
            subject=("incoming", message_id),
            debtor_id=message.debtor_id,
            outcome=outcome,
        )
        return Answered(message_id, message.debtor_id)


def _debtor(message: IncomingMessage) -> int:
    if message.debtor_id is None:
        raise Conflict("This reply belongs to no debtor yet")
    return message.debtor_id


def _close_task(session: Session, actor: Actor, message: IncomingMessage, now: datetime) -> None:
    session.execute(
        update(Task)
        .where(
            Task.workspace_id == message.workspace_id,
            Task.kind == REPLY_TASK,
            Task.state == "open",
            Task.detail["incoming_id"].as_integer() == message.id,
        )
        .values(state="done", closed_at=now, closed_by=actor.user_id)
        .execution_options(synchronize_session=False)
    )


def _end_pause(session: Session, actor: Actor, message: IncomingMessage, now: datetime) -> None:
    """Not while another reply of the debtor waits to be read."""
    waits = session.scalars(
        select(Task.id).where(
            Task.workspace_id == message.workspace_id,
            Task.debtor_id == message.debtor_id,
            Task.kind == REPLY_TASK,
            Task.state == "open",
        )
    ).first()
    if waits is None and message.debtor_id is not None:
        session.execute(
            update(Hold)
            .where(
                Hold.workspace_id == message.workspace_id,
                Hold.debtor_id == message.debtor_id,
                Hold.reason == HoldReason.REPLY.value,
                Hold.released_at.is_(None),
            )
            .values(released_at=now, released_by=actor.user_id)
        )
