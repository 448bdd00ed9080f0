"""Accounts and receipts for screens of the staff and of the client alike."""

from datetime import date, timedelta
from typing import Any

from flask import Response, g
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.books import statements as rules
from bpo.domain.intake.remittances import Remittance
from bpo.gateways import papers
from bpo.gateways.papers import Frame
from bpo.kernel import text
from bpo.models import Debtor
from bpo.queries.books import receivables
from bpo.queries.books import statements as stored
from bpo.services.books import invoices
from bpo.web import documents, language
from bpo.web.office.people import lists


def account(debtor: Debtor) -> dict[str, Any]:
    """A debtor's account of the period in the address, and what settles it at its end."""
    session, today = db.session(), lists.today()
    until = min(lists.day("to") or today, today)
    since = min(lists.day("from") or until - timedelta(days=365), until)
    moves = stored.moves(session, g.workspace.id, debtor.id, until)
    due = receivables.due_on(session, debtor, until)
    return {
        "debtor": debtor,
        "statement": rules.statement(moves, since, until),
        "charges_cents": sum(one.amount.total_cents - one.amount.principal_cents for one in due),
        "labels": rules.LABELS,
        "today": today,
    }


def account_pdf(debtor: Debtor) -> Response:
    """The account as a document."""
    found = account(debtor)
    until: date = found["statement"].until
    content = papers.statement(_frame(until), found, language.current())
    name = f"extrato-{text.slug(debtor.name)}-{until.isoformat()}.pdf"
    return documents.download(name, "application/pdf", content)


def receipts() -> Remittance:
    """What was received in the period of the address; by default the month to date."""
    today = lists.today()
    until = min(lists.day("to") or today, today)
    since = min(lists.day("from") or until.replace(day=1), until)
    return stored.remittance(db.session(), g.workspace.id, since, until)


def receipts_pdf() -> Response:
    """The receipts as a document."""
    found = receipts()
    content = papers.remittance(_frame(found.until), found, language.current())
    return documents.download(f"{_name(found)}.pdf", "application/pdf", content)


def receipts_table() -> Response:
    """The receipts for a spreadsheet, the total last."""
    found = receipts()
    head = [_("Customer number"), _("Name"), _("Payments"), _("Principal"), _("Late fine")]
    head += [_("Late interest"), _("Kept as credit"), _("Total")]
    rows = [*found.rows, found.total._replace(name=_("Total"))]
    cells = [
        (
            row.reference,
            row.name,
            row.payments,
            *map(
                lists.amount,
                (row.principal_cents, row.fine_cents, row.interest_cents, row.credit_cents),
            ),
            lists.amount(row.total_cents),
        )
        for row in rows
    ]
    return lists.spreadsheet("receipts", head, cells)


def _name(found: Remittance) -> str:
    return f"repasse-{g.workspace.slug}-{found.since.isoformat()}-{found.until.isoformat()}"


def _frame(day: date) -> Frame:
    return Frame(invoices.creditor(g.workspace), day, g.workspace.currency)
