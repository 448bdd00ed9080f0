"""The texts of messages: the library, and each text while it is written."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.desk.guides import TEXTS, Guide, Reader
from bpo.domain.people.access import Permission
from bpo.domain.reminders.steps import Step
from bpo.domain.writing import text_checks
from bpo.models import ApprovalRequest
from bpo.queries.reminders import campaigns as stored
from bpo.queries.writing import message_texts, remarks
from bpo.services.desk import guides
from bpo.services.reminders import wordings
from bpo.services.writing import texts
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.reminders import campaigns, going_live, text_words
from bpo.web.office.reminders.touches import CHANNELS
from bpo.web.office.writing.text_desk import Desk, desk, live

Answer = str | tuple[str, int] | Response
AT = "/w/<slug>/texts/<channel>/<locale>/<key>"


@blueprint.get("/w/<slug>/texts", endpoint="texts")
@access.requires(Permission.SEE_WORKSPACE)
def show_texts(slug: str) -> str:
    """Every text of the company: whose words hold, and which steps speak them."""
    session, place = db.session(), g.workspace
    words = wordings.in_force(session, place)
    return render_template(
        "office/texts/list.html",
        entries=[one for one in texts.library(words) if one.place.locale == _language()],
        own=len(words.own),
        spoken=_spoken_by(),
        remarks=remarks.open_counts(session, place.id, "text"),
        tongue=_language(),
        channels=CHANNELS,
        names=text_words,
    )


@blueprint.post("/w/<slug>/texts/new")
@access.requires(Permission.EDIT_CAMPAIGN)
def text_new(slug: str) -> Answer:
    """Begin a text of one's own: its name makes its address, its words come next."""
    typed = forms.typed()
    attempt = forms.attempt(lambda: texts.fresh_place(_words(), *_begun(typed)))
    if attempt.result is None:
        flash(" ".join(forms.faults(attempt).values()), "error")
        return redirect(url_for("office.texts", slug=slug))
    where = attempt.result
    key, channel, locale = where.key, where.channel.value, where.locale
    return redirect(url_for("office.text", slug=slug, channel=channel, locale=locale, key=key))


@blueprint.get(AT)
@access.requires(Permission.SEE_WORKSPACE)
def text(slug: str, channel: str, locale: str, key: str) -> Answer:
    """One text: written on the left, read with the eyes of a debtor on the right."""
    return page(desk(texts.place(key, channel, locale)))


@blueprint.post(AT)
@access.requires(Permission.EDIT_CAMPAIGN)
def text_save(slug: str, channel: str, locale: str, key: str) -> Answer:
    """Save; or show again what is written, with a variable put in or checked."""
    at = desk(texts.place(key, channel, locale))
    if request.form.get("insert") or request.form.get("act") == "check":
        return page(at)
    if request.form.get("act") == "ask":
        return _asked(at.place, going_live.ask_text(at.place, at.text, at.base), at)
    attempt = forms.attempt(
        lambda: texts.save(g.actor, g.workspace.id, at.place, at.text, base=at.base, now=g.now)
    )
    if attempt.refusal is not None:
        return page(at, faults=forms.faults(attempt)), 400
    saved = _("Saved as version %(number)s. Messages use it from now on.", number=attempt.result)
    flash(saved, "success")
    return redirect(url_for("office.text", slug=slug, channel=channel, locale=locale, key=key))


@blueprint.post(f"{AT}/standard")
@access.requires(Permission.EDIT_CAMPAIGN)
def text_standard(slug: str, channel: str, locale: str, key: str) -> Answer:
    """Let the product's own text hold again."""
    where, base = texts.place(key, channel, locale), forms.typed().whole("base") or 0
    if request.form.get("act") == "ask":
        return _asked(where, going_live.ask_text(where, None, base))
    attempt = forms.attempt(
        lambda: texts.return_to_standard(g.actor, g.workspace.id, where, base=base, now=g.now)
    )
    if attempt.refusal is not None:
        return page(desk(where), faults=forms.faults(attempt)), 400
    flash(_("The standard text holds again. Your versions stay readable."), "success")
    return redirect(url_for("office.text", slug=slug, channel=channel, locale=locale, key=key))


def _words() -> wordings.Wordings:
    return wordings.in_force(db.session(), g.workspace)


def _begun(typed: forms.Typed) -> tuple[str, str, str]:
    return typed.needed("name"), typed.text("channel") or "", typed.text("locale") or ""


def _asked(
    where: texts.Place, attempt: forms.Attempt[ApprovalRequest], at: Desk | None = None
) -> Answer:
    if attempt.result is None:
        return page(at or desk(where), faults=forms.faults(attempt)), 400
    flash(going_live.told(attempt.result.needed_by), "success")
    slug, key, channel, locale = g.workspace.slug, where.key, where.channel.value, where.locale
    return redirect(url_for("office.text", slug=slug, channel=channel, locale=locale, key=key))


def page(at: Desk, **context: Any) -> str:
    """The desk as a page."""
    session, place = db.session(), g.workspace
    return render_template(
        "office/texts/page.html",
        at=at,
        versions=message_texts.versions(session, place.id, *at.place),
        remarks=remarks.about(session, place.id, "text", str(at.place)),
        spoken=_spoken_by().get(at.place.key, []),
        channels=CHANNELS,
        names=text_words,
        limits=text_checks.LONGEST,
        guides=_guides(at.place.key),
        **going_live.of_text(at.place),
        **live(at) | {"faults": {}} | context,
    )


def _guides(key: str) -> list[Guide]:
    """What helps to write this text: guides for all texts, then those for its steps."""
    session, place = db.session(), g.workspace
    found = guides.in_force(session, place)
    return [one for one in found if one.reader is Reader.TEAM and {TEXTS, key} & set(one.places)]


def _spoken_by() -> dict[str, list[tuple[int, Step]]]:
    """(campaign, step) by the text that they speak."""
    found: dict[str, list[tuple[int, Step]]] = {}
    for one in stored.in_states(db.session(), g.workspace, campaigns.STATES):
        for step in one.campaign.steps:
            if step.template:
                found.setdefault(step.template, []).append((one.row.id, step))
    return found


def _language() -> str:
    asked = request.args.get("language", "")
    return asked if asked in text_words.LANGUAGES else g.workspace.locale
