"""Campaigns at work: planning a day, looking ahead."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bpo.db import acting_as, after_commit, db, driver, unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import contact_rules, planning, relationship, rounds, takeovers
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.channels import usable
from bpo.domain.reminders.contact import Place
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.planning import NextContact
from bpo.domain.reminders.takeovers import Waiting
from bpo.domain.reminders.touches import Plan
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import clock, threads
from bpo.kernel.actor import Actor
from bpo.kernel.calendar import Calendar
from bpo.kernel.errors import BadInput, NotFound
from bpo.kernel.text import Phrase
from bpo.models import Campaign as CampaignRow
from bpo.models import Workspace
from bpo.queries.people import workspaces
from bpo.queries.reminders import book
from bpo.queries.reminders import campaigns as stored
from bpo.queries.reminders import channels as channel_settings
from bpo.services.reminders import plans

RUNNING = frozenset({"running"})
PLANNABLE = frozenset({"running", "awaiting_go"})
CLAIMING = frozenset({"running", "paused"})
"""A paused campaign keeps its debtors: pausing it hands nobody to the next one."""
EMAIL_AND_PEOPLE = frozenset({"email", "task", "letter"})
FURTHEST = timedelta(days=366)
"""How far ahead a day may be kept: a contact kept for a day far off holds back its step until then,
however soon it is due."""
NOT_BEFORE_GO = Phrase("The campaign waits for a go: nothing is sent until then")


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning a day did.

    `created` contacts are new of the `touches` of the day, those found again included; `plans` has
    each campaign's plan, empty but for its warnings when it was not kept.
    """

    created: int
    touches: int
    plans: tuple[tuple[CampaignRow, Plan], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and by what rules a workspace works on a day."""

    workspace: Workspace
    calendar: Calendar
    rules: Rules
    day: date
    known_until: date | None
    channels: frozenset[str]
    claiming: tuple[stored.Stored, ...] = ()

    def ahead_of(self, entry: stored.Stored) -> tuple[Campaign, ...]:
        """The campaigns that speak before one, the first first."""
        return tuple(one.campaign for one in self.claiming if one.turn < entry.turn)

    def voice_of(self, entry: stored.Stored) -> Voice:
        """A campaign as it speaks here."""
        return Voice(entry.campaign, self.rules, self.place, self.channels, self.ahead_of(entry))

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
    keep: bool = False,
    everybody: bool = False,
) -> Planned:
    """Decide what each campaign says to whom on a day, and store it; a repeat creates nothing.

    Uses facts dated on or before `day`. With `dry_run` nothing is stored and every silence is
    explained, with `everybody` also that of debtors who owe nothing. `only_unplanned` leaves out
    campaigns already planned that day. `channels` are those that every company has; what it set up
    itself is added. `keep` returns the plans themselves; without it, memory does not grow with the
    book. Raises BadInput for a day to keep that is more than a year ahead.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    if dry_run:
        with acting_as(actor):
            return _planned(
                db.session(),
                workspace_id,
                day,
                now,
                states,
                channels,
                store=False,
                everybody=everybody,
            )
    if day > now.date() + FURTHEST:
        raise BadInput(
            "A plan is kept for a year ahead at most: look further without keeping it", field="date"
        )
    with unit_of_work(actor) as session:
        _one_planner(session, workspace_id)
        skip = stored.planned_days(session, workspace_id, day) if only_unplanned else set()
        done = _planned(
            session, workspace_id, day, now, states, channels, store=True, skip=skip, keep=keep
        )
        if done.created:
            after_commit(session, lambda: queue.put(Job.SEND_DELIVERIES, workspace_id))
    return done


def next_contacts(
    session: Session, workspace: Workspace, debtor_ids: Collection[int], today: date
) -> dict[int, NextContact]:
    """When each of some debtors is next contacted, by the campaign that does so first, and why not
    today. What has already gone out today is not next any more."""
    spoken = stored.spoken_on(session, workspace.id, debtor_ids, today)
    found: dict[int, NextContact] = {}
    for day, ids in ((today, set(debtor_ids) - spoken), (today + timedelta(days=1), spoken)):
        if ids:
            found |= _coming(session, workspace, tuple(sorted(ids)), day)
    return found


def _coming(
    session: Session, workspace: Workspace, debtor_ids: tuple[int, ...], day: date
) -> dict[int, NextContact]:
    here = _at_work(session, setting(session, workspace, day))
    found: dict[int, NextContact] = {}
    for entry in stored.in_states(session, workspace, PLANNABLE):
        page = replace(page_of(here, entry), only=debtor_ids, size=len(debtor_ids))
        coming = planning.next_contacts(
            book.read(driver(session), page).debtors(), here.voice_of(entry), day
        )
        for debtor_id, one in coming.items():
            kept = found.get(debtor_id)
            if kept is None or (one.on or date.max) < (kept.on or date.max):
                found[debtor_id] = one
    return found


def foresee(
    session: Session, workspace: Workspace, entry: stored.Stored, day: date, *, now: datetime
) -> Plan:
    """What one campaign would say on a day, stored as it is or not, by the function that plans."""
    here = _at_work(session, setting(session, workspace, day))
    whole, taken = Plan([], [], []), _taken_over(session, here, entry)
    for made in _pages(session, here, entry, now, None, taken=taken):
        whole = _joined(whole, made)
    return whole


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
        usable(channels, channel_settings.at_work(session, workspace.id)),
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
    keep: bool = True,
    everybody: bool = False,
) -> Planned:
    workspace = workspaces.by_id(session, workspace_id)
    if workspace is None or not workspace.active:
        raise NotFound("There is no such workspace")
    here = _at_work(session, setting(session, workspace, day, channels))
    left_out = set(skip)
    created, total, done = 0, 0, []
    for entry in stored.in_states(session, workspace, states):
        if entry.row.id in left_out:
            continue
        taken = _taken_over(session, here, entry)
        if store and taken:
            plans.hand_over(session, workspace_id, taken, now)
        shelf = plans.Shelf(session, entry.row, day, now) if store else None
        warnings = [] if entry.row.state == "running" else [NOT_BEFORE_GO]
        whole = Plan([], [], warnings)
        for made in _pages(session, here, entry, now, shelf, everybody=everybody, taken=taken):
            total += len(made.touches)
            if keep:
                whole = _joined(whole, made)
        created += shelf.close() if shelf else 0
        done.append((entry.row, whole))
    return Planned(created, total, tuple(done))


