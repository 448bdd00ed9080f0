"""Deciding a dispute: for one side, or for the debtor about a part, and opening it again."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.desk import disputes as rules
from bpo.domain.desk.disputes import State
from bpo.domain.people.access import Permission
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Dispute, Entry
from bpo.queries.books import ledger, receivables
from bpo.queries.people import debtors as stored
from bpo.services.desk import disputes
from bpo.services.desk.disputes import Settlement
from bpo.web import access, forms
from bpo.web.forms import Typed
from bpo.web.office import blueprint
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found

Answer = str | Response | tuple[str, int]
WITHDRAW = "withdraw"
"""The debtor was right, and all that is open is taken back."""


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/disputes/<int:dispute_id>")
@access.requires(Permission.HOLD)
def debtor_dispute_case(slug: str, debtor_id: int, dispute_id: int) -> Answer:
    """What it is about, and what can be decided."""
    return _page(debtor_id, dispute_id)


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/disputes/<int:dispute_id>/decide")
@access.requires(Permission.HOLD)
def debtor_dispute_decide(slug: str, debtor_id: int, dispute_id: int) -> Answer:
    """Close a dispute in favour of one side, or open it again."""
    _case(debtor_id, dispute_id)
    typed = forms.typed()
    attempt = forms.attempt(lambda: _decide(dispute_id, typed))
    if attempt.refusal is not None:
        return _page(debtor_id, dispute_id, forms.faults(attempt)), 400
    reopened = typed.text("state") == State.OPEN.value
    said = _("The dispute is open again.") if reopened else _("The dispute is decided.")
    flash(said, "success")
    return redirect(url_for("office.debtor", slug=slug, debtor_id=debtor_id))


def _decide(dispute_id: int, typed: Typed) -> Any:
    where, reason = (g.actor, g.workspace.id, dispute_id), typed.text("reason")
    if typed.text("state") == WITHDRAW:
        return disputes.close(
            *where, State.UPHELD, settlement=Settlement(None, reason or ""), now=g.now
        )
    state = typed.one_of("state", State)
    if state is State.OPEN:
        return disputes.reopen(*where, reason, now=g.now)
    if state is not State.PARTLY_UPHELD:
        return disputes.close(*where, state, now=g.now)
    cents = typed.cents("amount")
    if cents is None:
        raise BadInput("Give the amount", field="amount")
    return disputes.close(*where, state, settlement=Settlement(cents, reason or ""), now=g.now)


def _page(debtor_id: int, dispute_id: int, faults: dict[str, str] | None = None) -> str:
    session, place, today = db.session(), g.workspace.id, lists.today()
    debtor, case = found(debtor_id), _case(debtor_id, dispute_id)
    row = receivables.by_id(session, place, case.receivable_id) if case.receivable_id else None
    return render_template(
        "office/debtors/dispute.html",
        debtor=debtor,
        case=case,
        row=row,
        due=receivables.due(session, row, debtor, today).amount if row else None,
        taken=_taken(case),
        grounds=rules.LABELS,
        typed=request.form,
        faults=faults or {},
        today=today,
    )


def _taken(case: Dispute) -> Entry | None:
    """What the decision took off and still stands."""
    if case.entry_id is None or ledger.is_undone(db.session(), g.workspace.id, case.entry_id):
        return None
    return db.session().get(Entry, (g.workspace.id, case.entry_id))


def _case(debtor_id: int, dispute_id: int) -> Dispute:
    case = stored.dispute(db.session(), g.workspace.id, dispute_id)
    if case is None or case.debtor_id != debtor_id:
        raise NotFound("There is no such dispute")
    return case
