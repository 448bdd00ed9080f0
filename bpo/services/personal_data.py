"""The data of a debtor, handed to the debtor: what is kept, by whom, why, and who else saw it."""

from datetime import datetime
from typing import Any

from bpo.db import unit_of_work
from bpo.kernel import clock
from bpo.models import Workspace
from bpo.queries import personal_data
from bpo.services import audit
from bpo.services.visits import Visitor

LEGAL_BASIS = "LGPD (Lei 13.709/2018), art. 7, V, VI, X"


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
