"""The audit trail of what people did in the past of a client company."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bpo.demo.book_rows import Here
from bpo.demo.storing import Row
from bpo.domain.intake.rows_records import Kind


def entries(here: Here, campaign_id: int, started: datetime | None) -> list[Row]:
    """Every act of a person in the book, oldest first; the go of the campaign at `started`."""
    found = [*_imports(here), *_payments(here), *_promises(here)]
    found += [*_disputes(here), *_notes(here)]
    if started:
        detail = {"before": "awaiting_go"}
        found.append(_entry(here, started, "campaign.running", "campaign", campaign_id, detail))
    return sorted(found, key=lambda row: (row["at"], row["action"], row["subject_id"]))


def _imports(here: Here) -> Iterator[Row]:
    for file in here.book.files:
        detail = {
            "filename": file.name,
            "kind": Kind.RECEIVABLES.value,
            "applied": file.applied,
            "unchanged": file.unchanged,
            "rejected": file.rejected,
        }
        yield _entry(here, file.at, "import.apply", "import", file.id, detail)


def _payments(here: Here) -> Iterator[Row]:
    for one in here.book.payments:
        if one.by_hand:
            action = "payment.reverse" if one.reverses else "payment.record"
            detail = {
                "debtor_id": one.debtor.id,
                "amount_cents": one.cents,
                "paid_on": one.paid_on.isoformat(),
            }
            yield _entry(here, here.noted(one.paid_on), action, "payment", one.id, detail)


def _promises(here: Here) -> Iterator[Row]:
    for one in here.book.promises:
        detail = {
            "debtor_id": one.debtor.id,
            "amount_cents": one.cents,
            "promised_for": one.promised_for.isoformat(),
        }
        yield _entry(here, here.at(one.made_on), "promise.make", "promise", one.id, detail)


def _disputes(here: Here) -> Iterator[Row]:
    for one in here.book.disputes:
        detail = {
            "debtor_id": one.title.debtor.id,
            "receivable_id": one.title.id,
            "reason": one.grounds.value,
        }
        yield _entry(here, here.at(one.opened_on), "dispute.begin", "dispute", one.id, detail)


def _notes(here: Here) -> Iterator[Row]:
    for one in here.book.notes:
        detail = {"debtor_id": one.debtor.id, "kind": one.kind}
        yield _entry(here, here.at(one.on), "note.record", "note", one.id, detail)


def _entry(
    here: Here, at: datetime, action: str, subject: str, number: int, detail: dict[str, Any]
) -> Row:
    return {
        "workspace_id": here.workspace_id,
        "at": at,
        "action": action,
        "actor_kind": "user",
        "user_id": here.analyst,
        "actor_name": here.analyst_name,
        "subject_kind": subject,
        "subject_id": number,
        "detail": detail,
    }
