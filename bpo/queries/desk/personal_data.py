"""What is stored about one debtor, for the debtor: simplified access (LGPD, art. 19, I)."""

from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from bpo.domain.intake import proofs
from bpo.domain.people.debtors import Channel
from bpo.models import (
    Agreement,
    Attachment,
    AuditEntry,
    Debtor,
    Dispute,
    Feedback,
    Hold,
    IncomingMessage,
    Message,
    Note,
    PageAct,
    Payment,
    Promise,
    Receivable,
    Refund,
    StoredFile,
    Subscription,
    Touch,
)
from bpo.queries.people import debtors

MOST = 500
KEPT = {
    "agreements": "agreements",
    "attachments": "documents",
    "contacts": "contacts",
    "disputes": "disputes",
    "feedback": "opinions",
    "holds": "pauses",
    "incoming_messages": "messages_received",
    "notes": "conversations_recorded",
    "opt_outs": "contacts",
    "page_acts": "page",
    "payments": "payments",
    "promises": "promises",
    "receivables": "receivables",
    "refunds": "refunds",
    "subscriptions": "recurring",
    "touches": "messages_sent",
}
"""The section of the record that tells each table of facts about debtors."""
LEFT_OUT = {
    "approval_requests": "the creditor's own deliberation; what came of it is an agreement",
    "bank_suggestions": "a guess of whose money is, gone once a person has decided",
    "bulk_act_rows": "what an act on many did; each act is told by itself",
    "debtor_chances": "an estimate made anew each day from the receivables and payments told here",
    "report_runs": "a paper about the same record, made for the creditor",
    "skips": "days on which nothing was sent",
    "tasks": "work of the team; what the debtor did or said is told by itself",
}
"""Tables about debtors that the record does not tell, and why; a person answers for them when the
full copy is asked for."""
_VISITS = ("debtor.opened", "debtor.proved", "debtor.refused")


def of(session: Session, debtor: Debtor) -> dict[str, Any]:
    """The record, by kind; days and instants as ISO text, amounts in centavos.

    Documents and addresses are hidden but for a hint: whoever holds the link and the last digits
    reads this at once; the full copy follows when a person has made sure of who asks.
    """
    read = _Reader(session, debtor)
    return {
        "identity": {
            "name": debtor.name,
            "document": proofs.hidden_document(debtor.document) if debtor.document else None,
            "customer_number": debtor.reference,
            "city": debtor.city,
            "state": debtor.state,
            "payment_class": debtor.risk_class,
        },
        "contacts": [
            {
                "channel": reach.contact.channel,
                "address": proofs.hidden_address(reach.contact.address),
                "stopped_on": _iso(reach.refused_at),
            }
            for reach in debtors.contacts(session, debtor.workspace_id, debtor.id)
        ],
        "receivables": read.rows(
            Receivable, "number", "issue_date", "due_date", "amount_cents", "settled_on"
        ),
        "payments": read.rows(Payment, "paid_on", "amount_cents", "method", "source"),
        "refunds": _refunds(session, debtor),
        "agreements": read.rows(Agreement, "agreed_on", "total_cents", "state", "ended_on"),
        "recurring": read.rows(Subscription, "description", "starts_on", "ends_on"),
        "documents": _documents(session, debtor),
        "promises": read.rows(Promise, "made_on", "promised_for", "amount_cents", "state"),
        "disputes": read.rows(Dispute, "opened_on", "reason", "state", "closed_on"),
        "pauses": read.rows(Hold, "starts_on", "until", "reason", "released_at"),
        "messages_sent": _messages(session, debtor),
        "messages_received": read.rows(IncomingMessage, "at", "channel", "body"),
        "conversations_recorded": read.rows(Note, "on_day", "kind", "outcome"),
        "page": read.rows(PageAct, "at", "kind", "words"),
        "opinions": read.rows(Feedback, "at", "score", "words"),
        "visits": _visits(session, debtor),
    }


class _Reader:
    """The latest rows of tables about one debtor, a few columns of each."""

    def __init__(self, session: Session, debtor: Debtor) -> None:
        self._session, self._debtor = session, debtor

    def rows(self, table: Any, *names: str) -> list[dict[str, Any]]:
        """The latest rows of a table as mappings of the named columns."""
        columns = [getattr(table, name) for name in names]
        query = select(*columns).where(
            table.workspace_id == self._debtor.workspace_id, table.debtor_id == self._debtor.id
        )
        return _listed(self._session, query.order_by(table.id.desc()), names)


def _refunds(session: Session, debtor: Debtor) -> list[dict[str, Any]]:
    """Money given back; a negative amount undoes an earlier one. To whom it went is an address, and
    left to the full copy."""
    names = ("on_day", "amount_cents", "method", "reference", "reason")
    query = (
        select(*(getattr(Refund, name) for name in names))
        .join(
            Payment,
            and_(Payment.workspace_id == Refund.workspace_id, Payment.id == Refund.payment_id),
        )
        .where(Payment.workspace_id == debtor.workspace_id, Payment.debtor_id == debtor.id)
        .order_by(Refund.id.desc())
    )
    return _listed(session, query, names)


def _documents(session: Session, debtor: Debtor) -> list[dict[str, Any]]:
    """The files kept of the debtor that nobody has taken away."""
    query = (
        select(Attachment.created_at, StoredFile.name)
        .join(
            StoredFile,
            and_(
                StoredFile.workspace_id == Attachment.workspace_id,
                StoredFile.id == Attachment.file_id,
            ),
        )
        .where(
            Attachment.workspace_id == debtor.workspace_id,
            Attachment.debtor_id == debtor.id,
            Attachment.hidden_at.is_(None),
        )
        .order_by(Attachment.id.desc())
    )
    return _listed(session, query, ("at", "file"))


def _messages(session: Session, debtor: Debtor) -> list[dict[str, Any]]:
    names = ("at", "channel", "subject", "recipient")
    query = (
        select(Touch.settled_at, Touch.channel, Message.subject, Message.recipient)
        .outerjoin(
            Message, and_(Message.workspace_id == Touch.workspace_id, Message.touch_id == Touch.id)
        )
        .where(
            Touch.workspace_id == debtor.workspace_id,
            Touch.debtor_id == debtor.id,
            Touch.state == "sent",
            Touch.channel != "task",
        )
        .order_by(Touch.id.desc())
    )
    found = _listed(session, query, names)
    for one in found:
        is_mail = one["channel"] == Channel.EMAIL
        one["recipient"] = proofs.hidden_address(one["recipient"] or "") if is_mail else None
    return found


def _visits(session: Session, debtor: Debtor) -> list[dict[str, Any]]:
    query = (
        select(AuditEntry.at, AuditEntry.action, AuditEntry.address)
        .where(
            AuditEntry.workspace_id == debtor.workspace_id,
            AuditEntry.subject_kind == "debtor",
            AuditEntry.subject_id == debtor.id,
            AuditEntry.action.in_(_VISITS),
        )
        .order_by(AuditEntry.id.desc())
    )
    return _listed(session, query, ("at", "what", "address"))


def _listed(
    session: Session, query: Select[*tuple[Any, ...]], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    rows = session.execute(query.limit(MOST))
    return [dict(zip(names, map(_iso, row), strict=True)) for row in rows]


def _iso(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
