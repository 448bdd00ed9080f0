"""Reading a company's own guides."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.models import Guide


def own(session: Session, workspace_id: int, locale: str) -> Sequence[Guide]:
    """Guides that the company wrote or hid, in a language."""
    return session.scalars(
        select(Guide)
        .where(Guide.workspace_id == workspace_id, Guide.locale == locale)
        .order_by(Guide.key)
    ).all()


def of_places(session: Session, workspace_ids: Sequence[int]) -> Sequence[Guide]:
    """Guides that several companies wrote or hid, in every language, in one query."""
    return session.scalars(
        select(Guide).where(Guide.workspace_id.in_(workspace_ids)).order_by(Guide.key)
    ).all()


def one(session: Session, workspace_id: int, key: str, locale: str) -> Guide | None:
    """One of them, fresh."""
    return session.scalar(
        select(Guide)
        .where(Guide.workspace_id == workspace_id, Guide.key == key, Guide.locale == locale)
        .execution_options(populate_existing=True)
    )
