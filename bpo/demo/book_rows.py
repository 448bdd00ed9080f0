"""The book of a client company as rows of the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256

from bpo.demo.ledger import Book, Payment
from bpo.demo.storing import Row
from bpo.domain.books.receivables import Entry
from bpo.domain.intake.rows_records import Kind
from bpo.kernel import clock
from bpo.kernel.text import number_key, searchable
from bpo.services.reminders.opt_outs import UNSUBSCRIBE

_AFTERNOON, _MORNING = time(16, 10), time(8, 45)
_NO_SUCH = "550 5.1.1 user unknown"


@dataclass(frozen=True, slots=True)
class Here:
    """Whose rows: the workspace, its analyst, the ids of its policy versions."""

    workspace_id: int
    analyst: int
    analyst_name: str
    versions: list[int]
    book: Book

    def at(self, day: date) -> datetime:
        """The instant at which people write down what happened on a day."""
        return clock.instant(day, _AFTERNOON, self.book.zone)

    def noted(self, day: date) -> datetime:
        """The instant at which money that people saw coming was written down."""
        return clock.instant(day, _MORNING, self.book.zone)


def imports(here: Here) -> Iterator[Row]:
    """The files that brought titles and payments."""
    for file in here.book.files:
        yield {
            "workspace_id": here.workspace_id,
            "id": file.id,
            "kind": Kind.RECEIVABLES.value,
            "filename": file.name,
            "sha256": sha256(f"{file.name}:{file.applied}".encode()).hexdigest(),
            "state": "applied",
            "progress": file.total,
            "total": file.total,
            "applied": file.applied,
            "unchanged": file.unchanged,
            "rejected": file.rejected,
            "problems": {"items": [f.to_json() for f in file.findings], "more": 0, "notes": []},
            "created_by": here.analyst,
            "created_at": file.at,
        }


def freshness_marks(here: Here) -> Iterator[Row]:
    """Through which day payments were known after each file."""
    for file in here.book.files:
        yield {
            "workspace_id": here.workspace_id,
            "known_until": file.known_until,
            "source": "import",
            "recorded_at": file.at,
            "recorded_by": here.analyst,
        }


def debtors(here: Here) -> Iterator[Row]:
    """Who owes."""
    for debtor in here.book.debtors:
        yield {
            "workspace_id": here.workspace_id,
            "id": debtor.id,
            "reference": debtor.reference,
            "reference_key": number_key(debtor.reference),
            "name": debtor.name,
            "search_name": searchable(debtor.name),
            "kind": "person" if debtor.person else "company",
            "consumer": debtor.consumer,
            "document": debtor.document,
            "city": debtor.city,
            "state": debtor.state,
            "tags": list(debtor.tags),
            "risk_class": debtor.risk_class,
            "created_at": here.book.files[0].at,
        }


def contacts(here: Here) -> Iterator[Row]:
    """How to reach them."""
    for debtor in here.book.debtors:
        for position, contact in enumerate(debtor.contacts):
            yield {
                "workspace_id": here.workspace_id,
                "debtor_id": debtor.id,
                "channel": contact.channel,
                "address": contact.address,
                "name": contact.name,
                "purpose": contact.purpose,
                "position": position,
                "status": "invalid" if contact.refused_on else "valid",
                "status_reason": _NO_SUCH if contact.refused_on else None,
            }


def opt_outs(here: Here) -> Iterator[Row]:
    """Addresses that asked for silence."""
    for debtor in here.book.debtors:
        for contact in debtor.contacts:
            if contact.silent_since:
                yield {
                    "workspace_id": here.workspace_id,
                    "debtor_id": debtor.id,
                    "channel": contact.channel,
                    "address": contact.address,
                    "source": UNSUBSCRIBE,
                    "at": here.at(contact.silent_since),
                }


def receivables(here: Here) -> Iterator[Row]:
    """Titles, open: their entries will settle them."""
    for title in here.book.titles:
        yield {
            "workspace_id": here.workspace_id,
            "id": title.id,
            "debtor_id": title.debtor.id,
            "number": title.number,
            "number_key": number_key(title.number),
            "description": title.description,
            "installment": title.installment,
            "installments": title.installments,
            "issue_date": title.issue,
            "due_date": title.due,
            "effective_due_date": title.effective,
            "amount_cents": title.cents,
            "policy_version_id": here.versions[title.terms],
            "import_id": title.file.id if title.file else None,
            "created_at": title.file.at if title.file else here.at(title.issue),
        }


def payments(here: Here) -> Iterator[Row]:
    """Money that came in, and money given back."""
    for payment in here.book.payments:
        yield {
            "workspace_id": here.workspace_id,
            "id": payment.id,
            "debtor_id": payment.debtor.id,
            "amount_cents": payment.cents,
            "paid_on": payment.paid_on,
            "method": payment.method.value,
            "note": payment.note,
            "source": "manual" if payment.by_hand else "import",
            "import_id": payment.file.id if payment.file else None,
            "reverses_id": payment.reverses.id if payment.reverses else None,
            "created_by": here.analyst if payment.by_hand else None,
            "created_at": payment.file.at if payment.file else here.noted(payment.paid_on),
        }


def entries(here: Here) -> Iterator[Row]:
    """What payments and corrections did to titles."""
    for payment in here.book.payments:
        for title, entry in payment.lines:
            yield _entry(here, title.id, entry, payment.note if payment.reverses else None, payment)
    for one in here.book.corrections:
        yield _entry(here, one.title.id, one.entry, one.reason, None)


def _entry(
    here: Here, title_id: int, entry: Entry, reason: str | None, payment: Payment | None
) -> Row:
    file = payment.file if payment else None
    return {
        "workspace_id": here.workspace_id,
        "receivable_id": title_id,
        "payment_id": payment.id if payment else None,
        "import_id": file.id if file else None,
        "kind": entry.kind.value,
        "on_day": entry.on,
        "principal_cents": entry.principal_cents,
        "fine_cents": entry.fine_cents,
        "interest_cents": entry.interest_cents,
        "reason": reason,
        "created_by": None if payment else here.analyst,
    }


def promises(here: Here) -> Iterator[Row]:
    """Promises and what became of them."""
    for one in here.book.promises:
        yield {
            "workspace_id": here.workspace_id,
            "id": one.id,
            "debtor_id": one.debtor.id,
            "amount_cents": one.cents,
            "made_on": one.made_on,
            "promised_for": one.promised_for,
            "state": one.state.value,
            "settled_on": one.settled_on,
            "note": one.note,
            "created_by": here.analyst,
            "created_at": here.at(one.made_on),
        }


def disputes(here: Here) -> Iterator[Row]:
    """What debtors disagree with."""
    for one in here.book.disputes:
        yield {
            "workspace_id": here.workspace_id,
            "id": one.id,
            "debtor_id": one.title.debtor.id,
            "receivable_id": one.title.id,
            "reason": one.grounds.value,
            "opened_on": one.opened_on,
            "closed_on": one.closed_on,
            "state": one.state.value,
            "created_by": here.analyst,
            "created_at": here.at(one.opened_on),
        }


def holds(here: Here) -> Iterator[Row]:
    """Pauses that people asked for."""
    for one in here.book.pauses:
        yield {
            "workspace_id": here.workspace_id,
            "debtor_id": one.debtor.id,
            "reason": one.reason.value,
            "source": "user",
            "note": one.note,
            "starts_on": one.starts_on,
            "until": one.until,
            "created_by": here.analyst,
            "created_at": here.at(one.starts_on),
        }


def notes(here: Here) -> Iterator[Row]:
    """What was said."""
    for one in here.book.notes:
        yield {
            "workspace_id": here.workspace_id,
            "id": one.id,
            "debtor_id": one.debtor.id,
            "kind": one.kind,
            "on_day": one.on,
            "person": one.person,
            "outcome": one.outcome,
            "body": one.body,
            "next_act": one.next_act,
            "next_on": one.next_on,
            "created_by": here.analyst,
            "created_at": here.at(one.on),
        }
