"""Pages behind the links of account mails: accept an invitation, choose a new password."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.models import User
from bpo.queries.people import audit
from bpo.services.people import accounts
from bpo.web import access, forms
from bpo.web import session as login
from bpo.web.auth import blueprint
from bpo.web.auth.signing_in import PER_ADDRESS, account_typed
from bpo.web.throttle import limiter, refused

Answer = str | Response | tuple[str, int]


@blueprint.get("/forgot")
@access.public
def forgot() -> Answer:
    """Ask for a link to choose a new password, or hear that it is on its way."""
    return render_template("auth/forgot.html", sent="sent" in request.args)


@blueprint.post("/forgot")
@access.public
@limiter.limit("20 per hour")
@limiter.limit("4 per hour", key_func=account_typed)
def ask_reset() -> Answer:
    """Send the link; whether the account exists is not told."""
    email = request.form.get("email", "")
    queue = outside.current().queue
    accounts.ask_reset(email, address=request.remote_addr, now=g.now, queue=queue)
    return redirect(url_for("auth.forgot", sent=1))


@blueprint.get("/invitation/<token>")
@access.signed(Purpose.INVITE)
def invitation(token: str) -> Answer:
    """Welcome somebody who was invited."""
    user = _owner(token, Purpose.INVITE)
    return _welcome(user, {}) if user else _dead(Purpose.INVITE)


@blueprint.post("/invitation/<token>")
@access.signed(Purpose.INVITE)
@limiter.limit(PER_ADDRESS, deduct_when=refused)
def accept(token: str) -> Answer:
    """Set name and password, and sign in."""
    user = _owner(token, Purpose.INVITE)
    if user is None:
        return _dead(Purpose.INVITE)
    attempt = _set_password(token, Purpose.INVITE, name=request.form.get("name", ""))
    if attempt.result is None:
        return _welcome(user, forms.faults(attempt)), 400
    login.start(attempt.result, now=g.now)
    return redirect(url_for("auth.start"))


@blueprint.get("/reset/<token>")
@access.signed(Purpose.RESET)
def reset(token: str) -> Answer:
    """Let somebody choose a new password."""
    user = _owner(token, Purpose.RESET)
    return render_template("auth/reset.html", email=user.email) if user else _dead(Purpose.RESET)


@blueprint.post("/reset/<token>")
@access.signed(Purpose.RESET)
@limiter.limit(PER_ADDRESS, deduct_when=refused)
def choose_password(token: str) -> Answer:
    """Set the new password; every open session ends."""
    user = _owner(token, Purpose.RESET)
    if user is None:
        return _dead(Purpose.RESET)
    attempt = _set_password(token, Purpose.RESET)
    if attempt.result is None:
        error = forms.faults(attempt).get("password")
        return render_template("auth/reset.html", email=user.email, error=error), 400
    login.end()
    flash(_("Your new password is set. Sign in with it."), "success")
    return redirect(url_for("auth.login"))


def _owner(token: str, purpose: Purpose) -> User | None:
    return accounts.invited(token, purpose, signer=outside.current().signer, now=g.now)


def _set_password(token: str, purpose: Purpose, name: str | None = None) -> forms.Attempt[User]:
    return forms.attempt(
        lambda: accounts.set_password_by_link(
            token,
            purpose,
            request.form.get("password", ""),
            name=name,
            address=request.remote_addr,
            signer=outside.current().signer,
            now=g.now,
        )
    )


def _welcome(user: User, faults: dict[str, str]) -> str:
    return render_template(
        "auth/accept.html",
        name=request.form.get("name", user.name),
        email=user.email,
        inviter=audit.inviter(db.session(), user.id),
        error=faults.get("password"),
        faults=faults,
    )


def _dead(purpose: Purpose) -> Answer:
    return render_template("auth/invalid_link.html", purpose=purpose.value), 404
