"""The list of receivables, and one of them: its account line by line, as of any day."""

from collections.abc import Mapping

from flask import g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.books import adjustments as deeds
from bpo.domain.books import breakdown
from bpo.domain.books import receivables as rules
from bpo.domain.books import statements as accounts
from bpo.domain.cash import pix_charges as held
from bpo.domain.intake import attachments as papers
from bpo.domain.intake import findings
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.queries.books import boletos, ledger, receivable_lists, receivables
from bpo.queries.books.receivable_lists import Filter, Show
from bpo.queries.cash import pix_charges
from bpo.queries.insight import scores
from bpo.queries.intake import attachments
from bpo.queries.people import debtors
from bpo.web import access
from bpo.web.office import blueprint
from bpo.web.office.books import adjustments
from bpo.web.office.people import lists

Answer = str | Response


@blueprint.get("/w/<slug>/receivables", endpoint="receivables")
@access.requires(Permission.SEE_WORKSPACE)
def show_receivables(slug: str) -> Answer:
    """Every title of the company, with the filters of the address."""
    session, place, asked = db.session(), g.workspace.id, wanted(request.args)
    page = receivable_lists.page(session, place, asked, lists.asked(asked))
    ids = [row[0].id for row in page.rows]
    return render_template(
        "office/receivables/list.html",
        rows=page.rows,
        around=lists.around(page, asked),
        totals=receivable_lists.totals(session, place, asked),
        counts=receivable_lists.counts(session, place, asked.today),
        marks=receivable_lists.marks(session, place, ids, asked.today),
        wanted=asked,
        today=asked.today,
        bulk=lists.acts(),
        late_options=lists.late_options(),
    )


@blueprint.get("/w/<slug>/receivables.csv", endpoint="receivables_csv")
@blueprint.get("/w/<slug>/receivables.xlsx", endpoint="receivables_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def receivables_csv(slug: str) -> Answer:
    """The list as filtered, for a spreadsheet."""
    rows = receivable_lists.everything(db.session(), g.workspace.id, wanted(request.args))
    head = (
        _("Customer number"),
        _("Name"),
        _("CPF or CNPJ"),
        _("Number"),
        _("Issued on"),
        _("Due on"),
        _("In time until"),
        _("Settled on"),
        _("Amount"),
        _("Open"),
    )
    cells = ((*row[:8], lists.amount(row[8]), lists.amount(row[9])) for row in list(rows))
    return lists.spreadsheet("receivables", head, cells)


@blueprint.get("/w/<slug>/receivables/<int:receivable_id>")
@access.requires(Permission.SEE_WORKSPACE)
def receivable(slug: str, receivable_id: int) -> Answer:
    """One title: what it asks for on a day and why, what was paid, which messages listed it."""
    session, place = db.session(), g.workspace.id
    row = receivables.by_id(session, place, receivable_id)
    if row is None:
        raise NotFound("There is no such receivable")
    debtor = debtors.by_id(session, place, row.debtor_id)
    assert debtor
    day = lists.day("on") or lists.today()
    due = receivables.due(session, row, debtor, day)
    return render_template(
        "office/receivables/page.html",
        row=row,
        debtor=debtor,
        due=due,
        rows=breakdown.rows(due.amount),
        day=day,
        today=lists.today(),
        state=rules.status(due.amount.receivable, day).value,
        standing=debtors.standing(session, place, debtor.id, lists.today()),
        ledger=ledger.lines(session, place, receivable_id, row.amount_cents),
        kinds=accounts.LABELS,
        acts=[(act.value, deeds.LABELS[act]) for act in adjustments.acts()],
        may_undo=lambda line: line.can_undo(row) and adjustments.may_undo(line),
        touches=receivables.touches(session, place, receivable_id),
        told=scores.of_receivable(session, place, receivable_id),
        attachments=attachments.of_receivable(session, place, receivable_id),
        attachment_kinds=papers.LABELS,
        boleto=boletos.of_receivable(session, place, receivable_id),
        charge=pix_charges.of_receivable(session, place, receivable_id),
        charge_states=held.LABELS,
        said=findings.phrase_from_json,
    )


def wanted(query: Mapping[str, str]) -> Filter:
    """The filters that the query of an address asks for."""
    show = query.get("show", "open")
    late_from, late_to = lists.late(query)
    return Filter(
        lists.today(),
        Show(show) if show in list(Show) else None,
        query.get("q", ""),
        lists.day("from", query),
        lists.day("to", query),
        late_from,
        late_to,
        query.get("sort", "due"),
    )
