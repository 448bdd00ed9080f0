"""The next version of a campaign: worked on as a draft, compared, and saved as a whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals.approvals import OF_CAMPAIGNS, About
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import campaigns, going_live, steps
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.steps import Channel
from bpo.domain.reminders.touches import Plan
from bpo.domain.writing import regua_checks, sightings, text_checks
from bpo.domain.writing.regua_checks import Finding
from bpo.domain.writing.regua_edits import Steps
from bpo.domain.writing.text_checks import Severity
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.kernel.text import Phrase
from bpo.models import Campaign as CampaignRow
from bpo.models import CampaignDraft, CampaignVersion, Workspace
from bpo.queries.people import workspaces
from bpo.queries.reminders import campaigns as stored
from bpo.queries.reminders.campaigns import Stored
from bpo.services.people import approval_requests, audit
from bpo.services.reminders import campaigns as running
from bpo.services.reminders import plans, wordings

Edit = Callable[[Campaign], Campaign]
VERSIONS = frozenset({About.VERSION})


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as it holds and as it shall be. `base`: the version the work began from."""

    row: CampaignRow
    current: Campaign
    next: Campaign
    base: int
    started: bool
    findings: tuple[Finding, ...]

    @property
    def differences(self) -> list[Phrase]:
        """What saving would change."""
        return regua_checks.differences(self.current, self.next)

    @property
    def is_usable(self) -> bool:
        """Whether it may be saved."""
        return regua_checks.is_usable(self.findings)

    @property
    def is_behind(self) -> bool:
        """Whether somebody has saved another version since the work began."""
        return self.base != self.row.version


@dataclass(frozen=True, slots=True)
class Effect:
    """What a draft changes on one day: contacts by step, before and after."""

    day: date
    before: dict[str, int]
    after: dict[str, int]
    newly: int
    no_longer: int


def read(session: Session, workspace: Workspace, campaign_id: int) -> Draft:
    """The draft of a campaign, or what holds when nobody has begun one. Raises NotFound."""
    row = _row(session, workspace.id, campaign_id)
    version = stored.version(session, row)
    current = unchecked(campaign_id, version.steps, version.options)
    found = session.get(CampaignDraft, (workspace.id, campaign_id))
    after = unchecked(campaign_id, found.steps, found.options) if found else current
    base = found.base if found else row.version
    return Draft(row, current, after, base, found is not None, _findings(session, workspace, after))


def unchecked(campaign_id: int, rows: object, options: object) -> Campaign:
    """A campaign of its stored parts, also one that cannot run yet."""
    whole = campaigns.from_json(campaign_id, steps.to_json(_ANY), options)  # type: ignore[arg-type]
    return replace(whole, steps=steps.from_json(rows))  # type: ignore[arg-type]


_ANY = campaigns.THREE_STEPS


def edit(actor: Actor, workspace_id: int, campaign_id: int, change: Edit, *, now: datetime) -> None:
    """Change the draft; the first change begins one. What holds stays as it is."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace = _workspace(session, workspace_id)
        _row(session, workspace_id, campaign_id, held=True)
        draft = read(session, workspace, campaign_id)
        after = change(draft.next)
        values = {
            "steps": steps.to_json(after.steps),
            "options": campaigns.options_to_json(after),
            "updated_at": now,
            "updated_by": actor.user_id,
        }
        session.execute(
            insert(CampaignDraft)
            .values(workspace_id=workspace_id, campaign_id=campaign_id, base=draft.base, **values)
            .on_conflict_do_update(index_elements=["workspace_id", "campaign_id"], set_=values)
        )
        _void(session, actor, workspace_id, campaign_id, VERSIONS, now)


def on_steps(change: Callable[[Steps], Steps]) -> Edit:
    """A change of the steps alone."""
    return lambda campaign: replace(campaign, steps=change(campaign.steps))


def discard(
    actor: Actor, workspace_id: int, campaign_id: int, *, now: datetime, seen: str | None = None
) -> None:
    """Forget the draft. Raises Conflict when it is no longer what was `seen`."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace = _workspace(session, workspace_id)
        _row(session, workspace_id, campaign_id, held=True)
        sightings.require_campaign(read(session, workspace, campaign_id).next, seen)
        _forget(session, workspace_id, campaign_id)
        _void(session, actor, workspace_id, campaign_id, VERSIONS, now)
        about = ("campaign", campaign_id)
        audit.record(session, actor, workspace_id, "campaign.discard_draft", now=now, subject=about)


