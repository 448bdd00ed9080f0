"""More dashboards of a client company: patterns of payment, what works, where money waits."""

from datetime import date
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.formats import sheets
from bpo.gateways import wording
from bpo.kernel.text import Phrase
from bpo.queries.insight import bottlenecks, effects, patterns
from bpo.queries.insight.effects import Effects
from bpo.web import access, figures, filters, language
from bpo.web.office import blueprint
from bpo.web.office.insight.analysis import BANDS
from bpo.web.office.people import lists
from bpo.web.office.reminders import text_words

WEEKDAYS = (
    Phrase("Monday"),
    Phrase("Tuesday"),
    Phrase("Wednesday"),
    Phrase("Thursday"),
    Phrase("Friday"),
    Phrase("Saturday"),
    Phrase("Sunday"),
)
PARTS = {
    "-": Phrase("Paid at once"),
    "first": Phrase("First instalment"),
    "middle": Phrase("An instalment between"),
    "last": Phrase("Last instalment"),
}
PURCHASES = {
    "first": Phrase("First purchase of a new customer"),
    "later": Phrase("Every other purchase"),
}
GROUPS = {
    "band": Phrase("By amount"),
    "weekday": Phrase("By weekday of the due date"),
    "part": Phrase("By instalment"),
    "purchase": Phrase("First purchase or later"),
}
SPANS = {"half": Phrase("Six months"), "month": Phrase("The month")}
TABLES = {
    "step": Phrase("By step"),
    "channel": Phrase("By channel"),
    "text": Phrase("By text"),
    "analyst": Phrase("By analyst: calls and visits"),
}
CHANNELS = {
    "email": Phrase("E-mail"),
    "sms": Phrase("SMS"),
    "whatsapp": Phrase("WhatsApp"),
    "letter": Phrase("Letter"),
    "call": Phrase("Call"),
    "task": Phrase("Call"),
}
TEXTS = text_words.NAMES | {
    "call": Phrase("Call"),
    "decide": Phrase("The client decides what comes next"),
}
WAITING = {
    "dispute": (Phrase("Disputed: waits for an answer"), "disputed"),
    "promise": (Phrase("Promised: waits for the day"), "promised"),
    "hold": (Phrase("On hold: nobody is written to"), "on_hold"),
    "no_contact": (Phrase("No valid contact: nobody can be written to"), "no_contact"),
    "task": (Phrase("Waits for an analyst: a task is due"), None),
    "reminders": (Phrase("In the reminders"), "overdue"),
}


@blueprint.get("/w/<slug>/analysis/patterns", endpoint="analysis_patterns")
@access.requires(Permission.SEE_WORKSPACE)
def show_patterns(slug: str) -> str:
    """Who pays late by weekday, amount, instalment and first purchase; who does so again."""
    place = figures.position()
    return render_template(
        "office/analysis/patterns.html",
        found=patterns.of(db.session(), g.workspace.id, place.as_of),
        position=place,
        groups=GROUPS,
        names=_named,
        weekdays=WEEKDAYS,
    )


