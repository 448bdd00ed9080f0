"""The list of payments, one with where its money went, and a new one with what it would do."""

from uuid import uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.cash import payments as rules
from bpo.domain.people import access as rights
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.models import Debtor, Payment
from bpo.queries.books import debtor_lists, receivables
from bpo.queries.cash import payments as stored
from bpo.queries.cash.payments import Filter
from bpo.queries.people import debtors
from bpo.services.cash import payments
from bpo.services.cash.payments import Preview
from bpo.web import access, forms
from bpo.web.forms import Attempt
from bpo.web.office import blueprint
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found, usual_cents

Answer = str | Response | tuple[str, int]


@blueprint.get("/w/<slug>/payments", endpoint="payments")
@access.requires(Permission.SEE_WORKSPACE)
def show_payments(slug: str) -> Answer:
    """Money received, the latest first."""
    session, place, wanted = db.session(), g.workspace.id, _wanted()
    page = stored.page(session, place, wanted, lists.asked(wanted))
    return render_template(
        "office/payments/list.html",
        rows=page.rows,
        around=lists.around(page, wanted),
        totals=stored.totals(session, place, wanted),
        applied=stored.applied(session, place, [row[0].id for row in page.rows]),
        methods=rules.LABELS,
        today=lists.today(),
    )


@blueprint.get("/w/<slug>/payments.csv", endpoint="payments_csv")
@blueprint.get("/w/<slug>/payments.xlsx", endpoint="payments_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def payments_csv(slug: str) -> Answer:
    """The list as filtered, for a spreadsheet."""
    rows = stored.everything(db.session(), g.workspace.id, _wanted())
    head = (
        _("Number of the payment"),
        _("Paid on"),
        _("Customer number"),
        _("Name"),
        _("Amount"),
        _("Kept as credit"),
        _("Way"),
        _("Reference"),
        _("Origin"),
    )
    cells = (
        (
            payment.id,
            payment.paid_on,
            debtor.reference,
            debtor.name,
            lists.amount(payment.amount_cents),
            lists.amount(left if undone_by is None and payment.reverses_id is None else 0),
            payment.method,
            payment.reference,
            payment.source,
        )
        for payment, debtor, left, undone_by in list(rows)
    )
    return lists.spreadsheet("payments", head, cells)


@blueprint.get("/w/<slug>/payments/new")
@access.requires(Permission.RECORD_PAYMENT)
def payment_new(slug: str) -> Answer:
    """Choose whose payment it is; then say how much, and see what it settles before it counts."""
    number = forms.number(request.args.get("debtor", ""))
    search = request.args.get("q", "").strip()
    if number is None:
        choices = debtor_lists.choices(db.session(), g.workspace.id, search) if search else []
        return render_template("office/payments/choose.html", choices=choices, search=search)
    debtor = found(number)
    today = lists.today()
    attempt = _preview(debtor)
    due = receivables.due_on(db.session(), debtor, today)
    return render_template(
        "office/payments/new.html",
        debtor=debtor,
        due=due,
        usual_cents=usual_cents(due),
        day=forms.asked().day("paid_on") if attempt.result else today,
        chosen=_chosen(),
        typed=request.args,
        faults=forms.faults(attempt),
        preview=attempt.result,
        allocated={a.receivable_id: a for a in attempt.result.allocated.allocations}
        if attempt.result
        else {},
        methods=rules.LABELS,
        form_key=uuid4().hex,
        today=today,
    )


@blueprint.get("/w/<slug>/payments/<int:payment_id>")
@access.requires(Permission.SEE_WORKSPACE)
def payment(slug: str, payment_id: int) -> Answer:
    """One payment: where the money went, and undoing it."""
    return _page(payment_id)


@blueprint.post("/w/<slug>/payments/<int:payment_id>/reverse")
@access.requires(Permission.RECORD_PAYMENT)
def payment_reverse(slug: str, payment_id: int) -> Answer:
    """Undo a payment."""
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: payments.reverse(
            g.actor,
            g.workspace.id,
            payment_id,
            typed.text("reason") or "",
            mistake=typed.values.get("why") == "mistake",
            now=g.now,
        )
    )
    if attempt.result is None:
        return _page(payment_id, forms.faults(attempt)), 400
    flash(_("The payment is undone, and what it had settled is open again."), "success")
    return redirect(url_for("office.payment", slug=slug, payment_id=payment_id))


def _page(payment_id: int, faults: dict[str, str] | None = None) -> str:
    session, place = db.session(), g.workspace.id
    row = stored.by_id(session, place, payment_id)
    if row is None:
        raise NotFound("There is no such payment")
    undone = stored.reversal_of(session, place, payment_id)
    return render_template(
        "office/payments/page.html",
        payment=row,
        debtor=debtors.by_id(session, place, row.debtor_id),
        applied=stored.applied(session, place, [payment_id]).get(payment_id, ()),
        left_cents=_left(row, undone),
        refunds=stored.refunds(session, place, payment_id),
        given_back=stored.refunded_cents(session, place, payment_id) > 0,
        may_refund=rights.may(g.actor, Permission.REFUND),
        undone=undone,
        methods=rules.LABELS,
        typed=request.form,
        faults=faults or {},
        today=lists.today(),
    )


def _left(row: Payment, undone: Payment | None) -> int:
    """What is left of a payment that stands, in centavos."""
    if undone is not None or row.reverses_id is not None:
        return 0
    return stored.left_cents(db.session(), row)


def _preview(debtor: Debtor) -> Attempt[Preview]:
    """What the payment in the address would do, or what is wrong with it."""
    asked = forms.asked()
    if not asked.text("amount"):
        return Attempt()

    def act() -> Preview:
        cents, day = asked.needed_cents("amount"), asked.needed_day("paid_on")
        rules.check(cents, day, lists.today())
        return payments.preview(db.session(), debtor, cents, day, _chosen() or None)

    return forms.attempt(act)


def _chosen() -> list[int]:
    return forms.numbers(request.args.getlist("receivable"))


def _wanted() -> Filter:
    return Filter(
        request.args.get("q", ""),
        lists.day("from"),
        lists.day("to"),
        request.args.get("method") or None,
        request.args.get("show") == "credit",
        request.args.get("sort", "-day"),
    )
