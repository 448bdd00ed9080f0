"""What is stored about one debtor, for the debtor: simplified access (LGPD, art. 19, I)."""

from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from bpo.domain import proofs
from bpo.domain.debtors import Channel
from bpo.models import (
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
    Touch,
)
from bpo.queries import debtors

MOST = 500
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
