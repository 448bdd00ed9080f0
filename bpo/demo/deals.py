"""Agreements of the demonstration: one being paid, one just made, one offered, one broken, one paid
off; made by the use cases themselves on days of the past."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from bpo.db import acting_as, db
from bpo.domain.cash.payments import Method
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.models import Agreement, Debtor, Workspace
from bpo.queries.deals import agreements as stored
from bpo.queries.people import debtors
from bpo.services.cash import payments
from bpo.services.deals import agreement_choices, agreement_judging, agreements
from bpo.services.deals.agreement_choices import Choice
from bpo.services.deals.agreements import Evidence

_PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0 Mobile"
_ADDRESS = "203.0.113.24"
_QUIET = text(
    """
SELECT r.debtor_id FROM receivables r
WHERE r.workspace_id = :place AND r.settled_on IS NULL AND r.effective_due_date < :before
  AND NOT EXISTS (SELECT FROM touches t WHERE t.workspace_id = r.workspace_id
                  AND t.debtor_id = r.debtor_id AND t.planned_on > :since)
  AND NOT EXISTS (SELECT FROM payments p WHERE p.workspace_id = r.workspace_id
                  AND p.debtor_id = r.debtor_id AND p.paid_on > :since)
  AND NOT EXISTS (SELECT FROM disputes x WHERE x.workspace_id = r.workspace_id
                  AND x.debtor_id = r.debtor_id)
  AND NOT EXISTS (SELECT FROM holds h WHERE h.workspace_id = r.workspace_id
                  AND h.debtor_id = r.debtor_id AND h.released_at IS NULL)
  AND NOT EXISTS (SELECT FROM promises m WHERE m.workspace_id = r.workspace_id
                  AND m.debtor_id = r.debtor_id AND m.state = 'active')
  AND NOT EXISTS (SELECT FROM agreements a WHERE a.workspace_id = r.workspace_id
                  AND a.debtor_id = r.debtor_id)
GROUP BY r.debtor_id ORDER BY sum(r.amount_cents - r.settled_cents) DESC LIMIT 1
"""
)
COMPANIES = frozenset({"trigo-da-serra", "norte-diesel", "lumina-sistemas"})
_LATE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Deal:
    """How one agreement goes: agreed `ago` days ago, so many instalments paid on their days."""

    ago: int
    paid: int = 0
    plan: bool = True


_DEALS = (_Deal(14), _Deal(8, paid=1), _Deal(6, paid=1, plan=False), _Deal(0))


def make(program: Actor, workspace: Workspace, *, now: datetime) -> int:
    """Agreements with those who heard nothing since the day of theirs; returns how many."""
    done = 0
    for deal in _DEALS:
        for debtor_id in _quiet(program, workspace, now, deal.ago):
            _agree(program, workspace, debtor_id, deal, now)
            done += 1
    for debtor_id in _quiet(program, workspace, now, 0):
        _offer(program, workspace, debtor_id, now)
    today = clock.local_day(now, workspace.time_zone)
    agreement_judging.judge(program, workspace.id, today, now=now)
    return done


def _quiet(program: Actor, workspace: Workspace, now: datetime, ago: int) -> list[int]:
    """Who owes most of those of whom nothing was heard for so many days; nobody, or one."""
    since = clock.local_day(now, workspace.time_zone) - timedelta(days=ago)
    values = {"place": workspace.id, "before": since - _LATE, "since": since}
    with acting_as(program):
        return list(db.session().scalars(_QUIET, values))


def _agree(
    program: Actor, workspace: Workspace, debtor_id: int, deal: _Deal, now: datetime
) -> None:
    at = now - timedelta(days=deal.ago)
    choice, debtor = _choice(program, workspace, debtor_id, at, plan=deal.plan)
    if choice is None:
        return
    agreements.offer(program, workspace.id, debtor_id, choice.fingerprint, now=at)
    himself = actors.debtor(workspace.id, debtor_id, name=debtor.name, address=_ADDRESS)
    made = agreements.accept(
        himself,
        workspace.id,
        debtor_id,
        choice.fingerprint,
        key=f"demo-{debtor_id}",
        now=at,
        evidence=Evidence(_PHONE),
    ).agreement
    _pay(program, workspace, made, deal.paid, now)


def _offer(program: Actor, workspace: Workspace, debtor_id: int, now: datetime) -> None:
    choice, _ = _choice(program, workspace, debtor_id, now, plan=True)
    if choice is not None:
        agreements.offer(program, workspace.id, debtor_id, choice.fingerprint, now=now)


def _choice(
    program: Actor, workspace: Workspace, debtor_id: int, at: datetime, *, plan: bool
) -> tuple[Choice | None, Debtor]:
    """The longest plan, or the payment at once."""
    day = clock.local_day(at, workspace.time_zone)
    with acting_as(program):
        session = db.session()
        debtor = debtors.by_id(session, workspace.id, debtor_id)
        assert debtor is not None
        found = agreement_choices.of(session, program, workspace, debtor, day).choices
    by_length = sorted(found, key=lambda one: len(one.terms.installments), reverse=plan)
    return (by_length[0] if by_length else None), debtor


def _pay(program: Actor, workspace: Workspace, made: Agreement, count: int, now: datetime) -> None:
    today = clock.local_day(now, workspace.time_zone)
    with acting_as(program):
        parts = stored.installments(db.session(), workspace.id, [made.id])
        owed = [(part.id, part.amount_cents, part.due_date) for part in parts[:count]]
    for number, cents, due in owed:
        day = min(due, today)
        payments.record(
            program,
            workspace.id,
            made.debtor_id,
            cents,
            day,
            Method.PIX,
            [number],
            now=now,
        )
