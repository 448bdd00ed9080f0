"""Everybody's own account: name, language, theme, password, second factor, recent sign-ins."""

from typing import Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.gateways import qrcode, totp
from bpo.kernel.actor import Role
from bpo.models import User
from bpo.queries.people import audit
from bpo.services.people import accounts
from bpo.web import access, forms, preferences
from bpo.web import session as login
from bpo.web.auth import blueprint
from bpo.web.auth.signing_in import PER_ACCOUNT
from bpo.web.filters import THEMES
from bpo.web.throttle import limiter, refused

SETTING_UP = "second_factor"
Answer = str | Response | tuple[str, int]


def own_account() -> str:
    """The signed-in account, for counting tries."""
    return f"own:{current_user.get_id()}"


@blueprint.get("/account")
@access.signed_in
def account() -> Answer:
    """What a person may change about their own account."""
    return _page()


@blueprint.post("/account")
@access.signed_in
def describe() -> Answer:
    """Change name, language and theme."""
    typed = forms.typed().values
    attempt = forms.attempt(
        lambda: accounts.choose(
            g.actor,
            name=typed.get("name", ""),
            locale=typed.get("locale", ""),
            theme=typed.get("theme", ""),
            now=g.now,
        )
    )
    if attempt.result is None:
        return _page(faults=forms.faults(attempt)), 400
    flash(_("Saved."), "success")
    back = redirect(url_for("auth.account"))
    return preferences.remember(back, attempt.result.locale, attempt.result.theme)


@blueprint.post("/preferences", endpoint="preferences")
@access.public
def choose() -> Answer:
    """Change language or theme from the menu, signed in or not."""
    locale = _offered("locale", accounts.LOCALES)
    theme = _offered("theme", THEMES)
    if current_user.is_authenticated:
        user = current_user.user
        accounts.choose(
            g.actor,
            name=user.name,
            locale=locale or user.locale,
            theme=theme or user.theme,
            now=g.now,
        )
    onward = access.safe_next(request.form.get("next")) or url_for("auth.start")
    return preferences.remember(redirect(onward), locale, theme)


@blueprint.post("/account/password")
@access.signed_in
@limiter.limit(PER_ACCOUNT, key_func=own_account, deduct_when=refused)
def change_password() -> Answer:
    """Change the password; other sessions end, this one goes on."""
    current, new = request.form.get("current", ""), request.form.get("password", "")
    attempt = forms.attempt(lambda: accounts.change_password(g.actor, current, new, now=g.now))
    if attempt.result is None:
        return _page(faults=forms.faults(attempt)), 400
    login.start(attempt.result, now=g.now)
    flash(_("Your password has changed. Your other sessions have ended."), "success")
    return redirect(url_for("auth.account"))


@blueprint.post("/account/second-factor")
@access.signed_in
def set_up_second_factor() -> Answer:
    """Show the QR code that an authenticator application reads."""
    session[SETTING_UP] = totp.new_secret()
    return redirect(url_for("auth.account") + "#second-factor")


@blueprint.post("/account/second-factor/confirm")
@access.signed_in
@limiter.limit(PER_ACCOUNT, key_func=own_account, deduct_when=refused)
def confirm_second_factor() -> Answer:
    """Turn the second factor on, and show the recovery codes this once."""
    secret = session.get(SETTING_UP, "")
    given = request.form.get("code", "")
    attempt = forms.attempt(lambda: accounts.add_second_factor(g.actor, secret, given, now=g.now))
    if attempt.result is None:
        return _page(faults=forms.faults(attempt)), 400
    session.pop(SETTING_UP)
    return render_template(
        "office/preferences/recovery.html", codes=attempt.result, layout=_layout()
    )


@blueprint.post("/account/second-factor/off")
@access.signed_in
@limiter.limit(PER_ACCOUNT, key_func=own_account, deduct_when=refused)
def drop_second_factor() -> Answer:
    """Sign in with the password alone again."""
    given = request.form.get("current", "")
    attempt = forms.attempt(lambda: accounts.drop_second_factor(g.actor, given, now=g.now))
    if attempt.result is None:
        return _page(faults={"off": forms.faults(attempt).get("current")}), 400
    flash(_("Signing in asks for your password alone again."), "success")
    return redirect(url_for("auth.account"))


def _page(**context: Any) -> str:
    user: User = current_user.user
    secret = None if user.totp_secret else session.get(SETTING_UP)
    context.setdefault("faults", {})
    return render_template(
        "office/preferences/account.html",
        layout=_layout(),
        person=user,
        typed=request.form,
        secret=secret,
        qr=_picture(secret, user.email) if secret else None,
        entries=audit.own_access(db.session(), user.id),
        **context,
    )


def _picture(secret: str, email: str) -> str:
    address = totp.address(secret, email, _("Receivables"))
    return qrcode.svg(address, title=_("QR code for your authenticator app"))


def _layout() -> str:
    portal = g.actor.role is Role.CLIENT_MANAGER
    return "layouts/portal.html" if portal else "layouts/office.html"


def _offered(name: str, choices: Any) -> str | None:
    given = request.form.get(name)
    return given if given in choices else None
