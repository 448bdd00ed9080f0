"""Finding what a receipt or a reply is about: by its references first, by its address else."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bpo.models import Contact, IncomingMessage, Message, Touch


class About(NamedTuple):
    """The contact that something is about."""

    touch_id: int
    debtor_id: int
    state: str
    channel: str
    recipient: str | None


def touch(
    session: Session, workspace_id: int, own: str | None, references: Sequence[str]
) -> About | None:
    """The contact with our own name, or whose message has one of these names."""
    query = (
        select(Touch.id, Touch.debtor_id, Touch.state, Touch.channel, Message.recipient)
        .outerjoin(
            Message, and_(Message.workspace_id == Touch.workspace_id, Message.touch_id == Touch.id)
        )
        .where(Touch.workspace_id == workspace_id)
    )
    if own and own.isdecimal() and len(own) < 19:
        row = session.execute(query.where(Touch.id == int(own))).first()
        if row is not None:
            return About._make(row)
    names = [name for name in references if name]
    if not names:
        return None
    named = or_(Message.message_id.in_(names), Message.reference.in_(names))
    rows = session.execute(
        query.where(Message.workspace_id == workspace_id, named).order_by(Touch.id.desc()).limit(1)
    )
    row = rows.first()
    return About._make(row) if row else None


def sender(
    session: Session, workspace_id: int, channels: Sequence[str], addresses: Sequence[str]
) -> tuple[int, int | None] | None:
    """(debtor, latest contact) of an address; of several debtors, whoever was written to last."""
    query = (
        select(Contact.debtor_id, Touch.id)
        .outerjoin(
            Touch,
            and_(
                Touch.workspace_id == Contact.workspace_id,
                Touch.debtor_id == Contact.debtor_id,
                Touch.state.in_(["sent", "uncertain", "sending"]),
            ),
        )
        .where(
            Contact.workspace_id == workspace_id,
            Contact.channel.in_(channels),
            Contact.address.in_(addresses),
        )
        .order_by(Touch.settled_at.desc().nulls_last(), Contact.debtor_id)
        .limit(1)
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row else None


def message(session: Session, workspace_id: int, message_id: int) -> IncomingMessage | None:
    """One message that came in, locked for whoever answers it."""
    return session.get(IncomingMessage, (workspace_id, message_id), with_for_update=True)
