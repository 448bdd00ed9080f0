"""What people do with their own account: sign in and out, passwords, second factor, preferences."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bpo.db import after_commit, db, unit_of_work
from bpo.domain.people import accounts as rules
from bpo.domain.people import links as validity
from bpo.domain.people.links import Purpose
from bpo.gateways import passwords, totp
from bpo.gateways.queue import Queue
from bpo.gateways.signing import Signer
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import User
from bpo.queries.people import users
from bpo.services.people import audit, links

LOCALES = frozenset({"pt_BR", "en"})
THEMES = frozenset({"auto", "light", "dark"})
NO_LINK = 0
"""No link has this id: the mail of a stranger."""
_DOOR = actors.system((), name="accounts")


@dataclass(frozen=True, slots=True)
class Admission:
    """The right password was given; `needs_code` asks for the second factor before signing in."""

    user: User
    needs_code: bool


def sign_in(email: str, password: str, *, address: str | None, now: datetime) -> Admission:
    """Check an address and a password; the work is the same whether or not the account exists.

    Raises BadInput with one sentence for everything that can be wrong; both ends are recorded.
    """
    email = email.strip().lower()[:254]
    user = users.by_email(db.session(), email)
    stored = user.password_hash if user is not None and user.active else None
    right = passwords.matches(stored, password)
    if not right or user is None:
        _refuse("sign_in_refused", email, user, address=address, now=now)
        raise BadInput("The e-mail or the password is not right")
    rehashed = passwords.hashed(password) if stored and passwords.outdated(stored) else None
    with unit_of_work(_DOOR) as session:
        user = _locked(session, user.id)
        user.password_hash = rehashed or user.password_hash
        if user.totp_secret is None:
            _signed_in(session, user, "password", address=address, now=now)
    return Admission(user, needs_code=user.totp_secret is not None)


def give_code(user_id: int, code: str, *, address: str | None, now: datetime) -> User:
    """Complete a sign-in with a code of the authenticator, or a recovery code, which is then spent.

    The caller has kept, signed, that this user's password was right. Raises BadInput.
    """
    with unit_of_work(_DOOR) as session:
        user = _locked(session, user_id)
        factor = _spend_code(user, code, now) if user.active else None
        if factor:
            _signed_in(session, user, factor, address=address, now=now)
    if factor is None:
        _refuse("code_refused", user.email, user, address=address, now=now)
        raise BadInput("The code is not right, or was used already", field="code")
    return user


def sign_out(actor: Actor, *, now: datetime) -> None:
    """Record that a user left; every session of theirs ends, on whatever device it is open.

    A session lives in a signed cookie, so a copy of it would go on otherwise.
    """
    with unit_of_work(actor) as session:
        _own(session, actor).session_version += 1
        audit.record_access(
            session, "sign_out", now=now, user_id=actor.user_id, address=actor.address
        )


def ask_reset(email: str, *, address: str | None, now: datetime, queue: Queue) -> None:
    """Send a reset link if the address has an active account; the asker cannot tell.

    A job is put in either case, so that the answer takes as long: one of no link sends nothing.
    """
    email = email.strip().lower()[:254]
    with unit_of_work(_DOOR) as session:
        user = users.by_email(session, email)
        if user is None or not user.active:
            audit.record_access(session, "reset_unknown", now=now, subject=email, address=address)
            after_commit(session, lambda: queue.put(Job.SEND_ACCOUNT_MAIL, NO_LINK))
            return
        purpose = Purpose.RESET if user.password_hash else Purpose.INVITE
        expires_at = validity.expiry(purpose, now)
        link = links.issue(session, purpose, user.id, expires_at=expires_at, now=now, by_mail=True)
        audit.record_access(
            session, "reset_asked", now=now, user_id=user.id, subject=email, address=address
        )
        after_commit(session, lambda: queue.put(Job.SEND_ACCOUNT_MAIL, link.id))


def invited(token: str, purpose: Purpose, *, signer: Signer, now: datetime) -> User | None:
    """The user whom an invitation or reset link belongs to; None when the link does not work."""
    link = links.found(db.session(), signer, token, purpose, now=now)
    user = users.by_id(db.session(), link.subject_id) if link else None
    return user if user and user.active else None


def set_password_by_link(
    token: str,
    purpose: Purpose,
    password: str,
    *,
    name: str | None = None,
    address: str | None,
    signer: Signer,
    now: datetime,
) -> User:
    """Set a password through an invitation or a reset link, which is thereby spent.

    Every open session of the user ends. Raises NotFound for the link, BadInput for the password.
    """
    with unit_of_work(_DOOR) as session:
        link = links.opened(session, signer, token, purpose, now=now, lock=True)
        user = _locked(session, link.subject_id)
        if not user.active:
            raise NotFound(links.GONE)
        rules.password(password, for_email=user.email)
        if name is not None:
            user.name = rules.name(name)
        _set_password(user, password)
        links.use(link, now=now)
        if purpose is Purpose.INVITE:
            user.last_login_at = now
        action = "invite_accepted" if purpose is Purpose.INVITE else "password_reset"
        audit.record_access(
            session, action, now=now, user_id=user.id, subject=user.email, address=address
        )
    return user


def change_password(actor: Actor, current: str, new: str, *, now: datetime) -> User:
    """Change one's own password; every other session of the user ends."""
    with unit_of_work(actor) as session:
        user = _own(session, actor)
        _confirm(user, current)
        rules.password(new, for_email=user.email)
        _set_password(user, new)
        _note(session, "password_changed", user, actor, now)
    return user


