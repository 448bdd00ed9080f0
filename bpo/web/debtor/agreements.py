"""A debtor's agreement: its instalments, its paper, paying it all off; and receipts of payments."""

from flask import g

from bpo.db import db
from bpo.domain.deals import agreements as rules
from bpo.gateways import papers
from bpo.services.books import invoices
from bpo.services.deals.agreement_papers import PDF
from bpo.services.page import debtor_agreements, debtor_papers
from bpo.services.people.visits import Visitor
from bpo.web import documents
from bpo.web.debtor import door
from bpo.web.debtor.door import Answer
from bpo.web.debtor.pix import drawn
from bpo.web.debtor.telling import tell


@door.seen("/agreements/<int:agreement_id>")
def agreement(visitor: Visitor, agreement_id: int) -> Answer:
    """One agreement: what is paid, what comes next, and what pays it all off today."""
    deal = debtor_agreements.one(door.account(visitor), agreement_id, now=g.now)
    return tell(
        "agreement",
        visitor,
        deal=deal,
        labels=rules.LABELS,
        qr=drawn(visitor, deal.pix),
        home=door.home(visitor),
    )


@door.seen("/agreements/<int:agreement_id>.pdf")
def agreement_paper(visitor: Visitor, agreement_id: int) -> Answer:
    """Its paper, to be kept or printed."""
    name, content = debtor_agreements.paper(visitor, agreement_id)
    db.session().rollback()
    return documents.download(name, PDF, content)


@door.seen("/payments/<int:payment_id>.pdf")
def receipt(visitor: Visitor, payment_id: int) -> Answer:
    """The receipt of a payment."""
    paid = debtor_papers.receipt(visitor, payment_id)
    frame = papers.Frame(
        invoices.creditor(visitor.workspace), paid.paid_on, visitor.workspace.currency
    )
    content = papers.receipt(frame, paid, visitor.locale)
    return documents.download(f"recibo-{paid.number}.pdf", PDF, content)
