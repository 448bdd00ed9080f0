"""Campaigns at work: planning a day, giving the go, pausing, looking ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Cursor
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import acting_as, after_commit, db, driver, unit_of_work
from bpo.domain import access, contact_rules, deliveries, planning, receipts
from bpo.domain.access import Permission
from bpo.domain.contact import Place
from bpo.domain.contact_rules import Rules
from bpo.domain.planning import NextContact
from bpo.domain.touches import Plan, Touch
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import Conflict, NotFound
from bpo.kernel.text import Phrase
from bpo.models import Campaign as CampaignRow
from bpo.models import PlanRun, Workspace
from bpo.queries import book, workspaces
from bpo.queries import campaigns as stored
from bpo.services import audit

RUNNING = frozenset({"running"})
PLANNABLE = frozenset({"running", "awaiting_go"})
EMAIL_AND_PEOPLE = frozenset({"email", "task", "letter"})
NOT_BEFORE_GO = Phrase("The campaign waits for a go: nothing is sent until then")

_RESERVE = "SELECT nextval('touches_id_seq') FROM generate_series(1, %s)"
_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS new_touches (
    id bigint, debtor_id bigint, anchor_kind text, anchor_id bigint, cycle integer,
    step_key text, channel text, template_key text, scheduled_at timestamptz,
    total_cents bigint, moved_because text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS new_touch_receivables (
    touch_id bigint, receivable_id bigint, open_cents bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS new_skips (
    debtor_id bigint, reasons text[], next_on date
) ON COMMIT DELETE ROWS
"""
_STORE_TOUCHES = """
WITH created AS (
    INSERT INTO touches (workspace_id, id, debtor_id, campaign_id, anchor_kind, anchor_id, cycle,
        step_key, channel, template_key, version, planned_on, scheduled_at, total_cents,
        moved_because)
    SELECT %(workspace)s, id, debtor_id, %(campaign)s, anchor_kind, anchor_id, cycle, step_key,
        channel, template_key, %(version)s, %(day)s, scheduled_at, total_cents, moved_because
    FROM new_touches
    ON CONFLICT ON CONSTRAINT uq_touches_contact DO UPDATE SET
        state = 'planned', state_reason = NULL, attempts = 0, settled_at = NULL,
        planned_on = excluded.planned_on, scheduled_at = excluded.scheduled_at,
        total_cents = excluded.total_cents, version = excluded.version
    WHERE touches.state = 'cancelled' AND touches.state_reason = ANY (%(replannable)s)
    RETURNING id, debtor_id, anchor_kind, anchor_id, cycle, step_key, channel
), listed AS (
    INSERT INTO touch_receivables (workspace_id, touch_id, receivable_id, open_cents)
    SELECT %(workspace)s, created.id, items.receivable_id, items.open_cents
    FROM created
    JOIN new_touches USING (debtor_id, anchor_kind, anchor_id, cycle, step_key, channel)
    JOIN new_touch_receivables items ON items.touch_id = new_touches.id
    ON CONFLICT (workspace_id, touch_id, receivable_id)
    DO UPDATE SET open_cents = excluded.open_cents
)
SELECT count(*) FROM created
"""
_STORE_SKIPS = """
INSERT INTO skips (workspace_id, debtor_id, campaign_id, on_day, reasons, next_on)
SELECT %(workspace)s, debtor_id, %(campaign)s, %(day)s, reasons, next_on FROM new_skips
ON CONFLICT (workspace_id, debtor_id, campaign_id, on_day)
DO UPDATE SET reasons = excluded.reasons, next_on = excluded.next_on
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning a day did: how many contacts are new, and the plan of each campaign."""

    created: int
    plans: tuple[tuple[CampaignRow, Plan], ...]

    @property
    def touches(self) -> int:
        """All contacts of the day, those found again included."""
        return sum(len(plan.touches) for _, plan in self.plans)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and by what rules a workspace works on a day."""

    workspace: Workspace
    calendar: Calendar
    rules: Rules
    day: date
    known_until: date | None
    channels: frozenset[str]

    @property
    def place(self) -> Place:
        """Its calendar and zone."""
        return Place(self.calendar, self.workspace.time_zone)


def plan(
    actor: Actor,
    workspace_id: int,
    day: date,
    *,
    now: datetime,
    queue: Queue,
    dry_run: bool = False,
    states: frozenset[str] = RUNNING,
    only_unplanned: bool = False,
    channels: frozenset[str] = EMAIL_AND_PEOPLE,
) -> Planned:
    """Decide what each campaign says to whom on a day, and store it; a repeat creates nothing.

    Uses facts dated on or before `day`. With `dry_run` nothing is stored and every silence is
    explained. `only_unplanned` leaves out campaigns already planned that day. `channels` are those
    set up in the installation.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    if dry_run:
        with acting_as(actor):
            return _planned(db.session(), workspace_id, day, now, states, channels, store=False)
    with unit_of_work(actor) as session:
        _one_planner(session, workspace_id)
        skip = stored.planned_days(session, workspace_id, day) if only_unplanned else set()
        done = _planned(session, workspace_id, day, now, states, channels, store=True, skip=skip)
        if done.created:
            after_commit(session, lambda: queue.put(Job.SEND_DELIVERIES, workspace_id))
    return done


