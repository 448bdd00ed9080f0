"""Whether a debtor may be contacted now: holds, opt-outs, hours by state, caps and freshness."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bpo.domain.reminders import holds
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.hours import STATE_WINDOWS, Hours
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import BY_PERSON, Channel
from bpo.kernel import clock
from bpo.kernel.calendar import Calendar, same_day_next_month

_ONE_DAY = timedelta(days=1)
_WEEK = 7
_FAR = 400


class Mode(StrEnum):
    """Who sends: the program by itself, a person many at once, a person one message."""

    AUTOMATIC = "automatic"
    BULK = "bulk"
    MANUAL = "manual"


class Situation(NamedTuple):
    """What is known of a debtor at the moment of sending.

    `state`: UF; `contacts`: days of other contacts of the last week, one per contact; `oldest_due`:
    effective due date of the oldest receivable the message lists; `known_until`: the day through
    which payments are known. `available`: channels set up in the workspace, `reachable`: those with
    a valid address, `opted_out`: those the debtor refused. `document`: an invoice or a receipt;
    `greeting`: it asks for nothing, and any pause stops it.
    """

    open_cents: int
    state: str | None = None
    holds: tuple[Hold, ...] = ()
    available: frozenset[str] = frozenset()
    reachable: frozenset[str] = frozenset()
    opted_out: frozenset[str] = frozenset()
    contacts: tuple[date, ...] = ()
    oldest_due: date | None = None
    known_until: date | None = None
    mode: Mode = Mode.AUTOMATIC
    document: bool = False
    greeting: bool = False


class Decision(NamedTuple):
    """May the contact be made: the reasons against it, warnings, and the first instant it may.

    `not_before` (UTC) is None when waiting alone does not help.
    """

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    not_before: datetime | None = None
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a workspace works: its calendar and its time zone."""

    calendar: Calendar
    zone: str = "America/Sao_Paulo"

    def zone_of(self, state: str | None) -> str:
        """The time zone of a debtor of a state (UF), otherwise the workspace's."""
        return clock.zone_of_state(state, self.zone)


def may_contact(
    situation: Situation, rules: Rules, channel: Channel, at: datetime, place: Place
) -> Decision:
    """The one answer to "may we contact this debtor by this channel at this instant (UTC)?".

    Asked by manual, bulk and automatic sends alike. A manual send is only warned of stale payment
    data, because a person has looked.
    """
    today = clock.local_day(at, place.zone_of(situation.state))
    final = [*_nothing_due(situation, rules, today), *_unreachable(situation, channel)]
    held = holds.standing(situation.holds, today, document=situation.document)
    timed = [] if channel in BY_PERSON else _timed(situation, rules, channel, at, place, today)
    stale = _stale(situation, rules, today, place)
    warns = bool(stale) and (situation.mode == Mode.MANUAL or channel in BY_PERSON)
    reasons = (*final, *held, *(() if warns else stale), *timed)
    if not reasons:
        return Decision(True, warnings=tuple(stale))
    waits = not final and (warns or not stale) and all(r.on for r in held)
    not_before = None
    if waits:
        days = [r.on + _ONE_DAY for r in held if r.on] + [r.on for r in timed if r.on]
        start = _start(at, days, place.zone_of(situation.state))
        not_before = opening(rules, channel, situation.state, place, start)
    return Decision(False, reasons, not_before, tuple(stale) if warns else ())


def hours(rules: Rules, channel: Channel | str, state: str | None, day: date) -> Hours | None:
    """The hours of a day in which a debtor of a state may be contacted; None: not on that day.

    E-mail has a window of its own; every other channel keeps the workspace's window, or the one it
    chose for the debtor's state, within that state's law, written for calls and applied to messages
    too: no choice is wider than the law.
    """
    if channel == Channel.EMAIL:
        return rules.email_window.on(day)
    uf = (state or "").upper()
    own, law = rules.state_windows.get(uf, rules.window).on(day), STATE_WINDOWS.get(uf)
    return own.within(law.on(day)) if own and law else own


