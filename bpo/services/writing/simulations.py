"""Living a campaign ahead: asked for by a person, done in the background, kept to be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from bpo.db import after_commit, driver, unit_of_work
from bpo.domain.books import subscriptions as charges
from bpo.domain.insight import foresight
from bpo.domain.insight.foresight import Summary
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import simulation
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.simulation import Known, Lived, Surroundings
from bpo.domain.reminders.touches import Debtor, Open
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Campaign as CampaignRow
from bpo.models import Simulation, Workspace
from bpo.queries.books import subscriptions
from bpo.queries.people import workspaces
from bpo.queries.reminders import book
from bpo.queries.reminders import campaigns as stored
from bpo.queries.reminders.campaigns import Stored
from bpo.queries.writing import simulations
from bpo.services.people import audit
from bpo.services.reminders import campaigns
from bpo.services.writing import regua_drafts

ALL_STATES = frozenset({"draft", "awaiting_go", "running", "paused", "archived"})
FURTHEST = 180
_SILENT = timedelta(minutes=6)
_FIRST_COMING = 2 * 10**15
"""Numbers of receivables that are still to be issued, above all real ones."""
_OFTEN = 10
"""So many days are lived between two notes of the progress."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The book as of the first day, and what a campaign and its draft would live in it."""

    first: date
    now: Surroundings
    next: Surroundings | None
    known: Mapping[int, Known]
    expected: Mapping[int, date]
    coming: Mapping[int, Sequence[Open]] = field(default_factory=dict)

    def live(self, around: Surroundings, days: int) -> Iterator[Lived]:
        """The days from the first on, with a campaign as it is or as its draft."""
        return simulation.live(
            around, self.known, self.first, days, expected=self.expected, coming=self.coming
        )


def ask(
    actor: Actor,
    workspace_id: int,
    campaign_id: int,
    *,
    days: int,
    now: datetime,
    queue: Queue,
    draft: bool = False,
    pays: bool = False,
) -> int:
    """Ask for a campaign, or its draft, to be lived ahead; returns the simulation's number.

    Two clicks ask once.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    if not 1 <= days <= FURTHEST:
        raise BadInput("Between 1 and {most} days", field="days", most=FURTHEST)
    with unit_of_work(actor) as session:
        workspace = workspaces.locked(session, workspace_id)
        row = stored.by_id(session, workspace_id, campaign_id)
        if workspace is None or row is None:
            raise NotFound("There is no such campaign")
        asked = add(
            session,
            actor,
            workspace,
            row,
            days=days,
            now=now,
            queue=queue,
            draft=draft,
            pays=pays,
        )
        return asked.id


def add(
    session: Session,
    actor: Actor,
    workspace: Workspace,
    row: CampaignRow,
    *,
    days: int,
    now: datetime,
    queue: Queue,
    draft: bool = False,
    pays: bool = False,
) -> Simulation:
    """A simulation that is asked for, lived once the transaction has ended; two clicks ask once."""
    asked = Simulation(
        workspace_id=workspace.id,
        campaign_id=row.id,
        version=row.version,
        draft=draft,
        pays=pays,
        first_on=clock.local_day(now, workspace.time_zone),
        days=days,
        asked_by=actor.user_id,
        created_at=now,
    )
    if found := simulations.asked_just_now(session, asked):
        return found
    session.add(asked)
    session.flush()
    about = ("campaign", row.id)
    audit.record(session, actor, workspace.id, "campaign.simulate", now=now, subject=about)
    after_commit(session, partial(queue.put, Job.SIMULATE_CAMPAIGN, workspace.id, asked.id))
    return asked


def run(actor: Actor, workspace_id: int, number: int, *, now: datetime) -> None:
    """Live what was asked for and keep the figures; a second call finds it done.

    The book is read in one transaction and lived without any. What goes wrong is told on the row,
    so that nobody waits for it, and raised again.
    """
    try:
        _run(actor, workspace_id, number, now=now)
    except Exception:
        _note(actor, workspace_id, number, state="failed", finished_at=now)
        raise


def _run(actor: Actor, workspace_id: int, number: int, *, now: datetime) -> None:
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        asked = session.get(Simulation, (workspace_id, number))
        if asked is None or asked.state == "done":
            return
        asked.state, asked.progress, asked.heard_at = "running", 0, now
        days = asked.days
        scene = _scene(session, workspace_id, asked, now)
        campaign_id = asked.campaign_id
    result = _result(actor, workspace_id, number, campaign_id, scene, days)
    _note(actor, workspace_id, number, state="done", result=result, finished_at=now)


def state_of(asked: Simulation, now: datetime) -> str:
    """Its state, `failed` also for one whose worker has not been heard of for too long.

    A job is stopped after five minutes, and tells how far it is every ten days it has lived.
    """
    lost = asked.state == "running" and asked.heard_at and asked.heard_at < now - _SILENT
    return "failed" if lost else asked.state


def path(
    session: Session, workspace: Workspace, asked: Simulation, debtor_id: int, *, now: datetime
) -> list[Lived]:
    """One debtor's days in a simulation, lived again by all campaigns at work."""
    scene = _scene(session, workspace.id, asked, now, debtor_id)
    lived = scene.live(scene.next or scene.now, asked.days)
    return [day for day in lived if day.touches or day.skips]


def foresee(
    session: Session,
    workspace: Workspace,
    campaign_id: int,
    first: date,
    days: int,
    *,
    now: datetime,
    pays: bool = False,
) -> Summary:
    """What a campaign would say from a day on; nothing is kept."""
    asked = Simulation(
        workspace_id=workspace.id,
        campaign_id=campaign_id,
        draft=False,
        pays=pays,
        first_on=first,
        days=days,
    )
    scene = _scene(session, workspace.id, asked, now)
    return _summed(scene.live(scene.now, days), campaign_id)