def give_go(actor: Actor, workspace_id: int, campaign_id: int, *, now: datetime) -> None:
    """Let a campaign run from now on. Raises Conflict when it runs already."""
    _move(actor, workspace_id, campaign_id, "running", now, Permission.RELEASE_CAMPAIGN)


def pause(actor: Actor, workspace_id: int, campaign_id: int, *, now: datetime) -> None:
    """Stop planning and sending of a campaign; what is planned waits."""
    _move(actor, workspace_id, campaign_id, "paused", now, Permission.EDIT_CAMPAIGN)


def next_contact(
    session: Session, workspace: Workspace, debtor_id: int, today: date
) -> NextContact | None:
    """When the first running campaign would next contact a debtor, and why not today."""
    here = setting(session, workspace, today)
    for entry in stored.in_states(session, workspace, PLANNABLE):
        page = _page(here, entry.row.id, debtor_id)
        for debtor in book.read(session, page).debtors():
            return planning.next_contact(
                debtor, entry.campaign, here.rules, here.place, today, available=here.channels
            )
    return None


def setting(
    session: Session,
    workspace: Workspace,
    day: date,
    channels: frozenset[str] = EMAIL_AND_PEOPLE,
) -> Setting:
    """The calendar, rules and freshness of a workspace on a day."""
    own = workspaces.contact_rules(session, workspace.id)
    return Setting(
        workspace,
        workspaces.calendar(session, workspace),
        contact_rules.from_json(own.rules) if own else Rules(),
        day,
        stored.known_until(session, workspace.id, day),
        channels,
    )


def _planned(
    session: Session,
    workspace_id: int,
    day: date,
    now: datetime,
    states: frozenset[str],
    channels: frozenset[str],
    *,
    store: bool,
    skip: Iterable[int] = (),
) -> Planned:
    workspace = workspaces.by_id(session, workspace_id)
    if workspace is None or not workspace.active:
        raise NotFound("There is no such workspace")
    here = setting(session, workspace, day, channels)
    left_out = set(skip)
    created, plans = 0, []
    for entry in stored.in_states(session, workspace, states):
        if entry.row.id in left_out:
            continue
        made = _plan_one(session, here, entry, now, explain=not store)
        if entry.row.state != "running":
            made = made._replace(warnings=[*made.warnings, NOT_BEFORE_GO])
        if store:
            created += _store(session, entry.row, day, made, now)
        plans.append((entry.row, made))
    return Planned(created, tuple(plans))


def _plan_one(
    session: Session, here: Setting, entry: stored.Stored, now: datetime, *, explain: bool
) -> Plan:
    """One campaign on one day: reminders, and thanks for what was paid."""
    pages = book.read(session, _page(here, entry.row.id))
    today = clock.local_day(now, here.workspace.time_zone)
    made = planning.plan(
        pages.debtors(),
        entry.campaign,
        here.rules,
        here.place,
        here.day,
        available=here.channels,
        known_until=here.known_until,
        earliest=now if here.day >= today else None,
        explain=explain,
    )
    thanks = receipts.plan(
        pages.paid(),
        entry.campaign,
        here.rules,
        here.place,
        here.day,
        available=here.channels,
    )
    return made._replace(touches=made.touches + thanks)


