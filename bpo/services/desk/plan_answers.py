"""The answer to a plan that a debtor asked for on their page: there, and by mail."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bpo.domain.deals.approvals import State
from bpo.domain.desk import inbox
from bpo.domain.page.page_acts import Kind
from bpo.gateways.queue import Queue
from bpo.kernel.actor import Actor
from bpo.models import Agreement, ApprovalRequest, PageAct, Task
from bpo.services.reminders import page_links


def tell(
    session: Session,
    actor: Actor,
    request: ApprovalRequest,
    offered: Agreement | None,
    *,
    now: datetime,
    queue: Queue,
) -> None:
    """Put what was decided into the conversation with the debtor and mail them their link.

    Of a request that the debtor made alone; what the team asked for is the team's to tell. The line
    of the inbox that waited for it is done. `offered`: the terms that they may now agree to.
    """
    if request.asked_by is not None or request.debtor_id is None:
        return
    workspace_id, debtor_id = request.workspace_id, request.debtor_id
    row = PageAct(
        workspace_id=workspace_id,
        debtor_id=debtor_id,
        kind=Kind.ANSWER.value,
        request_key=f"approval-{request.id}",
        words=request.answer if State(request.state) is not State.EXPIRED else None,
        detail={
            "decision": request.state,
            "until": offered.valid_until.isoformat() if offered else None,
        },
        at=now,
        address=actor.address,
        created_by=actor.user_id,
    )
    session.add(row)
    session.execute(
        update(Task)
        .where(
            Task.workspace_id == workspace_id,
            Task.debtor_id == debtor_id,
            Task.kind == inbox.Kind.PLAN_ASKED.value,
            Task.state == "open",
            Task.detail["request_id"].as_integer() == request.id,
        )
        .values(state="done", closed_at=now, closed_by=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    page_links.ring(session, workspace_id, debtor_id, now=now, queue=queue)