def _summed(lived: Iterable[Lived], campaign_id: int) -> Summary:
    whole = Summary()
    for day in lived:
        if day.campaign_id == campaign_id:
            whole.add(day)
    return whole


def _result(
    actor: Actor, workspace_id: int, number: int, campaign_id: int, scene: Scene, days: int
) -> dict[str, object]:
    found = []
    for turn, around in enumerate([scene.now, *([scene.next] if scene.next else [])]):
        whole = Summary()
        for day in scene.live(around, days):
            if day.campaign_id == campaign_id:
                whole.add(day)
                done = (day.on - scene.first).days + 1
                if not done % _OFTEN:
                    _tell(actor, workspace_id, number, turn * days + done)
        found.append(whole)
    result: dict[str, object] = {"after": found[-1].to_json()}
    if len(found) > 1:
        result["before"] = found[0].to_json()
        result["difference"] = foresight.difference(found[0], found[1])
    return result


def _tell(actor: Actor, workspace_id: int, number: int, progress: int) -> None:
    _note(actor, workspace_id, number, progress=progress, heard_at=func.clock_timestamp())


def _note(actor: Actor, workspace_id: int, number: int, **values: object) -> None:
    with unit_of_work(actor) as session:
        session.execute(
            update(Simulation)
            .where(Simulation.workspace_id == workspace_id, Simulation.id == number)
            .values(**values)
        )


def _scene(
    session: Session,
    workspace_id: int,
    asked: Simulation,
    now: datetime,
    debtor_id: int | None = None,
) -> Scene:
    workspace = workspaces.by_id(session, workspace_id)
    if workspace is None:
        raise NotFound("There is no such workspace")
    first = asked.first_on
    here = campaigns.setting(session, workspace, first)
    entries = _entries(session, workspace, asked.campaign_id, first)
    here = replace(here, claiming=tuple(entries))
    speaking = [one for one in entries if _speaks(one, asked.campaign_id)]
    around = Surroundings(
        tuple(one.campaign for one in entries),
        tuple(one.campaign for one in speaking),
        here.rules,
        here.place,
        here.channels,
        now if clock.local_day(now, workspace.time_zone) <= first else None,
    )
    after = None
    if asked.draft:
        draft = regua_drafts.read(session, workspace, asked.campaign_id)
        after = _with(around, draft.next)
    firsts = [*around.claiming, *(after.claiming if after else ())]
    purchases = any(one.audience.first_purchase is not None for one in firsts)
    last = first + timedelta(days=(asked.days or FURTHEST) - 1)
    known = {
        one.row.id: _known(session, here, one, last, purchases=purchases, debtor_id=debtor_id)
        for one in speaking
    }
    coming = _coming(session, workspace, here.place.calendar, first, last)
    expected = dict(simulations.expected_days(session, workspace_id)) if asked.pays else {}
    if asked.pays:
        expected |= {one.id: one.effective_due for items in coming.values() for one in items}
    return Scene(first, around, after, known, expected, coming)


def _coming(
    session: Session, workspace: Workspace, calendar: Calendar, first: date, last: date
) -> dict[int, list[Open]]:
    """What the recurring charges will issue until the last day, by debtor; what is late comes on
    the first."""
    rows = subscriptions.to_issue(session, workspace.id, last)
    found: dict[int, list[Open]] = {}
    number = _FIRST_COMING
    for row, terms, done in subscriptions.agreed(session, workspace.id, rows):
        for period in charges.to_issue(terms, last, done):
            number += 1
            issue = max(charges.issue_day(terms, period), first)
            due = charges.due_day(terms, period, issue)
            item = Open(number, issue, due, calendar.effective_due(due), period.cents)
            found.setdefault(row.debtor_id, []).append(item)
    return found


def _speaks(entry: Stored, campaign_id: int) -> bool:
    return entry.row.state == "running" or entry.row.id == campaign_id


def _entries(session: Session, workspace: Workspace, campaign_id: int, first: date) -> list[Stored]:
    """The campaigns that have debtors of their own, and the one in question as if it ran."""
    found = []
    for entry in stored.in_states(session, workspace, ALL_STATES):
        if entry.row.id == campaign_id and entry.row.state != "running":
            campaign = replace(entry.campaign, running_since=first)
            found.append(Stored(entry.row, campaign))
        elif entry.row.id == campaign_id or entry.row.state in campaigns.CLAIMING:
            found.append(entry)
    if all(entry.row.id != campaign_id for entry in found):
        raise NotFound("There is no such campaign")
    return found


def _with(around: Surroundings, draft: Campaign) -> Surroundings:
    """The same, with a draft in the place of what holds."""

    def swapped(campaign: Campaign) -> Campaign:
        if campaign.id != draft.id:
            return campaign
        return replace(draft, running_since=campaign.running_since, name=campaign.name)

    return replace(
        around,
        claiming=tuple(map(swapped, around.claiming)),
        speaking=tuple(map(swapped, around.speaking)),
    )


def _known(
    session: Session,
    here: campaigns.Setting,
    entry: Stored,
    last: date,
    *,
    purchases: bool,
    debtor_id: int | None,
) -> Known:
    page: book.Page | None = replace(
        campaigns.page_of(here, entry), purchases=purchases, greets=True, pauses_until=last
    )
    if page is not None and debtor_id is not None:
        page = replace(page, only=(debtor_id,), size=1)
    debtors: list[Debtor] = []
    paid: list[Paid] = []
    newest: list[Paid] = []
    while page is not None:
        read = book.read(driver(session), page)
        debtors += read.debtors(everybody=True)
        paid += read.paid()
        newest += read.last_paid()
        page = read.following() if debtor_id is None else None
    return Known(debtors, paid, newest)
