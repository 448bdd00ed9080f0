"""Signing in with password and second factor, and signing out."""

from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.models import User
from bpo.queries.people import users
from bpo.services.people import accounts
from bpo.web import access, forms, preferences
from bpo.web import session as login
from bpo.web.auth import blueprint
from bpo.web.throttle import limiter, refused

PENDING = "pending"
PATIENCE_SECONDS = 600
PER_ADDRESS = "30 per 5 minutes; 120 per hour"
PER_ACCOUNT = "10 per 15 minutes"


def account_typed() -> str:
    """The account that a form is about, for counting tries."""
    return "account:" + request.form.get("email", "").strip().lower()[:254]


def account_pending() -> str:
    """The account whose code is awaited."""
    return f"code:{session.get(PENDING, {}).get('user')}"


@blueprint.get("/")
@access.signed_in
def start() -> Response:
    """Everybody's own first screen."""
    return access.home()


@blueprint.get("/login", endpoint="login")
@access.public
def show_login() -> str | Response:
    """The form; who is signed in goes on."""
    if current_user.is_authenticated:
        return access.home()
    return _form(next=access.safe_next(request.args.get("next")))


@blueprint.post("/login")
@access.public
@limiter.limit(PER_ADDRESS, deduct_when=refused)
@limiter.limit(PER_ACCOUNT, key_func=account_typed, deduct_when=refused)
def sign_in() -> str | Response | tuple[str, int]:
    """Check the password; a second factor is asked for on the next page."""
    typed = forms.typed()
    email, password = typed.values.get("email", ""), typed.values.get("password", "")
    attempt = forms.attempt(
        lambda: accounts.sign_in(email, password, address=request.remote_addr, now=g.now)
    )
    onward = access.safe_next(typed.values.get("next"))
    if attempt.result is None:
        return _form(email=email, next=onward, error=forms.faults(attempt).get("")), 400
    if attempt.result.needs_code:
        _wait_for_code(attempt.result.user, onward, g.now)
        return redirect(url_for("auth.code"))
    return _welcome(attempt.result.user, onward)


@blueprint.get("/login/code")
@access.public
def code() -> str | Response:
    """Ask for the second factor of whoever gave the right password just now."""
    if _pending_user() is None:
        return redirect(url_for("auth.login"))
    return render_template("auth/code.html", recovery="recovery" in request.args)


@blueprint.post("/login/code")
@access.public
@limiter.limit(PER_ADDRESS, deduct_when=refused)
@limiter.limit(PER_ACCOUNT, key_func=account_pending, deduct_when=refused)
def give_code() -> str | Response | tuple[str, int]:
    """Complete the sign-in."""
    user_id = _pending_user()
    if user_id is None:
        return redirect(url_for("auth.login"))
    given = request.form.get("code", "")
    attempt = forms.attempt(
        lambda: accounts.give_code(user_id, given, address=request.remote_addr, now=g.now)
    )
    if attempt.result is None:
        error = forms.faults(attempt).get("code")
        recovery = "recovery" in request.args
        return render_template("auth/code.html", error=error, recovery=recovery), 400
    return _welcome(attempt.result, session[PENDING]["next"])


@blueprint.post("/logout")
@access.signed_in
def logout() -> Response:
    """Leave."""
    accounts.sign_out(g.actor, now=g.now)
    login.end()
    flash(_("You have signed out."), "success")
    return redirect(url_for("auth.login"))


def _form(**context: Any) -> str:
    return render_template("auth/login.html", **context)


def _welcome(user: User, onward: str | None) -> Response:
    login.start(user, now=g.now)
    return preferences.remember(redirect(onward or url_for("auth.start")), user.locale, user.theme)


def _wait_for_code(user: User, onward: str | None, now: datetime) -> None:
    session[PENDING] = {
        "user": user.id,
        "version": user.session_version,
        "at": now.timestamp(),
        "next": onward,
    }


def _pending_user() -> int | None:
    """Who gave the right password just now; nobody once that password has been changed."""
    pending = session.get(PENDING)
    if not pending or g.now.timestamp() - pending["at"] > PATIENCE_SECONDS:
        return None
    user = users.by_id(db.session(), pending["user"])
    if user is None or user.session_version != pending.get("version"):
        return None
    return user.id
