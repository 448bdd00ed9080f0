"""What goes live once somebody approves: asked for, shown with what it would do, decided."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals.approvals import OF_CAMPAIGNS, About, State
from bpo.domain.intake import findings
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import campaigns, going_live, steps
from bpo.domain.reminders.steps import Moment, Step
from bpo.domain.writing import regua_checks, sightings
from bpo.domain.writing.messages import Text
from bpo.gateways.queue import Queue
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import ApprovalRequest, Campaign, Simulation, Workspace
from bpo.queries.desk import approvals as requests
from bpo.queries.reminders import campaigns as stored
from bpo.queries.writing import message_texts
from bpo.services.people import approval_requests
from bpo.services.reminders import wordings
from bpo.services.writing import regua_drafts, releases, simulations, texts
from bpo.services.writing.texts import Place


def ask_go(
    actor: Actor,
    workspace_id: int,
    campaign_id: int,
    *,
    now: datetime,
    queue: Queue,
    note: str | None = None,
    seen: str | None = None,
) -> ApprovalRequest:
    """Ask that a campaign may run, as its steps and texts stand now; it is lived ahead to be shown.

    Raises BadInput when nobody need be asked, Conflict when it runs already, was asked before, is
    no longer what was `seen`, or when the company's mails would not say who asks.
    """
    access.require(actor, Permission.RELEASE_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace, row = releases.held(session, workspace_id, campaign_id)
        if row.state in ("running", "archived"):
            raise Conflict("The campaign is already in this state")
        releases.require_seen(session, row, seen)
        releases.require_identity(workspace)
        needed = _needed(releases.asked_of(workspace, row, actor))
        content = _go(session, row)
        request = _of_campaign(session, workspace, row, About.GO, needed, content, note, now)
        request.case_file = _campaign_case(session, row)
        _live_ahead(session, actor, request, workspace, row, now=now, queue=queue, draft=False)
        return approval_requests.add(session, actor, request, now=now, queue=queue)


def ask_version(
    actor: Actor,
    workspace_id: int,
    campaign_id: int,
    *,
    now: datetime,
    queue: Queue,
    note: str | None = None,
    seen: str | None = None,
) -> ApprovalRequest:
    """Ask that the draft of a running campaign may hold; any change of it voids the request.

    Raises what `regua_drafts.save` raises, BadInput when nobody need be asked.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace, row = releases.held(session, workspace_id, campaign_id)
        draft = regua_drafts.read(session, workspace, campaign_id)
        sightings.require_campaign(draft.next, seen)
        regua_drafts.refuse(draft)
        needed = _needed(regua_drafts.asked_of(workspace, row, actor))
        content = _version(draft)
        request = _of_campaign(session, workspace, row, About.VERSION, needed, content, note, now)
        changes = [findings.phrase_to_json(one) for one in draft.differences]
        request.case_file = {
            "campaign": row.name,
            "version": row.version + 1,
            "changes": changes,
            "steps": _named((*draft.current.steps, *draft.next.steps)),
        }
        _live_ahead(session, actor, request, workspace, row, now=now, queue=queue, draft=True)
        return approval_requests.add(session, actor, request, now=now, queue=queue)


