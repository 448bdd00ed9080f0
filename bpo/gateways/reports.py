"""Reports made for client companies: the PDFs and the mails that carry them."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bpo import paths
from bpo.analytics.charts import Palette
from bpo.analytics.monthly import MonthlyFigures
from bpo.analytics.weekly import WeeklyFigures
from bpo.domain.insight.dossiers import Dossier
from bpo.gateways import dossiers, monthly, pdf, wording
from bpo.gateways.weekly import details, overview, pictures
from bpo.gateways.weekly.voice import Voice
from bpo.kernel import colours, documents

ASSETS = paths.TEMPLATES / "reports"
_PAGES, _MONTHLY_PAGES = 2, 3
_MAILED = 3
"""Questions that a mail tells; the portal has them all."""


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


@dataclass(frozen=True, slots=True)
class MailWords:
    """What a mail calls its list, its button and the choice of mails; how to answer the list."""

    decisions: str
    button: str
    preferences: str
    answer: str = ""


def weekly_pdf(figures: WeeklyFigures, identity: Identity, locale: str) -> bytes:
    """The weekly report on two A4 pages; the same figures give the same bytes."""
    page = _page(figures, identity, Voice(locale, identity.currency))
    return drawn("reports/weekly.html", page, locale, figures.as_of, _PAGES)


def monthly_pdf(figures: MonthlyFigures, identity: Identity, locale: str) -> bytes:
    """The monthly report; the same figures give the same bytes."""
    voice = Voice(locale, identity.currency)
    palette = Palette(accent=colours.hexadecimal(identity.colour))
    page = monthly_frame(figures, identity, voice) | monthly.page(figures, voice, palette)
    return drawn("reports/monthly.html", page, locale, figures.as_of, _MONTHLY_PAGES)


def dossier_pdf(told: Dossier, identity: Identity, locale: str) -> bytes:
    """The whole file of a debtor; the same facts give the same bytes."""
    voice = Voice(locale, identity.currency)
    frame = framed(identity, told.as_of, voice)
    title = voice.say("Collection dossier of {name}", name=told.name)
    whose = pdf.fitted(f"{frame['prepared']} · {title}", width=395, size=7)
    around = {"title": title, "prepared": whose}
    page = frame | around | dossiers.page(told, voice)
    return drawn("reports/dossier.html", page, locale, told.as_of, _PAGES)


def weekly_html(figures: WeeklyFigures, identity: Identity, locale: str) -> str:
    """What the weekly report is drawn from."""
    page = _page(figures, identity, Voice(locale, identity.currency))
    return html("reports/weekly.html", page, locale, _PAGES)


def drawn(template: str, page: dict[str, Any], locale: str, dated: date, pages: int) -> bytes:
    """A document, drawn again when it has another number of pages than thought.

    It says how many it has: letting the converter count them takes a second pass always.
    """
    document = pdf.render(html(template, page, locale, pages), assets=ASSETS, dated=dated)
    found = pdf.page_count(document)
    if found == pages:
        return document
    return pdf.render(html(template, page, locale, found), assets=ASSETS, dated=dated)


def html(template: str, page: dict[str, Any], locale: str, pages: int) -> str:
    """What a document is drawn from."""
    return _environment(locale).get_template(template).render(page=page, pages=pages)


def weekly_mail(figures: WeeklyFigures, identity: Identity, locale: str, links: Links) -> Rendered:
    """The mail that carries the report: the three figures that matter and the way to the rest."""
    voice = Voice(locale, identity.currency)
    return mailed(_mail(figures, identity, voice), locale, links)


def monthly_mail(
    figures: MonthlyFigures, identity: Identity, locale: str, links: Links
) -> Rendered:
    """The mail that carries the month."""
    voice = Voice(locale, identity.currency)
    came_in, is_late = monthly.headline(figures, voice)
    month = monthly.named(figures.month.first, locale)
    values = _around_mail(identity, figures.as_of, voice) | {
        "subject": voice.say("{name}: report of {month}", name=identity.name, month=month),
        "headline": came_in,
        "second_headline": is_late,
        "key_figures": monthly.key_figures(figures, voice),
        "decisions": (),
        "more_decisions": 0,
    }
    return mailed(values, locale, links)


def mailed(
    values: dict[str, Any], locale: str, links: Links, words: MailWords | None = None
) -> Rendered:
    """A mail from its values; `words` None: those of the reports of a company."""
    values = values | {"links": links, "words": words or _company_words(locale)}
    environment = _environment(locale)
    html = environment.get_template("reports/weekly_mail.html").render(values)
    text = environment.get_template("reports/weekly_mail.txt").render(values)
    return Rendered(values["subject"], text, css_inline.inline(html, load_remote_stylesheets=False))


def _company_words(locale: str) -> MailWords:
    voice = Voice(locale)
    return MailWords(
        decisions=voice.say("What needs your decision"),
        button=voice.say("Open the portal"),
        preferences=voice.say("Choose which mails you receive"),
        answer=voice.say("Answer this e-mail with what you decide."),
    )


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
        **_around(figures, identity, voice),
        **overview.page(figures, voice),
        **details.page(figures, voice),
        **pictures.page(figures, voice, Palette(accent=accent)),
    }


def _around(figures: WeeklyFigures, identity: Identity, voice: Voice) -> dict[str, str]:
    """What frames the content on both pages: whose figures, of when, prepared by whom."""
    week = figures.week
    title = voice.say("Weekly report of {name}, {week}", name=identity.name, week=week.label)
    return framed(identity, figures.as_of, voice) | {
        "title": title,
        "period": voice.say("Weekly report, {first} to {last}", first=week.first, last=week.last),
    }


def monthly_frame(figures: MonthlyFigures, identity: Identity, voice: Voice) -> dict[str, str]:
    """What frames the pages of a month."""
    month = monthly.named(figures.month.first, voice.locale)
    frame = framed(identity, figures.as_of, voice)
    return frame | {
        "title": voice.say("Report of {name}, {month}", name=identity.name, month=month),
        "period": voice.say("Report of {month}", month=month),
    }


def framed(identity: Identity, as_of: date, voice: Voice) -> dict[str, str]:
    """What every page of a report says around its content."""
    position = voice.say("Position on {as_of}", as_of=as_of)
    prepared = voice.say("Prepared by {bpo}", bpo=pdf.fitted(identity.bpo_name, width=230, size=7))
    return {
        "accent": colours.hexadecimal(identity.colour),
        "author": identity.bpo_name,
        "name": pdf.fitted(identity.name, width=258, size=12.5, family="InterDisplay"),
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
    return _around_mail(identity, figures.as_of, voice) | {
        "subject": voice.say(
            "{name}: weekly report, {first} to {last}",
            name=identity.name,
            first=wording.day_short(figures.week.first, voice.locale),
            last=wording.day_short(figures.week.last, voice.locale),
        ),
        "headline": came_in,
        "second_headline": is_late,
        "key_figures": overview.key_figures(figures, voice),
        "decisions": overview.decisions(figures, voice, most=_MAILED),
        "more_decisions": max(len(figures.decisions) - _MAILED, 0),
    }


def _around_mail(identity: Identity, as_of: date, voice: Voice) -> dict[str, Any]:
    number = f" · CNPJ {documents.formatted(identity.cnpj)}" if identity.cnpj else ""
    return {
        "identity": identity,
        "accent": colours.hexadecimal(identity.colour),
        "position": voice.say("Position on {as_of}", as_of=as_of),
        "prepared": voice.say("Prepared by {bpo}", bpo=identity.bpo_name),
        "creditor": identity.legal_name + number,
    }
