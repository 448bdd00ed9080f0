"""What the BPO manager does with accounts: invite, change roles and access, deactivate."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bpo.db import after_commit, unit_of_work
from bpo.domain.people import access
from bpo.domain.people import accounts as rules
from bpo.domain.people import links as validity
from bpo.domain.people.access import Permission
from bpo.domain.people.links import Purpose
from bpo.domain.writing import sightings
from bpo.gateways import passwords
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Membership, User
from bpo.queries.people import users
from bpo.services.people import accounts, audit, links


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new account and the number of the link that lets its owner choose a password."""

    user: User
    link_id: int


@dataclass(frozen=True, slots=True)
class Described:
    """What may be changed of an account; the workspaces by id."""

    name: str
    role: Role
    workspace_ids: frozenset[int]


def invite(
    actor: Actor,
    email: str,
    name: str,
    role: Role,
    workspace_ids: Collection[int],
    *,
    locale: str = "pt_BR",
    now: datetime,
    queue: Queue | None,
) -> Invitation:
    """Make an account without a password and mail its owner a link to choose one.

    Without a queue no mail is sent: the caller hands the link over itself. Raises BadInput.
    """
    access.require(actor, Permission.MANAGE_USERS)
    with unit_of_work(actor) as session:
        user = _added(session, actor, email, name, role, workspace_ids, locale, now)
        link_id = _invited(session, actor, user, now, queue)
    return Invitation(user, link_id)


def create(
    actor: Actor,
    email: str,
    name: str,
    role: Role,
    workspace_ids: Collection[int],
    password: str,
    *,
    locale: str = "pt_BR",
    now: datetime,
) -> User:
    """Make an account with a password, for scripts and demonstrations."""
    access.require(actor, Permission.MANAGE_USERS)
    rules.password(password, for_email=rules.email(email))
    stored = passwords.hashed(password)
    with unit_of_work(actor) as session:
        user = _added(session, actor, email, name, role, workspace_ids, locale, now)
        user.password_hash = stored
    return user


def invite_again(actor: Actor, user_id: int, *, now: datetime, queue: Queue | None) -> Invitation:
    """Send a fresh link, ending the earlier one: an invitation, or a reset once there is a
    password."""
    access.require(actor, Permission.MANAGE_USERS)
    with unit_of_work(actor) as session:
        user = _found(session, user_id)
        if not user.active:
            raise Conflict("This account is inactive: activate it first")
        link_id = _invited(session, actor, user, now, queue)
    return Invitation(user, link_id)


def change(
    actor: Actor, user_id: int, wished: Described, *, now: datetime, seen: Described | None = None
) -> User:
    """Change of a user's name, role and workspaces what is another than was `seen`.

    It takes effect with their next click. A workspace is given or taken by itself, whatever
    somebody else did about another. Raises BadInput, and Conflict for a name or role that another
    has changed too.
    """
    access.require(actor, Permission.MANAGE_USERS)
    wished = replace(wished, name=rules.name(wished.name))
    with unit_of_work(actor) as session:
        user = _found(session, user_id)
        if seen:
            wished = _merged(seen, wished, described(session, user))
        role = wished.role
        if role is not Role.ADMIN:
            _keep_an_admin(session, user)
        if role.value != user.role:
            _record(session, actor, "role", user, now, before=user.role, after=role.value)
        user.name, user.role = wished.name, role.value
        _give_access(session, actor, user, wished.workspace_ids, now)
    return user


def described(session: Session, user: User) -> Described:
    """What an account may be changed in, as it is."""
    return Described(user.name, Role(user.role), frozenset(users.workspaces_of(session, user.id)))


def _merged(seen: Described, wished: Described, now: Described) -> Described:
    given = wished.workspace_ids - seen.workspace_ids
    taken = seen.workspace_ids - wished.workspace_ids
    after = (now.workspace_ids | given) - taken
    shown, wanted, there = (replace(one, workspace_ids=after) for one in (seen, wished, now))
    return sightings.merged(shown, wanted, there)


def deactivate(actor: Actor, user_id: int, *, now: datetime) -> User:
    """Close an account: its sessions end, its links stop working, its history stays."""
    access.require(actor, Permission.MANAGE_USERS)
    with unit_of_work(actor) as session:
        user = _found(session, user_id)
        if user.id == actor.user_id:
            raise Conflict("You cannot deactivate your own account")
        _keep_an_admin(session, user)
        user.active = False
        user.session_version += 1
        for purpose in validity.ACCOUNT:
            links.revoke(session, purpose, user.id, now=now)
        _record(session, actor, "deactivated", user, now)
    return user