def save(
    actor: Actor, workspace_id: int, campaign_id: int, *, now: datetime, seen: str | None = None
) -> int:
    """Let the draft hold from the next planning on, as a new version; returns its number.

    Raises BadInput naming what keeps it from running, Conflict when nothing is changed, the draft
    is not what was `seen` (`sightings`), somebody has saved another version meanwhile, or the
    campaign runs and changing it waits for somebody else's approval: see
    `publications.ask_version`.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace = _workspace(session, workspace_id)
        _row(session, workspace_id, campaign_id, held=True)
        draft = read(session, workspace, campaign_id)
        sightings.require_campaign(draft.next, seen)
        refuse(draft)
        if draft.row.state == "running":
            going_live.require(workspace.go_live_by, actor)
        return publish(session, actor, draft, now=now)


def asked_of(workspace: Workspace, row: CampaignRow, actor: Actor) -> Role | None:
    """Whose approval a new version waits for; one of a campaign that does not run waits with its
    go."""
    return going_live.asked_of(workspace.go_live_by, actor) if row.state == "running" else None


def publish(session: Session, actor: Actor, draft: Draft, *, now: datetime) -> int:
    """Keep a draft as the version that holds; whoever calls has asked whether it may.

    What waits of steps that it takes away or switches off is called off; the rest goes as planned.
    """
    row = draft.row
    row.version += 1
    if row.state == "running":
        row.released_version = row.version
    session.add(
        CampaignVersion(
            workspace_id=row.workspace_id,
            campaign_id=row.id,
            version=row.version,
            steps=steps.to_json(draft.next.steps),
            options=campaigns.options_to_json(draft.next),
            created_by=actor.user_id,
        )
    )
    _forget(session, row.workspace_id, row.id)
    kept = steps.in_use(draft.next.steps)
    plans.call_off(session, row.workspace_id, row.id, kept, now)
    _void(session, actor, row.workspace_id, row.id, OF_CAMPAIGNS, now)
    audit.record(
        session,
        actor,
        row.workspace_id,
        "campaign.version",
        now=now,
        subject=("campaign", row.id),
        version=row.version,
        changed=[str(one) for one in draft.differences],
    )
    session.flush()
    return row.version


def effect(
    session: Session, workspace: Workspace, draft: Draft, day: date, *, now: datetime
) -> Effect:
    """What the draft would say on a day, beside what holds, both since the campaign began to run;
    nothing is stored."""
    began = draft.row.started_at
    since = clock.local_day(began, workspace.time_zone) if began else None
    before, after = (
        running.foresee(
            session,
            workspace,
            Stored(draft.row, replace(campaign, running_since=since, name=draft.row.name)),
            day,
            now=now,
        )
        for campaign in (draft.current, draft.next)
    )
    heard, hears = (_people(plan) for plan in (before, after))
    return Effect(day, _by_step(before), _by_step(after), len(hears - heard), len(heard - hears))


def taken_keys(session: Session, workspace_id: int, campaign_id: int) -> frozenset[str]:
    """The keys that any version of a campaign used: they carry a history."""
    rows = session.scalars(
        select(CampaignVersion.steps).where(
            CampaignVersion.workspace_id == workspace_id,
            CampaignVersion.campaign_id == campaign_id,
        )
    )
    return frozenset(str(step["key"]) for steps_of in rows for step in steps_of)


def refuse(draft: Draft) -> None:
    """Raise what keeps a draft from being saved: BadInput or Conflict."""
    if draft.is_behind:
        raise Conflict("Somebody has saved another version meanwhile: discard the draft first")
    if not draft.differences:
        raise Conflict("Nothing is changed")
    for finding in draft.findings:
        if finding.severity is Severity.ERROR:
            raise BadInput(finding.message.template, field="steps", **finding.message.params)


def _findings(session: Session, workspace: Workspace, campaign: Campaign) -> tuple[Finding, ...]:
    words = wordings.in_force(session, workspace)
    rules = running.setting(session, workspace, _NO_DAY).rules

    def has(key: str, channel: Channel) -> bool:
        return words.has(key, channel, workspace.locale)

    def greets(key: str, channel: Channel) -> bool:
        return not text_checks.check_greeting(words.of(key, channel, workspace.locale).text)

    return tuple(regua_checks.check(campaign, rules, has, greets))


_NO_DAY = date(1970, 1, 1)


def _people(plan: Plan) -> set[int]:
    return {touch.debtor_id for touch in plan.touches}


def _by_step(plan: Plan) -> dict[str, int]:
    found: dict[str, int] = {}
    for touch in plan.touches:
        found[touch.step_key] = found.get(touch.step_key, 0) + 1
    return found


def _workspace(session: Session, workspace_id: int) -> Workspace:
    workspace = workspaces.by_id(session, workspace_id)
    if workspace is None:
        raise NotFound("There is no such workspace")
    return workspace


def _row(
    session: Session, workspace_id: int, campaign_id: int, *, held: bool = False
) -> CampaignRow:
    query = select(CampaignRow).where(
        CampaignRow.workspace_id == workspace_id, CampaignRow.id == campaign_id
    )
    row = session.scalar(query.with_for_update() if held else query)
    if row is None:
        raise NotFound("There is no such campaign")
    return row


def _void(
    session: Session,
    actor: Actor,
    workspace_id: int,
    campaign_id: int,
    about: frozenset[About],
    now: datetime,
) -> None:
    approval_requests.void(
        session, actor, workspace_id, now=now, about=about, campaign_id=campaign_id
    )


def _forget(session: Session, workspace_id: int, campaign_id: int) -> None:
    session.execute(
        delete(CampaignDraft).where(
            CampaignDraft.workspace_id == workspace_id, CampaignDraft.campaign_id == campaign_id
        )
    )
