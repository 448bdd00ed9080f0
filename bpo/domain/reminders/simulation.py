"""Campaigns lived ahead in memory, day by day, by the very function that plans each morning.

What a day says is the past of the next one. Recurring charges are issued on their days, pauses
begin and end on theirs, every message leaves at its time, nobody replies; nobody pays either,
unless the days of payments are given.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bpo.domain.reminders import relationship, rounds
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.contact import Place
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.steps import BY_PERSON, AnchorKind
from bpo.domain.reminders.touches import Debtor, Open, Past, Skip, Touch
from bpo.kernel import clock

_ONE_DAY = timedelta(days=1)
_FIRST_PAYMENT = 10**15
"""Numbers of payments that are only expected, above all real ones."""


class Lived(NamedTuple):
    """What one campaign does on one day to come; contacts that stood already are not told again."""

    on: date
    campaign_id: int
    touches: list[Touch]
    skips: list[Skip]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What holds on every day of a simulation.

    `claiming`: all campaigns that have debtors of their own, the first to speak first, and
    `speaking` those among them that are at work. `earliest`: no contact of the first day is
    scheduled before this instant (UTC).
    """

    claiming: tuple[Campaign, ...]
    speaking: tuple[Campaign, ...]
    rules: Rules
    place: Place
    available: frozenset[str]
    earliest: datetime | None = None

    def voice_of(self, campaign: Campaign) -> Voice:
        """A campaign as it speaks here, behind those that are first to speak."""
        places = [one.id for one in self.claiming]
        ahead = self.claiming[: places.index(campaign.id)]
        return Voice(campaign, self.rules, self.place, self.available, ahead)


class Known(NamedTuple):
    """The book through one campaign's eyes on the first day: every debtor, what it has not thanked
    for yet, and the newest payment of each debtor."""

    debtors: Sequence[Debtor]
    paid: Sequence[Paid] = ()
    last_paid: Sequence[Paid] = ()


class _Made(NamedTuple):
    campaign_id: int
    past: Past
    goes_on: date
    by_person: bool


