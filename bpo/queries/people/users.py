"""Reading accounts: users and the workspaces they reach."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.domain.people.links import Purpose
from bpo.kernel.actor import Role
from bpo.models import Membership, SignedLink, User, Workspace
from bpo.queries.people import links, workspaces


def by_id(session: Session, user_id: int) -> User | None:
    """The user with this id."""
    return session.get(User, user_id)


def by_email(session: Session, email: str) -> User | None:
    """The user with this address, whatever its case."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def locked(session: Session, user_id: int) -> User | None:
    """The user, fresh and held until the transaction ends."""
    query = select(User).where(User.id == user_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


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


def workspaces_of(session: Session, user_id: int) -> set[int]:
    """The workspaces a user is a member of, inactive ones included."""
    query = select(Membership.workspace_id).where(Membership.user_id == user_id)
    return set(session.scalars(query))


def active_admins(session: Session) -> list[int]:
    """Ids of the BPO managers who can sign in, held until the transaction ends."""
    query = select(User.id).where(User.role == Role.ADMIN.value, User.active)
    return list(session.scalars(query.order_by(User.id).with_for_update()))


def members(session: Session, workspace_id: int) -> Sequence[User]:
    """Everybody with a membership of a workspace, by name."""
    return session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace_id)
        .order_by(User.name, User.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the BPO manager sees them: their workspaces and their open invitation."""

    user: User
    workspaces: tuple[Workspace, ...]
    invitation: SignedLink | None = None

    @property
    def state(self) -> str:
        """`active`, `inactive`, or `invited` while no password has been chosen."""
        if not self.user.active:
            return "inactive"
        return "active" if self.user.password_hash else "invited"


def directory(session: Session) -> list[Person]:
    """Everybody who has an account, by name, in four queries."""
    places = {place.id: place for place in workspaces.listed(session)}
    reach, open_links = memberships(session), links.invitations(session)
    return [
        Person(
            user,
            tuple(places[place] for place in reach.get(user.id, ()) if place in places),
            open_links.get(user.id),
        )
        for user in listed(session)
    ]


def person(session: Session, user_id: int) -> Person | None:
    """One user as the BPO manager sees them."""
    user = by_id(session, user_id)
    if user is None:
        return None
    held = workspaces_of(session, user_id)
    places = tuple(place for place in workspaces.listed(session) if place.id in held)
    return Person(user, places, links.live(session, Purpose.INVITE, user_id))


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
