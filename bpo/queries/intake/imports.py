"""Reading imports: the list, one of them, and what a file meets in the books."""

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bpo.domain.intake.matching import Known
from bpo.models import Debtor, Import, StoredFile, User
from bpo.queries.people import keyset
from bpo.queries.people.keyset import Asked, Order, Page

APPLIED = "applied"
UNFINISHED = frozenset({"queued", "running"})


def by_id(session: Session, workspace_id: int, import_id: int) -> Import | None:
    """One import, fresh from the database."""
    return session.get(Import, (workspace_id, import_id), populate_existing=True)


def page(session: Session, workspace_id: int, asked: Asked) -> Page[Row[tuple[Import, str | None]]]:
    """Imports, newest first, each with the name of who gave the file."""
    query = (
        select(Import, User.name)
        .outerjoin(User, User.id == Import.created_by)
        .where(Import.workspace_id == workspace_id)
    )
    return keyset.page(session, query, Order(Import.id, Import.id, int, falling=True), asked)


def same_file(session: Session, workspace_id: int, sha256: str, but: int) -> Import | None:
    """The latest other import of the very same bytes that was applied."""
    return session.scalar(
        select(Import)
        .where(
            Import.workspace_id == workspace_id,
            Import.sha256 == sha256,
            Import.id != but,
            Import.state == "applied",
        )
        .order_by(Import.id.desc())
        .limit(1)
    )


def file_size(session: Session, workspace_id: int, file_id: int) -> int:
    """The size of a stored file in bytes."""
    query = select(StoredFile.size).where(
        StoredFile.workspace_id == workspace_id, StoredFile.id == file_id
    )
    return session.scalar(query) or 0


def giver(session: Session, user_id: int | None) -> str | None:
    """The name of who gave a file."""
    user = session.get(User, user_id) if user_id else None
    return user.name if user else None


def debtors(session: Session, workspace_id: int) -> list[Known]:
    """Every debtor of a workspace as rows of files are matched with them, oldest first."""
    rows = session.execute(
        select(Debtor.id, Debtor.reference, Debtor.document)
        .where(Debtor.workspace_id == workspace_id)
        .order_by(Debtor.id)
    )
    return [Known(*row) for row in rows]