def _page(here: Setting, campaign_id: int, debtor_id: int | None = None) -> book.Page:
    return book.Page(
        here.workspace.id,
        campaign_id,
        here.day,
        here.workspace.time_zone,
        here.calendar,
        debtor_id,
    )


def _store(session: Session, row: CampaignRow, day: date, made: Plan, now: datetime) -> int:
    """Write contacts and skips in bulk; returns how many contacts are new."""
    keys = {
        "workspace": row.workspace_id,
        "campaign": row.id,
        "version": row.version,
        "day": day,
        "replannable": [reason.value for reason in deliveries.REPLANNABLE],
    }
    with driver(session).cursor() as cursor:
        cursor.execute(_STAGE)
        created = _store_touches(cursor, made.touches, keys) if made.touches else 0
        if made.skips:
            _store_skips(cursor, made, keys)
    run = insert(PlanRun).values(
        workspace_id=row.workspace_id,
        campaign_id=row.id,
        on_day=day,
        ran_at=now,
        created=created,
        skipped=len(made.skips),
    )
    again = {"ran_at": now, "created": PlanRun.created + created, "skipped": len(made.skips)}
    session.execute(run.on_conflict_do_update(constraint="pk_plan_runs", set_=again))
    return created


def _store_touches(cursor: Cursor, touches: list[Touch], keys: dict[str, object]) -> int:
    cursor.execute(_RESERVE, [len(touches)])
    ids = [number for (number,) in cursor.fetchall()]
    with cursor.copy("COPY new_touches FROM STDIN") as copy:
        for number, touch in zip(ids, touches, strict=True):
            copy.write_row(_touch_row(number, touch))
    with cursor.copy("COPY new_touch_receivables FROM STDIN") as copy:
        for number, touch in zip(ids, touches, strict=True):
            for item in touch.receivables:
                copy.write_row((number, item.id, item.open_cents))
    cursor.execute(_STORE_TOUCHES, keys)
    found = cursor.fetchone()
    return int(found[0]) if found else 0


def _touch_row(number: int, touch: Touch) -> tuple[object, ...]:
    because = ",".join(reason.code for reason in touch.reasons) or None
    return (
        number,
        touch.debtor_id,
        touch.anchor_kind.value,
        touch.anchor_id,
        touch.cycle,
        touch.step_key,
        touch.channel.value,
        touch.template or None,
        touch.scheduled_at,
        touch.total_cents,
        because,
    )


def _store_skips(cursor: Cursor, made: Plan, keys: dict[str, object]) -> None:
    with cursor.copy("COPY new_skips FROM STDIN") as copy:
        for skip in made.skips:
            copy.write_row((skip.debtor_id, [code.value for code in skip.codes], skip.next_on))
    cursor.execute(_STORE_SKIPS, keys)


def _one_planner(session: Session, workspace_id: int) -> None:
    """One planner per workspace at a time; a second waits and then finds everything planned."""
    session.connection().exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtextextended('plan', %s))", (workspace_id,)
    )


def _move(
    actor: Actor,
    workspace_id: int,
    campaign_id: int,
    to: str,
    now: datetime,
    permission: Permission,
) -> None:
    access.require(actor, permission, workspace_id)
    with unit_of_work(actor) as session:
        row = session.scalar(
            select(CampaignRow)
            .where(CampaignRow.workspace_id == workspace_id, CampaignRow.id == campaign_id)
            .with_for_update()
        )
        if row is None:
            raise NotFound("There is no such campaign")
        if row.state == to:
            raise Conflict("The campaign is already in this state")
        changes: dict[str, object] = {"state": to}
        if to == "running":
            changes["started_at"] = now
        session.execute(
            update(CampaignRow)
            .where(CampaignRow.workspace_id == workspace_id, CampaignRow.id == campaign_id)
            .values(**changes)
        )
        audit.record(
            session,
            actor,
            workspace_id,
            f"campaign.{to}",
            now=now,
            subject=("campaign", campaign_id),
            before=row.state,
        )