@dataclass(slots=True)
class _World:
    around: Surroundings
    known: Mapping[int, Known]
    first: date
    expected: Mapping[int, date]
    coming: Mapping[int, Sequence[Open]]
    made: dict[int, list[_Made]] = field(default_factory=lambda: defaultdict(list))
    stale_until: dict[int, date] = field(default_factory=dict)
    views: dict[tuple[int, int], Debtor] = field(default_factory=dict)
    keys: set[tuple[object, ...]] = field(default_factory=set)
    unthanked: dict[int, list[Paid]] = field(default_factory=dict)
    last_paid: dict[int, dict[int, Paid]] = field(default_factory=dict)
    paydays: dict[date, list[tuple[Debtor, Open]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def live(
    around: Surroundings,
    known: Mapping[int, Known],
    first: date,
    days: int,
    *,
    expected: Mapping[int, date] | None = None,
    coming: Mapping[int, Sequence[Open]] | None = None,
) -> Iterator[Lived]:
    """What each campaign at work does on each of `days` days from `first` on.

    `known` is the book as of `first` by campaign id, the same debtors in each. `expected`: the day
    on which a receivable is paid in full, for those that are; a payment is seen on its day.
    `coming`: by debtor, the receivables that will be issued, each known from its day of issue on.
    """
    world = _World(around, known, first, expected or {}, coming or {})
    _begin(world)
    for distance in range(days):
        today = first + timedelta(days=distance)
        _pay(world, today)
        _issue(world, today)
        for campaign in around.speaking:
            yield _day(world, campaign, today)


def _begin(world: _World) -> None:
    for campaign in world.around.speaking:
        book = world.known[campaign.id]
        world.unthanked[campaign.id] = list(book.paid)
        world.last_paid[campaign.id] = {paid.debtor.id: paid for paid in book.last_paid}
        for debtor in book.debtors:
            world.views[campaign.id, debtor.id] = debtor
            if any(past.completed_on is None for past in debtor.past):
                world.stale_until[debtor.id] = world.first + _ONE_DAY
            for past in debtor.past:
                world.keys.add(_step_of(debtor.id, campaign.id, past))
    if world.expected and world.around.speaking:
        for debtor in world.known[world.around.speaking[0].id].debtors:
            for item in (*debtor.open, *world.coming.get(debtor.id, ())):
                day = world.expected.get(item.id)
                if day is not None:
                    world.paydays[max(day, world.first)].append((debtor, item))


def _step_of(debtor_id: int, campaign_id: int, past: Past) -> tuple[object, ...]:
    return debtor_id, campaign_id, past.anchor_kind, past.anchor_id, past.cycle, past.step_key


def _pay(world: _World, today: date) -> None:
    """The payments of a day: what is settled leaves the book, and waits for its thanks."""
    for debtor, item in world.paydays.get(today, ()):
        world.stale_until[debtor.id] = max(today, world.stale_until.get(debtor.id, today))
        number = _FIRST_PAYMENT + item.id
        paid = Paid(number, today, item.open_cents, debtor)
        for waiting in world.unthanked.values():
            waiting.append(paid)
        for newest in world.last_paid.values():
            newest[debtor.id] = paid


def _issue(world: _World, today: date) -> None:
    """What is issued today is in the book from today on."""
    for debtor_id, items in world.coming.items():
        if any(item.issue == today for item in items):
            world.stale_until[debtor_id] = max(today, world.stale_until.get(debtor_id, today))


def _day(world: _World, campaign: Campaign, today: date) -> Lived:
    around = world.around
    views = [_view(world, campaign, debtor, today) for debtor in world.known[campaign.id].debtors]
    plan = rounds.plan(
        [view for view in views if view.open],
        _unthanked(world, campaign, views),
        _last_paid(world, campaign, views),
        around.voice_of(campaign),
        today,
        earliest=around.earliest if today == world.first else None,
        explain=True,
    )
    kind = AnchorKind.PAYMENT
    thanked = {touch.debtor_id for touch in plan.touches if touch.anchor_kind == kind}
    waiting = world.unthanked[campaign.id]
    world.unthanked[campaign.id] = [paid for paid in waiting if paid.debtor.id not in thanked]
    new = [touch for touch in plan.touches if _remember(world, touch, today)]
    return Lived(today, campaign.id, new, plan.skips)


def _unthanked(world: _World, campaign: Campaign, views: Sequence[Debtor]) -> list[Paid]:
    """The payments that wait for thanks, by debtor, each with the debtor as it is today."""
    waiting = world.unthanked[campaign.id]
    if not waiting:
        return []
    by_id = {view.id: view for view in views}
    waiting.sort(key=lambda paid: (paid.debtor.id, paid.id))
    return [paid._replace(debtor=by_id.get(paid.debtor.id, paid.debtor)) for paid in waiting]


def _last_paid(world: _World, campaign: Campaign, views: Sequence[Debtor]) -> list[Paid]:
    if relationship.step_of(campaign) is None:
        return []
    newest = world.last_paid[campaign.id]
    return [newest[view.id]._replace(debtor=view) for view in views if view.id in newest]


def _remember(world: _World, touch: Touch, today: date) -> bool:
    """Let a contact be the past of the days after it; whether it is new."""
    goes_on = clock.local_day(touch.scheduled_at, world.around.place.zone)
    past = Past(
        touch.step_key, touch.anchor_kind, touch.anchor_id, touch.cycle, touch.planned_on, None
    )
    stood = _step_of(touch.debtor_id, touch.campaign_id, past) in world.keys
    if touch.key in world.keys:
        return False
    world.keys.add(touch.key)
    by_person = touch.channel in BY_PERSON
    world.made[touch.debtor_id].append(_Made(touch.campaign_id, past, goes_on, by_person))
    until = max(goes_on, today) + _ONE_DAY
    world.stale_until[touch.debtor_id] = max(until, world.stale_until.get(touch.debtor_id, until))
    return not stood


def _view(world: _World, campaign: Campaign, base: Debtor, today: date) -> Debtor:
    """A debtor as the campaign sees it on a day: as before, or anew when something has happened."""
    key = (campaign.id, base.id)
    if today > world.stale_until.get(base.id, date.min):
        return world.views[key]
    found = world.views[key] = _aged(world, campaign, base, today)
    return found


def _aged(world: _World, campaign: Campaign, base: Debtor, today: date) -> Debtor:
    made = world.made.get(base.id, [])
    own = [_completed(one, today) for one in made if one.campaign_id == campaign.id]
    past = [_sent(row, world.first) if today > world.first else row for row in base.past]
    past += own
    contacts = dict.fromkeys(
        (one.campaign_id, one.past.step_key, _day_of(one, today))
        for one in made
        if not one.by_person
        and not (one.campaign_id == campaign.id and one.past.planned_on == today)
    )
    left, settled = _left(world, base, past, today)
    return base._replace(
        open=left,
        past=past,
        contacts=[*base.contacts, *(day for _, _, day in contacts)],
        settled=[*base.settled, *settled],
        elsewhere=_elsewhere(base, made, campaign, today),
    )


def _sent(row: Past, first: date) -> Past:
    """What waits to leave on the first day has left on the days after."""
    return row if row.completed_on else row._replace(completed_on=first)


def _day_of(one: _Made, today: date) -> date:
    return one.goes_on if one.goes_on < today else one.past.planned_on


def _completed(one: _Made, today: date) -> Past:
    if one.by_person:
        return one.past._replace(completed_on=one.past.planned_on)
    return one.past._replace(completed_on=one.goes_on) if one.goes_on < today else one.past


def _left(
    world: _World, base: Debtor, past: Sequence[Past], today: date
) -> tuple[Sequence[Open], list[tuple[date, date]]]:
    """What is still open, and what was settled late since the last overdue contact."""
    coming = world.coming.get(base.id, ())
    items = [*base.open, *(item for item in coming if item.issue <= today)] if coming else base.open
    if not world.expected:
        return items, []
    left: list[Open] = []
    settled: list[tuple[date, date]] = []
    spoken = [row.planned_on for row in past if row.anchor_kind == AnchorKind.DEBTOR]
    for item in items:
        day = world.expected.get(item.id)
        paid = max(day, world.first) if day else None
        if paid is None or paid > today:
            left.append(item)
        elif spoken and paid >= max(spoken) and paid > item.effective_due:
            settled.append((item.effective_due, paid))
    return left, settled


def _elsewhere(base: Debtor, made: Sequence[_Made], campaign: Campaign, today: date) -> date | None:
    days = [
        one.past.planned_on
        for one in made
        if one.campaign_id != campaign.id
        and one.past.anchor_kind == AnchorKind.DEBTOR
        and one.past.planned_on < today
    ]
    return max([*days, *([base.elsewhere] if base.elsewhere else [])], default=None)
