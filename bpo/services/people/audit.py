"""Writing the audit trail, in the transaction of the act that it records."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bpo.kernel.actor import Actor
from bpo.models import AccessEntry, AuditEntry

_ENTRY = insert(AuditEntry.metadata.tables[AuditEntry.__tablename__])
"""Of the table, not the class: every act writes one, and the class takes thrice as long."""


def record(
    session: Session,
    actor: Actor,
    workspace_id: int,
    action: str,
    *,
    now: datetime,
    subject: tuple[str, int] | None = None,
    **detail: Any,
) -> None:
    """Note that `actor` did `action` (such as `payment.record`) to `subject` (kind, id)."""
    kind, number = subject or (None, None)
    session.execute(
        _ENTRY,
        {
            "workspace_id": workspace_id,
            "at": now,
            "action": action,
            "actor_kind": actor.kind.value,
            "user_id": actor.user_id,
            "actor_name": actor.name,
            "address": actor.address,
            "subject_kind": kind,
            "subject_id": number,
            "detail": detail,
        },
    )


def record_access(
    session: Session,
    action: str,
    *,
    now: datetime,
    user_id: int | None = None,
    subject: str | None = None,
    address: str | None = None,
    **detail: Any,
) -> None:
    """Note what happened to an account: `sign_in`, `sign_in_refused`, `invite`, `role` and such."""
    session.execute(
        insert(AccessEntry).values(
            at=now, action=action, user_id=user_id, subject=subject, address=address, detail=detail
        )
    )
