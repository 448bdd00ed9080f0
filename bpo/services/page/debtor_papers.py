"""The papers of a receivable that its debtor may have: the invoice, the boleto, the NF-e."""

from collections.abc import Sequence
from dataclasses import dataclass

from bpo.db import acting_as, db
from bpo.domain.books.receivables import EntryKind
from bpo.domain.cash.payment_receipts import Receipt, Settled
from bpo.domain.cash.payments import LABELS, Method
from bpo.domain.intake.attachments import MAILED
from bpo.domain.writing.invoices import Invoice
from bpo.formats import boleto
from bpo.kernel import documents
from bpo.kernel.errors import NotFound
from bpo.queries.books import boletos
from bpo.queries.books.receivables import Due
from bpo.queries.cash import payments
from bpo.queries.intake import attachments
from bpo.queries.intake.attachments import Content, Listed
from bpo.services.books import invoices
from bpo.services.people.visits import Visitor


@dataclass(frozen=True, slots=True)
class Papers:
    """What there is beside the invoice: the boleto's line, grouped, and documents to download."""

    line: str
    documents: Sequence[Listed]


def of(visitor: Visitor, due: Due) -> Papers:
    """The papers of one receivable of a proved visitor; contracts and proofs stay in the house."""
    place = visitor.workspace.id
    with acting_as(visitor.actor):
        session = db.session()
        kept = boletos.of_receivable(session, place, due.row.id)
        found = attachments.of_receivable(session, place, due.row.id)
    shown = [one for one in found if one.kind in MAILED]
    return Papers(boleto.formatted(kept.line) if kept else "", shown)


def invoice(visitor: Visitor, due: Due, *, base_url: str) -> Invoice:
    """The invoice of one receivable as of the day of its amount."""
    with acting_as(visitor.actor):
        return invoices.one(
            db.session(), visitor.workspace, due.row.id, due.amount.day, base_url=base_url
        )


def receipt(visitor: Visitor, payment_id: int) -> Receipt:
    """The receipt of one payment that stands. Raises NotFound for somebody else's or an undone one.

    What it settled is told line by line; what it did not is the debtor's credit.
    """
    place = visitor.workspace.id
    with acting_as(visitor.actor):
        session = db.session()
        payment = payments.by_id(session, place, payment_id)
        if payment is None or payment.debtor_id != visitor.debtor.id or payment.amount_cents <= 0:
            raise NotFound("There is no such payment")
        if payments.reversal_of(session, place, payment_id) is not None:
            raise NotFound("There is no such payment")
        applied = payments.applied(session, place, [payment_id]).get(payment_id, [])
        left = payments.left_cents(session, payment)
    lines: dict[int, Settled] = {}
    for entry, title in applied:
        before = lines.get(title.id, Settled(title.number, title.due_date))
        parts = (entry.principal_cents, entry.fine_cents + entry.interest_cents)
        lines[title.id] = before.plus(*parts, discount=entry.kind == EntryKind.DISCOUNT)
    document = documents.formatted(visitor.debtor.document) if visitor.debtor.document else ""
    return Receipt(
        payment.id,
        payment.paid_on,
        payment.amount_cents,
        LABELS[Method(payment.method)],
        visitor.debtor.name,
        document,
        tuple(lines.values()),
        left,
    )


def document(visitor: Visitor, due: Due, attachment_id: int) -> Content:
    """A document of one receivable. Raises NotFound for any other."""
    if attachment_id not in {one.id for one in of(visitor, due).documents}:
        raise NotFound("There is no such document")
    with acting_as(visitor.actor):
        found = attachments.content(db.session(), visitor.workspace.id, attachment_id)
    if found is None:
        raise NotFound("There is no such document")
    return found
