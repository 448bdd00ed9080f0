"""The campaigns of a company as things: made from another, named, put away and taken out again."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals.approvals import OF_CAMPAIGNS
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import campaigns, steps
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.regua import DEFAULT_REGUA, THREE_STEPS
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.kernel.text import slug
from bpo.models import Campaign as CampaignRow
from bpo.models import CampaignVersion
from bpo.queries.people import workspaces
from bpo.queries.reminders import campaigns as stored
from bpo.services.people import approval_requests, audit

MODELS = {"standard": DEFAULT_REGUA, "three": THREE_STEPS}
"""What a new campaign may begin from, besides another campaign."""
LONGEST_NAME = 60


def create(actor: Actor, workspace_id: int, name: str, model: str, *, now: datetime) -> int:
    """Make a campaign that waits for its go, from a model or from another campaign (its id).

    It speaks after the others: precedence is for who decides which of two speaks first. Raises
    BadInput by field, also for the name of another campaign that is not put away: a form sent twice
    makes one.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    name = _named(name)
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        _insist_on_new(session, workspace_id, name)
        rows, options = _model(session, workspace_id, model)
        row = CampaignRow(
            workspace_id=workspace_id,
            key=_free_key(session, workspace_id, name),
            name=name,
            state="awaiting_go",
            precedence=_last(session, workspace_id) + 1,
        )
        session.add(row)
        session.flush()
        version = CampaignVersion(
            workspace_id=workspace_id,
            campaign_id=row.id,
            version=1,
            steps=rows,
            options=options,
            created_by=actor.user_id,
        )
        session.add(version)
        about = ("campaign", row.id)
        audit.record(
            session, actor, workspace_id, "campaign.create", now=now, subject=about, name=name
        )
        return row.id


def rename(actor: Actor, workspace_id: int, campaign_id: int, name: str, *, now: datetime) -> None:
    """Give a campaign another name; its key and history stay. Raises BadInput as `create` does."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    name = _named(name)
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        _insist_on_new(session, workspace_id, name, campaign_id)
        row = _held(session, workspace_id, campaign_id)
        before, row.name = row.name, name
        about = ("campaign", campaign_id)
        audit.record(
            session,
            actor,
            workspace_id,
            "campaign.rename",
            now=now,
            subject=about,
            before=before,
            after=name,
        )


def archive(actor: Actor, workspace_id: int, campaign_id: int, *, now: datetime) -> None:
    """Put a campaign away: it plans and sends nothing. Conflict while it runs."""
    _move(actor, workspace_id, campaign_id, "archived", now)


def take_out(actor: Actor, workspace_id: int, campaign_id: int, *, now: datetime) -> None:
    """Take an archived campaign out again, paused."""
    _move(actor, workspace_id, campaign_id, "paused", now)


def _move(actor: Actor, workspace_id: int, campaign_id: int, to: str, now: datetime) -> None:
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, campaign_id)
        if row.state == "running":
            raise Conflict("Pause the campaign before it is put away")
        if (row.state == "archived") == (to == "archived"):
            raise Conflict("The campaign is already in this state")
        before, row.state = row.state, to
        approval_requests.void(
            session, actor, workspace_id, now=now, about=OF_CAMPAIGNS, campaign_id=campaign_id
        )
        about = ("campaign", campaign_id)
        audit.record(
            session,
            actor,
            workspace_id,
            f"campaign.{to}",
            now=now,
            subject=about,
            before=before,
        )


def _model(
    session: Session, workspace_id: int, model: str
) -> tuple[list[dict[str, object]], dict[str, object]]:
    if model in MODELS:
        ladder = MODELS[model]
        return steps.to_json(ladder), campaigns.options_to_json(Campaign(0, ladder))
    row = stored.by_id(session, workspace_id, int(model)) if model.isdigit() else None
    if row is None:
        raise BadInput("Choose one of the options", field="model")
    version = stored.version(session, row)
    return version.steps, version.options


def _named(name: str) -> str:
    kept = " ".join(name.split())
    if not kept:
        raise BadInput("Fill in this field", field="name")
    if len(kept) > LONGEST_NAME:
        raise BadInput("This text is too long", field="name")
    return kept


def _insist_on_new(
    session: Session, workspace_id: int, name: str, own_id: int | None = None
) -> None:
    """Two campaigns of one name could not be told apart in lists and reasons."""
    for row in stored.listed(session, workspace_id):
        if row.id != own_id and row.state in stored.KEPT and row.name.casefold() == name.casefold():
            raise BadInput("There is a campaign with this name already", field="name")


def _free_key(session: Session, workspace_id: int, name: str) -> str:
    used = {row.key for row in stored.listed(session, workspace_id)}
    plain = slug(name)[:40] or "campaign"
    number, key = 1, plain
    while key in used:
        number += 1
        key = f"{plain}-{number}"
    return key


def _last(session: Session, workspace_id: int) -> int:
    return (
        session.scalar(
            select(func.max(CampaignRow.precedence)).where(CampaignRow.workspace_id == workspace_id)
        )
        or 0
    )


def _held(session: Session, workspace_id: int, campaign_id: int) -> CampaignRow:
    row = session.scalar(
        select(CampaignRow)
        .where(CampaignRow.workspace_id == workspace_id, CampaignRow.id == campaign_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound("There is no such campaign")
    return row