def opening(
    rules: Rules, channel: Channel | str, state: str | None, place: Place, earliest: datetime
) -> datetime:
    """The first UTC instant from `earliest` on at which the channel may be used.

    Raises LookupError when the rules leave no open hour in more than a year.
    """
    zone = place.zone_of(state)
    local = clock.local_time(earliest, zone)
    day, now = local.date(), local.time()
    for _ in range(_FAR):
        span = hours(rules, channel, state, day) if place.calendar.is_open(day) else None
        if span and now < span.closes:
            return max(earliest, clock.instant(day, max(now, span.opens), zone))
        day, now = day + _ONE_DAY, time.min
    raise LookupError("the contact rules leave no open hour")


def capped(contacts: Iterable[date], day: date, rules: Rules) -> Reason | None:
    """What the caps say against a contact on `day`, with the first day they would allow one.

    `contacts`: days of the other contacts with the debtor, over all campaigns of the workspace.
    """
    days = sorted(contacts)
    reason = _cap_on(days, day, rules)
    if reason is None:
        return None
    free = day + _ONE_DAY
    while _cap_on(days, free, rules) and (free - day).days < _FAR:
        free += _ONE_DAY
    return Reason(reason, "", free)


def is_fresh(known_until: date | None, today: date, rules: Rules, calendar: Calendar) -> bool:
    """Whether the payments known are recent enough to write without a person looking."""
    if known_until is None:
        return False
    return calendar.business_days_between(known_until, today) <= rules.fresh_business_days


@lru_cache(maxsize=64)
def barred_before(today: date, years: int | None) -> date:
    """Debts due before this day are no longer collected; `date.min` when there is no limit."""
    return date.min if years is None else same_day_next_month(today, -12 * years)


def _nothing_due(situation: Situation, rules: Rules, today: date) -> list[Reason]:
    if situation.open_cents <= 0 and not (situation.document or situation.greeting):
        return [Reason(Code.PAID)]
    due = situation.oldest_due
    if due and due < barred_before(today, rules.limitation_years):
        return [Reason(Code.TIME_BARRED)]
    return []


def _unreachable(situation: Situation, channel: Channel) -> list[Reason]:
    if channel in BY_PERSON:
        return []
    if channel not in situation.available:
        return [Reason(Code.CHANNEL_UNAVAILABLE)]
    if channel in situation.opted_out:
        return [Reason(Code.OPT_OUT)]
    return [] if channel in situation.reachable else [Reason(Code.NO_CONTACT)]


def _timed(
    situation: Situation, rules: Rules, channel: Channel, at: datetime, place: Place, today: date
) -> list[Reason]:
    cap = capped(situation.contacts, today, rules)
    reasons = [cap] if cap else []
    if opening(rules, channel, situation.state, place, at) > at:
        closed = not place.calendar.is_open(today)
        reasons.append(Reason(Code.CLOSED_DAY if closed else Code.OUTSIDE_HOURS))
    return reasons


def _stale(situation: Situation, rules: Rules, today: date, place: Place) -> list[Reason]:
    asks = not (situation.document or situation.greeting)
    if not asks or is_fresh(situation.known_until, today, rules, place.calendar):
        return []
    return [Reason(Code.STALE, "", situation.known_until)]


def _start(at: datetime, days: list[date], zone: str) -> datetime:
    return max(at, clock.instant(max(days), time.min, zone)) if days else at


def _cap_on(days: list[date], day: date, rules: Rules) -> Code | None:
    if not days:
        return None
    if days.count(day) >= rules.daily_cap:
        return Code.DAILY_CAP
    spacing = rules.min_spacing_days
    if any(0 < abs((day - other).days) < spacing for other in days):
        return Code.SPACING
    week = sum(0 <= (day - other).days < _WEEK for other in days)
    return Code.WEEKLY_CAP if week >= rules.weekly_cap else None
