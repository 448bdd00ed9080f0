"""Stopping e-mails by the link in each of them, with one click, and receiving them again."""

from collections.abc import Callable

from flask import g, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.services.people.visits import Closed
from bpo.services.reminders import opt_outs
from bpo.services.reminders.opt_outs import Wish
from bpo.web import access
from bpo.web.debtor import blueprint
from bpo.web.debtor.telling import closed, tell

Answer = str | Response | tuple[str, int]
Act = Callable[..., Wish | Closed]

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program posts by itself (RFC 8058); it wants an answer, not a redirection."""


@blueprint.get("/u/<token>", endpoint="unsubscribe")
@access.signed(Purpose.UNSUBSCRIBE)
def unsubscribe(token: str) -> Answer:
    """Ask before anything stops: mail programs open links by themselves."""
    return _told(_done(opt_outs.look, token))


@blueprint.post("/u/<token>", endpoint="stop")
@access.signed(Purpose.UNSUBSCRIBE)
def stop(token: str) -> Answer:
    """Stop the e-mails; the signed token is the authority, so no form token is asked for."""
    wish = _done(opt_outs.stop, token)
    name, value = ONE_CLICK
    if isinstance(wish, Closed) or request.form.get(name) == value:
        return _told(wish)
    return redirect(url_for("debtor.unsubscribe", token=token), 303)


@blueprint.post("/u/<token>/again", endpoint="resume")
@access.signed(Purpose.UNSUBSCRIBE)
def resume(token: str) -> Answer:
    """Receive e-mails again."""
    wish = _done(opt_outs.resume, token)
    if isinstance(wish, Closed):
        return _told(wish)
    return redirect(url_for("debtor.unsubscribe", token=token, again=1), 303)


@blueprint.record
def _without_form_token(state: BlueprintSetupState) -> None:
    for view in (stop, resume):
        state.app.extensions["csrf"].exempt(view)


def _done(act: Act, token: str) -> Wish | Closed:
    signer, address = outside.current().signer, request.remote_addr
    return act(token, signer=signer, address=address, now=g.now)


def _told(wish: Wish | Closed) -> Answer:
    if isinstance(wish, Closed):
        return closed(wish)
    return tell("stop", wish.visitor, wish=wish, again="again" in request.args)
