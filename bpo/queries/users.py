"""Reading accounts: users, the workspaces they reach, what happened to them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.kernel.actor import Role
from bpo.models import AccessEntry, Membership, User, Workspace
from bpo.queries import workspaces


def by_id(session: Session, user_id: int) -> User | None:
    """The user with this id."""
    return session.get(User, user_id)


def by_email(session: Session, email: str) -> User | None:
    """The user with this address, whatever its case."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def reach(session: Session, user: User) -> frozenset[int]:
    """Ids of the active workspaces a user may see; all of them for a BPO manager."""
    if user.role == Role.ADMIN:
        return frozenset(workspaces.all_ids(session))
    return frozenset(
        session.scalars(
            select(Membership.workspace_id)
            .join(Workspace, Workspace.id == Membership.workspace_id)
            .where(Membership.user_id == user.id, Workspace.active)
        )
    )


def listed(session: Session) -> Sequence[User]:
    """Every user by name."""
    return session.scalars(select(User).order_by(User.name, User.id)).all()


def memberships(session: Session) -> dict[int, list[int]]:
    """Workspace ids by user id."""
    found: dict[int, list[int]] = {}
    for user_id, workspace_id in session.execute(
        select(Membership.user_id, Membership.workspace_id).order_by(Membership.workspace_id)
    ):
        found.setdefault(user_id, []).append(workspace_id)
    return found


def client_managers(session: Session, workspace_id: int) -> Sequence[User]:
    """Active client managers of a workspace: the readers of its weekly report."""
    return session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.workspace_id == workspace_id,
            User.role == Role.CLIENT_MANAGER.value,
            User.active,
        )
        .order_by(User.id)
    ).all()


def recent_access(session: Session, limit: int = 100) -> Sequence[AccessEntry]:
    """The latest events of accounts, newest first."""
    return session.scalars(select(AccessEntry).order_by(AccessEntry.id.desc()).limit(limit)).all()
