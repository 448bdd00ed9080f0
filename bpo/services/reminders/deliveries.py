"""Sending what is due: claim one, hand it over, record what came of it; never twice, never lost.

The loop keeps at most one message per worker in `sending`. One statement, committed by itself,
settles the message just handed over and claims the next, storing its exact text; the claim goes
through only if nothing that could forbid the contact has changed since it was read. Claims of one
debtor come one after another, so that two workers cannot both make the day's only contact.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from bpo.db import Statements, after_commit, meanwhile, single_statements, unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import deliveries
from bpo.domain.reminders.deliveries import State
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.mail import Mail
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.models import Touch
from bpo.queries.reminders import outgoing
from bpo.queries.reminders.outgoing import STAMP, UNSPOKEN
from bpo.services.people import audit
from bpo.services.reminders import handing, postponing
from bpo.services.reminders.drafts import Batch, Draft, Verdict
from bpo.services.reminders.handing import Handed, Post
from bpo.services.reminders.letters import Desk

log = structlog.get_logger()

BATCH_SECONDS = 30
BATCH_SIZE = 200
UNWRITTEN_WAITS = timedelta(hours=1)
BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), 0)

_SETTLE = """
    UPDATE touches SET state = $2::text, state_reason = $3::text, claimed_at = NULL,
        settled_at = CASE WHEN $5::timestamptz IS NULL THEN $4::timestamptz END,
        scheduled_at = coalesce($5::timestamptz, scheduled_at), answer = $7::text
    WHERE workspace_id = $1::bigint AND id = $6::bigint AND claimed_at IS NOT NULL
    RETURNING id, debtor_id
"""
_SETTLE_AT_LENGTH = f"""
WITH settled AS ({_SETTLE}), referred AS (
    UPDATE messages SET reference = $11::text
    WHERE workspace_id = $1::bigint AND touch_id = (SELECT id FROM settled)
      AND $11::text IS NOT NULL
), marked AS (
    UPDATE contacts SET status = 'invalid', status_reason = $7::text
    WHERE workspace_id = $1::bigint AND id = $8::bigint
)
INSERT INTO tasks (workspace_id, kind, debtor_id, touch_id, due_on, detail)
SELECT $1::bigint, $9::text, debtor_id, id, $10::date, jsonb_build_object('answer', $7::text)
FROM settled WHERE $9::text IS NOT NULL
ON CONFLICT (workspace_id, kind, touch_id) DO UPDATE SET state = 'open'
"""
_STEP = f"""
WITH settled AS ({_SETTLE}), claimed AS (
    UPDATE touches t SET state = 'sending', claimed_at = $4::timestamptz,
        attempts = attempts + 1, state_reason = NULL, answer = NULL
    WHERE t.workspace_id = $1::bigint AND t.id = $8::bigint
      AND t.state = ANY ($15::text[]) AND {STAMP} = $9::text
      AND {UNSPOKEN} = split_part($9::text, ':', 2)::bigint
    RETURNING t.id
), stored AS (
    INSERT INTO messages
        (workspace_id, touch_id, recipient, subject, message_id, template, body, rendered_at)
    SELECT $1::bigint, id, $10::text, $11::text, $12::text, $13::text, $14::bytea,
        $4::timestamptz
    FROM claimed
    ON CONFLICT (workspace_id, touch_id) DO UPDATE SET recipient = excluded.recipient,
        subject = excluded.subject, message_id = excluded.message_id,
        template = excluded.template, body = excluded.body, rendered_at = excluded.rendered_at
)
SELECT id FROM claimed
"""
_EXPIRED = """
WITH lost AS (
    UPDATE touches SET state = 'uncertain', claimed_at = NULL, settled_at = :now,
        state_reason = 'no final answer'
    WHERE workspace_id = :workspace AND state = 'sending' AND claimed_at < :before
    RETURNING id, debtor_id
)
INSERT INTO tasks (workspace_id, kind, debtor_id, touch_id, due_on)
SELECT :workspace, 'send_uncertain', lost.debtor_id, lost.id,
    (CAST(:now AS timestamptz) AT TIME ZONE w.time_zone)::date
FROM lost JOIN workspaces w ON w.id = :workspace
ON CONFLICT (workspace_id, kind, touch_id) DO UPDATE SET state = 'open'
RETURNING touch_id
"""
_HAND_OVER = """
WITH handed AS (
    UPDATE touches SET state = 'sent', settled_at = :now
    WHERE workspace_id = :workspace AND id = ANY (:ids) AND state = 'planned'
    RETURNING id, debtor_id, step_key, total_cents
)
INSERT INTO tasks (workspace_id, kind, debtor_id, touch_id, due_on, detail)
SELECT :workspace, 'call', debtor_id, id, :day,
    jsonb_build_object('step', step_key, 'total_cents', total_cents)
