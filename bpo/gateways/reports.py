"""Reports made for client companies: the weekly PDF and the mail that carries it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bpo import paths
from bpo.analytics.charts import Palette
from bpo.analytics.weekly import WeeklyFigures
from bpo.gateways import pdf, wording
from bpo.gateways.weekly import details, overview, pictures
from bpo.gateways.weekly.voice import Voice
from bpo.kernel import colours, documents

ASSETS = paths.TEMPLATES / "reports"
_PAGES = 2


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose report it is: the client company, its palette colour, and the BPO that prepared it.

    `cnpj` without punctuation or None; `colour` a name of the palette of workspaces.
    """

    name: str
    legal_name: str
    cnpj: str | None
    colour: str
    bpo_name: str
    currency: str = "BRL"


@dataclass(frozen=True, slots=True)
class Links:
    """Where the mail leads: the workspace's portal, and the page where mails are chosen."""

    portal: str
    preferences: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready to be sent: the same words as text and as HTML."""

    subject: str
    text: str
    html: str


def weekly_pdf(figures: WeeklyFigures, identity: Identity, locale: str) -> bytes:
    """The weekly report on two A4 pages; the same figures give the same bytes."""
    page = _page(figures, identity, Voice(locale, identity.currency))
    document = _drawn(page, figures, locale, _PAGES)
    pages = pdf.page_count(document)
    return document if pages == _PAGES else _drawn(page, figures, locale, pages)


def _drawn(page: dict[str, Any], figures: WeeklyFigures, locale: str, pages: int) -> bytes:
    """The document saying that it has so many pages: counting them itself takes a second pass."""
    html = _environment(locale).get_template("reports/weekly.html").render(page=page, pages=pages)
    return pdf.render(html, assets=ASSETS, dated=figures.as_of)


def weekly_mail(figures: WeeklyFigures, identity: Identity, locale: str, links: Links) -> Rendered:
    """The mail that carries the report: the three figures that matter and the way to the rest."""
    voice = Voice(locale, identity.currency)
    values = _mail(figures, identity, voice) | {"links": links}
    environment = _environment(locale)
    html = environment.get_template("reports/weekly_mail.html").render(values)
    text = environment.get_template("reports/weekly_mail.txt").render(values)
    return Rendered(values["subject"], text, css_inline.inline(html, load_remote_stylesheets=False))


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        autoescape=lambda name: name is not None and not name.endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording.install(environment, locale)
    return environment


def _page(figures: WeeklyFigures, identity: Identity, voice: Voice) -> dict[str, Any]:
    accent = colours.hexadecimal(identity.colour)
    return {
        "accent": accent,
        "author": identity.bpo_name,
        **_around(figures, identity, voice),
        **overview.page(figures, voice),
        **details.page(figures, voice),
        **pictures.page(figures, voice, Palette(accent=accent)),
    }


def _around(figures: WeeklyFigures, identity: Identity, voice: Voice) -> dict[str, str]:
    """What frames the content on both pages: whose figures, of when, prepared by whom."""
    week = figures.week
    title = voice.say("Weekly report of {name}, {week}", name=identity.name, week=week.label)
    position = voice.say("Position on {as_of}", as_of=figures.as_of)
    prepared = voice.say("Prepared by {bpo}", bpo=pdf.fitted(identity.bpo_name, width=230, size=7))
    return {
        "title": title,
        "name": pdf.fitted(identity.name, width=258, size=12.5, family="InterDisplay"),
        "period": voice.say("Weekly report, {first} to {last}", first=week.first, last=week.last),
        "position": position,
        "creditor": _creditor(identity),
        "prepared": f"{prepared} · {position}",
    }


def _creditor(identity: Identity) -> str:
    """The company in full for the footer, its name cut when both do not fit one line."""
    number = f" · CNPJ {documents.formatted(identity.cnpj)}" if identity.cnpj else ""
    return pdf.fitted(identity.legal_name, width=300, size=7) + number


def _mail(figures: WeeklyFigures, identity: Identity, voice: Voice) -> dict[str, Any]:
    came_in, is_late = overview.headline(figures, voice)
    number = f" · CNPJ {documents.formatted(identity.cnpj)}" if identity.cnpj else ""
    return {
        "subject": voice.say(
            "{name}: weekly report, {first} to {last}",
            name=identity.name,
            first=wording.day_short(figures.week.first, voice.locale),
            last=wording.day_short(figures.week.last, voice.locale),
        ),
        "identity": identity,
        "accent": colours.hexadecimal(identity.colour),
        "headline": came_in,
        "second_headline": is_late,
        "key_figures": overview.key_figures(figures, voice),
        "decisions": overview.decisions(figures, voice, most=3),
        "position": voice.say("Position on {as_of}", as_of=figures.as_of),
        "prepared": voice.say("Prepared by {bpo}", bpo=identity.bpo_name),
        "creditor": identity.legal_name + number,
    }
