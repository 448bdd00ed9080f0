"""Reading a company's own texts: those in force, their versions, remarks about them."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bpo.models import MessageText, User


def in_force(session: Session, workspace_id: int) -> Sequence[MessageText]:
    """The newest version of every text that the company has touched, also where it says that the
    product's own holds again."""
    return session.scalars(
        select(MessageText)
        .where(MessageText.workspace_id == workspace_id)
        .ext(distinct_on(MessageText.key, MessageText.channel, MessageText.locale))
        .order_by(
            MessageText.key, MessageText.channel, MessageText.locale, MessageText.version.desc()
        )
    ).all()


def versions(
    session: Session, workspace_id: int, key: str, channel: str, locale: str
) -> Sequence[Row[MessageText, str | None]]:
    """Every version of a text with the name of its author, newest first."""
    return session.execute(
        select(MessageText, User.name)
        .outerjoin(User, User.id == MessageText.created_by)
        .where(*_one(workspace_id, key, channel, locale))
        .order_by(MessageText.version.desc())
    ).all()


def latest(session: Session, workspace_id: int, key: str, channel: str, locale: str) -> int:
    """The number of the newest version, 0 when there is none."""
    newest = session.scalar(
        select(func.max(MessageText.version)).where(*_one(workspace_id, key, channel, locale))
    )
    return newest or 0


def newest(session: Session, workspace_id: int, keys: Collection[str]) -> int:
    """The number of the text that a company saved last, of those with these keys; 0 without any."""
    query = select(func.max(MessageText.id)).where(
        MessageText.workspace_id == workspace_id, MessageText.key.in_(keys)
    )
    return session.scalar(query) or 0


def _one(workspace_id: int, key: str, channel: str, locale: str) -> tuple[ColumnElement[bool], ...]:
    return (
        MessageText.workspace_id == workspace_id,
        MessageText.key == key,
        MessageText.channel == channel,
        MessageText.locale == locale,
    )
