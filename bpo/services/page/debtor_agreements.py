"""A debtor's own agreements on their page: what is paid, what comes next, and paying it all off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bpo.db import acting_as, db
from bpo.domain.cash import pix_references
from bpo.domain.cash.pix_references import Reference
from bpo.domain.deals import agreements as rules
from bpo.domain.deals.agreement_terms import Terms
from bpo.domain.deals.agreements import State
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.models import Agreement, Receivable
from bpo.queries.deals import agreements as stored
from bpo.services.deals import agreement_papers, early_settlements
from bpo.services.deals.early_settlements import Quote
from bpo.services.page import debtor_page
from bpo.services.page.debtor_page import Account
from bpo.services.people.visits import Visitor


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreement as its debtor sees it on a day; money in centavos.

    `paid`: the day of the last payment of an instalment and the money on it, by receivable. `quote`
    is what pays all off today and `pix` its code, while the agreement runs.
    """

    agreement: Agreement
    terms: Terms
    day: date
    parts: tuple[Receivable, ...]
    paid: Mapping[int, tuple[date, int]]
    quote: Quote | None
    pix: str | None

    @property
    def number(self) -> str:
        """The number by which people name it."""
        return rules.number(self.agreement.id)

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.agreement.state)

    @property
    def paid_cents(self) -> int:
        """All money that has come in for it."""
        return sum(cents for _day, cents in self.paid.values())


def one(account: Account, agreement_id: int, *, now: datetime) -> Deal:
    """An agreement that the debtor made. Raises NotFound for any other."""
    visitor = account.visitor
    workspace, day = visitor.workspace, clock.local_day(now, visitor.workspace.time_zone)
    with acting_as(visitor.actor):
        session = db.session()
        row = _own(visitor, agreement_id)
        parts = tuple(stored.installments(session, workspace.id, [row.id]))
        paid = stored.paid_on(session, workspace.id, [part.id for part in parts])
        quote = early_settlements.quote(session, row, visitor.debtor, day)
    pix = None
    if quote is not None:
        reference = Reference(pix_references.Kind.AGREEMENT, row.id, day)
        pix = debtor_page.pix(workspace, account.statement, quote.total_cents, reference)
    return Deal(row, stored.terms(row), day, parts, paid, quote, pix)


def paper(visitor: Visitor, agreement_id: int) -> tuple[str, bytes]:
    """Name and bytes of the paper of an agreement that the debtor made; drawn if not kept yet."""
    with acting_as(visitor.actor):
        session = db.session()
        row = _own(visitor, agreement_id)
        if row.file_id is not None:
            return agreement_papers.content(session, row)
        drawn = agreement_papers.draw(session, row)
    return drawn.name, drawn.content


def _own(visitor: Visitor, agreement_id: int) -> Agreement:
    row = stored.by_id(db.session(), visitor.workspace.id, agreement_id)
    if row is None or row.debtor_id != visitor.debtor.id or row.agreed_on is None:
        raise NotFound("There is no such agreement")
    return row
