"""Judging agreements by what was paid: active, settled, broken, expired; the clock rings for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals import agreements as rules
from bpo.domain.deals.agreements import Progress, State
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.models import Agreement, Debtor, Task
from bpo.queries.deals import agreements as stored
from bpo.services.deals import agreement_ledger
from bpo.services.people import audit

BROKEN_TASK = "agreement_broken"
"""The kind of task that a broken agreement makes."""

MENDING_DAYS = 90
"""How long after its end a settled agreement opens again when a payment is given back."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How many agreements moved to each state."""

    active: int = 0
    settled: int = 0
    broken: int = 0
    expired: int = 0


def judge(actor: Actor, workspace_id: int, today: date, *, now: datetime) -> Judged:
    """Bring every agreement of a workspace to where the money says it is; a repeat moves nothing.

    Set-based: a constant number of statements. A broken one restores its originals less what was
    paid and becomes a task; an offer whose day is over, or whose originals have changed, expires.
    The debtors of those that break are held, as by a payment.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        moved = _moved(session, workspace_id, today)
        broken = [row for row, state in moved.items() if state is State.BROKEN]
        if broken:
            _hold_debtors(session, workspace_id, broken)
            moved = _moved(session, workspace_id, today)
        _apply(session, actor, workspace_id, moved, today, now)
        expired = _expire(session, workspace_id, today)
        states = list(moved.values())
        found = Judged(
            states.count(State.ACTIVE),
            states.count(State.SETTLED),
            states.count(State.BROKEN),
            len(expired),
        )
        if moved or expired:
            _record(session, actor, workspace_id, moved, expired, now)
    return found


def _moved(session: Session, workspace_id: int, today: date) -> dict[Agreement, State]:
    rows = stored.agreed(session, workspace_id, since=today - timedelta(days=MENDING_DAYS))
    seen = stored.progress(session, workspace_id, [row.id for row in rows]) if rows else {}
    found = {}
    for row in rows:
        terms = stored.terms(row)
        before = State(row.state)
        after = rules.judge(before, seen[row.id], today, terms.breach_days, terms.taken_cents)
        if after is not before:
            found[row] = after
    return found


def _apply(
    session: Session,
    actor: Actor,
    workspace_id: int,
    moved: Mapping[Agreement, State],
    today: date,
    now: datetime,
) -> None:
    broken = [row for row, state in moved.items() if state is State.BROKEN]
    paid = stored.progress(session, workspace_id, [row.id for row in broken]) if broken else {}
    agreement_ledger.give_back(
        session, actor, broken, paid, today, agreement_ledger.BROKEN, now=now
    )
    settled = [row for row, state in moved.items() if state is State.SETTLED]
    if settled:
        taken = stored.taken(session, workspace_id, [row.id for row in settled])
        parts = [part for own in taken.values() for part in own]
        agreement_ledger.release(session, actor, workspace_id, parts, now)
    _ask_a_person(session, broken, paid, today)
    for row, state in moved.items():
        row.state = rules.move(State(row.state), state).value
        row.ended_on = today if state in rules.OVER else None


def _hold_debtors(session: Session, workspace_id: int, rows: Sequence[Agreement]) -> None:
    ids = sorted({row.debtor_id for row in rows})
    query = (
        select(Debtor.id)
        .where(Debtor.workspace_id == workspace_id, Debtor.id.in_(ids))
        .order_by(Debtor.id)
        .with_for_update(key_share=True)
    )
    session.execute(query).all()


def _expire(session: Session, workspace_id: int, today: date) -> list[int]:
    stale = stored.stale_offers(session, workspace_id, today)
    if stale:
        session.execute(
            update(Agreement)
            .where(Agreement.workspace_id == workspace_id, Agreement.id.in_(stale))
            .values(state=State.EXPIRED.value, ended_on=today)
            .execution_options(synchronize_session=False)
        )
    return stale


def _ask_a_person(
    session: Session,
    broken: Sequence[Agreement],
    paid: Mapping[int, Progress],
    today: date,
) -> None:
    if not broken:
        return
    rows = [
        {
            "workspace_id": row.workspace_id,
            "kind": BROKEN_TASK,
            "debtor_id": row.debtor_id,
            "due_on": today,
            "detail": {
                "agreement_id": row.id,
                "amount_cents": row.total_cents,
                "paid_cents": paid[row.id].paid_cents,
            },
        }
        for row in broken
    ]
    session.execute(insert(Task), rows)


def _record(
    session: Session,
    actor: Actor,
    workspace_id: int,
    moved: Mapping[Agreement, State],
    expired: Sequence[int],
    now: datetime,
) -> None:
    """One act for each agreement that moved, in the trail of its own."""
    acts = [(row.id, row.debtor_id, row.total_cents, state.value) for row, state in moved.items()]
    for number, debtor_id, cents, state in acts:
        audit.record(
            session,
            actor,
            workspace_id,
            f"agreement.{state}",
            now=now,
            subject=("agreement", number),
            debtor_id=debtor_id,
            amount_cents=cents,
        )
    if expired:
        audit.record(
            session, actor, workspace_id, "agreement.expire", now=now, agreements=list(expired)
        )
