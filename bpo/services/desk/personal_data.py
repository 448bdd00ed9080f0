"""The data of a debtor, handed to the debtor: what is kept, by whom, why, and who else saw it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bpo.db import unit_of_work
from bpo.domain.cash import payments
from bpo.domain.deals import agreements
from bpo.domain.desk import disputes
from bpo.domain.page import page_acts
from bpo.domain.people import debtors
from bpo.domain.reminders import holds
from bpo.kernel import clock
from bpo.kernel.text import Phrase
from bpo.models import Workspace
from bpo.queries.desk import personal_data
from bpo.services.desk import notes
from bpo.services.people import audit
from bpo.services.people.visits import Visitor

_SOURCES = {
    "manual": Phrase("Recorded by the team"),
    "import": Phrase("From the company's own system"),
    "early_settlement": Phrase("Agreement paid off early"),
    "bank": Phrase("Bank statement"),
    "bank_ofx": Phrase("Bank statement"),
    "bank_cnab": Phrase("Return of the boletos"),
    "bank_pix": Phrase("Notice of a Pix"),
}
_PROMISES = {
    "draft": Phrase("Draft"),
    "active": Phrase("Being waited for"),
    "kept": Phrase("Kept"),
    "partly_kept": Phrase("Partly kept"),
    "broken": Phrase("Broken"),
    "cancelled": Phrase("Cancelled"),
}
_DISPUTES = {
    "open": Phrase("Being looked into"),
    "upheld": Phrase("You were right"),
    "rejected": Phrase("Collection went on"),
    "withdrawn": Phrase("Withdrawn"),
}
_CHANNELS = {
    "email": Phrase("E-mail"),
    "sms": Phrase("SMS"),
    "whatsapp": Phrase("WhatsApp"),
    "letter": Phrase("Letter"),
}
_VISITS = {
    "debtor.opened": Phrase("Opened"),
    "debtor.proved": Phrase("Right answer"),
    "debtor.refused": Phrase("Wrong answer"),
}


def _said(labels: Mapping[Any, Phrase]) -> dict[str, Phrase]:
    return {str(code): phrase for code, phrase in labels.items()}


LEGAL_BASIS = "LGPD (Lei 13.709/2018), art. 7, V, VI, X"


WORDS: dict[tuple[str, str], dict[str, Phrase]] = {
    ("contacts", "channel"): _said(debtors.CHANNEL_LABELS),
    ("payments", "method"): _said(payments.LABELS),
    ("payments", "source"): _SOURCES,
    ("refunds", "method"): _said(payments.LABELS),
    ("agreements", "state"): _said(agreements.LABELS),
    ("promises", "state"): _PROMISES,
    ("disputes", "reason"): _said(disputes.LABELS),
    ("disputes", "state"): _DISPUTES,
    ("pauses", "reason"): _said(holds.LABELS),
    ("messages_sent", "channel"): _CHANNELS,
    ("messages_received", "channel"): _CHANNELS,
    ("conversations_recorded", "kind"): _said(notes.LABELS),
    ("conversations_recorded", "outcome"): _said(notes.OUTCOMES),
    ("page", "kind"): _said(page_acts.LABELS),
    ("visits", "what"): _VISITS,
}
"""What the codes of the record mean, by section and column; programs read the codes themselves."""


def hand_out(visitor: Visitor, *, now: datetime) -> dict[str, Any]:
    """All that is kept about a proved debtor, with its purpose; the trail keeps that they asked."""
    with unit_of_work(visitor.actor) as session:
        audit.record(
            session,
            visitor.actor,
            visitor.workspace.id,
            "page.downloaded",
            now=now,
            subject=("debtor", visitor.debtor.id),
            link=visitor.link_id,
        )
        kept = personal_data.of(session, visitor.debtor)
        return _frame(visitor.workspace, now) | kept


def _frame(workspace: Workspace, now: datetime) -> dict[str, Any]:
    return {
        "as_of": clock.local_time(now, workspace.time_zone).isoformat(timespec="seconds"),
        "controller": {
            "name": workspace.legal_name,
            "cnpj": workspace.cnpj,
            "contact": workspace.reply_to or workspace.email or workspace.sender_email,
        },
        "legal_basis": LEGAL_BASIS,
    }
