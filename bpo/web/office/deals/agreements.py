"""Agreements: the list, one with its schedule and story, and the acts on it."""

from collections.abc import Callable
from uuid import uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.cash.payments import LABELS as METHODS
from bpo.domain.cash.payments import Method
from bpo.domain.deals import agreements as rules
from bpo.domain.deals.agreements import State
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.jobs import Job
from bpo.kernel.errors import NotFound
from bpo.models import Agreement
from bpo.queries.deals import agreements as stored
from bpo.queries.people import debtors
from bpo.services.deals import agreement_papers, agreements, early_settlements
from bpo.services.deals.agreements import Evidence
from bpo.web import access, documents, forms
from bpo.web.forms import Attempt, Typed
from bpo.web.office import blueprint
from bpo.web.office.deals.negotiation import KINDS
from bpo.web.office.deals.wishes import wished
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found

Answer = str | Response | tuple[str, int]
PAGE = 50


@blueprint.get("/w/<slug>/agreements", endpoint="agreements")
@access.requires(Permission.SEE_WORKSPACE)
def show_agreements(slug: str) -> Answer:
    """All agreements of a client company, those being paid first."""
    session, place = db.session(), g.workspace.id
    shown = request.args.get("show", "running")
    shown = shown if shown in stored.GROUPS else "running"
    before = request.args.get("before", type=int)
    rows = stored.listed(session, place, stored.GROUPS[shown], limit=PAGE + 1, before=before)
    return render_template(
        "office/agreements/list.html",
        rows=rows[:PAGE],
        more=rows[PAGE - 1].row.id if len(rows) > PAGE else None,
        shown=shown,
        counts=stored.counts(session, place),
        number=rules.number,
        today=lists.today(),
    )


@blueprint.get("/w/<slug>/agreements/<int:agreement_id>", endpoint="agreement")
@access.requires(Permission.SEE_WORKSPACE)
def show_agreement(slug: str, agreement_id: int) -> Answer:
    """One agreement: terms, schedule, originals, paper and what happened."""
    return _page(agreement_id)


@blueprint.get("/w/<slug>/agreements/<int:agreement_id>/agreement.pdf")
@access.requires(Permission.SEE_WORKSPACE)
def agreement_document(slug: str, agreement_id: int) -> Response:
    """The paper of an accepted agreement."""
    name, content = agreement_papers.content(db.session(), _row(agreement_id))
    return documents.download(name, agreement_papers.PDF, content)


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/agreements")
@access.requires(Permission.NEGOTIATE)
def agreement_make(slug: str, debtor_id: int) -> Answer:
    """Offer terms to a debtor, or record that they said yes; the terms are made anew."""
    debtor, typed = found(debtor_id), forms.typed()
    monthly = typed.whole("monthly_cents")
    attempt = forms.attempt(lambda: _made(typed, debtor.id, monthly))
    if attempt.result is None:
        flash(forms.faults(attempt).get("") or _("These terms cannot be agreed on"), "bad")
        here = url_for("office.debtor_negotiation", slug=slug, debtor_id=debtor_id)
        return redirect(here)
    return redirect(_address(attempt.result.id), 303)


@blueprint.post("/w/<slug>/agreements/<int:agreement_id>/accept")
@access.requires(Permission.NEGOTIATE)
def agreement_accept(slug: str, agreement_id: int) -> Answer:
    """Record that the debtor said yes to an offer."""
    row, typed = _row(agreement_id), forms.typed()
    return _done(agreement_id, lambda: _accepted(typed, row.debtor_id, row.fingerprint, None))


@blueprint.post("/w/<slug>/agreements/<int:agreement_id>/refuse")
@access.requires(Permission.NEGOTIATE)
def agreement_refuse(slug: str, agreement_id: int) -> Answer:
    """Record that the debtor said no."""
    reason = forms.typed().text("reason") or ""
    return _done(
        agreement_id,
        lambda: agreements.refuse(g.actor, g.workspace.id, agreement_id, now=g.now, reason=reason),
    )


@blueprint.post("/w/<slug>/agreements/<int:agreement_id>/cancel")
@access.requires(Permission.NEGOTIATE)
def agreement_cancel(slug: str, agreement_id: int) -> Answer:
    """Call it off."""
    reason = forms.typed().text("reason") or ""
    return _done(
        agreement_id,
        lambda: agreements.cancel(g.actor, g.workspace.id, agreement_id, reason, now=g.now),
    )


@blueprint.post("/w/<slug>/agreements/<int:agreement_id>/settle")
@access.requires(Permission.RECORD_PAYMENT)
def agreement_settle(slug: str, agreement_id: int) -> Answer:
    """Record the payment that settles all that is open, before its time."""
    typed = forms.typed()
    return _done(
        agreement_id,
        lambda: early_settlements.settle(
            g.actor,
            g.workspace.id,
            agreement_id,
            typed.needed_cents("amount"),
            typed.day("paid_on") or lists.today(),
            typed.one_of("method", Method),
            key=typed.needed("key"),
            now=g.now,
        ),
    )


def _made(typed: Typed, debtor_id: int, monthly: int | None) -> Agreement:
    wanted = typed.needed("offer")
    if typed.text("act") == "accept":
        return _accepted(typed, debtor_id, wanted, monthly)
    return agreements.offer(
        g.actor,
        g.workspace.id,
        debtor_id,
        wanted,
        now=g.now,
        monthly_cents=monthly,
        wish=wished(typed),
    )


def _accepted(typed: Typed, debtor_id: int, wanted: str, monthly: int | None) -> Agreement:
    made = agreements.accept(
        g.actor,
        g.workspace.id,
        debtor_id,
        wanted,
        key=typed.needed("key"),
        now=g.now,
        evidence=Evidence(request.user_agent.string, typed.text("note")),
        monthly_cents=monthly,
    )
    outside.current().queue.put(Job.WRITE_AGREEMENTS, g.workspace.id)
    return made.agreement


def _done(agreement_id: int, act: Callable[[], Agreement]) -> Answer:
    attempt = forms.attempt(act)
    if attempt.result is None:
        return _page(agreement_id, attempt), 400
    return redirect(_address(agreement_id), 303)


def _page(agreement_id: int, attempt: Attempt[Agreement] | None = None) -> str:
    session, place, row = db.session(), g.workspace.id, _row(agreement_id)
    today = lists.today()
    debtor = debtors.by_id(session, place, row.debtor_id)
    assert debtor is not None
    parts = stored.installments(session, place, [row.id])
    seen = stored.progress(session, place, [row.id]).get(row.id)
    quote = early_settlements.quote(session, row, debtor, today)
    return render_template(
        "office/agreements/page.html",
        row=row,
        state=State(row.state),
        terms=stored.terms(row),
        debtor=debtor,
        parts=parts,
        paid=stored.paid_on(session, place, [part.id for part in parts]),
        seen=seen,
        said=stored.acceptance(session, place, row.id),
        events=stored.history(session, place, row.id),
        quote=quote,
        rules=rules,
        kinds=KINDS,
        methods=METHODS,
        today=today,
        key=uuid4().hex,
        typed=request.form,
        faults=forms.faults(attempt) if attempt else {},
    )


def _row(agreement_id: int) -> Agreement:
    row = stored.by_id(db.session(), g.workspace.id, agreement_id)
    if row is None:
        raise NotFound("There is no such agreement")
    return row


def _address(agreement_id: int) -> str:
    return url_for("office.agreement", slug=g.workspace.slug, agreement_id=agreement_id)
