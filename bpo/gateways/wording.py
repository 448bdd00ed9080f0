"""Translations and formatting of money, dates and figures, in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import NullTranslations, Translations
from jinja2 import Environment

from bpo import paths
from bpo.kernel import documents
from bpo.kernel.text import Phrase

DEFAULT_LOCALE = "pt_BR"
SOURCE_LOCALE = "en"
LOCALES = (DEFAULT_LOCALE, SOURCE_LOCALE)
NOTHING = "–"
_DAY = {"pt_BR": "dd/MM/yyyy", "en": "d MMM yyyy"}
_SHORT_DAY = {"pt_BR": "dd/MM", "en": "d MMM"}
_MONTH = {"pt_BR": "MMM/yyyy", "en": "MMM yyyy"}
_INSTANT = {"pt_BR": "dd/MM/yyyy HH:mm", "en": "d MMM yyyy HH:mm"}
_REAIS: dict[str, tuple[str, dict[int, int]]] = {
    "pt_BR": ("R$\xa0", str.maketrans(",.", ".,")),
    "en": ("R$", {}),
}
_EXACT_DIGITS = 6
_THOUSAND, _MILLION = Decimal(1_000), Decimal(1_000_000)


# Language -------------------------------------------------------------------------------------


@lru_cache(256)
def known(locale: object) -> str | None:
    """The locale of the product that a code such as `pt-BR`, `pt` or `en_GB` means, if any."""
    language = str(locale or "").replace("-", "_").partition("_")[0].lower()
    return next((known for known in LOCALES if known.partition("_")[0] == language), None)


def files(locale: str) -> list[Path]:
    """The translation files of a locale, one per area, in a stable order."""
    return sorted((paths.TRANSLATIONS / locale).glob("*.po"))


@cache
def translations(locale: str) -> NullTranslations:
    """All areas of a locale as one catalog, read once; the source language translates nothing."""
    merged = Catalog(locale=locale)
    for path in files(locale):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id:
                    merged.add(message.id, message.string, context=message.context)
    if not len(merged):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


def gettext(msgid: str, locale: str, **params: Any) -> str:
    """The text of a message with `%(name)s` parameters filled in."""
    text = str(translations(locale).gettext(msgid))
    return text % params if params else text


def ngettext(singular: str, plural: str, number: int, locale: str, **params: Any) -> str:
    """The text for a count; the count itself is `%(num)s`, or `%(num)d`."""
    text = str(translations(locale).ngettext(singular, plural, number))
    return text % {"num": number, **params}


def say(phrase: Phrase | str, locale: str, *, currency: str = "BRL", zone: Any = UTC) -> str:
    """A phrase as a sentence in the reader's language; plain text is translated as it is."""
    if isinstance(phrase, str):
        return gettext(phrase, locale) if phrase else ""
    values = {
        name: _value(name, value, locale, currency, zone) for name, value in phrase.params.items()
    }
    return gettext(phrase.template, locale).format(**values)


def _value(name: str, value: Any, locale: str, currency: str, zone: Any) -> str:
    """One parameter as text, by its name and type (see `Phrase`)."""
    match value:
        case None:
            return NOTHING
        case Phrase():
            return say(value, locale, currency=currency, zone=zone)
        case datetime():
            return instant(value, zone, locale)
        case date():
            return day(value, locale)
        case list() | tuple():
            return ", ".join(_value(name, item, locale, currency, zone) for item in value)
        case bool() | str():
            return str(value)
        case int() if name.endswith("_cents"):
            return money(value, locale, currency)
        case Decimal() if name.endswith("_pct"):
            return percent(value, locale, _EXACT_DIGITS)
        case int() | float() if name.endswith("_pct"):
            return percent(value, locale)
        case int() if name.endswith("year"):
            return str(value)
        case int() | float() | Decimal():
            return number(value, locale)
    return str(value)


# Figures --------------------------------------------------------------------------------------


