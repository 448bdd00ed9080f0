"""Client companies: taken on with their rules in place, described, closed and opened again."""

from dataclasses import asdict, replace
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bpo.db import acting_as, unit_of_work
from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.deals.approvals import GOING_LIVE
from bpo.domain.insight.report_schedule import Kind
from bpo.domain.people import access
from bpo.domain.people import workspaces as rules
from bpo.domain.people.access import Permission
from bpo.domain.people.workspaces import Profile
from bpo.domain.reminders import campaigns, contact_rules, going_live, steps
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.writing import sightings
from bpo.gateways import wording
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Campaign as CampaignRow
from bpo.models import CampaignVersion, ContactRules, PolicyVersion, ReportSchedule, Workspace
from bpo.queries.people import workspaces
from bpo.queries.reminders import campaigns as stored
from bpo.services.people import approval_requests, audit, business_days, payment_methods

DEFAULT_CAMPAIGN = "regua"


def create(
    actor: Actor,
    slug: str,
    profile: Profile,
    *,
    now: datetime,
    policy: CollectionPolicy | None = None,
    policy_from: date | None = None,
    is_demo: bool = False,
) -> Workspace:
    """Take on a client company, with all it needs to collect within the rules.

    It gets version 1 of a collection policy (in force from today, or `policy_from`), the default
    contact rules, the default reminders waiting for a go, and Pix as a way to pay when it has a
    key. Raises BadInput by field.
    """
    access.require(actor, Permission.CREATE_WORKSPACE)
    slug, profile = rules.slug(slug), rules.checked(profile)
    with unit_of_work(actor) as session:
        workspace = _added(session, slug, profile, is_demo)
        reaching = replace(actor, workspace_ids=actor.workspace_ids | {workspace.id})
        with acting_as(reaching):
            since = policy_from or clock.local_day(now, workspace.time_zone)
            _install(session, workspace, policy or CollectionPolicy(), since, actor.user_id)
            audit.record(session, actor, workspace.id, "workspace.create", now=now, slug=slug)
            session.flush()
            _schedule_reports(session, workspace.id)
    return workspace


def describe(
    actor: Actor,
    workspace_id: int,
    profile: Profile,
    *,
    now: datetime,
    seen: Profile | None = None,
) -> Workspace:
    """Change what a client company says of itself; a changed calendar moves effective due dates.
    What is as it was `seen` stays as it is by now.

    The currency stays as it is, because amounts are stored in it. What the law wants at the foot of
    every message cannot be taken away while campaigns speak. Raises BadInput by field, Conflict for
    one that another has changed too.
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    profile = rules.checked(profile)
    with unit_of_work(actor) as session:
        workspace = _held(session, workspace_id)
        profile = sightings.merged(seen and rules.checked(seen), profile, of(workspace))
        if stored.is_live(session, workspace_id):
            _refuse_nameless(workspace, profile)
        before = asdict(of(workspace))
        after = asdict(replace(profile, currency=workspace.currency))
        changed = rules.changes(before, after)
        for name in changed:
            setattr(workspace, name, after[name])
        session.flush()
        if changed.keys() & {"calendar", "year_end_closed"}:
            business_days.realign(session, workspace)
        if "pix_key" in changed:
            payment_methods.follow_pix_key(session, workspace)
        if changed:
            audit.record(
                session, actor, workspace_id, "workspace.describe", now=now, changed=changed
            )
    return workspace


def set_contact_rules(
    actor: Actor, workspace_id: int, chosen: Rules, *, now: datetime, seen: str | None = None
) -> dict[str, object]:
    """Replace the contact rules of a workspace; they hold from the next contact on.

    Raises Conflict when they are no longer what was `seen`, by its name (`sightings`).
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    after = contact_rules.to_json(chosen)
    contact_rules.from_json(after)
    with unit_of_work(actor) as session:
        _held(session, workspace_id)
        row = workspaces.contact_rules(session, workspace_id)
        before = row.rules if row else contact_rules.to_json(Rules())
        held = contact_rules.to_json(contact_rules.from_json(before))
        if seen and held == after:
            return after
        sightings.require(sightings.of_content(held), seen)
        if row is None:
            session.add(ContactRules(workspace_id=workspace_id, rules=after))
        else:
            row.rules = after
        audit.record(
            session, actor, workspace_id, "contact_rules.set", now=now, before=before, after=after
        )
    return after