FROM handed
ON CONFLICT (workspace_id, kind, touch_id) DO NOTHING
"""
_WAITING = "{planned,failed}"
"""Given as a value, so that the claim goes by the primary key whatever the statistics say."""


@dataclass(slots=True)
class Sent:
    """What a run of sending did: contacts by the state they ended in, and whether more waits."""

    states: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    more: bool = False
    stopped: bool = False
    unwell: set[str] = field(default_factory=set)


def send(
    actor: Actor,
    workspace_id: int,
    *,
    desk: Desk,
    mail: Mail,
    queue: Queue,
    clock: Callable[[], datetime],
    texts: Switchboard | None = None,
    seconds: float = BATCH_SECONDS,
) -> Sent:
    """Send what is due in a workspace for at most `seconds`, then ask for another run if needed.

    Nothing is sent twice: the claim is a conditional update, and a message that may have left is
    uncertain, never tried again. No transaction is open while a mail server or a provider (`texts`)
    is spoken to. For a closed company there is nothing to do.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    done, post = Sent(), Post(mail, texts)
    deadline = clock() + timedelta(seconds=seconds)
    with single_statements(actor) as statements:
        statements.prepare("step", _STEP)
        statements.prepare("settle", _SETTLE_AT_LENGTH)
        batch = _read(actor, workspace_id, desk, clock(), BEGINNING)
        while clock() < deadline and not done.stopped:
            if batch is None or not batch.drafts:
                break
            # What changes after this reading is found by the stamps of the claims.
            read = partial(_read, actor, workspace_id, desk, clock(), batch.end)
            with meanwhile(read) as following:
                _send_batch(statements, batch, desk, post, clock, deadline, done)
            _put_aside(actor, workspace_id, batch, clock())
            batch = following.result()
        else:
            done.more = True
    if done.more and not done.stopped:
        queue.put(Job.SEND_DELIVERIES, workspace_id)
    return done


