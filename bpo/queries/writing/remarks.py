"""Reading what the team says about texts and steps."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from bpo.models import Remark, User

_Settler = aliased(User)


def about(
    session: Session, workspace_id: int, kind: str, subject: str, campaign_id: int | None = None
) -> Sequence[Row[Remark, str | None]]:
    """What was said about one text or step, with the name of who said it, newest first."""
    query = (
        select(Remark, User.name)
        .outerjoin(User, User.id == Remark.made_by)
        .where(
            Remark.workspace_id == workspace_id,
            Remark.subject_kind == kind,
            Remark.subject == subject,
        )
        .order_by(Remark.settled_at.is_not(None), Remark.created_at.desc(), Remark.id.desc())
        .limit(20)
    )
    if campaign_id is not None:
        query = query.where(Remark.campaign_id == campaign_id)
    return session.execute(query).all()


def listed(
    session: Session, workspace_id: int, *, settled: bool, limit: int = 100
) -> Sequence[Row[Remark, str | None, str | None]]:
    """Every remark with who made and who settled it, those that wait or those that are settled."""
    query = (
        select(Remark, User.name, _Settler.name)
        .outerjoin(User, User.id == Remark.made_by)
        .outerjoin(_Settler, _Settler.id == Remark.settled_by)
        .where(
            Remark.workspace_id == workspace_id,
            Remark.settled_at.is_not(None) if settled else Remark.settled_at.is_(None),
        )
        .order_by(Remark.created_at.desc(), Remark.id.desc())
        .limit(limit)
    )
    return session.execute(query).all()


def open_counts(session: Session, workspace_id: int, kind: str) -> dict[str, int]:
    """How many remarks wait, by what they are about."""
    query = (
        select(Remark.subject, func.count())
        .where(
            Remark.workspace_id == workspace_id,
            Remark.subject_kind == kind,
            Remark.settled_at.is_(None),
        )
        .group_by(Remark.subject)
    )
    return dict(session.execute(query).all())


def waiting(session: Session, workspace_id: int) -> int:
    """How many remarks wait for an answer."""
    query = select(func.count()).select_from(Remark)
    here = (Remark.workspace_id == workspace_id, Remark.settled_at.is_(None))
    return session.scalar(query.where(*here)) or 0
