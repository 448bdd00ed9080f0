"""Offers of the demonstration that somebody has to grant: one of each answer, one that waits."""

from datetime import datetime, timedelta

from sqlalchemy import text

from bpo.db import acting_as, db
from bpo.domain.deals.approvals import State
from bpo.domain.deals.terms import Wish
from bpo.domain.people.links import Purpose
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.models import ApprovalRequest, User, Workspace
from bpo.queries.desk import approvals as stored
from bpo.queries.people import debtors, links
from bpo.services.deals import agreement_choices
from bpo.services.desk import approvals
from bpo.services.page import page_plans
from bpo.services.page.page_acts import Form
from bpo.services.people.visits import Visitor

_OWING = text(
    """
SELECT r.debtor_id FROM receivables r
WHERE r.workspace_id = :place AND r.settled_on IS NULL AND r.effective_due_date < :before
  AND NOT EXISTS (SELECT FROM disputes x WHERE x.workspace_id = r.workspace_id
                  AND x.debtor_id = r.debtor_id)
  AND NOT EXISTS (SELECT FROM holds h WHERE h.workspace_id = r.workspace_id
                  AND h.debtor_id = r.debtor_id AND h.released_at IS NULL)
  AND NOT EXISTS (SELECT FROM agreements a WHERE a.workspace_id = r.workspace_id
                  AND a.debtor_id = r.debtor_id)
GROUP BY r.debtor_id ORDER BY max(r.amount_cents), r.debtor_id LIMIT :most
"""
)
ANSWERS = {
    "trigo-da-serra": (State.ASKED, State.COUNTERED),
    "norte-diesel": (State.REFUSED, State.ACCEPTED),
}
"""What the BPO manager has answered, by company; the first of all waits."""
_ADDRESS = "203.0.113.37"
_MOST = 20


def make(program: Actor, workspace: Workspace, manager: User, now: datetime) -> None:
    """Debtors ask for plans on their pages, and the BPO manager answers."""
    marta = actors.user(manager.id, Role.ADMIN, [workspace.id], name=manager.name)
    left = list(ANSWERS[workspace.slug])
    day = clock.local_day(now, workspace.time_zone)
    values = {"place": workspace.id, "before": day - timedelta(days=5), "most": _MOST}
    with acting_as(program):
        owing = list(db.session().scalars(_OWING, values))
    for debtor_id in owing:
        if left and _asked(program, workspace, debtor_id, now):
            with acting_as(program):
                request = stored.asked_on_page(db.session(), workspace.id, debtor_id)
            assert request is not None
            _answer(marta, request, left.pop(0), now)


def _asked(program: Actor, workspace: Workspace, debtor_id: int, now: datetime) -> bool:
    """Whether a debtor had something to ask of the BPO manager, and asked."""
    day = clock.local_day(now, workspace.time_zone)
    with acting_as(program):
        session = db.session()
        debtor = debtors.by_id(session, workspace.id, debtor_id)
        link = links.live(session, Purpose.DEBTOR_PAGE, debtor_id, workspace.id)
        assert debtor is not None
        found = agreement_choices.of(session, program, workspace, debtor, day).choices
    wanted = [one for one in found if one.needs_approval_by is Role.ADMIN]
    if link is None or not wanted:
        return False
    himself = actors.debtor(workspace.id, debtor_id, name=debtor.name, address=_ADDRESS)
    form = Form(f"demo-plan-{debtor_id}", "O movimento caiu neste mês. Assim eu consigo manter.")
    page_plans.ask(
        Visitor(link.id, himself, workspace, debtor),
        form,
        max(wanted, key=lambda one: len(one.terms.installments)).fingerprint,
        None,
        now=now,
        queue=MemoryQueue(),
    )
    return True


def _answer(marta: Actor, request: ApprovalRequest, state: State, now: datetime) -> None:
    place, number, queue = request.workspace_id, request.id, MemoryQueue()
    match state:
        case State.ACCEPTED:
            approvals.accept(marta, place, number, now=now, queue=queue, answer="Combinado.")
        case State.REFUSED:
            why = "Com tantas parcelas não conseguimos. Um plano mais curto dá certo."
            approvals.refuse(marta, place, number, why, now=now, queue=queue)
        case State.COUNTERED:
            down = request.case_file["due_today_cents"] // 2
            word = "Com metade agora, dividimos o resto."
            approvals.counter(
                marta, place, number, Wish(down, 3), now=now, queue=queue, answer=word
            )
