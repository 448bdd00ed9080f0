"""Reading client companies: who they are, their calendar, their policy and their rules."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.kernel.calendar import Calendar
from bpo.models import ContactRules, LocalHoliday, PaymentMethod, PolicyVersion, Workspace


def by_slug(session: Session, slug: str) -> Workspace | None:
    """The workspace of an address, whoever asks; the caller checks the reach."""
    return session.scalar(select(Workspace).where(Workspace.slug == slug))


def by_id(session: Session, workspace_id: int) -> Workspace | None:
    """The workspace with this id, whoever asks; the caller checks the reach."""
    return session.get(Workspace, workspace_id)


def listed(session: Session, ids: Iterable[int] | None = None) -> Sequence[Workspace]:
    """Active workspaces by name; only those with the given ids when ids are given."""
    query = select(Workspace).where(Workspace.active).order_by(Workspace.name)
    if ids is not None:
        query = query.where(Workspace.id.in_(list(ids)))
    return session.scalars(query).all()


def all_ids(session: Session) -> list[int]:
    """The ids of every active workspace: the reach of a BPO manager, and of clock and sweeps."""
    return list(
        session.scalars(select(Workspace.id).where(Workspace.active).order_by(Workspace.id))
    )


def calendar(session: Session, workspace: Workspace) -> Calendar:
    """The business days of a workspace, its local holidays included."""
    local = session.scalars(
        select(LocalHoliday.day).where(LocalHoliday.workspace_id == workspace.id)
    )
    return Calendar(workspace.calendar, workspace.year_end_closed, frozenset(local))


def policy_on(session: Session, workspace_id: int, day: date) -> PolicyVersion | None:
    """The collection policy in force on a day."""
    return session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.workspace_id == workspace_id, PolicyVersion.effective_from <= day)
        .order_by(PolicyVersion.effective_from.desc(), PolicyVersion.version.desc())
        .limit(1)
    )


def policies(session: Session, workspace_id: int) -> Sequence[PolicyVersion]:
    """Every version of the collection policy, newest first."""
    return session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.workspace_id == workspace_id)
        .order_by(PolicyVersion.version.desc())
    ).all()


def contact_rules(session: Session, workspace_id: int) -> ContactRules | None:
    """The contact rules of a workspace; None means the defaults."""
    return session.get(ContactRules, workspace_id)


def payment_methods(session: Session, workspace_id: int) -> Sequence[PaymentMethod]:
    """The active ways to pay, in the creditor's order."""
    return session.scalars(
        select(PaymentMethod)
        .where(PaymentMethod.workspace_id == workspace_id, PaymentMethod.active)
        .order_by(PaymentMethod.position, PaymentMethod.id)
    ).all()