def money(cents: int | None, locale: str, currency: str = "BRL") -> str:
    """An amount in centavos: `R$ 1.234,56`, with a space that does not break.

    Reais are put together here: a campaign says tens of thousands of amounts.
    """
    if cents is None:
        return NOTHING
    if currency == "BRL" and locale in _REAIS:
        whole, rest = divmod(abs(int(cents)), 100)
        text = f"{whole:,}.{rest:02}".translate(_REAIS[locale][1])
        return f"{'-' if cents < 0 else ''}{_REAIS[locale][0]}{text}"
    return format_currency(Decimal(int(cents)).scaleb(-2), currency, locale=locale)


def amount(cents: int | None, locale: str) -> str:
    """An amount without its currency, as people type it: `1.234,56`."""
    if cents is None:
        return NOTHING
    return format_decimal(Decimal(int(cents)).scaleb(-2), "#,##0.00", locale=locale)


def money_short(cents: int | None, locale: str, currency: str = "BRL") -> str:
    """An amount for the axis of a chart: `R$ 12,3 mil`, `R$ 1,2 mi`."""
    if cents is None:
        return NOTHING
    value = Decimal(int(cents)).scaleb(-2)
    for limit, msgid in ((_MILLION, "%(amount)sM"), (_THOUSAND, "%(amount)sk")):
        if abs(value) >= limit:
            text = gettext(msgid, locale, amount=_rounded(value / limit, locale, currency))
            return text.replace(" ", "\xa0")
    return _rounded(value, locale, currency)


def _rounded(value: Decimal, locale: str, currency: str) -> str:
    if currency == "BRL" and locale in _REAIS:
        return f"{'-' if value < 0 else ''}{_REAIS[locale][0]}{number(abs(value), locale, 1)}"
    pattern = "¤\xa0#,##0.#" if locale == DEFAULT_LOCALE else "¤#,##0.#"
    return format_currency(value, currency, pattern, locale=locale, currency_digits=False)


def number(value: float | Decimal | None, locale: str, digits: int = 2) -> str:
    """A figure with the reader's separators and at most `digits` decimals, halves to even.

    Put together here, as amounts are: a dashboard says thousands of figures.
    """
    if value is None or value != value:
        return NOTHING
    if isinstance(value, int):
        return f"{value:,}".translate(_REAIS[locale][1])
    text = _digits(value, digits)
    text = text.rstrip("0").rstrip(".") if digits else text
    return text.translate(_REAIS[locale][1])


def fixed(value: float | Decimal | None, locale: str, digits: int = 1) -> str:
    """A figure with the reader's separators and just as many decimals as its neighbours."""
    if value is None or value != value:
        return NOTHING
    return _digits(value, digits).translate(_REAIS[locale][1])


def _digits(value: float | Decimal, digits: int) -> str:
    return f"{Decimal(str(value)).quantize(_step(digits), ROUND_HALF_EVEN):,f}"


@cache
def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def percent(value: float | Decimal | None, locale: str, digits: int = 1) -> str:
    """A percentage given from 0 to 100: 92 is `92%`, undefined is a dash."""
    if value is None or value != value:
        return NOTHING
    return number(value, locale, digits) + "%"


def days(count: int | None, locale: str) -> str:
    """A number of days with its noun: `1 dia`, `12 dias`."""
    if count is None:
        return NOTHING
    text = number(count, locale, 0)
    return ngettext("%(text)s day", "%(text)s days", abs(int(count)), locale, text=text)


# Days and instants ----------------------------------------------------------------------------


def day(value: date | None, locale: str) -> str:
    """A day: `22/11/2026`."""
    if value is not None and locale == DEFAULT_LOCALE:
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    return _dated(value, _DAY, locale)


def day_short(value: date | None, locale: str) -> str:
    """A day whose year is plain from its surroundings: `22/11`."""
    return _dated(value, _SHORT_DAY, locale)


def month(value: date | None, locale: str) -> str:
    """The month of a day: `nov/2026`."""
    return _dated(value, _MONTH, locale).replace(".", "")


