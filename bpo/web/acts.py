"""How acts of the audit trail and events of accounts are told: words, an icon and a tone."""

import re
from datetime import date, datetime
from typing import Any

from flask import Flask

from bpo.analytics import weekly
from bpo.gateways import wording
from bpo.kernel.text import Phrase
from bpo.web import language, statuses
from bpo.web.statuses import Tone, spelled
from bpo.web.vocabulary import ACCOUNTS, FIELDS, MOVED, PROGRAMS, VALUES, WORKSPACES

_ALL = ACCOUNTS | WORKSPACES
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
_ISO_WEEK = re.compile(r"\d{4}-W\d\d")
_STATES = frozenset({"before", "after"})


def init_app(app: Flask) -> None:
    """Register the filters `act…`, `program`, `field_label` and `field_value`."""
    app.jinja_env.filters.update(
        act=told,
        act_icon=icon,
        act_tone=tone,
        program=program,
        field_label=field,
        field_value=value,
    )


def known(action: str) -> bool:
    """Whether an act has words of its own."""
    thing, _, state = action.partition(".")
    return action in _ALL or (thing in MOVED and state in statuses.BADGES)


def told(action: str) -> str:
    """An act in the reader's words; one that has none by its code."""
    locale = language.current()
    if action in _ALL:
        return wording.say(_ALL[action][0], locale)
    if not known(action):
        return action
    thing, _, state = action.partition(".")
    return f"{wording.say(MOVED[thing][0], locale)}: {wording.say(statuses.label(state), locale)}"


def icon(action: str) -> str:
    """The icon of an act."""
    if action in _ALL:
        return _ALL[action][1]
    return MOVED[action.partition(".")[0]][1] if known(action) else "circle-dot"


def tone(action: str) -> str:
    """What the colour of an act says."""
    if action in _ALL:
        return _ALL[action][2].value
    return statuses.tone(action.partition(".")[2]).value if known(action) else Tone.NEUTRAL.value


def program(name: str) -> str:
    """A part of the program that acted by itself, in the reader's words."""
    known = PROGRAMS.get(name)
    return wording.say(known, language.current()) if known else name


def field(name: str) -> str:
    """The name of a field in the reader's words; an unknown one with its words spaced."""
    known = FIELDS.get(name)
    return wording.say(known, language.current()) if known else spelled(name)


def value(given: Any, name: str) -> str:
    """A recorded value in the reader's words, by the name of its field."""
    locale = language.current()
    match given:
        case None | "":
            return wording.NOTHING
        case bool():
            return wording.gettext("yes" if given else "no", locale)
        case int() if name.endswith("_cents"):
            return wording.money(given, locale)
        case str() if given in VALUES.get(name, {}):
            return wording.say(VALUES[name][given], locale)
        case str() if _ISO_DAY.fullmatch(given):
            return wording.day(date.fromisoformat(given), locale)
        case str() if _ISO_WEEK.fullmatch(given):
            return wording.say(Phrase("week until {day}", day=weekly.week(given).last), locale)
        case int() if name == "weekday":
            return wording.weekday(date.fromisocalendar(2024, 1, given % 7 + 1), locale)
        case str() if _ISO_INSTANT.fullmatch(given):
            return wording.instant(datetime.fromisoformat(given), language.zone(), locale)
        case str() if name in _STATES and given in statuses.BADGES:
            return wording.say(statuses.label(given), locale)
        case dict():
            return "; ".join(f"{field(key)}: {value(item, key)}" for key, item in given.items())
        case list():
            return ", ".join(value(item, name) for item in given)
    return str(given)
