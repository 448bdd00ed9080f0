"""A text that is being written, as its reader would get it: shown, checked, sent to oneself."""

from dataclasses import replace

from flask import Response, flash, g, render_template
from flask_babel import gettext as _

from bpo.domain.desk.handovers import Ending
from bpo.domain.people import debtors
from bpo.domain.people.access import Permission
from bpo.domain.reminders.steps import Channel
from bpo.gateways import outside
from bpo.services.writing import text_tests, texts
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.reminders.touches import framed
from bpo.web.office.writing.text_desk import Desk, desk, live, preview, writing
from bpo.web.office.writing.texts import AT, Answer, page
from bpo.web.throttle import limiter

EMPTY = "<!doctype html><title>–</title>"


@blueprint.post(f"{AT}/check")
@access.requires(Permission.EDIT_CAMPAIGN)
def text_check(slug: str, channel: str, locale: str, key: str) -> str:
    """What is to be said about what is typed, and how its reader sees it: a part of the page."""
    at = desk(texts.place(key, channel, locale))
    return render_template("office/texts/_live.html", at=at, **live(at))


@blueprint.route(f"{AT}/message", methods=["GET", "POST"])
@access.requires(Permission.EDIT_CAMPAIGN)
def text_message(slug: str, channel: str, locale: str, key: str) -> Response:
    """The mail with what is typed, for its frame; empty while it cannot be written."""
    at = desk(texts.place(key, channel, locale))
    shown = preview(at) if at.place.channel is Channel.EMAIL else None
    return framed(shown.mail.html if shown else EMPTY)


@blueprint.post(f"{AT}/test")
@access.requires(Permission.EDIT_CAMPAIGN)
@limiter.limit("30 per hour")
def text_test(slug: str, channel: str, locale: str, key: str) -> Answer:
    """Send what is typed to oneself, as the chosen debtor would read it."""
    at = desk(texts.place(key, channel, locale))
    if at.place.channel is not Channel.EMAIL:
        return _short(at)
    here = outside.current()
    attempt = forms.attempt(
        lambda: text_tests.send(
            g.actor,
            g.workspace.id,
            at.place,
            at.text,
            step=at.step,
            debtor_id=at.debtor.id if at.debtor else 0,
            desk=writing(),
            mail=here.mail,
            now=g.now,
        )
    )
    if attempt.result is None:
        return page(at, faults=forms.faults(attempt)), 400
    tried = attempt.result
    if tried.outcome.accepted:
        flash(_("Sent to %(address)s, and to nobody else.", address=tried.address), "success")
    else:
        flash(_("The mail server did not take it: %(answer)s", answer=tried.outcome.answer), "bad")
    return page(at)


def _short(at: Desk) -> Answer:
    """By SMS or WhatsApp, to the number that is typed beside the button."""
    attempt = forms.attempt(
        lambda: text_tests.send_short(
            g.actor,
            g.workspace.id,
            at.place,
            at.text,
            to=forms.typed().needed("to"),
            step=at.step,
            debtor_id=at.debtor.id if at.debtor else 0,
            desk=writing(),
            texts_out=replace(outside.current().switchboard, _open={}),
            now=g.now,
        )
    )
    if attempt.result is None:
        return page(at, faults=forms.faults(attempt)), 400
    number, handover = debtors.shown("phone", attempt.result.number), attempt.result.handover
    if handover.ending is Ending.ACCEPTED:
        flash(_("Sent to %(address)s, and to nobody else.", address=number), "success")
    else:
        flash(_("The provider did not take it: %(answer)s", answer=handover.answer), "bad")
    return page(at)
