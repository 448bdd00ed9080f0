"""Replies of debtors, each turned into what it says by one button of the inbox."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.domain.desk.disputes import Grounds
from bpo.domain.people.access import Permission
from bpo.services.desk import replies
from bpo.web import access, forms
from bpo.web.office import blueprint


@blueprint.post("/w/<slug>/replies/<int:message_id>/promise")
@access.requires(Permission.CONTACT)
def reply_promise(slug: str, message_id: int) -> Response:
    """Note the promise that the reply makes."""
    typed = forms.typed()
    return _done(
        lambda: replies.promise(
            g.actor,
            g.workspace.id,
            message_id,
            typed.whole("cents") or typed.needed_cents("promised"),
            typed.needed_day("promised_for"),
            now=g.now,
        ),
        _("Promise noted. Reminders stay silent until its day."),
    )


@blueprint.post("/w/<slug>/replies/<int:message_id>/dispute")
@access.requires(Permission.HOLD)
def reply_dispute(slug: str, message_id: int) -> Response:
    """Open the dispute that the reply means."""
    typed = forms.typed()
    return _done(
        lambda: replies.dispute(
            g.actor, g.workspace.id, message_id, typed.one_of("grounds", Grounds), now=g.now
        ),
        _("In dispute: out of collection until it is decided."),
    )


@blueprint.post("/w/<slug>/replies/<int:message_id>/wrong")
@access.requires(Permission.CONTACT)
def reply_wrong(slug: str, message_id: int) -> Response:
    """The address is somebody else's."""
    return _done(
        lambda: replies.wrong_person(g.actor, g.workspace.id, message_id, now=g.now),
        _("The address is marked; nothing more is sent to it."),
    )


@blueprint.post("/w/<slug>/replies/<int:message_id>/read")
@access.requires(Permission.CONTACT)
def reply_read(slug: str, message_id: int) -> Response:
    """Nothing to do: reminders go on."""
    return _done(
        lambda: replies.mark_read(g.actor, g.workspace.id, message_id, now=g.now),
        _("Read. Reminders go on."),
    )


def _done(act: Callable[[], Any], said: str) -> Response:
    """Back to where the person was, with what came of it."""
    attempt = forms.attempt(act)
    for sentence in forms.faults(attempt).values():
        flash(sentence, "error")
    if attempt.refusal is None:
        flash(said, "success")
    return redirect(access.safe_next(request.form.get("next")) or url_for("office.inbox"))
