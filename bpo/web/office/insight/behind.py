"""What is behind a line of the other dashboards: invoices told of, that wait, money by weekday."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel import text
from bpo.kernel.errors import NotFound
from bpo.queries.insight import bottlenecks, effects, patterns
from bpo.web import access, figures, language
from bpo.web.office import blueprint
from bpo.web.office.insight import analysis_rooms
from bpo.web.office.people import lists

SIZE = 100
ASKED = ("name", "day", "span")
CENTS, DAYS, DAY = "cents", "days", "day"


class Line(NamedTuple):
    """One receivable in the list, and what the columns say of it: centavos, days, dates."""

    id: int
    number: str
    debtor_id: int
    debtor_name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """A list whose number of lines, and sums of its columns, are the figures that led to it.

    `columns`: name and kind (`cents`, `days` or `day`) of each value of a line. `room`: the address
    of the dashboard; `act`: a list in which the same can be worked on, with its name.
    """

    title: str
    name: str
    columns: tuple[tuple[str, str], ...]
    lines: Sequence[Line]
    room: str
    act: tuple[str, str] | None = None

    @property
    def sums(self) -> list[tuple[str, int]]:
        """What each column of money comes to, with its name."""
        return [
            (name, sum(line.values[at] for line in self.lines))
            for at, (name, kind) in enumerate(self.columns)
            if kind == CENTS
        ]


@blueprint.get("/w/<slug>/analysis/recovery/<kind>", endpoint="analysis_effect")
@access.requires(Permission.SEE_WORKSPACE)
def show_effect(slug: str, kind: str) -> str:
    """The invoices that one step, channel, text or analyst told of, and what came after."""
    return _page(_effect(kind), "office.analysis_effect_file", kind=kind)


@blueprint.get("/w/<slug>/analysis/recovery/<kind>.<any(csv, xlsx):form>")
@access.requires(Permission.SEE_WORKSPACE)
def analysis_effect_file(slug: str, kind: str, form: str) -> Response:
    """The same as rows."""
    return _file(_effect(kind))


@blueprint.get("/w/<slug>/analysis/waiting/<where>", endpoint="analysis_held")
@access.requires(Permission.SEE_WORKSPACE)
def show_held(slug: str, where: str) -> str:
    """The overdue receivables that wait in one place."""
    return _page(_held(where), "office.analysis_held_file", where=where)


@blueprint.get("/w/<slug>/analysis/waiting/<where>.<any(csv, xlsx):form>")
@access.requires(Permission.SEE_WORKSPACE)
def analysis_held_file(slug: str, where: str, form: str) -> Response:
    """The same as rows."""
    return _file(_held(where))


@blueprint.get("/w/<slug>/analysis/patterns/paid/<int:weekday>", endpoint="analysis_paid")
@access.requires(Permission.SEE_WORKSPACE)
def show_paid(slug: str, weekday: int) -> str:
    """The money that came in on one weekday of the twelve months."""
    return _page(_paid(weekday), "office.analysis_paid_file", weekday=weekday)


@blueprint.get("/w/<slug>/analysis/patterns/paid/<int:weekday>.<any(csv, xlsx):form>")
@access.requires(Permission.SEE_WORKSPACE)
def analysis_paid_file(slug: str, weekday: int, form: str) -> Response:
    """The same as rows."""
    return _file(_paid(weekday))


def _effect(kind: str) -> Behind:
    if kind not in analysis_rooms.TABLES:
        raise NotFound("There is no such figure")
    name, day = request.args.get("name", ""), figures.position().as_of
    first = analysis_rooms.first_day(day)
    found = effects.behind(db.session(), g.workspace.id, day, kind, name, first)
    return Behind(
        _say(analysis_rooms.TABLES[kind]),
        analysis_rooms.effect_name(kind, name),
        ((_("Contact on"), DAY), (_("Asked for"), CENTS), (_("Came after"), CENTS)),
        [
            Line(
                one.title.id,
                one.title.number,
                one.title.debtor_id,
                one.title.debtor_name,
                (one.day, one.told_cents, one.recovered_cents),
            )
            for one in found
        ],
        "office.analysis_recovery",
    )


def _held(where: str) -> Behind:
    if where not in analysis_rooms.WAITING:
        raise NotFound("There is no such figure")
    name = _say(analysis_rooms.WAITING[where][0])
    found = bottlenecks.titles(db.session(), g.workspace.id, lists.today(), where)
    return Behind(
        _("Where money waits"),
        name,
        ((_("Due on"), DAY), (_("Days late"), DAYS), (_("Overdue"), CENTS)),
        [Line(*one[:4], tuple(one[4:])) for one in found],
        "office.analysis_waiting",
        (_("Open where it is worked on"), analysis_rooms.list_of(where)),
    )


def _paid(weekday: int) -> Behind:
    if not 1 <= weekday <= len(analysis_rooms.WEEKDAYS):
        raise NotFound("There is no such figure")
    day = figures.position().as_of
    found = patterns.money(db.session(), g.workspace.id, day, weekday)
    return Behind(
        _("When money comes in"),
        _say(analysis_rooms.WEEKDAYS[weekday - 1]),
        ((_("Paid on"), DAY), (_("Received"), CENTS)),
        [Line(*one[:4], tuple(one[4:])) for one in found],
        "office.analysis_patterns",
    )


def _page(found: Behind, file: str, **where: Any) -> str:
    slug = g.workspace.slug
    kept = {key: value for key, value in request.args.items() if key in ASKED}
    last = max(-(-len(found.lines) // SIZE), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), last)
    return render_template(
        "office/analysis/behind.html",
        found=found,
        room=url_for(found.room, slug=slug, day=kept.get("day"), span=kept.get("span")),
        file=lambda form: url_for(file, **(kept | where | {"slug": slug, "form": form})),
        position=figures.position(),
        lines=found.lines[(number - 1) * SIZE : number * SIZE],
        number=number,
        size=SIZE,
    )


def _file(found: Behind) -> Response:
    head = [_("Number"), _("Debtor"), *(name for name, _kind in found.columns)]
    rows = (
        [
            line.number,
            line.debtor_name,
            *(
                lists.amount(value) if kind == CENTS else value
                for value, (_name, kind) in zip(line.values, found.columns, strict=True)
            ),
        ]
        for line in found.lines
    )
    return lists.spreadsheet(text.slug(f"{found.title} {found.name}"), head, rows)


def _say(phrase: text.Phrase) -> str:
    return wording.say(phrase, language.current())
