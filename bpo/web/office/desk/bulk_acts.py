"""Acts on many rows of a list: chosen, confirmed once with count and sum, done, undone as one."""

import urllib.parse
from datetime import date

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.desk import bulk_acts, disputes
from bpo.domain.desk.bulk_acts import Kind, List, Terms
from bpo.domain.desk.disputes import Grounds
from bpo.domain.people import access as rules
from bpo.domain.people.access import Permission
from bpo.domain.reminders import holds
from bpo.domain.reminders.holds import HoldReason
from bpo.gateways import wording
from bpo.kernel.errors import NotFound
from bpo.models import BulkAct
from bpo.queries.desk import bulk_acts as stored
from bpo.queries.desk.bulk_acts import Selection
from bpo.services.desk import bulk_acts as use
from bpo.web import access, forms, language
from bpo.web.forms import Typed
from bpo.web.office import blueprint
from bpo.web.office.books import receivables
from bpo.web.office.people import debtors, lists

Answer = str | Response | tuple[str, int]
ALL = "all"


@blueprint.post("/w/<slug>/<any(debtors, receivables):of>/many")
@access.requires(Permission.SEE_WORKSPACE)
def bulk_confirm(slug: str, of: str) -> Answer:
    """What would be done, to how many, for how much: asked once."""
    kind = _kind()
    if kind is None:
        return redirect(_back(of))
    return _page(kind, of)


@blueprint.post("/w/<slug>/<any(debtors, receivables):of>/many/<kind>")
@access.requires(Permission.SEE_WORKSPACE)
def bulk_do(slug: str, of: str, kind: str) -> Answer:
    """Do it, with a way back."""
    if kind not in list(Kind):
        raise NotFound("There is no such act")
    act, typed = Kind(kind), forms.typed()
    attempt = forms.attempt(
        lambda: use.act(
            g.actor,
            g.workspace.id,
            act,
            _selection(of),
            _terms(act, typed),
            now=g.now,
            expected=(typed.whole("count") or 0, typed.whole("cents") or 0),
        )
    )
    if attempt.result is None:
        return _page(act, of, forms.faults(attempt)), 400
    made = attempt.result
    undo = url_for("office.bulk_undo", slug=slug, number=made.id, next=_back(of))
    flash({"text": told(made), "undo": undo}, "success")  # type: ignore[arg-type]
    return redirect(_back(of))


@blueprint.get("/w/<slug>/many", endpoint="bulk_acts")
@access.requires(Permission.SEE_WORKSPACE)
def show_bulk_acts(slug: str) -> Answer:
    """The latest acts on many, each with its undo."""
    return render_template(
        "office/bulk/list.html",
        found=stored.latest(db.session(), g.workspace.id),
        labels={kind.value: label for kind, label in bulk_acts.LABELS.items()},
        told=told,
        terms=_said,
    )


@blueprint.post("/w/<slug>/many/<int:number>/undo")
@access.requires(Permission.SEE_WORKSPACE)
def bulk_undo(slug: str, number: int) -> Response:
    """Take an act on many back, but for what has changed since."""
    attempt = forms.attempt(lambda: use.undo(g.actor, g.workspace.id, number, now=g.now))
    if attempt.result is None:
        flash(" ".join(forms.faults(attempt).values()), "error")
    else:
        made = attempt.result
        left = made.done - (made.undone or 0)
        text = ngettext("%(num)s row taken back", "%(num)s rows taken back", made.undone or 0)
        if left:
            text += "; " + ngettext(
                "%(num)s was changed since and stays", "%(num)s were changed since and stay", left
            )
        flash(text, "success")
    back = access.safe_next(request.args.get("next"))
    return redirect(back or url_for("office.bulk_acts", slug=slug))


def told(made: BulkAct) -> str:
    """What an act on many did, in a sentence."""
    words = {
        Kind.HOLD: ngettext("%(num)s paused", "%(num)s paused", made.done),
        Kind.RELEASE: ngettext("%(num)s pause released", "%(num)s pauses released", made.done),
        Kind.PROMISE: ngettext("%(num)s promise noted", "%(num)s promises noted", made.done),
        Kind.DISPUTE: ngettext("%(num)s in dispute", "%(num)s in dispute", made.done),
        Kind.TAG: ngettext("%(num)s debtor tagged", "%(num)s debtors tagged", made.done),
        Kind.UNTAG: ngettext(
            "The tag is off %(num)s debtor", "The tag is off %(num)s debtors", made.done
        ),
    }
    return words[Kind(made.kind)]


def _kind() -> Kind | None:
    asked = request.form.get("act", "")
    return Kind(asked) if asked in list(Kind) else None


def _selection(of: str) -> Selection:
    """The rows of the form: those ticked, or all that the filters of the list leave."""
    query = _query()
    wanted = debtors.wanted(query) if of == List.DEBTORS else receivables.wanted(query)
    if request.form.get("which") == ALL:
        return Selection(wanted, None)
    ids = forms.numbers(request.form.getlist("id"))
    return Selection(wanted, tuple(dict.fromkeys(ids))[: bulk_acts.MOST])


def _query() -> MultiDict[str, str]:
    """The filters of the list that the form came from."""
    asked = urllib.parse.parse_qsl(request.form.get("query", ""))
    return MultiDict(asked)


def _terms(kind: Kind, typed: Typed) -> Terms:
    if kind is Kind.HOLD:
        return Terms(reason=typed.one_of("reason", HoldReason), until=typed.day("until"))
    if kind is Kind.PROMISE:
        return Terms(promised_for=typed.needed_day("promised_for"))
    if kind is Kind.DISPUTE:
        return Terms(grounds=typed.one_of("grounds", Grounds))
    return Terms(tag=typed.text("tag") or "")


def _page(kind: Kind, of: str, faults: dict[str, str] | None = None) -> str:
    rules.require(g.actor, bulk_acts.NEEDS[kind], g.workspace.id)
    selection = _selection(of)
    here = language.current()
    return render_template(
        "office/bulk/confirm.html",
        kind=kind,
        of=of,
        label=bulk_acts.LABELS[kind],
        chosen=stored.chosen(db.session(), g.workspace.id, selection),
        ids=selection.ids,
        query=request.form.get("query", ""),
        back=_back(of),
        typed=request.form,
        faults=faults or {},
        today=lists.today(),
        reasons=[(one.value, wording.say(holds.LABELS[one], here)) for one in holds.BY_PEOPLE],
        grounds=[(one.value, wording.say(text, here)) for one, text in disputes.LABELS.items()],
    )


def _said(made: BulkAct) -> list[str]:
    """The terms of an act in words."""
    here, terms = language.current(), made.terms
    found = []
    if terms.get("tag"):
        found.append(f"“{terms['tag']}”")
    if made.kind == Kind.HOLD:
        found.append(wording.say(holds.LABELS[HoldReason(terms["reason"])], here))
    if made.kind == Kind.DISPUTE:
        found.append(wording.say(disputes.LABELS[Grounds(terms["reason"])], here))
    for name in ("until", "promised_for"):
        if terms.get(name):
            day = wording.day(date.fromisoformat(terms[name]), here)
            found.append(_("until %(day)s", day=day) if name == "until" else day)
    return found


def _back(of: str) -> str:
    """The list as it was, by its filters."""
    query = request.form.get("query", "")
    at = url_for(f"office.{of}", slug=g.workspace.slug)
    return access.safe_next(f"{at}?{query}" if query else at) or at