def set_go_live_approval(
    actor: Actor, workspace_id: int, by: str | None, *, now: datetime
) -> Workspace:
    """Choose whose approval going live waits for: `admin`, `client_manager`, or nobody's.

    What was asked of somebody before is void: it is asked anew. Raises BadInput.
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    chosen = going_live.approver(by)
    after = chosen.value if chosen else None
    with unit_of_work(actor) as session:
        workspace = _held(session, workspace_id)
        before, workspace.go_live_by = workspace.go_live_by, after
        if before != after:
            approval_requests.void(session, actor, workspace_id, now=now, about=GOING_LIVE)
            act = "going_live.set"
            audit.record(session, actor, workspace_id, act, now=now, before=before, after=after)
    return workspace


def close(actor: Actor, workspace_id: int, *, now: datetime) -> Workspace:
    """Stop working for a client company: it leaves every list, nothing is sent, its data stay."""
    return _switch(actor, workspace_id, active=False, now=now)


def reopen(actor: Actor, workspace_id: int, *, now: datetime) -> Workspace:
    """Work for a closed client company again."""
    return _switch(actor, workspace_id, active=True, now=now)


def of(workspace: Workspace) -> Profile:
    """The profile of a stored workspace."""
    return Profile(**{name: getattr(workspace, name) for name in rules.FIELDS})


def texts_of(workspace: Workspace) -> dict[str, str]:
    """The profile as a form would send it: blanks for what is not known, `1` for what is ticked."""
    values = asdict(of(workspace))
    ticked = {True: "1", False: ""}
    return {
        name: ticked[value] if isinstance(value, bool) else "" if value is None else str(value)
        for name, value in values.items()
    }


def _refuse_nameless(workspace: Workspace, profile: Profile) -> None:
    """Raises BadInput for the first of CNPJ and street that would be blanked."""
    for field in ("cnpj", "street"):
        if getattr(workspace, field) and not getattr(profile, field):
            raise BadInput(
                "This cannot be left blank while a campaign runs or is paused: the law asks for it "
                "at the foot of every message",
                field=field,
            )


def _added(session: Session, slug: str, profile: Profile, is_demo: bool) -> Workspace:
    workspace = Workspace(slug=slug, is_demo=is_demo, **asdict(profile))
    session.add(workspace)
    try:
        session.flush()
    except IntegrityError:
        raise BadInput(
            "There is already a client company called {slug}", field="slug", slug=slug
        ) from None
    return workspace


def _schedule_reports(session: Session, workspace_id: int) -> None:
    """The reports of a new company: Fridays at five; the monthly one paused."""
    session.add_all(
        [
            ReportSchedule(workspace_id=workspace_id, kind=Kind.WEEKLY.value),
            ReportSchedule(
                workspace_id=workspace_id,
                kind=Kind.MONTHLY.value,
                month_day=3,
                hour=9,
                paused=True,
            ),
        ]
    )


def _install(
    session: Session,
    workspace: Workspace,
    policy: CollectionPolicy,
    since: date,
    user_id: int | None,
) -> None:
    """What every client company starts with; see `create`."""
    session.add_all(
        (
            PolicyVersion(
                workspace_id=workspace.id,
                version=1,
                effective_from=since,
                terms=policies.to_json(policy),
                created_by=user_id,
            ),
            ContactRules(workspace_id=workspace.id, rules=contact_rules.to_json(Rules())),
        )
    )
    payment_methods.follow_pix_key(session, workspace)
    _install_campaign(session, workspace, user_id)


def _install_campaign(session: Session, workspace: Workspace, user_id: int | None) -> None:
    campaign = CampaignRow(
        workspace_id=workspace.id,
        key=DEFAULT_CAMPAIGN,
        name=wording.gettext("Standard reminders", workspace.locale),
        state="awaiting_go",
    )
    session.add(campaign)
    session.flush()
    session.add(
        CampaignVersion(
            workspace_id=workspace.id,
            campaign_id=campaign.id,
            version=1,
            steps=steps.to_json(DEFAULT_REGUA),
            options=campaigns.options_to_json(Campaign(campaign.id, DEFAULT_REGUA)),
            created_by=user_id,
        )
    )


def _switch(actor: Actor, workspace_id: int, *, active: bool, now: datetime) -> Workspace:
    access.require(actor, Permission.CREATE_WORKSPACE)
    reaching = replace(actor, workspace_ids=actor.workspace_ids | {workspace_id})
    with unit_of_work(reaching) as session:
        workspace = _held(session, workspace_id)
        workspace.active = active
        action = "workspace.reopen" if active else "workspace.close"
        audit.record(session, actor, workspace_id, action, now=now)
    return workspace


def is_open(actor: Actor, workspace_id: int) -> bool:
    """Whether a company within the actor's reach is still worked for."""
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        return actor.reaches(workspace_id) and workspace is not None and workspace.active


def _held(session: Session, workspace_id: int) -> Workspace:
    workspace = workspaces.locked(session, workspace_id)
    if workspace is None:
        raise NotFound("This page does not exist or is not yours to see")
    return workspace
