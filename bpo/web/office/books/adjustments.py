"""What is done to one title from its page: rebate, withdrawal, write-off, waiver, and undoing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.books import adjustments as rules
from bpo.domain.books.adjustments import Act
from bpo.domain.books.receivables import EntryKind
from bpo.domain.people import access as rights
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.models import Receivable
from bpo.queries.books import ledger, receivables
from bpo.queries.people import debtors
from bpo.services.books import adjustments
from bpo.web import access, forms
from bpo.web.forms import Typed
from bpo.web.office import blueprint
from bpo.web.office.people import lists

Answer = str | Response | tuple[str, int]
ACT = "/w/<slug>/receivables/<int:receivable_id>/<any(rebate, withdrawal, write_off, waiver):act>"


@blueprint.get(ACT)
@access.requires(Permission.ADJUST)
def receivable_act(slug: str, receivable_id: int, act: str) -> Answer:
    """The form of one act, with what is open today."""
    return _page(receivable_id, Act(act))


@blueprint.post(ACT)
@access.requires(Permission.ADJUST)
def receivable_act_do(slug: str, receivable_id: int, act: str) -> Answer:
    """Do it; what is wrong comes back on the form."""
    typed, chosen = forms.typed(), Act(act)
    attempt = forms.attempt(lambda: _DO[chosen](receivable_id, typed, g.now))
    if attempt.refusal is not None:
        return _page(receivable_id, chosen, forms.faults(attempt)), 400
    flash(_("Recorded. It can be undone in the movements of the title."), "success")
    return _back(receivable_id)


@blueprint.get("/w/<slug>/receivables/<int:receivable_id>/entries/<int:entry_id>/undo")
@access.requires(Permission.ADJUST)
def receivable_undo(slug: str, receivable_id: int, entry_id: int) -> Answer:
    """Ask why, and whether it ever was."""
    return _undo_page(receivable_id, entry_id)


@blueprint.post("/w/<slug>/receivables/<int:receivable_id>/entries/<int:entry_id>/undo")
@access.requires(Permission.ADJUST)
def receivable_undo_do(slug: str, receivable_id: int, entry_id: int) -> Answer:
    """Undo one movement by its opposite."""
    _line(receivable_id, entry_id)
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: adjustments.undo(
            g.actor,
            g.workspace.id,
            entry_id,
            typed.text("reason"),
            mistake=typed.text("why") == "mistake",
            now=g.now,
        )
    )
    if attempt.refusal is not None:
        return _undo_page(receivable_id, entry_id, forms.faults(attempt)), 400
    flash(_("Undone: the movement and its opposite both stay in the history."), "success")
    return _back(receivable_id)


def _rebate(receivable_id: int, typed: Typed, now: datetime) -> Any:
    where = g.actor, g.workspace.id, receivable_id
    reason, on, key = typed.text("reason"), typed.day("on"), typed.text("key")
    cents = typed.needed_cents("amount")
    return adjustments.rebate(*where, cents, reason, on=on, key=key, now=now)


def _withdraw(receivable_id: int, typed: Typed, now: datetime) -> Any:
    where = g.actor, g.workspace.id, receivable_id
    reason, on, key = typed.text("reason"), typed.day("on"), typed.text("key")
    return adjustments.withdraw(*where, reason, on=on, key=key, now=now)


def _write_off(receivable_id: int, typed: Typed, now: datetime) -> Any:
    where = g.actor, g.workspace.id, receivable_id
    reason, on, key = typed.text("reason"), typed.day("on"), typed.text("key")
    return adjustments.write_off(*where, reason, on=on, key=key, now=now)


def _waive(receivable_id: int, typed: Typed, now: datetime) -> Any:
    where = g.actor, g.workspace.id, receivable_id
    parts = typed.cents("fine") or 0, typed.cents("interest") or 0
    return adjustments.waive(*where, *parts, typed.text("reason"), key=typed.text("key"), now=now)


_DO: dict[Act, Callable[[int, Typed, datetime], Any]] = {
    Act.REBATE: _rebate,
    Act.WITHDRAWAL: _withdraw,
    Act.WRITE_OFF: _write_off,
    Act.WAIVER: _waive,
}


def acts() -> list[Act]:
    """The acts that this person may do."""
    needed = ((act, rules.PERMISSIONS[EntryKind(act.value)]) for act in Act)
    return [act for act, permission in needed if rights.may(g.actor, permission)]


def may_undo(line: ledger.Line) -> bool:
    """Whether this person may undo a movement, beside whether it can be."""
    permission = rules.PERMISSIONS.get(EntryKind(line.row.kind))
    return permission is not None and rights.may(g.actor, permission)


def _page(receivable_id: int, act: Act, faults: dict[str, str] | None = None) -> str:
    rights.require(g.actor, rules.PERMISSIONS[EntryKind(act.value)], g.workspace.id)
    session, place, today = db.session(), g.workspace.id, lists.today()
    row = receivables.by_id(session, place, receivable_id)
    if row is None:
        raise NotFound("There is no such receivable")
    debtor = debtors.by_id(session, place, row.debtor_id)
    assert debtor
    return render_template(
        "office/receivables/act.html",
        row=row,
        debtor=debtor,
        act=act.value,
        label=rules.LABELS[act],
        amount=receivables.due(session, row, debtor, today).amount,
        typed=request.form,
        faults=faults or {},
        form_key=request.form.get("key") or uuid4().hex,
        today=today,
    )


def _undo_page(receivable_id: int, entry_id: int, faults: dict[str, str] | None = None) -> str:
    row, line = _line(receivable_id, entry_id)
    return render_template(
        "office/receivables/undo.html",
        row=row,
        line=line,
        typed=request.form,
        faults=faults or {},
        today=lists.today(),
    )


def _line(receivable_id: int, entry_id: int) -> tuple[Receivable, ledger.Line]:
    session, place = db.session(), g.workspace.id
    row = receivables.by_id(session, place, receivable_id)
    found = ledger.lines(session, place, receivable_id, row.amount_cents) if row else []
    line = next((one for one in found if one.row.id == entry_id), None)
    if row is None or line is None:
        raise NotFound("There is no such entry")
    return row, line


def _back(receivable_id: int) -> Response:
    slug = g.workspace.slug
    return redirect(url_for("office.receivable", slug=slug, receivable_id=receivable_id))
