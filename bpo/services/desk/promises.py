"""Promises to pay: made, called off, and judged once their day has passed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Text, cast, column, func, insert, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.desk import promises as rules
from bpo.domain.desk.promises import State
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import Promise, Task, Workspace
from bpo.queries.desk import promises as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.people import audit

JUDGED = (State.KEPT, State.PARTLY_KEPT, State.BROKEN)
BROKEN_TASK = "promise_broken"
"""The kind of task that a broken promise makes."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What judging did: promises by the state they moved to."""

    kept: int = 0
    partly_kept: int = 0
    broken: int = 0


def make(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    amount_cents: int,
    promised_for: date,
    *,
    now: datetime,
    note: str | None = None,
    source: str = "analyst",
) -> Promise:
    """Note that a debtor promises an amount in centavos for a day.

    Reminders stay silent until the business day after it. One promise at a time: Conflict while
    another is running. Raises BadInput for an amount or a day that makes no sense.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    with unit_of_work(actor) as session:
        return add(
            session,
            actor,
            workspace_id,
            debtor_id,
            amount_cents,
            promised_for,
            now=now,
            note=note,
            source=source,
        )


def add(
    session: Session,
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    amount_cents: int,
    promised_for: date,
    *,
    now: datetime,
    note: str | None = None,
    source: str = "analyst",
) -> Promise:
    """As `make`, in the caller's transaction."""
    workspace = _workspace(session, workspace_id)
    if debtors.locked(session, workspace_id, debtor_id) is None:
        raise NotFound("There is no such debtor")
    today = clock.local_day(now, workspace.time_zone)
    rules.check(rules.Promise(amount_cents, today, promised_for))
    _insist_on_one(stored.active(session, workspace_id, debtor_id))
    promise = Promise(
        workspace_id=workspace_id,
        debtor_id=debtor_id,
        amount_cents=amount_cents,
        made_on=today,
        promised_for=promised_for,
        state=State.ACTIVE.value,
        note=note,
        source=source,
        created_by=actor.user_id,
    )
    session.add(promise)
    session.flush()
    _record(session, actor, promise, "promise.make", now)
    return promise


def cancel(actor: Actor, workspace_id: int, promise_id: int, *, now: datetime) -> Promise:
    """Call a promise off: it counts neither as kept nor as broken, and reminders go on."""
    access.require(actor, Permission.CONTACT, workspace_id)
    with unit_of_work(actor) as session:
        promise = stored.by_id(session, workspace_id, promise_id)
        if promise is None:
            raise NotFound("There is no such promise")
        promise.state = rules.move(State(promise.state), State.CANCELLED).value
        workspace = _workspace(session, workspace_id)
        promise.settled_on = clock.local_day(now, workspace.time_zone)
        _record(session, actor, promise, "promise.cancel", now)
    return promise


def settle_due(actor: Actor, workspace_id: int, today: date, *, now: datetime) -> Settled:
    """Judge every running promise of a workspace at the end of `today`; a repeat changes nothing.

    Kept: at least 95% paid by one business day after the promised day; partly kept, or broken, once
    that day is over. A broken one becomes a task, and the reminders go on where they stopped. One
    broken in the last 30 days is mended when a payment found late shows that it was kept.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        calendar = workspaces.calendar(session, _workspace(session, workspace_id))
        promises = stored.to_judge(session, workspace_id, today)
        paid = stored.payments(session, workspace_id, promises, today)
        moved = {
            one: state
            for one in promises
            if (state := _judged(one, paid.get(one.debtor_id, ()), today, calendar)) != one.state
        }
        broken = [one for one, state in moved.items() if state is State.BROKEN]
        _drop_tasks(session, workspace_id, moved, now)
        _ask_a_person(session, broken, today)
        if moved:
            ids: dict[str, Any] = {
                s.value: [p.id for p, state in moved.items() if state is s] for s in JUDGED
            }
            audit.record(session, actor, workspace_id, "promise.settle", now=now, **ids)
        _move(session, workspace_id, moved, today)
    states = list(moved.values())
    return Settled(*(states.count(state) for state in JUDGED))


def _judged(
    row: Promise, paid: Iterable[tuple[date, int]], today: date, calendar: Calendar
) -> State:
    """The state a promise should be in; one that cannot legally move there stays."""
    before = State(row.state)
    promise = rules.Promise(row.amount_cents, row.made_on, row.promised_for)
    after = rules.judge(replace(promise, state=State.ACTIVE), paid, today, calendar)
    return after if after in rules.TRANSITIONS[before] else before


def _move(session: Session, workspace_id: int, moved: dict[Promise, State], today: date) -> None:
    if not moved:
        return
    columns = column("id", BigInteger), column("state", Text)
    new = func.unnest(
        cast([one.id for one in moved], ARRAY(BigInteger)),
        cast([state.value for state in moved.values()], ARRAY(Text)),
    ).table_valued(*columns, name="moved")
    rows: Any = new.render_derived()
    session.execute(
        update(Promise)
        .where(Promise.workspace_id == workspace_id, Promise.id == rows.c.id)
        .values(state=rows.c.state, settled_on=today)
        .execution_options(synchronize_session=False)
    )
    for one in moved:
        session.expire(one)


def _ask_a_person(session: Session, broken: Sequence[Promise], today: date) -> None:
    if not broken:
        return
    rows = [
        {
            "workspace_id": one.workspace_id,
            "kind": BROKEN_TASK,
            "debtor_id": one.debtor_id,
            "due_on": today,
            "detail": {
                "promise_id": one.id,
                "amount_cents": one.amount_cents,
                "promised_for": one.promised_for.isoformat(),
            },
        }
        for one in broken
    ]
    session.execute(insert(Task), rows)


def _drop_tasks(
    session: Session, workspace_id: int, moved: dict[Promise, State], now: datetime
) -> None:
    """The tasks of promises that are mended have nothing left to do."""
    mended = [one.id for one in moved if one.state == State.BROKEN]
    if mended:
        session.execute(
            update(Task)
            .where(
                Task.workspace_id == workspace_id,
                Task.kind == BROKEN_TASK,
                Task.state == "open",
                Task.detail["promise_id"].as_integer().in_(mended),
            )
            .values(state="dismissed", closed_at=now)
            .execution_options(synchronize_session=False)
        )


def _insist_on_one(running: Promise | None) -> None:
    if running is not None:
        raise Conflict(
            "A promise for {promised_for} is already running: cancel it first",
            field="promised_for",
            promised_for=running.promised_for,
        )


def _workspace(session: Session, workspace_id: int) -> Workspace:
    workspace = workspaces.by_id(session, workspace_id)
    if workspace is None:
        raise NotFound("This page does not exist or is not yours to see")
    return workspace


def _record(session: Session, actor: Actor, promise: Promise, action: str, now: datetime) -> None:
    audit.record(
        session,
        actor,
        promise.workspace_id,
        action,
        now=now,
        subject=("promise", promise.id),
        debtor_id=promise.debtor_id,
        amount_cents=promise.amount_cents,
        promised_for=promise.promised_for.isoformat(),
    )
