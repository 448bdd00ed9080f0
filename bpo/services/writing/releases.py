"""Campaigns let go and held back: the go, the pause, and whose approval a go waits for."""

from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.db import after_commit, unit_of_work
from bpo.domain.deals.approvals import About
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import campaigns as rules
from bpo.domain.reminders import going_live
from bpo.domain.writing import sightings, text_checks
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import Conflict, NotFound
from bpo.models import Campaign, Workspace
from bpo.queries.people import workspaces
from bpo.queries.reminders import campaigns
from bpo.services.books import invoices
from bpo.services.people import approval_requests, audit


def give_go(
    actor: Actor,
    workspace_id: int,
    campaign_id: int,
    *,
    now: datetime,
    queue: Queue,
    seen: str | None = None,
) -> None:
    """Let a campaign run from now on; today is planned at once.

    Raises Conflict when it runs already, when it is no longer what was `seen`, when the company's
    mails would not say who asks, or when its steps never ran and their going live waits for
    somebody else's approval: see `publications.ask_go`.
    """
    access.require(actor, Permission.RELEASE_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace, row = held(session, workspace_id, campaign_id)
        if row.state != "running":
            require_seen(session, row, seen)
        if row.version != row.released_version:
            going_live.require(workspace.go_live_by, actor)
        release(session, actor, workspace, row, now=now, queue=queue)


def pause(actor: Actor, workspace_id: int, campaign_id: int, *, now: datetime) -> None:
    """Stop planning and sending of a campaign; what is planned waits."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        _workspace, row = held(session, workspace_id, campaign_id)
        _move(session, actor, row, "paused", now)


def asked_of(workspace: Workspace, row: Campaign, actor: Actor) -> Role | None:
    """Whose approval the go of a campaign waits for when this actor wishes it; None for nobody's.

    Resuming what ran before as it is is no going live.
    """
    if row.version == row.released_version:
        return None
    return going_live.asked_of(workspace.go_live_by, actor)


def release(
    session: Session,
    actor: Actor,
    workspace: Workspace,
    row: Campaign,
    *,
    now: datetime,
    queue: Queue,
) -> None:
    """Let a campaign that is held run; whoever calls has asked whether it may.

    Raises Conflict when it runs already, or when the company's mails would not say who asks.
    """
    require_identity(workspace)
    _move(session, actor, row, "running", now)
    row.started_at, row.released_version = now, row.version
    day = clock.local_day(now, workspace.time_zone).isoformat()
    after_commit(session, partial(queue.put, Job.PLAN_CAMPAIGNS, workspace.id, day))


def require_seen(session: Session, row: Campaign, seen: str | None) -> None:
    """Raises Conflict when the steps or choices in force are no longer what was seen."""
    if seen:
        version = campaigns.version(session, row)
        found = rules.from_json(row.id, version.steps, version.options)
        if sightings.of_campaign(found) != seen:
            raise Conflict(
                "Another version of this campaign was saved since you looked: see what it would"
                " send now"
            )


def require_identity(workspace: Workspace) -> None:
    """Raises Conflict naming what the foot of the company's messages would lack."""
    text_checks.require_identity(invoices.creditor(workspace))


def held(session: Session, workspace_id: int, campaign_id: int) -> tuple[Workspace, Campaign]:
    """A campaign, held until the transaction ends, and its company. Raises NotFound."""
    row = session.scalar(
        select(Campaign)
        .where(Campaign.workspace_id == workspace_id, Campaign.id == campaign_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    workspace = workspaces.by_id(session, workspace_id)
    if row is None or workspace is None:
        raise NotFound("There is no such campaign")
    return workspace, row


def _move(session: Session, actor: Actor, row: Campaign, to: str, now: datetime) -> None:
    if row.state == to:
        raise Conflict("The campaign is already in this state")
    if row.state == "archived":
        raise Conflict("The campaign is put away: take it out again first")
    before, row.state = row.state, to
    goes = frozenset({About.GO})
    approval_requests.void(
        session, actor, row.workspace_id, now=now, about=goes, campaign_id=row.id
    )
    audit.record(
        session,
        actor,
        row.workspace_id,
        f"campaign.{to}",
        now=now,
        subject=("campaign", row.id),
        before=before,
    )
