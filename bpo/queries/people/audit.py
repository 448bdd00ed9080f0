"""Reading the trails: what was done in workspaces, what happened to accounts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from bpo.models import AccessEntry, AuditEntry, User

Rows: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a trail is asked for; None leaves a part open. Instants are UTC, `until` excluded."""

    workspace_ids: frozenset[int] = frozenset()
    user_id: int | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of entries, newest first, and how many there are in all."""

    entries: Sequence[AuditEntry]
    total: int


@dataclass(frozen=True, slots=True)
class AccessPage:
    """One page of the access log, with the name of the user each entry is about."""

    entries: Sequence[tuple[AccessEntry, str | None]]
    total: int


def page(session: Session, wanted: Filter, *, number: int = 1, size: int = 50) -> Page:
    """A page of the audit trail of the workspaces named in the filter."""
    within = AuditEntry.workspace_id.in_(sorted(wanted.workspace_ids))
    query = select(AuditEntry).where(within, *_conditions(wanted, AuditEntry))
    newest = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    return Page(session.scalars(_cut(newest, number, size)).all(), _count(session, query))


def access_page(session: Session, wanted: Filter, *, number: int = 1, size: int = 50) -> AccessPage:
    """A page of the access log; workspaces play no part in it."""
    query = (
        select(AccessEntry, User.name)
        .outerjoin(User, User.id == AccessEntry.user_id)
        .where(*_conditions(wanted, AccessEntry))
    )
    newest = query.order_by(AccessEntry.at.desc(), AccessEntry.id.desc())
    rows = [(entry, name) for entry, name in session.execute(_cut(newest, number, size))]
    return AccessPage(rows, _count(session, query))


def actions(session: Session, workspace_ids: Collection[int]) -> Sequence[str]:
    """The kinds of act that occur in the trail of these workspaces."""
    query = select(AuditEntry.action).where(AuditEntry.workspace_id.in_(sorted(workspace_ids)))
    return session.scalars(query.distinct().order_by(AuditEntry.action)).all()


def access_actions(session: Session) -> Sequence[str]:
    """The kinds of event that occur in the access log."""
    return session.scalars(select(AccessEntry.action).distinct().order_by(AccessEntry.action)).all()


def own_access(session: Session, user_id: int, limit: int = 10) -> Sequence[AccessEntry]:
    """The latest events of one account, newest first."""
    query = select(AccessEntry).where(AccessEntry.user_id == user_id)
    return session.scalars(query.order_by(AccessEntry.id.desc()).limit(limit)).all()


def inviter(session: Session, user_id: int) -> str | None:
    """The name of the person who last invited a user; None when a program did."""
    return session.scalar(
        select(User.name)
        .join(AccessEntry, AccessEntry.detail["by_id"].as_integer() == User.id)
        .where(AccessEntry.user_id == user_id, AccessEntry.action == "invited")
        .order_by(AccessEntry.id.desc())
        .limit(1)
    )


def _conditions(
    wanted: Filter, table: type[AuditEntry] | type[AccessEntry]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        conditions.append(table.user_id == wanted.user_id)
    if wanted.action:
        conditions.append(table.action == wanted.action)
    if wanted.since:
        conditions.append(table.at >= wanted.since)
    if wanted.until:
        conditions.append(table.at < wanted.until)
    return conditions


def _cut(query: Rows, number: int, size: int) -> Rows:
    return query.limit(size).offset((number - 1) * size)


def _count(session: Session, query: Rows) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
