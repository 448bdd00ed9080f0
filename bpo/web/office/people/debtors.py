"""The list of debtors, and the record of each: registered, described, exported."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.deals.risk import RiskClass
from bpo.domain.people import debtors as rules
from bpo.domain.people.access import Permission
from bpo.domain.people.debtors import Kind, Profile
from bpo.domain.people.workspaces import STATES
from bpo.domain.reminders import reasons
from bpo.kernel.errors import NotFound
from bpo.models import Debtor
from bpo.queries.books import debtor_lists
from bpo.queries.books.debtor_lists import Filter, Show
from bpo.queries.books.receivables import Due
from bpo.queries.people import debtors as stored
from bpo.services.people import debtors
from bpo.services.reminders import campaigns
from bpo.web import access, forms
from bpo.web.forms import Typed
from bpo.web.office import blueprint
from bpo.web.office.people import lists

Answer = str | Response | tuple[str, int]


@blueprint.get("/w/<slug>/debtors", endpoint="debtors")
@access.requires(Permission.SEE_WORKSPACE)
def show_debtors(slug: str) -> Answer:
    """Who owes, how much, since when and what comes next."""
    session, place, today = db.session(), g.workspace.id, lists.today()
    asked = wanted(request.args)
    page = debtor_lists.page(session, place, asked, lists.asked(asked))
    ids = [row[0].id for row in page.rows]
    coming = campaigns.next_contacts(session, g.workspace, ids, today)
    return render_template(
        "office/debtors/list.html",
        rows=page.rows,
        around=lists.around(page, asked),
        totals=debtor_lists.totals(session, place, asked),
        counts=debtor_lists.counts(session, place, today),
        flags=stored.flags(session, place, ids, today),
        next_contacts=coming,
        silences={n: reasons.phrase(one.because[0]) for n, one in coming.items() if one.because},
        wanted=asked,
        today=today,
        bulk=lists.acts(),
        classes=list(RiskClass),
        late_options=lists.late_options(),
    )


@blueprint.get("/w/<slug>/debtors.csv", endpoint="debtors_csv")
@blueprint.get("/w/<slug>/debtors.xlsx", endpoint="debtors_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def debtors_csv(slug: str) -> Answer:
    """The list as filtered, for a spreadsheet."""
    today = lists.today()
    rows = debtor_lists.everything(db.session(), g.workspace.id, wanted(request.args))
    head = [_("Customer number"), _("Name"), _("CPF or CNPJ"), _("Class"), _("Open"), _("Overdue")]
    cells = (
        (
            debtor.reference,
            debtor.name,
            debtor.document,
            debtor.risk_class,
            lists.amount(open_cents),
            lists.amount(overdue_cents),
            (today - oldest).days if oldest else "",
            count,
        )
        for debtor, open_cents, overdue_cents, oldest, count in list(rows)
    )
    return lists.spreadsheet("debtors", [*head, _("Days late"), _("Open receivables")], cells)


@blueprint.get("/w/<slug>/debtors/new")
@access.requires(Permission.EDIT_DEBTORS)
def debtor_new(slug: str) -> Answer:
    """The form for a new debtor."""
    return _form(None, {"kind": "company"})


@blueprint.post("/w/<slug>/debtors/new")
@access.requires(Permission.EDIT_DEBTORS)
def debtor_create(slug: str) -> Answer:
    """Register a debtor."""
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: debtors.create(g.actor, g.workspace.id, _profile(typed), now=g.now)
    )
    if attempt.result is None:
        return _form(None, request.form, forms.faults(attempt)), 400
    flash(
        _("%(name)s is registered. Add a way to reach them.", name=attempt.result.name), "success"
    )
    return redirect(url_for("office.debtor", slug=slug, debtor_id=attempt.result.id))


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/edit")
@access.requires(Permission.EDIT_DEBTORS)
def debtor_edit(slug: str, debtor_id: int) -> Answer:
    """The form of a debtor's record."""
    debtor = found(debtor_id)
    texts = _texts(debtor)
    return _form(debtor, texts, was=forms.still_seen(texts))


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/edit")
@access.requires(Permission.EDIT_DEBTORS)
def debtor_change(slug: str, debtor_id: int) -> Answer:
    """Change a debtor's record."""
    typed, seen = forms.typed(), forms.seen()

    def change() -> Debtor:
        was = _profile(seen) if seen else None
        profile = _profile(typed)
        return debtors.edit(g.actor, g.workspace.id, debtor_id, profile, now=g.now, seen=was)

    attempt = forms.attempt(change)
    if attempt.result is None:
        debtor = found(debtor_id)
        was = forms.still_seen(_texts(debtor), attempt)
        return _form(debtor, request.form, forms.faults(attempt), was), 400
    flash(_("Saved."), "success")
    return redirect(url_for("office.debtor", slug=slug, debtor_id=debtor_id))


def found(debtor_id: int) -> Debtor:
    """The debtor of the address. Raises NotFound for one of another workspace."""
    debtor = stored.by_id(db.session(), g.workspace.id, debtor_id)
    if debtor is None:
        raise NotFound("There is no such debtor")
    return debtor


def usual_cents(due: Sequence[Due]) -> int | None:
    """What a payment or a promise is most often about: all that is overdue; None when nothing."""
    return sum(one.amount.total_cents for one in due if one.is_overdue) or None


def wanted(query: Mapping[str, str]) -> Filter:
    """The filters that the query of an address asks for."""
    show = query.get("show", "")
    late_from, late_to = lists.late(query)
    return Filter(
        lists.today(),
        Show(show) if show in list(Show) else None,
        query.get("q", ""),
        query.get("class") or None,
        late_from,
        late_to,
        query.get("sort", "-overdue"),
    )


def _profile(typed: Typed) -> Profile:
    return Profile(
        typed.text("name") or "",
        typed.text("reference") or "",
        typed.text("document"),
        typed.one_of("kind", Kind),
        typed.checked("consumer"),
        typed.text("city"),
        typed.text("state"),
        typed.text("locale"),
        tuple((typed.text("tags") or "").split(",")),
    )


def _texts(debtor: Debtor) -> dict[str, str]:
    """A record as a form would send it."""
    profile = debtors.of(debtor)
    values = {name: getattr(profile, name) for name in rules.FIELDS}
    values |= {"tags": ", ".join(profile.tags), "consumer": "1" if profile.consumer else ""}
    return {name: str(value or "") for name, value in values.items()}


def _form(
    debtor: Debtor | None,
    values: Any,
    faults: dict[str, str] | None = None,
    was: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "office/debtors/form.html",
        debtor=debtor,
        values=values,
        was=was or {},
        faults=faults or {},
        kinds=rules.KIND_LABELS,
        states=STATES,
    )