def ask_text(
    actor: Actor,
    workspace_id: int,
    where: Place,
    text: Text | None,
    *,
    base: int,
    now: datetime,
    queue: Queue,
    note: str | None = None,
) -> ApprovalRequest:
    """Ask that new words may be used (None: those that come with the product again).

    A newer request about the same text takes the place of an older one. Raises what `texts.save`
    raises, BadInput when nobody need be asked.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace = texts.locked(session, workspace_id)
        standard = text is None
        new = texts.standard_text(where) if text is None else text
        new = texts.acceptable(session, workspace, where, new)
        needed = _needed(texts.asked_of(session, workspace, actor))
        if message_texts.latest(session, workspace_id, *where) != base:
            raise Conflict("Somebody else has changed this text meanwhile: read it again first")
        approval_requests.void(
            session, actor, workspace_id, now=now, about=frozenset({About.TEXT}), place=str(where)
        )
        content = {
            "place": str(where),
            "text": new._asdict(),
            "standard": standard,
            "base": base,
        }
        request = _request(workspace, About.TEXT, needed, content, note, now)
        holds = texts.find(wordings.in_force(session, workspace), where)
        request.case_file = {"before": holds.text._asdict() if holds else {}}
        return approval_requests.add(session, actor, request, now=now, queue=queue)


def accept(
    actor: Actor,
    workspace_id: int,
    request_id: int,
    *,
    now: datetime,
    queue: Queue,
    answer: str | None = None,
) -> ApprovalRequest:
    """Let it go live, as it was asked and as it still stands; otherwise the request is void.

    Raises Conflict while what it would do is still being worked out.
    """
    with unit_of_work(actor) as session:
        request, workspace = _opened(session, actor, workspace_id, request_id)
        today = clock.local_day(now, workspace.time_zone)
        if request.valid_until < today:
            approval_requests.decide(session, actor, request, State.EXPIRED, None, now)
        elif not _stands(session, workspace, request):
            approval_requests.decide(session, actor, request, State.VOIDED, None, now)
        else:
            _refuse_unseen(session, request)
            approval_requests.decide(session, actor, request, State.ACCEPTED, answer, now)
            _go_live(session, actor, workspace, request, now=now, queue=queue)
    return request


def refuse(
    actor: Actor, workspace_id: int, request_id: int, answer: str, *, now: datetime
) -> ApprovalRequest:
    """Say no, with the reason; what runs stays as it is, a draft too."""
    with unit_of_work(actor) as session:
        request, _workspace = _opened(session, actor, workspace_id, request_id)
        approval_requests.decide(session, actor, request, State.REFUSED, answer, now)
    return request


def _opened(
    session: Session, actor: Actor, workspace_id: int, request_id: int
) -> tuple[ApprovalRequest, Workspace]:
    """The company held first, so that texts and settings wait; then the request."""
    access.require(actor, Permission.DECIDE, workspace_id)
    workspace = texts.locked(session, workspace_id)
    request = approval_requests.opened(session, actor, workspace_id, request_id)
    if request.about == About.OFFER.value:
        raise NotFound("There is no such request")
    return request, workspace


def _stands(session: Session, workspace: Workspace, request: ApprovalRequest) -> bool:
    """Whether what was asked about is still exactly what would go live."""
    if request.about == About.TEXT.value:
        latest = message_texts.latest(session, workspace.id, *_place(request))
        return latest == int(request.content["base"])
    assert request.campaign_id is not None
    _workspace, row = releases.held(session, workspace.id, request.campaign_id)
    if request.about == About.GO.value:
        return row.state in ("draft", "awaiting_go", "paused") and request.fingerprint == (
            going_live.fingerprint(_go(session, row))
        )
    draft = regua_drafts.read(session, workspace, row.id)
    same = request.fingerprint == going_live.fingerprint(_version(draft))
    return same and draft.is_usable and not draft.is_behind


def _go_live(
    session: Session,
    actor: Actor,
    workspace: Workspace,
    request: ApprovalRequest,
    *,
    now: datetime,
    queue: Queue,
) -> None:
    if request.about == About.TEXT.value:
        content = request.content
        texts.publish(
            session,
            actor,
            workspace,
            _place(request),
            Text(**content["text"]),
            base=content["base"],
            now=now,
            standard=content["standard"],
        )
        return
    assert request.campaign_id is not None
    if request.about == About.GO.value:
        _here, row = releases.held(session, workspace.id, request.campaign_id)
        releases.release(session, actor, workspace, row, now=now, queue=queue)
        return
    draft = regua_drafts.read(session, workspace, request.campaign_id)
    regua_drafts.publish(session, actor, draft, now=now)


def _refuse_unseen(session: Session, request: ApprovalRequest) -> None:
    if request.simulation_id is None:
        return
    shown = session.get(Simulation, (request.workspace_id, request.simulation_id))
    if shown is None or shown.state != "done":
        raise Conflict("What it would send is still being worked out: decide when you can see it")


def _needed(needed: Role | None) -> Role:
    if needed is None:
        raise BadInput("This needs nobody's approval")
    return needed


def _of_campaign(
    session: Session,
    workspace: Workspace,
    row: Campaign,
    about: About,
    needed: Role,
    content: dict[str, Any],
    note: str | None,
    now: datetime,
) -> ApprovalRequest:
    waiting = requests.open_about(session, workspace.id, OF_CAMPAIGNS, row.id)
    fingerprint = going_live.fingerprint(content)
    if any(one.fingerprint == fingerprint for one in waiting):
        raise Conflict("This waits for approval already")
    request = _request(workspace, about, needed, {}, note, now)
    request.campaign_id, request.fingerprint = row.id, fingerprint
    return request


def _request(
    workspace: Workspace,
    about: About,
    needed: Role,
    content: dict[str, Any],
    note: str | None,
    now: datetime,
) -> ApprovalRequest:
    return ApprovalRequest(
        workspace_id=workspace.id,
        about=about.value,
        needed_by=needed.value,
        content=content,
        note=note,
        valid_until=clock.local_day(now, workspace.time_zone) + going_live.VALID_FOR,
    )


def _live_ahead(
    session: Session,
    actor: Actor,
    request: ApprovalRequest,
    workspace: Workspace,
    row: Campaign,
    *,
    now: datetime,
    queue: Queue,
    draft: bool,
) -> None:
    """Ask for the simulation that whoever decides is shown."""
    shown = simulations.add(
        session,
        actor,
        workspace,
        row,
        days=going_live.LOOK_AHEAD_DAYS,
        now=now,
        queue=queue,
        draft=draft,
    )
    request.simulation_id = shown.id


def _go(session: Session, row: Campaign) -> dict[str, Any]:
    """Exactly what would go live with a go: the steps, whom they speak to, and their own texts."""
    version = stored.version(session, row)
    keys = {step.template for step in steps.from_json(version.steps)}
    return {
        "steps": version.steps,
        "options": version.options,
        "texts": message_texts.newest(session, row.workspace_id, keys),
    }


def _version(draft: regua_drafts.Draft) -> dict[str, Any]:
    return {
        "base": draft.base,
        "steps": steps.to_json(draft.next.steps),
        "options": campaigns.options_to_json(draft.next),
    }


def _campaign_case(session: Session, row: Campaign) -> dict[str, Any]:
    """What starts, and how it differs from what ran before; the whole of it when nothing did."""
    version = stored.version(session, row)
    now = regua_drafts.unchecked(row.id, version.steps, version.options)
    changes = []
    if row.released_version is not None:
        ran = stored.version_of(session, row, row.released_version)
        before = regua_drafts.unchecked(row.id, ran.steps, ran.options)
        changes = [findings.phrase_to_json(one) for one in regua_checks.differences(before, now)]
    return {
        "campaign": row.name,
        "version": row.version,
        "changes": changes,
        "steps": _named(now.steps),
    }


def _named(ladder: Iterable[Step]) -> list[list[str]]:
    """Key, day and goal of each step, in the order of their moments and days."""
    moments = list(Moment)
    steps = {step.key: step for step in ladder}.values()
    ordered = sorted(steps, key=lambda step: (moments.index(step.moment), step.offset))
    return [[step.key, step.label, step.goal] for step in ordered]


def _place(request: ApprovalRequest) -> Place:
    channel, locale, key = str(request.content["place"]).split("/")
    return texts.place(key, channel, locale)
