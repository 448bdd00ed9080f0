"""Money by the Pix code of an agreement: it pays the rest off, or instalments in order."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.domain.cash import pix_references
from bpo.domain.cash.allocation import Allocated
from bpo.domain.cash.pix_references import Kind
from bpo.domain.cash.reconciliation import Credit
from bpo.domain.deals import agreements as rules
from bpo.kernel.text import Phrase
from bpo.models import Agreement
from bpo.queries.deals import agreements as stored
from bpo.queries.people import debtors
from bpo.services.deals import early_settlements

Found = tuple[tuple[int, ...], Allocated | None, tuple[Phrase, ...]]
"""Receivables, how the money is spread (None: in their order, as far as it goes), and why."""


def named(credits: Iterable[Credit]) -> dict[int, int]:
    """The agreements whose code some credits carry, by credit."""
    found = {}
    for credit in credits:
        reference = pix_references.parse(credit.txid)
        if reference and reference.kind is Kind.AGREEMENT:
            found[credit.id] = reference.id
    return found


def debtors_of(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, int]:
    """The debtors of some agreements."""
    query = select(Agreement.id, Agreement.debtor_id).where(
        Agreement.workspace_id == workspace_id, Agreement.id.in_(sorted(set(ids)))
    )
    return dict(session.execute(query).all())


def closing(session: Session, workspace_id: int, agreement_id: int, credit: Credit) -> Found | None:
    """What a credit does to a running agreement on its day; its debtor is held.

    The sum of the day pays all off, without the interest of the days to come (CDC art. 52 par. 2);
    any other sum goes to its instalments in their order. None when nothing of it is open.
    """
    agreement = stored.by_id(session, workspace_id, agreement_id) if agreement_id else None
    debtor = debtors.by_id(session, workspace_id, agreement.debtor_id) if agreement else None
    if agreement is None or debtor is None:
        return None
    quote = early_settlements.quote(session, agreement, debtor, credit.on)
    if quote is None:
        return None
    number = rules.number(agreement_id)
    why = Phrase("The Pix code that pays agreement {number} off", number=number)
    ids = tuple(one.receivable_id for one in quote.closings)
    exact = quote.total_cents == credit.amount_cents
    return ids, Allocated(quote.allocations, 0) if exact else None, (why,)