def sweep(actor: Actor, workspace_id: int, *, queue: Queue, now: datetime) -> tuple[int, int]:
    """Turn expired claims into uncertain ones and ring again for what is due.

    Returns how many became uncertain and how many contacts are due.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    with unit_of_work(actor) as session:
        before = now - deliveries.CLAIM_LASTS
        found = session.execute(
            text(_EXPIRED), {"workspace": workspace_id, "now": now, "before": before}
        ).all()
        due = outgoing.due_count(session, workspace_id, now=now, tries=deliveries.MAX_TRIES)
        if due:
            after_commit(session, lambda: queue.put(Job.SEND_DELIVERIES, workspace_id))
    return len(found), due


def resolve(
    actor: Actor, workspace_id: int, touch_id: int, to: State, *, now: datetime, queue: Queue
) -> None:
    """A person decides what became of an uncertain or refused contact, or lets it be tried again.

    Raises NotFound, and Conflict for a step that the table of states does not allow.
    """
    access.require(actor, Permission.CONTACT, workspace_id)
    with unit_of_work(actor) as session:
        touch = session.get(Touch, (workspace_id, touch_id), with_for_update=True)
        if touch is None:
            raise NotFound("There is no such contact")
        before = State(touch.state)
        _write_move(session, touch, deliveries.move(before, to), now)
        session.execute(
            text(
                "UPDATE tasks SET state = 'done', closed_at = :now, closed_by = :user"
                " WHERE workspace_id = :workspace AND touch_id = :touch AND state = 'open'"
            ),
            {
                "now": now,
                "user": actor.user_id,
                "workspace": workspace_id,
                "touch": touch_id,
            },
        )
        audit.record(
            session,
            actor,
            workspace_id,
            "delivery.resolve",
            now=now,
            subject=("touch", touch_id),
            before=before.value,
            after=to.value,
        )
        if to is State.PLANNED:
            after_commit(session, lambda: queue.put(Job.SEND_DELIVERIES, workspace_id))


def _write_move(session: Session, touch: Touch, to: State, now: datetime) -> None:
    values: dict[str, object] = {"state": to.value, "claimed_at": None, "state_reason": None}
    if to is State.PLANNED:
        values |= {"attempts": 0, "settled_at": None, "scheduled_at": now}
    else:
        values |= {"settled_at": now}
    if to is State.CANCELLED:
        values["state_reason"] = deliveries.Cancelled.WITHDRAWN.value
    session.execute(
        update(Touch)
        .where(Touch.workspace_id == touch.workspace_id, Touch.id == touch.id)
        .values(**values)
    )


def _read(
    actor: Actor,
    workspace_id: int,
    desk: Desk,
    now: datetime,
    position: tuple[datetime, int],
) -> Batch | None:
    with unit_of_work(actor) as session:
        return desk.batch(session, workspace_id, now=now, after=position, limit=BATCH_SIZE)


def _send_batch(
    statements: Statements,
    batch: Batch,
    desk: Desk,
    post: Post,
    clock: Callable[[], datetime],
    deadline: datetime,
    done: Sent,
) -> None:
    """Hand over the messages of a batch one by one; the next is written while the last commits."""
    drafts = _allowed(batch, desk, clock, deadline, done)
    last: Handed | None = None
    draft = next(drafts, None)
    while draft is not None:
        if last is not None and last.is_special:
            _settle(statements, batch, last, clock())
            last = None
        statements.start("step", _values(batch, last, draft, clock()))
        last, following = None, next(drafts, None)
        if statements.finish():
            last = handing.over(post, batch, draft, clock)
            done.states[last.meaning.state.value] += 1
            if last.meaning.stop and draft.parcel is None:
                done.stopped = True
                break
            if last.meaning.stop:
                done.unwell.add(draft.waiting.channel)
        else:
            done.changed += 1
        draft = following
    if last is not None:
        _settle(statements, batch, last, clock())


def _allowed(
    batch: Batch, desk: Desk, clock: Callable[[], datetime], deadline: datetime, done: Sent
) -> Iterator[Draft]:
    """The drafts that may go now, each rendered; the others keep their verdict for later.

    Those of a provider that is unwell wait for the next run.
    """
    for draft in batch.drafts:
        now = clock()
        if now >= deadline:
            return
        if draft.waiting.channel in done.unwell:
            continue
        draft.verdict = _considered(batch, draft, desk, now)
        if draft.verdict.allowed:
            yield draft


def _considered(batch: Batch, draft: Draft, desk: Desk, now: datetime) -> Verdict:
    """The verdict on a draft, written when it may go; one that cannot be written stops no other."""
    try:
        verdict = desk.judge(batch, draft, now)
        if verdict.allowed:
            desk.write(batch, draft, now)
    except Exception:
        log.exception("not_written", workspace=batch.workspace_id, touch=draft.waiting.id)
        return Verdict(False, None, now + UNWRITTEN_WAITS)
    return verdict


def _settle(statements: Statements, batch: Batch, last: Handed, now: datetime) -> None:
    """Write what came of the last message with all that it left to do."""
    task = last.meaning.task.value if last.meaning.task else None
    settled = _settled(batch, last, now)
    statements.run("settle", [*settled, last.bad_contact, task, batch.day, last.reference])


def _settled(batch: Batch, last: Handed | None, now: datetime) -> list[object]:
    """The values of `_SETTLE`; of nothing when no message was handed over."""
    if last is None:
        return [batch.workspace_id, None, None, now, None, None, None]
    meaning = last.meaning
    reason = None if meaning.state is State.SENT else last.answer
    state, retry_at = meaning.state.value, meaning.retry_at
    return [batch.workspace_id, state, reason, now, retry_at, last.touch_id, last.answer]


def _values(batch: Batch, last: Handed | None, draft: Draft, now: datetime) -> list[object]:
    waiting = draft.waiting
    claim: list[object] = [waiting.id, waiting.stamp, draft.recipient, draft.subject]
    claim += [draft.message_id, draft.template, draft.kept]
    return [*_settled(batch, last, now), *claim, _WAITING]


def _put_aside(actor: Actor, workspace_id: int, batch: Batch, now: datetime) -> None:
    """Record why contacts of a batch were not made: cancelled, moved to a later hour, or handed
    to a person."""
    verdicts = [draft for draft in batch.drafts if draft.verdict and not draft.verdict.allowed]
    if not verdicts:
        return
    work = [draft.waiting.id for draft in verdicts if draft.verdict and draft.verdict.by_person]
    aside = [draft for draft in verdicts if draft.verdict and not draft.verdict.by_person]
    with unit_of_work(actor) as session:
        if work:
            session.execute(
                text(_HAND_OVER),
                {"workspace": workspace_id, "ids": work, "now": now, "day": batch.day},
            )
        if aside:
            postponing.record(session, workspace_id, aside, now)
