"""How the figures of a client company are told on screens: of which day, in which words."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import g

from bpo.analytics import weekly
from bpo.analytics.definitions import DEFINITIONS
from bpo.analytics.weekly import Week, WeeklyFigures
from bpo.db import db
from bpo.gateways import wording
from bpo.gateways.weekly import details, overview, pictures
from bpo.gateways.weekly.voice import Voice
from bpo.kernel import clock
from bpo.queries.cash import bank_accounts
from bpo.queries.desk import inbox
from bpo.queries.insight import actions, figures
from bpo.web import deeds, forms, language

RECENT_DAYS = 14
RECENT_DEEDS = 12


@dataclass(frozen=True, slots=True)
class Position:
    """The day whose end the page tells, its week, and the company's today."""

    as_of: date
    week: Week
    today: date


@dataclass(frozen=True, slots=True)
class Cash:
    """One week of the chart of money: `received` in the past, `expected` of `due` ahead.

    What is expected comes most likely from `low` to `high` (None where the range was not kept).
    `until`: the last day that a past week tells of.
    """

    label: str
    received: int | None = None
    expected: int | None = None
    due: int | None = None
    low: int | None = None
    high: int | None = None
    until: date | None = None


def position() -> Position:
    """The day that the address asks for (`?day=`); today without one, or for a day to come."""
    today = clock.local_day(g.now, g.workspace.time_zone)
    asked = forms.attempt(lambda: forms.asked().day("day")).result
    as_of = min(asked or today, today)
    return Position(as_of, weekly.week_of(as_of), today)


def voice() -> Voice:
    """The reader's language and the company's currency."""
    return Voice(language.current(), g.workspace.currency)


def context(place: Position) -> dict[str, Any]:
    """What the pages of a company's figures need: the numbers, and the words around them.

    The numbers are those of the weekly report of the same day.
    """
    session, workspace, speaking = db.session(), g.workspace, voice()
    told = figures.week(session, workspace, place.week, place.as_of)
    since = place.as_of - timedelta(days=RECENT_DAYS)
    done = actions.recent(session, workspace, since, place.as_of, RECENT_DEEDS)
    scope = inbox.scope(session, [workspace], g.now)
    return {
        "told": told,
        "position": place,
        "voice": speaking,
        "headline": overview.headline(told, speaking),
        "done": overview.actions(told.actions, speaking),
        "deeds": [deeds.tell(deed, speaking) for deed in done],
        "ages": [f"aging_{key}" for key, _label in _BUCKETS],
        "ageing": [(speaking.say(label), told.aging_cents[key]) for key, label in _BUCKETS],
        "cash": cash(told, speaking),
        "trend": [(pictures.month(p.day, speaking), p.dso) for p in told.trend],
        "accounts": bank_accounts.fresh(session, [workspace], g.now),
        "known_until": scope.known[0],
        "stale": scope.stale[0],
        "why": lambda key: why(key, told, speaking),
    }


def why(key: str, told: WeeklyFigures, speaking: Voice) -> str:
    """What a figure means, and of which day it is."""
    meaning = speaking.phrase(DEFINITIONS[key].meaning)
    return f"{meaning} {speaking.say('Position on {as_of}', as_of=told.as_of)}."


def cash(told: WeeklyFigures, speaking: Voice) -> list[Cash]:
    """The weeks behind and ahead, oldest first."""
    past = [
        Cash(_week(w.first, speaking), received=w.cents, until=min(w.last, told.as_of))
        for w in told.received_weeks
    ]
    ahead = [
        Cash(
            _week(w.first, speaking),
            expected=w.expected_cents,
            due=w.due_cents,
            low=w.low_cents,
            high=w.high_cents,
        )
        for w in told.expected_weeks
    ]
    return [*past, *ahead]


_BUCKETS = tuple(details.BUCKETS.items())


def _week(first: date, speaking: Voice) -> str:
    return wording.day_short(first, speaking.locale)
