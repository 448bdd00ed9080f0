"""What is left of a payment: used for chosen titles, given back to the debtor, and undone again."""

from uuid import uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.cash import payments as rules
from bpo.domain.cash.payments import Method
from bpo.domain.intake import attachments as papers
from bpo.domain.people import access as rights
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.models import Payment, Refund
from bpo.queries.books import receivables
from bpo.queries.cash import payments as stored
from bpo.queries.people import debtors
from bpo.services.cash import payments, refunds
from bpo.services.cash.refunds import Proof
from bpo.web import access, documents, forms
from bpo.web.forms import Typed
from bpo.web.office import blueprint
from bpo.web.office.people import lists

Answer = str | Response | tuple[str, int]


@blueprint.get("/w/<slug>/payments/<int:payment_id>/credit")
@access.requires(Permission.RECORD_PAYMENT)
def payment_credit(slug: str, payment_id: int) -> Answer:
    """Decide what becomes of a credit: which titles it settles, or that it goes back."""
    return _page(_payment(payment_id))


@blueprint.post("/w/<slug>/payments/<int:payment_id>/credit")
@access.requires(Permission.RECORD_PAYMENT)
def payment_credit_use(slug: str, payment_id: int) -> Answer:
    """Settle titles with it."""
    typed = forms.typed()
    chosen = forms.numbers(request.form.getlist("receivable"))
    attempt = forms.attempt(
        lambda: payments.apply_credit(
            g.actor,
            g.workspace.id,
            payment_id,
            chosen or None,
            cents=typed.cents("used"),
            key=typed.text("key"),
            now=g.now,
        )
    )
    if attempt.refusal is not None:
        return _page(_payment(payment_id), forms.faults(attempt)), 400
    flash(_("The credit has been used."), "success")
    return _back(payment_id)


@blueprint.post("/w/<slug>/payments/<int:payment_id>/refunds")
@access.requires(Permission.REFUND)
def payment_refund(slug: str, payment_id: int) -> Answer:
    """Record that it was given back."""
    typed = forms.typed()
    attempt = forms.attempt(lambda: _refund(payment_id, typed))
    if attempt.refusal is not None:
        return _page(_payment(payment_id), forms.faults(attempt)), 400
    flash(_("The refund is recorded. It can be undone on the page of the payment."), "success")
    return _back(payment_id)


@blueprint.post("/w/<slug>/payments/<int:payment_id>/refunds/<int:refund_id>/undo")
@access.requires(Permission.REFUND)
def payment_refund_undo(slug: str, payment_id: int, refund_id: int) -> Answer:
    """The money did not leave, or came back."""
    _found(payment_id, refund_id)
    attempt = forms.attempt(
        lambda: refunds.undo(
            g.actor, g.workspace.id, refund_id, forms.typed().text("reason"), now=g.now
        )
    )
    for fault in forms.faults(attempt).values():
        flash(fault, "error")
    if attempt.refusal is None:
        flash(_("The refund is undone: the credit is there again."), "success")
    return _back(payment_id)


@blueprint.get("/w/<slug>/payments/<int:payment_id>/refunds/<int:refund_id>/proof")
@access.requires(Permission.SEE_WORKSPACE)
def payment_refund_proof(slug: str, payment_id: int, refund_id: int) -> Response:
    """The receipt of the transfer."""
    row = _found(payment_id, refund_id)
    file = stored.refund_proof(db.session(), row)
    if file is None:
        raise NotFound("There is no such document")
    return documents.download(file.name, file.media_type, file.content)


def _refund(payment_id: int, typed: Typed) -> Refund:
    given = request.files.get("file")
    content = given.stream.read(papers.LARGEST + 1) if given else b""
    proof = Proof(given.filename or "", content) if given and content else None
    return refunds.give_back(
        g.actor,
        g.workspace.id,
        payment_id,
        typed.needed_cents("amount"),
        typed.text("reason"),
        on=typed.day("on"),
        method=typed.one_of("method", Method),
        reference=typed.text("reference"),
        paid_to=typed.needed("paid_to"),
        proof=proof,
        key=typed.text("key"),
        now=g.now,
    )


def _page(payment: Payment, faults: dict[str, str] | None = None) -> str:
    session, place, today = db.session(), g.workspace.id, lists.today()
    debtor = debtors.by_id(session, place, payment.debtor_id)
    assert debtor
    stands = payment.reverses_id is None and not stored.reversal_of(session, place, payment.id)
    return render_template(
        "office/payments/credit.html",
        payment=payment,
        debtor=debtor,
        left_cents=stored.left_cents(session, payment) if stands else 0,
        due=receivables.to_settle(session, debtor, today),
        chosen=request.form.getlist("receivable"),
        methods=rules.LABELS,
        may_refund=rights.may(g.actor, Permission.REFUND),
        typed=request.form,
        faults=faults or {},
        form_key=request.form.get("key") or uuid4().hex,
        today=today,
    )


def _payment(payment_id: int) -> Payment:
    row = stored.by_id(db.session(), g.workspace.id, payment_id)
    if row is None:
        raise NotFound("There is no such payment")
    return row


def _found(payment_id: int, refund_id: int) -> Refund:
    row = stored.refund(db.session(), g.workspace.id, refund_id)
    if row is None or row.payment_id != payment_id:
        raise NotFound("There is no such refund")
    return row


def _back(payment_id: int) -> Response:
    return redirect(url_for("office.payment", slug=g.workspace.slug, payment_id=payment_id))
