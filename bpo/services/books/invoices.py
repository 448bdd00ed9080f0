"""Putting an invoice together: from rows as of a day to all that its document says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from bpo.domain.books import policies
from bpo.domain.books.charges import AmountDue
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.cash import pix_references as pix
from bpo.domain.people import payment_methods
from bpo.domain.writing import invoices
from bpo.domain.writing.invoices import Invoice, Payer, Title, Way
from bpo.domain.writing.messages import Creditor
from bpo.formats import boleto, brcode
from bpo.kernel import colours, documents
from bpo.kernel.errors import NotFound
from bpo.models import PaymentMethod, Receivable, Workspace
from bpo.queries.books import boletos, receivables
from bpo.queries.cash import pix_charges
from bpo.queries.people import debtors, workspaces

PIX_CURRENCY = "BRL"
_NO_CITY = "BRASIL"
_SAID = 5
"""Sentences of the policy on an invoice: those about charges and discounts come first."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose invoices they are, with what is the same on all of them.

    `codes`: the copy-and-paste of charges that the bank holds, by receivable.
    """

    workspace: Workspace
    creditor: Creditor
    ways: tuple[Way, ...]
    policy_url: str
    codes: Mapping[int, str] = field(default_factory=dict)

    def invoice(
        self,
        receivable_id: int,
        title: Title,
        payer: Payer,
        amount: AmountDue,
        policy: CollectionPolicy,
        line: str = "",
    ) -> Invoice:
        """One invoice; `line` is that of the boleto."""
        open_ = amount.principal_cents > 0
        return Invoice(
            self.creditor,
            payer,
            title,
            amount,
            self.ways if open_ else (),
            policies.sentences(policy)[:_SAID],
            self.policy_url,
            self._pix(receivable_id, amount) if open_ else "",
            boleto.formatted(line) if line and open_ else "",
            self.workspace.currency,
        )

    def _pix(self, receivable_id: int, amount: AmountDue) -> str:
        here, cents = self.workspace, invoices.asked_cents(amount)
        offered = any(way.kind == payment_methods.Kind.PIX for way in self.ways)
        if not (offered and here.pix_key and cents > 0 and here.currency == PIX_CURRENCY):
            return ""
        if receivable_id in self.codes:
            return self.codes[receivable_id]
        txid = pix.Reference(pix.Kind.RECEIVABLE, receivable_id, amount.day).txid
        return brcode.static(here.pix_key, here.legal_name, here.city or _NO_CITY, cents, txid)


def issuer(
    session: Session,
    workspace: Workspace,
    base_url: str,
    receivable_ids: Collection[int],
    day: date,
) -> Issuer:
    """What the invoices of some receivables of a client company share on a day."""
    return Issuer(
        workspace,
        creditor(workspace),
        ways(workspaces.payment_methods(session, workspace.id)),
        f"{base_url}/p/{workspace.slug}/policy",
        pix_charges.codes(session, workspace.id, receivable_ids, day),
    )


def one(
    session: Session, workspace: Workspace, receivable_id: int, day: date, *, base_url: str
) -> Invoice:
    """The invoice of one receivable as of a day. Raises NotFound."""
    row = receivables.by_id(session, workspace.id, receivable_id)
    debtor = debtors.by_id(session, workspace.id, row.debtor_id) if row else None
    if row is None or debtor is None:
        raise NotFound("There is no such receivable")
    due = receivables.due(session, row, debtor, max(day, row.issue_date))
    terms = receivables.policies_of(session, workspace.id).of(row, consumer=debtor.consumer)
    kept = boletos.of_receivable(session, workspace.id, row.id)
    place = "/".join(filter(None, (debtor.city, debtor.state)))
    payer = Payer(
        debtor.name, documents.formatted(debtor.document) if debtor.document else "", place
    )
    return issuer(session, workspace, base_url, [row.id], day).invoice(
        row.id, title(row), payer, due.amount, terms, kept.line if kept else ""
    )


def language(session: Session, workspace: Workspace, receivable_id: int) -> str:
    """The language in which the debtor of a receivable is written to."""
    row = receivables.by_id(session, workspace.id, receivable_id)
    debtor = debtors.by_id(session, workspace.id, row.debtor_id) if row else None
    return (debtor.locale if debtor else None) or workspace.locale


def title(row: Receivable) -> Title:
    """A receivable as an invoice shows it."""
    return Title(
        row.number,
        row.issue_date,
        row.due_date,
        row.effective_due_date,
        row.amount_cents,
        row.description or "",
        row.installment,
        row.installments,
    )


def ways(methods: Sequence[PaymentMethod]) -> tuple[Way, ...]:
    """The ways to pay, in the creditor's order."""
    return tuple(Way(method.kind, method.label, method.details) for method in methods)


def creditor(workspace: Workspace) -> Creditor:
    """The client company as its papers show it (CDC art. 42-A: name, address, CNPJ)."""
    return Creditor(
        workspace.legal_name,
        workspace.name,
        documents.formatted(workspace.cnpj) if workspace.cnpj else "",
        workspace.address,
        workspace.email or "",
        workspace.phone or "",
        colours.hexadecimal(workspace.colour),
    )
