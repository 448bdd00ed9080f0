"""Reading client companies: who they are, their calendar, their policy and their rules."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bpo.kernel.calendar import Calendar
from bpo.models import (
    ContactRules,
    Debtor,
    LocalHoliday,
    Membership,
    PaymentMethod,
    PolicyVersion,
    Receivable,
    Workspace,
)


def by_slug(session: Session, slug: str) -> Workspace | None:
    """The workspace of an address, whoever asks; the caller checks the reach."""
    return session.scalar(select(Workspace).where(Workspace.slug == slug))


def by_id(session: Session, workspace_id: int) -> Workspace | None:
    """The workspace with this id, whoever asks; the caller checks the reach."""
    return session.get(Workspace, workspace_id)


def locked(session: Session, workspace_id: int) -> Workspace | None:
    """The workspace, fresh and held until the transaction ends; its rows can still be written."""
    query = select(Workspace).where(Workspace.id == workspace_id).with_for_update(key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))


def everything(session: Session) -> Sequence[Workspace]:
    """All workspaces by name, closed ones last."""
    return session.scalars(
        select(Workspace).order_by(Workspace.active.desc(), Workspace.name, Workspace.id)
    ).all()


def member_counts(session: Session) -> dict[int, int]:
    """How many people have a membership of each workspace."""
    query = select(Membership.workspace_id, func.count()).group_by(Membership.workspace_id)
    return dict(session.execute(query).all())


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
    """The collection policy in force on a day; for days before the first version, that one."""
    since = PolicyVersion.effective_from
    return session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.workspace_id == workspace_id)
        .order_by((since <= day).desc(), func.abs(since - day), PolicyVersion.version.desc())
        .limit(1)
    )


def policy_version(session: Session, workspace_id: int, version: int) -> PolicyVersion | None:
    """One version of the collection policy."""
    return session.scalar(
        select(PolicyVersion).where(
            PolicyVersion.workspace_id == workspace_id, PolicyVersion.version == version
        )
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


def every_payment_method(session: Session, workspace_id: int) -> Sequence[PaymentMethod]:
    """All ways to pay, withdrawn ones last."""
    return session.scalars(
        select(PaymentMethod)
        .where(PaymentMethod.workspace_id == workspace_id)
        .order_by(PaymentMethod.active.desc(), PaymentMethod.position, PaymentMethod.id)
    ).all()


def pix_method(session: Session, workspace_id: int) -> PaymentMethod | None:
    """The method that offers the company's own Pix key, active or not."""
    return session.scalar(
        select(PaymentMethod)
        .where(PaymentMethod.workspace_id == workspace_id, PaymentMethod.kind == "pix")
        .order_by(PaymentMethod.id)
        .limit(1)
    )


def payment_method(session: Session, workspace_id: int, method_id: int) -> PaymentMethod | None:
    """One way to pay, active or not."""
    return session.get(PaymentMethod, (workspace_id, method_id))


def local_holidays(session: Session, workspace_id: int) -> Sequence[LocalHoliday]:
    """The local holidays of a workspace in order."""
    return session.scalars(
        select(LocalHoliday)
        .where(LocalHoliday.workspace_id == workspace_id)
        .order_by(LocalHoliday.day)
    ).all()


def due_dates(session: Session, workspace_id: int) -> Sequence[tuple[date, date]]:
    """The due dates in use, each with the effective due date stored for it."""
    query = select(Receivable.due_date, Receivable.effective_due_date).distinct()
    return session.execute(query.where(Receivable.workspace_id == workspace_id)).all()


def has_consumers(session: Session, workspace_id: int) -> bool:
    """Whether any debtor of the workspace is a final consumer."""
    found = select(Debtor.id).where(Debtor.workspace_id == workspace_id, Debtor.consumer)
    return session.scalar(found.limit(1)) is not None
