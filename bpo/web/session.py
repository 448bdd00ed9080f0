"""Who is signed in: the login session, its limits in time, and the actor of the request."""

from datetime import UTC, datetime

from flask import Flask, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from bpo.db import acting_as, db
from bpo.gateways import outside
from bpo.kernel import actor
from bpo.kernel.actor import Actor, Role
from bpo.models import User, Workspace
from bpo.queries.people import users, workspaces
from bpo.web import errors, kept, language

STARTED, SEEN, VERSION = "started_at", "seen_at", "version"
NOBODY = actor.system((), name="anonymous")


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of a user."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """The user's id as text, as Flask-Login wants it."""
        return str(self.user.id)


def init_app(app: Flask) -> None:
    """Install the login manager and set the actor of every request."""
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load)
    manager.unauthorized_handler(_ask_to_sign_in)
    manager.init_app(app)
    app.before_request(_set_actor)
    app.teardown_request(_clear_actor)


def start(user: User, *, now: datetime) -> None:
    """Sign a user in, in a fresh session."""
    session.clear()
    stamp = now.timestamp()
    session.update({STARTED: stamp, SEEN: stamp, VERSION: user.session_version})
    login_user(SignedIn(user))


def end() -> None:
    """Sign the user out and forget the session."""
    logout_user()
    session.clear()


def locale() -> str:
    """The reader's language: their own choice, then the workspace's, then the browser's."""
    user = current_user.user if current_user and current_user.is_authenticated else None
    workspace = g.get("workspace")
    return language.chosen(
        request.cookies.get("locale") if user is None else None,
        user.locale if user else None,
        workspace.locale if workspace else None,
    )


def time_zone() -> str:
    """The zone in which instants are shown: the workspace's, or Brasília's."""
    workspace = g.get("workspace")
    return workspace.time_zone if workspace else "America/Sao_Paulo"


def _load(user_id: str) -> SignedIn | None:
    user = users.by_id(db.session(), int(user_id)) if user_id.isdecimal() else None
    if user is None or not user.active or session.get(VERSION) != user.session_version:
        return None
    return SignedIn(user) if _alive(g.now) else None


def _alive(now: datetime) -> bool:
    """Whether the session is within its idle and absolute limits; marks it as seen."""
    settings = outside.current().settings
    stamp = now.timestamp()
    started, seen = session.get(STARTED, 0), session.get(SEEN, 0)
    idle, lifetime = settings.session_idle, settings.session_lifetime
    if stamp - seen > idle.total_seconds() or stamp - started > lifetime.total_seconds():
        return False
    session[SEEN] = stamp
    return True


def _ask_to_sign_in() -> Response:
    """Send a person to the sign-in page and back here afterwards; tell a program 401.

    What a form had in it is kept meanwhile.
    """
    if errors.wants_json():
        abort(401)
    if shown := kept.page():
        return shown
    onward = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.login", next=onward))


def _set_actor() -> None:
    g.now = datetime.now(UTC)
    g.actor = NOBODY
    if request.endpoint == "static":
        return
    if current_user.is_authenticated:
        g.actor = _actor_of(current_user.user)
    g.scope = acting_as(g.actor)
    g.scope.__enter__()


def _actor_of(user: User) -> Actor:
    reach = users.reach(db.session(), user)
    return actor.user(user.id, Role(user.role), reach, name=user.name, address=request.remote_addr)


def _clear_actor(_: BaseException | None) -> None:
    scope = g.pop("scope", None)
    if scope is not None:
        scope.__exit__(None, None, None)


def reachable() -> list[Workspace]:
    """The workspaces of the signed-in user, by name; read once per request."""
    if "reachable" not in g:
        g.reachable = list(workspaces.listed(db.session(), g.actor.workspace_ids))
    found: list[Workspace] = g.reachable
    return found