@blueprint.get("/w/<slug>/analysis/patterns.csv", endpoint="analysis_patterns_csv")
@blueprint.get("/w/<slug>/analysis/patterns.xlsx", endpoint="analysis_patterns_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def patterns_file(slug: str) -> Response:
    """The patterns as rows."""
    found = patterns.of(db.session(), g.workspace.id, figures.position().as_of)
    head = [_("Pattern"), _("Value"), _("Invoices"), _("Late"), _("Amount"), _("Late amount")]
    rows = [
        [
            _say(GROUPS[kind]),
            _say(_named(kind, one.value)),
            one.count,
            one.late_count,
            lists.amount(one.cents),
            lists.amount(one.late_cents),
        ]
        for kind, some in found.groups.items()
        for one in some
    ]
    return lists.spreadsheet("patterns", head, rows)


@blueprint.get("/w/<slug>/analysis/recovery", endpoint="analysis_recovery")
@access.requires(Permission.SEE_WORKSPACE)
def show_recovery(slug: str) -> str:
    """What came in after each step, channel, text, and after the calls of each analyst."""
    place = figures.position()
    return render_template(
        "office/analysis/recovery.html",
        told=_effects(place.as_of),
        position=place,
        spans=SPANS,
        tables=TABLES,
        named=effect_name,
    )


@blueprint.get("/w/<slug>/analysis/recovery.csv", endpoint="analysis_recovery_csv")
@blueprint.get("/w/<slug>/analysis/recovery.xlsx", endpoint="analysis_recovery_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def recovery_file(slug: str) -> Response:
    """The same as rows."""
    found = _effects(figures.position().as_of)
    head = [_("Of"), _("Name"), _("Invoices"), _("Asked for"), _("Came after"), _("Share")]
    rows = [
        [
            _say(TABLES[kind]),
            effect_name(kind, one.name),
            one.invoices,
            lists.amount(one.told_cents),
            lists.amount(one.recovered_cents),
            _decimal(one.recovered_pct),
        ]
        for kind, some in found.tables.items()
        for one in some
    ]
    return lists.spreadsheet("recovery", head, rows)


@blueprint.get("/w/<slug>/analysis/waiting", endpoint="analysis_waiting")
@access.requires(Permission.SEE_WORKSPACE)
def show_waiting(slug: str) -> str:
    """Where the overdue money waits today."""
    rows, unmatched = bottlenecks.of(db.session(), g.workspace.id, lists.today())
    return render_template(
        "office/analysis/waiting.html",
        rows=rows,
        unmatched=unmatched,
        names=WAITING,
        total=sum(row.cents for row in rows),
        today=lists.today(),
        down=lambda where: url_for("office.analysis_held", slug=slug, where=where),
    )


@blueprint.get("/w/<slug>/analysis/waiting.csv", endpoint="analysis_waiting_csv")
@blueprint.get("/w/<slug>/analysis/waiting.xlsx", endpoint="analysis_waiting_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def waiting_file(slug: str) -> Response:
    """The same as rows."""
    rows, _unmatched = bottlenecks.of(db.session(), g.workspace.id, lists.today())
    head = [_("Where"), _("Invoices"), _("Debtors"), _("Overdue"), _("Days late")]
    cells = (
        [_say(WAITING[row.where][0]), row.count, row.debtors, lists.amount(row.cents), row.days]
        for row in rows
    )
    return lists.spreadsheet("waiting", head, cells)


def list_of(where: str) -> str:
    """The list in which what waits is looked through."""
    slug, show = g.workspace.slug, WAITING[where][1]
    if show is None:
        return url_for("office.inbox", client=slug)
    of = "office.debtors" if where == "no_contact" else "office.receivables"
    return url_for(of, slug=slug, show=show)


def _effects(as_of: date) -> Effects:
    """What followed the contacts of the six months until a day, or of its month (`?span=month`)."""
    return effects.of(db.session(), g.workspace.id, as_of, first_day(as_of))


def first_day(as_of: date) -> date | None:
    """The first day of the contacts that the address asks for; none for six months."""
    return as_of.replace(day=1) if request.args.get("span") == "month" else None


def effect_name(kind: str, name: str) -> str:
    """What people call a step, a channel, a text or an analyst."""
    if name == "-":
        return _("without")
    if kind == "step":
        return filters.step_label(name)
    words = {"channel": CHANNELS, "text": TEXTS}.get(kind, {})
    return _say(words[name]) if name in words else name


def _named(kind: str, value: str) -> Phrase:
    if kind == "weekday":
        return WEEKDAYS[int(value) - 1]
    names: dict[str, Any] = {"band": BANDS, "part": PARTS, "purchase": PURCHASES}
    found: Phrase = names[kind][value]
    return found


def _say(phrase: Phrase) -> str:
    return wording.say(phrase, language.current())


def _decimal(value: float | None) -> sheets.Number:
    text = "" if value is None else f"{value:.4f}"
    return sheets.Number(text.replace(".", ",") if language.current() == "pt_BR" else text)