def _pages(
    session: Session,
    here: Setting,
    entry: stored.Stored,
    now: datetime,
    shelf: plans.Shelf | None,
    *,
    everybody: bool = False,
    taken: Sequence[int] = (),
) -> Iterator[Plan]:
    """The plan of each page of debtors, stored on the shelf if there is one.

    A thread of its own speaks to the database, one thing after another, so that the next page is
    read and the last one stored while this one is decided.
    """
    with threads.yielding(), ThreadPoolExecutor(1, thread_name_prefix="book") as database:
        connection = driver(session)
        first = replace(page_of(here, entry), taken=tuple(taken))
        reading = database.submit(book.read, connection, first)
        more = True
        while more:
            pages = reading.result()
            following = pages.following()
            more = following is not None
            if following is not None:
                reading = database.submit(book.read, connection, following)
            made = _decided(pages, here, entry, now, explain=shelf is None, everybody=everybody)
            if shelf is not None:
                shelf.put(made, database)
            yield made


def _decided(
    pages: book.Book,
    here: Setting,
    entry: stored.Stored,
    now: datetime,
    *,
    explain: bool,
    everybody: bool,
) -> Plan:
    """One campaign on one day for a page of debtors: reminders, thanks for what was paid, and a
    word to those with whom all is well."""
    today = clock.local_day(now, here.workspace.time_zone)
    return rounds.plan(
        pages.debtors(everybody=everybody),
        list(pages.paid()),
        list(pages.last_paid()),
        here.voice_of(entry),
        here.day,
        known_until=here.known_until,
        earliest=now if here.day >= today else None,
        explain=explain,
    )


def _taken_over(session: Session, here: Setting, entry: stored.Stored) -> list[int]:
    """What waits of campaigns behind one to debtors that are its own by now; their contacts' ids.

    Such is there when it began to speak, or to speak to more, after the others had planned.
    """
    behind = [one for one in here.claiming if one.turn > entry.turn]
    if not behind:
        return []
    moments = {(one.row.id, step.key): step.moment for one in behind for step in one.campaign.steps}
    rows = stored.waiting_of(session, here.workspace.id, [one.row.id for one in behind], here.day)
    waiting: dict[int, list[Waiting]] = {}
    for touch_id, debtor_id, campaign_id, key in rows:
        if moment := moments.get((campaign_id or 0, key)):
            waiting.setdefault(debtor_id, []).append(Waiting(touch_id, debtor_id, moment))
    found: list[int] = []
    everybody = tuple(waiting)
    for start in range(0, len(everybody), book.FIRST_PAGE_SIZE):
        ids = everybody[start : start + book.FIRST_PAGE_SIZE]
        page = replace(page_of(here, entry), only=ids, size=len(ids))
        debtors = book.read(driver(session), page).debtors(everybody=True)
        of_page = [one for number in ids for one in waiting[number]]
        found += takeovers.taken_over(of_page, debtors, entry.campaign, here.day)
    return found


def _joined(whole: Plan, made: Plan) -> Plan:
    warnings = list(dict.fromkeys([*whole.warnings, *made.warnings]))
    return Plan(whole.touches + made.touches, whole.skips + made.skips, warnings)


def _at_work(session: Session, here: Setting) -> Setting:
    """With the campaigns that have debtors of their own, in the order in which they speak."""
    return replace(here, claiming=tuple(stored.in_states(session, here.workspace, CLAIMING)))


def page_of(here: Setting, entry: stored.Stored) -> book.Page:
    """The first page of the book as a campaign sees it."""
    asking = (entry.campaign, *here.ahead_of(entry))
    return book.Page(
        here.workspace.id,
        entry.row.id,
        here.day,
        here.workspace.time_zone,
        here.calendar,
        alone=len(here.claiming) < 2,
        purchases=any(campaign.audience.first_purchase is not None for campaign in asking),
        greets=relationship.step_of(entry.campaign) is not None,
    )


def _one_planner(session: Session, workspace_id: int) -> None:
    """One planner per workspace at a time; a second waits and then finds everything planned."""
    session.connection().exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtextextended('plan', %s))", (workspace_id,)
    )
