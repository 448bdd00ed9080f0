"""Reading the documents of debtors and receivables; contents are read one at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from bpo.models import Attachment, Receivable, StoredFile, User

MOST = 200


class Listed(NamedTuple):
    """A document as lists show it; `size` in bytes, `by` who attached it."""

    id: int
    receivable_id: int | None
    number: str | None
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    by: str | None
    hidden_at: datetime | None


class Content(NamedTuple):
    """A document to be handed out."""

    kind: str
    name: str
    media_type: str
    content: bytes


def of_receivable(session: Session, workspace_id: int, receivable_id: int) -> Sequence[Listed]:
    """The documents of one receivable, the newest first."""
    found = _listed(workspace_id).where(Attachment.receivable_id == receivable_id)
    return [Listed(*row) for row in session.execute(found.limit(MOST))]


def of_debtor(session: Session, workspace_id: int, debtor_id: int) -> Sequence[Listed]:
    """The documents of a debtor and of all its receivables, the newest first."""
    found = _listed(workspace_id).where(Attachment.debtor_id == debtor_id)
    return [Listed(*row) for row in session.execute(found.limit(MOST))]


def by_id(session: Session, workspace_id: int, attachment_id: int) -> Attachment | None:
    """One document."""
    return session.get(Attachment, (workspace_id, attachment_id))


def content(session: Session, workspace_id: int, attachment_id: int) -> Content | None:
    """A document with its bytes, unless it was removed."""
    row = session.execute(
        select(Attachment.kind, StoredFile.name, StoredFile.media_type, StoredFile.content)
        .join(
            StoredFile,
            and_(
                StoredFile.workspace_id == Attachment.workspace_id,
                StoredFile.id == Attachment.file_id,
            ),
        )
        .where(
            Attachment.workspace_id == workspace_id,
            Attachment.id == attachment_id,
            Attachment.hidden_at.is_(None),
        )
    ).first()
    return Content(*row) if row else None


def _listed(workspace_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attachment.id,
            Attachment.receivable_id,
            Receivable.number,
            Attachment.kind,
            StoredFile.name,
            StoredFile.media_type,
            StoredFile.size,
            Attachment.sha256,
            Attachment.created_at,
            User.name,
            Attachment.hidden_at,
        )
        .join(
            StoredFile,
            and_(
                StoredFile.workspace_id == Attachment.workspace_id,
                StoredFile.id == Attachment.file_id,
            ),
        )
        .outerjoin(
            Receivable,
            and_(
                Receivable.workspace_id == Attachment.workspace_id,
                Receivable.id == Attachment.receivable_id,
            ),
        )
        .outerjoin(User, User.id == Attachment.created_by)
        .where(Attachment.workspace_id == workspace_id, Attachment.hidden_at.is_(None))
        .order_by(Attachment.id.desc())
    )
