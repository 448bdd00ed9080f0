"""What an analyst does on a debtor's page: each act is one form, posted here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.cash.payments import Method
from bpo.domain.desk.disputes import Grounds
from bpo.domain.people.access import Permission
from bpo.domain.people.debtors import Channel, ContactProfile, Purpose
from bpo.domain.reminders.holds import HoldReason
from bpo.gateways import wording
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.queries.people import debtors as stored
from bpo.services.cash import payments
from bpo.services.desk import disputes, notes, promises
from bpo.services.people import debtors
from bpo.services.reminders import holds, opt_outs
from bpo.web import access, forms, language
from bpo.web.forms import Typed
from bpo.web.office import blueprint
from bpo.web.office.desk.debtor_page import act_page
from bpo.web.office.people.debtors import found

Answer = Response | tuple[str, int]


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/payments")
@access.requires(Permission.RECORD_PAYMENT)
def debtor_payment(slug: str, debtor_id: int) -> Answer:
    """Record money received."""
    typed = forms.typed()
    return _form(debtor_id, "payment", lambda: _pay(debtor_id, typed), _paid)


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/promises")
@access.requires(Permission.CONTACT)
def debtor_promise(slug: str, debtor_id: int) -> Answer:
    """Note a promise to pay."""
    typed = forms.typed()
    return _form(
        debtor_id,
        "promise",
        lambda: promises.make(
            g.actor,
            g.workspace.id,
            debtor_id,
            typed.needed_cents("promised"),
            typed.needed_day("promised_for"),
            note=typed.text("note"),
            now=g.now,
        ),
        lambda _made: _("Promise noted. Reminders stay silent until its day."),
    )


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/notes")
@access.requires(Permission.CONTACT)
def debtor_note(slug: str, debtor_id: int) -> Answer:
    """Keep what was said."""
    typed = forms.typed()
    return _form(
        debtor_id, "note", lambda: _note(debtor_id, typed), lambda _made: _("Noted in the history.")
    )


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/holds")
@access.requires(Permission.HOLD)
def debtor_hold(slug: str, debtor_id: int) -> Answer:
    """Pause reminders of the debtor or of one receivable."""
    typed = forms.typed()
    return _form(
        debtor_id,
        "hold",
        lambda: holds.place(
            g.actor,
            g.workspace.id,
            debtor_id,
            typed.one_of("reason", HoldReason),
            receivable_id=typed.whole("receivable"),
            until=typed.day("until"),
            note=typed.text("note"),
            now=g.now,
        ),
        lambda _made: _("Paused: nothing is sent until the pause ends."),
    )


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/disputes")
@access.requires(Permission.HOLD)
def debtor_dispute(slug: str, debtor_id: int) -> Answer:
    """Take a receivable out of collection because the debtor disagrees."""
    typed = forms.typed()
    return _form(
        debtor_id,
        "dispute",
        lambda: disputes.begin(
            g.actor,
            g.workspace.id,
            debtor_id,
            typed.one_of("grounds", Grounds),
            receivable_id=typed.whole("receivable"),
            note=typed.text("note"),
            now=g.now,
        ),
        lambda _made: _("In dispute: out of collection until it is decided."),
    )


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/contacts")
@access.requires(Permission.EDIT_DEBTORS)
def debtor_contact(slug: str, debtor_id: int) -> Answer:
    """Add a way to reach the debtor."""
    typed = forms.typed()
    return _form(
        debtor_id,
        "contact",
        lambda: debtors.add_contact(
            g.actor,
            g.workspace.id,
            debtor_id,
            ContactProfile(
                typed.one_of("channel", Channel),
                typed.needed("address"),
                typed.text("contact_name"),
                typed.one_of("purpose", Purpose),
            ),
            now=g.now,
        ),
        lambda _made: _("Contact added."),
    )


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/contacts/<int:contact_id>/<act>")
@access.requires(Permission.EDIT_DEBTORS)
def debtor_contact_act(slug: str, debtor_id: int, contact_id: int, act: str) -> Answer:
    """Remove or mend a contact, note that it refuses messages or takes them again."""
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "remove": (debtors.remove_contact, _("Contact removed.")),
        "mend": (debtors.mend_contact, _("The address is trusted again.")),
        "opt-out": (_silence, _("No message goes to this address from now on.")),
        "opt-in": (_hear, _("Messages may go to this address again.")),
    }
    if act not in acts:
        raise NotFound("This page does not exist or is not yours to see")
    do, message = acts[act]
    return _act(debtor_id, lambda: do(g.actor, g.workspace.id, contact_id, now=g.now), message)


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/promises/<int:promise_id>/cancel")
@access.requires(Permission.CONTACT)
def debtor_promise_cancel(slug: str, debtor_id: int, promise_id: int) -> Answer:
    """Call a promise off."""
    return _act(
        debtor_id,
        lambda: promises.cancel(g.actor, g.workspace.id, promise_id, now=g.now),
        _("Promise called off. Reminders go on."),
    )


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/holds/<int:hold_id>/release")
@access.requires(Permission.HOLD)
def debtor_hold_release(slug: str, debtor_id: int, hold_id: int) -> Answer:
    """End a pause."""
    return _act(
        debtor_id,
        lambda: holds.release(g.actor, g.workspace.id, hold_id, now=g.now),
        _("The pause is over. Reminders go on where they stopped."),
    )


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/credit/<int:payment_id>")
@access.requires(Permission.RECORD_PAYMENT)
def debtor_credit(slug: str, debtor_id: int, payment_id: int) -> Answer:
    """Settle what is owed with what is left of a payment."""
    return _act(
        debtor_id,
        lambda: payments.apply_credit(g.actor, g.workspace.id, payment_id, now=g.now),
        _("The credit has been used."),
    )


def _silence(actor: Actor, workspace_id: int, contact_id: int, *, now: datetime) -> bool:
    to = _address(workspace_id, contact_id)
    return opt_outs.add(actor, workspace_id, *to, source=opt_outs.ANALYST, now=now)


def _hear(actor: Actor, workspace_id: int, contact_id: int, *, now: datetime) -> bool:
    return opt_outs.remove(actor, workspace_id, *_address(workspace_id, contact_id), now=now)


def _address(workspace_id: int, contact_id: int) -> tuple[int, Channel, str]:
    contact = stored.contact(db.session(), workspace_id, contact_id)
    if contact is None:
        raise NotFound("There is no such contact")
    return contact.debtor_id, Channel(contact.channel), contact.address


def _pay(debtor_id: int, typed: Typed) -> payments.Recorded:
    chosen = forms.numbers(request.form.getlist("receivable"))
    return payments.record(
        g.actor,
        g.workspace.id,
        debtor_id,
        typed.needed_cents("amount"),
        typed.needed_day("paid_on"),
        typed.one_of("method", Method),
        chosen or None,
        typed.text("key"),
        reference=typed.text("reference"),
        note=typed.text("note"),
        now=g.now,
    )


def _paid(done: payments.Recorded) -> str:
    credit = done.allocated.unapplied_cents
    if not credit:
        return _("Payment recorded.")
    left = wording.money(credit, language.current(), g.workspace.currency)
    return _("Payment recorded; %(left)s is kept as credit.", left=left)


def _note(debtor_id: int, typed: Typed) -> Any:
    outcome = typed.text("outcome")
    return notes.record(
        g.actor,
        g.workspace.id,
        debtor_id,
        typed.one_of("kind", notes.Kind),
        typed.text("body") or "",
        on_day=typed.day("on_day"),
        person=typed.text("person"),
        outcome=typed.one_of("outcome", notes.Outcome) if outcome else None,
        next_act=typed.text("next_act"),
        next_on=typed.day("next_on"),
        now=g.now,
    )


def _form(debtor_id: int, act: str, do: Callable[[], Any], said: Callable[[Any], str]) -> Answer:
    """Do what a form asks; what is wrong comes back on the form's own page."""
    debtor = found(debtor_id)
    attempt = forms.attempt(do)
    if attempt.refusal is not None:
        return act_page(debtor, act, forms.faults(attempt)), 400
    flash(said(attempt.result), "success")
    return _back(debtor_id)


def _act(debtor_id: int, do: Callable[[], Any], message: str) -> Answer:
    """Do one thing and say so, or say why not."""
    found(debtor_id)
    attempt = forms.attempt(do)
    faults = forms.faults(attempt)
    for fault in faults.values():
        flash(fault, "error")
    if not faults:
        flash(message, "success")
    return _back(debtor_id)


def _back(debtor_id: int) -> Response:
    return redirect(url_for("office.debtor", slug=g.workspace.slug, debtor_id=debtor_id))
