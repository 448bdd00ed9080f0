"""The papers of a receivable that its debtor may have: the invoice, the boleto, the NF-e."""

from collections.abc import Sequence
from dataclasses import dataclass

from bpo.db import acting_as, db
from bpo.domain.attachments import MAILED
from bpo.domain.invoices import Invoice
from bpo.formats import boleto
from bpo.kernel.errors import NotFound
from bpo.queries import attachments, boletos
from bpo.queries.attachments import Content, Listed
from bpo.queries.receivables import Due
from bpo.services import invoices
from bpo.services.visits import Visitor


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


def document(visitor: Visitor, due: Due, attachment_id: int) -> Content:
    """A document of one receivable. Raises NotFound for any other."""
    if attachment_id not in {one.id for one in of(visitor, due).documents}:
        raise NotFound("There is no such document")
    with acting_as(visitor.actor):
        found = attachments.content(db.session(), visitor.workspace.id, attachment_id)
    if found is None:
        raise NotFound("There is no such document")
    return found
