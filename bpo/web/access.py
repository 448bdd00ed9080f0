"""Doors: every view says who may pass, and the guard stands before the view runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from flask_login import current_user

from bpo.db import db
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.models import Workspace
from bpo.queries.people import workspaces

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]

GUARD = "bpo_guard"


def public(view: View[P, R]) -> View[P, R]:
    """Mark a view that anybody may open."""
    setattr(view, GUARD, "public")
    return view


def signed(purpose: str) -> Callable[[View[P, R]], View[P, R]]:
    """Mark a view that a signed link of a purpose opens; the view itself verifies the link."""

    def mark(view: View[P, R]) -> View[P, R]:
        setattr(view, GUARD, f"signed:{purpose}")
        return view

    return mark


def signed_in(view: View[P, R]) -> View[P, R]:
    """Let any signed-in user pass."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return view(*args, **kwargs)

    setattr(guarded, GUARD, "signed_in")
    return guarded


def requires(permission: Permission) -> Callable[[View[P, R]], View[P, R]]:
    """Let users pass whose role carries the permission.

    A view with a `slug` in its address gets `g.workspace`, when it is within the user's reach;
    out of reach answers 404, exactly as if it did not exist.
    """

    def decorate(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            access.require(g.actor, permission)
            if "slug" in (request.view_args or {}):
                g.workspace = _workspace_in_reach(g.actor, str(kwargs["slug"]))
            return view(*args, **kwargs)

        setattr(guarded, GUARD, permission.value)
        return guarded

    return decorate


def home() -> Any:
    """Where a user belongs after signing in."""
    if access.may(g.actor, Permission.SEE_PORTFOLIO):
        return redirect(url_for("office.inbox"))
    return redirect(url_for("portal.home"))


def allowed(permission: str) -> bool:
    """Whether whoever reads the page may do something; templates leave out links that would 403."""
    return access.may(g.actor, Permission(permission))


def safe_next(target: str | None) -> str | None:
    """A path of this site to go on to, or None for anything that leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return None if any(ord(c) < 32 or c == "\\" for c in target) else target


def _workspace_in_reach(actor: Actor, slug: str) -> Workspace:
    workspace = workspaces.by_slug(db.session(), slug)
    if workspace is None or not actor.reaches(workspace.id):
        raise NotFound("This page does not exist or is not yours to see")
    return workspace


def refuse_unguarded() -> None:
    """Answer 404 for a view that declares no guard; a test keeps this from ever happening."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and request.endpoint != "static" and not hasattr(view, GUARD):
        abort(404)
