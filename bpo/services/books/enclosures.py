"""What goes with the messages that issue receivables: the invoice, the NF-e, the boleto.

Everything is read once for a batch of messages; messages that issue nothing cost no query.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from bpo.domain.books.charges import AmountDue
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.intake import attachments as rules
from bpo.domain.intake.attachments import Kind, Sized
from bpo.domain.writing.invoices import Invoice, Payer, Title
from bpo.gateways import papers
from bpo.gateways.channels.email import Enclosure
from bpo.models import Workspace
from bpo.queries.books import boletos
from bpo.queries.books import enclosures as stored
from bpo.queries.books.enclosures import Kept
from bpo.queries.reminders.outgoing import Line
from bpo.services.books import invoices
from bpo.services.books.invoices import Issuer

AGREEMENT = "agreement"
"""The text that brings the paper of an agreement."""

LARGEST_BATCH = 48 * 1024 * 1024
"""Bytes of documents held for one batch; what does not fit waits for the next one."""

MOST_INVOICES = 5
"""Invoices made for one message; a debtor with more finds the rest on their page."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A receivable that a message issues, with what it asks for on the day of the message."""

    id: int
    title: Title
    amount: AmountDue
    policy: CollectionPolicy


@dataclass(frozen=True, slots=True)
class Enclosures:
    """The documents of a batch. `count` messages of it can leave with theirs; the first always."""

    issuer: Issuer | None = None
    boletos: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[int, Sequence[Kept]] = field(default_factory=dict)
    contents: Mapping[int, bytes] = field(default_factory=dict)
    count: int | None = None
    papers: Mapping[int, tuple[Enclosure, ...]] = field(default_factory=dict)

    def of(self, issued: Iterable[Issued], payer: Payer, locale: str) -> tuple[Enclosure, ...]:
        """What goes with one message: documents kept, and an invoice made where none is kept."""
        if self.issuer is None:
            return ()
        titles = list(issued)
        documents = self._documents(title.id for title in titles)
        room = rules.LARGEST_MAIL - sum(len(one.content) for one in documents)
        bare = [title for title in titles if not self._has_invoice(title.id)]
        for title in bare[:MOST_INVOICES]:
            made = self._invoice(title, payer, locale)
            if len(made.content) <= room:
                documents.insert(0, made)
                room -= len(made.content)
        return tuple(documents)

    def names(self, issued: Iterable[Issued], payer: Payer) -> tuple[str, ...]:
        """The names of what would go along, without making anything."""
        titles = list(issued)
        kept = {one.file_id: one for title in titles for one in self.kept.get(title.id, ())}
        bare = [title for title in titles if not self._has_invoice(title.id)]
        made = [self._made(title, payer).filename for title in bare[:MOST_INVOICES]]
        return (*made, *(one.name for one in kept.values()))

    def _documents(self, receivable_ids: Iterable[int]) -> list[Enclosure]:
        """Documents kept; one that several receivables share goes along once."""
        found = {one.file_id: one for number in receivable_ids for one in self.kept.get(number, ())}
        return [
            Enclosure(one.name, one.media_type, self.contents[one.file_id])
            for one in found.values()
            if one.file_id in self.contents
        ]

    def _has_invoice(self, receivable_id: int) -> bool:
        return any(one.kind == Kind.INVOICE for one in self.kept.get(receivable_id, ()))

    def _made(self, one: Issued, payer: Payer) -> Invoice:
        assert self.issuer
        line = self.boletos.get(one.id, "")
        return self.issuer.invoice(one.id, one.title, payer, one.amount, one.policy, line)

    def _invoice(self, one: Issued, payer: Payer, locale: str) -> Enclosure:
        made = self._made(one, payer)
        return Enclosure(made.filename, "application/pdf", papers.invoice(made, locale))


def read(
    session: Session,
    workspace: Workspace,
    base_url: str,
    day: date,
    issued: Sequence[Sequence[int]],
    agreed: Sequence[int] = (),
) -> Enclosures:
    """The documents of a batch of messages of a day, given the receivables that each of them
    issues, and the agreements whose papers go along."""
    ids = {number for titles in issued for number in titles}
    contracts = _contracts(session, workspace.id, agreed)
    if not ids:
        return Enclosures(papers=contracts)
    kept = stored.listed(session, workspace.id, ids, rules.MAILED)
    chosen, count = _chosen(issued, kept)
    return Enclosures(
        invoices.issuer(session, workspace, base_url, ids, day),
        boletos.lines(session, workspace.id, ids),
        kept,
        stored.contents(session, workspace.id, chosen) if chosen else {},
        count,
        contracts,
    )


def _contracts(
    session: Session, workspace_id: int, agreement_ids: Sequence[int]
) -> dict[int, tuple[Enclosure, ...]]:
    """The papers of some agreements; messages that bring none cost no query."""
    if not agreement_ids:
        return {}
    found = stored.agreement_papers(session, workspace_id, agreement_ids)
    return {number: (Enclosure(name, media, held),) for number, name, media, held in found}


def issued(line: Line, amount: AmountDue, policy: CollectionPolicy) -> Issued:
    """A receivable that a message lists, as its invoice shows it."""
    title = Title(
        line.number,
        line.issue_date,
        line.due_date,
        line.effective_due_date,
        line.amount_cents,
        line.description or "",
        line.installment,
        line.installments,
    )
    return Issued(line.id, title, amount, policy)


def _chosen(
    issued: Sequence[Sequence[int]], kept: Mapping[int, Sequence[Kept]]
) -> tuple[set[int], int]:
    """The files of the first messages that fit together, and how many messages those are."""
    files: set[int] = set()
    held = 0
    for count, titles in enumerate(issued):
        found = [one for number in titles for one in kept.get(number, ())]
        sizes = {one.file_id: one.size for one in found}
        fits = set(rules.fitting([Sized(number, size) for number, size in sizes.items()]))
        more = sum(sizes[number] for number in fits - files)
        if count and held + more > LARGEST_BATCH:
            return files, count
        files, held = files | fits, held + more
    return files, len(issued)