def weekday(value: date | None, locale: str) -> str:
    """The name of the weekday, in full."""
    return NOTHING if value is None else format_date(value, "EEEE", locale=locale)


def _dated(value: date | None, patterns: Mapping[str, str], locale: str) -> str:
    if value is None:
        return NOTHING
    return format_date(value, patterns.get(locale, patterns[SOURCE_LOCALE]), locale=locale)


def instant(value: datetime | None, zone: str | tzinfo, locale: str) -> str:
    """A UTC instant on the clock of a zone, to the minute: `22/11/2026 14:05`."""
    return _on_the_clock(value, _INSTANT.get(locale, _INSTANT[SOURCE_LOCALE]), zone, locale)


def clock(value: datetime | None, zone: str | tzinfo, locale: str) -> str:
    """The time of day of a UTC instant on the clock of a zone: `14:05`."""
    return _on_the_clock(value, "HH:mm", zone, locale)


def _on_the_clock(value: datetime | None, pattern: str, zone: str | tzinfo, locale: str) -> str:
    if value is None:
        return NOTHING
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return format_datetime(aware, pattern, tzinfo=get_timezone(zone), locale=locale)


def near_day(value: date | None, today: date, locale: str) -> str:
    """A day after "until" or "for": `hoje`, `ontem`, `amanhã`; every other one by date."""
    if value is not None and abs((value - today).days) > 1:
        return day(value, locale)
    return relative_day(value, today, locale)


def relative_day(value: date | None, today: date, locale: str) -> str:
    """A day seen from today: `hoje`, `ontem`, `em 3 dias`, `há 12 dias`; far days by date."""
    if value is None:
        return NOTHING
    distance = (value - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(distance)
    if near:
        return gettext(near, locale)
    if abs(distance) > 60:
        return day(value, locale)
    if distance > 0:
        return ngettext("in %(num)s day", "in %(num)s days", distance, locale)
    return ngettext("%(num)s day ago", "%(num)s days ago", -distance, locale)


# Templates ------------------------------------------------------------------------------------


def filters(
    locale: Callable[[], str], zone: Callable[[], str | tzinfo]
) -> dict[str, Callable[..., str]]:
    """The template filters, bound to whoever reads: money, date, datetime, percent, phrase …"""
    return {
        "money": lambda cents, currency="BRL": money(cents, locale(), currency),
        "money_short": lambda cents, currency="BRL": money_short(cents, locale(), currency),
        "amount": lambda cents: amount(cents, locale()),
        "number": lambda value, digits=2: number(value, locale(), digits),
        "fixed": lambda value, digits=1: fixed(value, locale(), digits),
        "percent": lambda value, digits=1: percent(value, locale(), digits),
        "days": lambda count: days(count, locale()),
        "date": lambda value: day(_local_day(value, zone()), locale()),
        "date_short": lambda value: day_short(_local_day(value, zone()), locale()),
        "month": lambda value: month(value, locale()),
        "weekday": lambda value: weekday(value, locale()),
        "datetime": lambda value: instant(value, zone(), locale()),
        "clock": lambda value: clock(value, zone(), locale()),
        "relative_day": lambda value, today: relative_day(value, today, locale()),
        "near_day": lambda value, today: near_day(value, today, locale()),
        "phrase": lambda phrase, currency="BRL": say(
            phrase, locale(), currency=currency, zone=zone()
        ),
        "document": lambda text: documents.formatted(text) if text else NOTHING,
        "document_hidden": lambda text: documents.hidden(text) if text else NOTHING,
    }


def _local_day(value: date | datetime | None, zone: str | tzinfo) -> date | None:
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(get_timezone(zone)).date()


def install(environment: Environment, locale: str, zone: str | tzinfo = "UTC") -> None:
    """Give a Jinja environment outside the web (mail, PDF) one language: `_()` and filters."""
    catalog = translations(locale)
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=catalog.gettext, ngettext=catalog.ngettext, newstyle=True
    )
    environment.filters.update(filters(lambda: locale, lambda: zone))
    environment.globals["language"] = Locale.parse(locale).language