def choose(actor: Actor, *, name: str, locale: str, theme: str, now: datetime) -> User:
    """Set one's own name, language and colour theme."""
    if locale not in LOCALES or theme not in THEMES:
        raise BadInput("Choose one of the languages and themes offered")
    with unit_of_work(actor) as session:
        user = _own(session, actor)
        user.name, user.locale, user.theme = rules.name(name), locale, theme
        _note(session, "preferences", user, actor, now)
    return user


def add_second_factor(actor: Actor, secret: str, code: str, *, now: datetime) -> list[str]:
    """Ask for a code at each sign-in from now on; returns the recovery codes, shown only once.

    `code` proves that the authenticator holds `secret`. Raises BadInput when it does not match.
    """
    used = totp.step(secret, code, now)
    if used is None:
        raise BadInput("The code does not match: check the clock of your telephone", field="code")
    codes = totp.recovery_codes()
    with unit_of_work(actor) as session:
        user = _own(session, actor)
        if user.totp_secret is not None:
            raise Conflict("Your account already asks for a code")
        user.totp_secret, user.totp_step = secret, used
        user.recovery_hashes = [totp.digest(code) for code in codes]
        _note(session, "second_factor_on", user, actor, now)
    return codes


def drop_second_factor(actor: Actor, password: str, *, now: datetime) -> User:
    """Sign in with the password alone again."""
    with unit_of_work(actor) as session:
        user = _own(session, actor)
        _confirm(user, password)
        forget_second_factor(user)
        _note(session, "second_factor_off", user, actor, now)
    return user


def forget_second_factor(user: User) -> None:
    """Take the second factor off an account; the caller records why."""
    user.totp_secret, user.totp_step, user.recovery_hashes = None, None, []


def _set_password(user: User, password: str) -> None:
    user.password_hash = passwords.hashed(password)
    user.session_version += 1


def _confirm(user: User, password: str) -> None:
    if not passwords.matches(user.password_hash, password):
        raise BadInput("Your present password is not right", field="current")


def _spend_code(user: User, code: str, now: datetime) -> str | None:
    """How the code was right: `code` or `recovery_code`; None when it was not."""
    if user.totp_secret is None:
        return None
    step = totp.step(user.totp_secret, code, now, after=user.totp_step)
    if step is not None:
        user.totp_step = step
        return "code"
    digest = totp.digest(code)
    if digest not in user.recovery_hashes:
        return None
    user.recovery_hashes = [other for other in user.recovery_hashes if other != digest]
    return "recovery_code"


def _signed_in(
    session: Session, user: User, factor: str, *, address: str | None, now: datetime
) -> None:
    user.last_login_at = now
    audit.record_access(
        session,
        "sign_in",
        now=now,
        user_id=user.id,
        subject=user.email,
        address=address,
        factor=factor,
    )


def _refuse(
    action: str, email: str, user: User | None, *, address: str | None, now: datetime
) -> None:
    user_id = user.id if user is not None else None
    with unit_of_work(_DOOR) as session:
        audit.record_access(
            session, action, now=now, user_id=user_id, subject=email, address=address
        )


def _note(session: Session, action: str, user: User, actor: Actor, now: datetime) -> None:
    audit.record_access(
        session, action, now=now, user_id=user.id, subject=user.email, address=actor.address
    )


def _locked(session: Session, user_id: int) -> User:
    user = users.locked(session, user_id)
    if user is None:
        raise NotFound("There is no such user")
    return user


def _own(session: Session, actor: Actor) -> User:
    if actor.user_id is None:
        raise Forbidden("Your role does not allow this")
    return _locked(session, actor.user_id)
