"""What the forms about a client company offer to choose from, in the reader's words."""

from datetime import date, timedelta

from babel.dates import get_day_names

from bpo.gateways import wording
from bpo.kernel.colours import COLOURS
from bpo.kernel.text import Phrase
from bpo.web import language

Options = list[tuple[object, str]]

_ZONES = {
    "America/Sao_Paulo": Phrase("Brasília"),
    "America/Manaus": Phrase("Manaus"),
    "America/Cuiaba": Phrase("Cuiabá"),
    "America/Campo_Grande": Phrase("Campo Grande"),
    "America/Boa_Vista": Phrase("Boa Vista"),
    "America/Porto_Velho": Phrase("Porto Velho"),
    "America/Rio_Branco": Phrase("Rio Branco"),
    "America/Noronha": Phrase("Fernando de Noronha"),
    "America/New_York": Phrase("New York"),
    "Europe/Lisbon": Phrase("Lisbon"),
    "UTC": Phrase("UTC"),
}
_COLOURS = {
    "teal": Phrase("Teal"),
    "sky": Phrase("Sky"),
    "blue": Phrase("Blue"),
    "indigo": Phrase("Indigo"),
    "violet": Phrase("Violet"),
    "plum": Phrase("Plum"),
    "rose": Phrase("Rose"),
    "coral": Phrase("Coral"),
    "amber": Phrase("Amber"),
    "olive": Phrase("Olive"),
    "green": Phrase("Green"),
    "slate": Phrase("Slate"),
}
_CALENDARS = {
    "br": Phrase("Brazilian bank holidays, weekends closed"),
    "none": Phrase("Every day is a business day"),
}


def zones(present: str) -> Options:
    """Time zones, the present one included whatever it is."""
    known: Options = [(key, _say(words)) for key, words in _ZONES.items()]
    return known if present in _ZONES else [(present, present), *known]


def colours() -> Options:
    """The palette."""
    return [(name, _say(_COLOURS[name])) for name in COLOURS]


def calendars() -> Options:
    """The calendars of business days."""
    return [(key, _say(words)) for key, words in _CALENDARS.items()]


def languages() -> Options:
    """The languages of messages and reports."""
    return [("pt_BR", "Português"), ("en", "English")]


def weekdays() -> Options:
    """The days of the week from Monday, 0."""
    names = get_day_names("wide", "stand-alone", language.current())
    return [(number, names[number]) for number in range(7)]


def hours() -> Options:
    """The hours of the day."""
    return [(hour, f"{hour:02}:00") for hour in range(24)]


def first_day_of_next_month(today: date) -> date:
    """Where a change of policy usually begins."""
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _say(words: Phrase) -> str:
    return wording.say(words, language.current())
