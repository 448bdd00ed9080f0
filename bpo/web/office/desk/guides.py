"""Guides of a company: read beside the work they help with, and written."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.desk.guides import PAGE, TEXTS, Guide, Reader
from bpo.domain.desk.inbox import LABELS, Kind
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.services.desk import guides
from bpo.services.reminders import wordings
from bpo.services.writing import texts
from bpo.web import access, forms
from bpo.web.forms import Attempt
from bpo.web.office import blueprint
from bpo.web.office.reminders import text_words

Answer = str | tuple[str, int] | Response
READERS = {Reader.TEAM: Phrase("For the team"), Reader.DEBTOR: Phrase("For debtors")}
EXTRA = {
    TEXTS: Phrase("beside every text"),
    PAGE: Phrase("for debtors, on their page"),
    "call": Phrase("Calls"),
}
WORK = (
    Kind.REPLY,
    Kind.PROMISE_DUE,
    Kind.PROMISE_BROKEN,
    Kind.AGREEMENT_BROKEN,
    Kind.DISPUTE,
    Kind.PAID_CLAIM,
    Kind.PLAN_ASKED,
    Kind.HARDSHIP,
    Kind.NO_CONTACT,
    Kind.UNCERTAIN,
)
"""The lines of the inbox beside which a guide can be shown."""


@blueprint.get("/w/<slug>/guides", endpoint="guides")
@access.requires(Permission.SEE_WORKSPACE)
def show_guides(slug: str) -> str:
    """Every guide, by reader."""
    found = guides.in_force(db.session(), g.workspace)
    return render_template("office/guides/list.html", guides=found, readers=READERS)


@blueprint.get("/w/<slug>/guides/<key>")
@access.requires(Permission.SEE_WORKSPACE)
def guide(slug: str, key: str) -> str:
    """One guide, to be read."""
    found = guides.find(db.session(), g.workspace, key)
    was = {forms.WAS + forms.VERSION: guides.sighting(found)}
    return render_template("office/guides/page.html", guide=found, readers=READERS, was=was)


@blueprint.get("/w/<slug>/guides/new/edit")
@access.requires(Permission.EDIT_CAMPAIGN)
def guide_new(slug: str) -> Answer:
    """The form of a new guide."""
    return _form(None, {"reader": Reader.TEAM.value, "places": []})


@blueprint.get("/w/<slug>/guides/<key>/edit")
@access.requires(Permission.EDIT_CAMPAIGN)
def guide_edit(slug: str, key: str) -> Answer:
    """A guide in its form; the product's becomes the company's own on saving."""
    found = guides.find(db.session(), g.workspace, key)
    return _form(found, found._asdict())


@blueprint.post("/w/<slug>/guides/<key>/edit")
@access.requires(Permission.EDIT_CAMPAIGN)
def guide_save(slug: str, key: str) -> Answer:
    """Save it; `new` gets a key of its own. What was taken away meanwhile can become a new one."""
    typed, seen = forms.typed(), forms.seen_version()
    found = None if key == "new" else _there(key)
    if key != "new" and not (found or seen):
        raise NotFound("There is no such guide")
    attempt = forms.attempt(
        lambda: guides.save(
            g.actor,
            g.workspace,
            "" if key == "new" else key,
            reader=typed.one_of("reader", Reader),
            title=request.form.get("title", ""),
            body=request.form.get("body", ""),
            places=tuple(place for place in request.form.getlist("places") if place in _places()),
            now=g.now,
            seen=seen,
        )
    )
    if attempt.result is None:
        found = None if key == "new" else _there(key)
        return _form(found, request.form, attempt), 400
    flash(_("Saved. It is shown where it helps."), "success")
    return redirect(url_for("office.guide", slug=slug, key=attempt.result))


@blueprint.post("/w/<slug>/guides/<key>/drop")
@access.requires(Permission.EDIT_CAMPAIGN)
def guide_drop(slug: str, key: str) -> Answer:
    """Take the company's own away."""
    guides.drop(g.actor, g.workspace, key, now=g.now, seen=forms.seen_version())
    flash(_("Taken away. The product's guide shows again where there is one."), "success")
    return redirect(url_for("office.guides", slug=slug))


def _there(key: str) -> Guide | None:
    return guides.of_key(db.session(), g.workspace.id, g.workspace.locale, key)


def _form(found: Guide | None, typed: Any, attempt: Attempt[str] | None = None) -> str:
    now = {forms.VERSION: guides.sighting(found)} if found else {}
    return render_template(
        "office/guides/form.html",
        guide=found,
        typed=typed,
        was=forms.still_seen(now, attempt),
        faults=forms.faults(attempt) if attempt else {},
        readers=READERS,
        places=_places(),
    )


def _places() -> dict[str, Phrase | str]:
    """Where a guide can be shown: beside the steps of each text, and a few places more."""
    words = wordings.in_force(db.session(), g.workspace)
    keys = dict.fromkeys(entry.place.key for entry in texts.library(words))
    work = {kind.value: LABELS[kind] for kind in WORK}
    return EXTRA | work | {key: text_words.name(key) for key in keys}