def activate(actor: Actor, user_id: int, *, now: datetime) -> User:
    """Open a closed account again, with the password and access that it had."""
    access.require(actor, Permission.MANAGE_USERS)
    with unit_of_work(actor) as session:
        user = _found(session, user_id)
        user.active = True
        _record(session, actor, "activated", user, now)
    return user


def drop_second_factor(actor: Actor, user_id: int, *, now: datetime) -> User:
    """Help a user who lost both telephone and recovery codes; their open sessions end."""
    access.require(actor, Permission.MANAGE_USERS)
    with unit_of_work(actor) as session:
        user = _found(session, user_id)
        accounts.forget_second_factor(user)
        user.session_version += 1
        _record(session, actor, "second_factor_off", user, now)
    return user


def give_access(
    actor: Actor, user_id: int, workspace_id: int, *, member: bool, now: datetime
) -> User:
    """Let a user into one workspace, or out of it."""
    access.require(actor, Permission.MANAGE_USERS, workspace_id)
    with unit_of_work(actor) as session:
        user = _found(session, user_id)
        held = users.workspaces_of(session, user.id)
        wanted = held | {workspace_id} if member else held - {workspace_id}
        _give_access(session, actor, user, wanted, now)
    return user


def _added(
    session: Session,
    actor: Actor,
    email: str,
    name: str,
    role: Role,
    workspace_ids: Collection[int],
    locale: str,
    now: datetime,
) -> User:
    user = User(
        email=rules.email(email), name=rules.name(name), role=role.value, locale=_locale(locale)
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise BadInput(
            "There is already an account for {email}", field="email", email=user.email
        ) from None
    _record(session, actor, "account_created", user, now, role=role.value)
    _give_access(session, actor, user, workspace_ids, now)
    return user


def _invited(session: Session, actor: Actor, user: User, now: datetime, queue: Queue | None) -> int:
    purpose = Purpose.RESET if user.password_hash else Purpose.INVITE
    link = links.issue(
        session,
        purpose,
        user.id,
        expires_at=validity.expiry(purpose, now),
        now=now,
        by_mail=queue is not None,
    )
    _record(session, actor, "invited" if purpose is Purpose.INVITE else "reset_sent", user, now)
    if queue is not None:
        after_commit(session, lambda: queue.put(Job.SEND_ACCOUNT_MAIL, link.id))
    return link.id


def _give_access(
    session: Session, actor: Actor, user: User, workspace_ids: Collection[int], now: datetime
) -> None:
    """Make the memberships exactly these, as far as the actor reaches; each change is recorded in
    the workspace it concerns. Those of closed companies wait for their return.
    """
    held = users.workspaces_of(session, user.id)
    wanted = set() if user.role == Role.ADMIN else set(workspace_ids)
    for workspace_id in sorted(wanted - held):
        access.require(actor, Permission.MANAGE_USERS, workspace_id)
        session.add(Membership(user_id=user.id, workspace_id=workspace_id))
        _record_access(session, actor, "membership.add", user, workspace_id, now)
    gone = (held - wanted) & actor.workspace_ids
    session.execute(
        delete(Membership).where(
            Membership.user_id == user.id, Membership.workspace_id.in_(sorted(gone))
        )
    )
    for workspace_id in sorted(gone):
        _record_access(session, actor, "membership.remove", user, workspace_id, now)
    session.flush()


def _record_access(
    session: Session, actor: Actor, action: str, user: User, workspace_id: int, now: datetime
) -> None:
    audit.record(
        session,
        actor,
        workspace_id,
        action,
        now=now,
        subject=("user", user.id),
        name=user.name,
        role=user.role,
    )


def _keep_an_admin(session: Session, user: User) -> None:
    if users.active_admins(session) == [user.id]:
        raise Conflict("This is the only BPO manager: name another one first")


def _record(
    session: Session, actor: Actor, action: str, user: User, now: datetime, **detail: str
) -> None:
    audit.record_access(
        session,
        action,
        now=now,
        user_id=user.id,
        subject=user.email,
        address=actor.address,
        by=actor.name,
        by_id=actor.user_id,
        **detail,
    )


def _found(session: Session, user_id: int) -> User:
    user = users.locked(session, user_id)
    if user is None:
        raise NotFound("There is no such user")
    return user


def _locale(code: str) -> str:
    if code not in accounts.LOCALES:
        raise BadInput("Choose one of the languages and themes offered", field="locale")
    return code
