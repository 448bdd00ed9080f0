"""Dashboards of a client company: figures by segment, and the receivables behind each figure."""

from collections.abc import Iterator
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.analytics import losses, parts
from bpo.analytics.definitions import DEFINITIONS, Definition
from bpo.analytics.frames import Frames
from bpo.analytics.losses import Loss
from bpo.analytics.parts import KEYS, Breakdown, Part
from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.formats import sheets
from bpo.gateways import wording
from bpo.gateways.weekly import details, pictures
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.queries.insight import analysis
from bpo.queries.insight import figures as figures_of
from bpo.queries.insight.analysis import Chosen
from bpo.web import access, figures, filters, forms, language
from bpo.web.figures import Position
from bpo.web.office import blueprint
from bpo.web.office.desk import commitments
from bpo.web.office.people import lists

SIZE = 100
GROUPS = (
    (
        Phrase("The balance"),
        ("open_cents", "open_count", "delinq_gt0_pct", "delinq_gt30_pct", "true_dso_open"),
    ),
    (Phrase("Days"), ("dso_simple_90", "bpdso_90", "add", "dso_countback")),
    (
        Phrase("The month"),
        (
            "received_month_cents",
            "issued_month_cents",
            "cei_month",
            "pmr_month",
            "avg_delay_month",
        ),
    ),
)
PRACTICE = Phrase("What may be lost, and what was agreed")
SPLITS = {
    "class": Phrase("Class"),
    "tag": Phrase("Tag"),
    "band": Phrase("Amount"),
    "debtor": Phrase("Debtor"),
    "step": Phrase("Last step"),
    "analyst": Phrase("Analyst"),
}
BANDS = {
    "to_200": Phrase("Up to 200"),
    "to_1000": Phrase("200 to 1,000"),
    "to_5000": Phrase("1,000 to 5,000"),
    "to_20000": Phrase("5,000 to 20,000"),
    "over_20000": Phrase("Over 20,000"),
}


@blueprint.get("/w/<slug>/analysis", endpoint="analysis")
@access.requires(Permission.SEE_WORKSPACE)
def show_analysis(slug: str) -> str:
    """Every figure of a day with its way down, by segment, over the months, and what rolled on."""
    place, chosen, by = figures.position(), _chosen(), _by()
    found = analysis.of(db.session(), g.workspace.id, place.as_of, chosen, by)
    return render_template(
        "office/analysis/page.html",
        found=found,
        position=place,
        chosen=chosen,
        by=by,
        splits=SPLITS,
        groups=(*GROUPS, (PRACTICE, tuple(found.practice))),
        values={**found.metrics.as_json(), **found.practice},
        definitions=DEFINITIONS,
        down=lambda key: _down(key, place, chosen),
        label=_named,
        part_of=lambda key, value: _down(key, place, Chosen(by, value, chosen.pairs)),
        narrowed=lambda value: url_for(
            "office.analysis",
            slug=slug,
            split=request.args.get("split"),
            day=request.args.get("day"),
            **_asked(Chosen(by, value, chosen.pairs)),
        ),
        chosen_name=_names(chosen),
        notes={parts.EXPECTED_LOSS: losses.basis(found.loss.rates)},
        labels=[pictures.month(day, figures.voice()) for day, _told in found.trend],
    )


@blueprint.get("/w/<slug>/analysis.csv", endpoint="analysis_csv")
@blueprint.get("/w/<slug>/analysis.xlsx", endpoint="analysis_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def analysis_file(slug: str) -> Response:
    """The figures of the day, then the segments, as the screen tells them."""
    place, chosen, by = figures.position(), _chosen(), _by()
    found = analysis.of(db.session(), g.workspace.id, place.as_of, chosen, by)
    head = [_("Figure"), _("Value"), _("Unit"), _("Position")]
    rows: list[list[object]] = []
    for key, value in (found.metrics.as_json() | dict(found.practice)).items():
        if isinstance(value, dict):
            for bucket, cents in value.items():
                name = f"{_say(DEFINITIONS[key].name)} {bucket}"
                rows.append([name, lists.amount(cents), "cents", place.as_of])
            continue
        unit = DEFINITIONS[key].unit
        rows.append([_say(DEFINITIONS[key].name), _cell(unit, value), unit, place.as_of])
    rows += _shares_lost(found.loss, place)
    for row in found.segments:
        name = f"{_say(SPLITS[by])}: {_named(by, row.label)}"
        rows.append([f"{name} · {_('Open')}", lists.amount(row.open_cents), "cents", place.as_of])
        late = lists.amount(row.overdue_cents)
        rows.append([f"{name} · {_('Overdue')}", late, "cents", place.as_of])
        old = lists.amount(row.over_90_cents)
        rows.append([f"{name} · {_('Over 90')}", old, "cents", place.as_of])
        rows.append([f"{name} · {_('Invoices')}", row.open_count, "count", place.as_of])
        late_ones = f"{name} · {_('Overdue invoices')}"
        rows.append([late_ones, row.overdue_count, "count", place.as_of])
    return lists.spreadsheet("figures", head, rows)


@blueprint.get("/w/<slug>/figures/<key>", endpoint="analysis_figure")
@access.requires(Permission.SEE_WORKSPACE)
def show_figure(slug: str, key: str) -> str:
    """Why a number is what it is: its definition, its formula, the receivables behind it."""
    return render_template(
        "office/analysis/figure.html", **figure(key, figures.position(), _chosen())
    )


def figure(key: str, place: Position, chosen: Chosen) -> dict[str, Any]:
    """What a page tells of a figure. Raises NotFound for one that there is not."""
    found, book = _broken(key, place, chosen)
    number = _number("part", len(found.parts) - 1)
    part = found.parts[number]
    pages = max(-(-len(part.title) // SIZE), 1)
    page = min(_number("page", pages), pages) or 1
    return {
        "found": found,
        "definition": _definition(key),
        "key": key,
        "value": _written(_definition(key).unit, found.value),
        "position": place,
        "chosen": chosen,
        "part": part,
        "number": number,
        "rows": list(_rows(book, part, (page - 1) * SIZE, SIZE)),
        "page": page,
        "size": SIZE,
        "label": " · ".join(filter(None, (_age(key), _names(chosen)))),
        "basis": losses.basis(found.loss.rates) if found.loss else None,
    }


@blueprint.get("/w/<slug>/figures/<key>.csv", endpoint="analysis_figure_csv")
@blueprint.get("/w/<slug>/figures/<key>.xlsx", endpoint="analysis_figure_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def figure_file(slug: str, key: str) -> Response:
    """Every receivable behind a figure, part by part."""
    return figure_table(key, figures.position(), _chosen())


def figure_table(key: str, place: Position, chosen: Chosen) -> Response:
    """What a figure is made of as a file. Raises NotFound for one that there is not."""
    found, book = _broken(key, place, chosen)
    head = [_("Part"), _("Number"), _("Debtor"), _("Issued on"), _("Due on"), _("Amount")]
    head.append(_("Days"))
    lost: list[list[object]] = [[] for _part in found.parts]
    if found.loss:
        head += [_("Share lost"), _("By which shares")]
        by = _say(losses.basis(found.loss.rates))
        lost = [[_cell("pct", line.share_pct), by] for line in found.loss.lines]
    rows = (
        [
            _say(part.name),
            title.number,
            title.debtor_name,
            title.issue_date,
            title.due_date,
            lists.amount(cents),
            days,
            *share,
        ]
        for part, share in zip(found.parts, lost, strict=True)
        for title, cents, days in _rows(book, part, 0, len(part.title))
    )
    return lists.spreadsheet(key.replace("_", "-"), head, rows)


def _shares_lost(loss: Loss, place: Position) -> list[list[object]]:
    """The share lost of each age, and by which rates, as rows of figures."""
    name = f"{_say(DEFINITIONS[parts.EXPECTED_LOSS].name)}, {_say(losses.basis(loss.rates))}"
    return [
        [f"{name}: {line.bucket.name}", _cell("pct", line.share_pct), "pct", place.as_of]
        for line in loss.lines
    ]


def _broken(key: str, place: Position, chosen: Chosen) -> tuple[Breakdown, Frames]:
    if key not in KEYS:
        raise NotFound("There is no such figure")
    return analysis.breakdown(db.session(), g.workspace.id, key, place.as_of, chosen)


def _rows(book: Frames, part: Part, start: int, size: int) -> Iterator[tuple[Any, int, Any]]:
    """(title, centavos, days) of a page, the largest first."""
    ids = book.receivables.ids
    chosen = analysis.largest(part, size, start)
    known = analysis.titles(db.session(), g.workspace.id, ids[part.title[chosen]].tolist())
    for row in chosen:
        days = None if part.days is None else int(part.days[row])
        yield known[int(ids[part.title[row]])], int(part.cents[row]), days


def _definition(key: str) -> Definition:
    if key.startswith("roll_"):
        return DEFINITIONS["roll_pct"]
    return DEFINITIONS["aging_cents" if key.startswith("aging_") else key]


def _down(key: str, place: Position, chosen: Chosen) -> str | None:
    """The address of what a figure is made of."""
    kept = _asked(chosen)
    if place.as_of != place.today:
        kept["day"] = place.as_of.isoformat()
    if key in commitments.KEYS:
        return url_for("office.commitments", slug=g.workspace.slug, key=key, **kept)
    if key not in KEYS:
        return None
    return url_for("office.analysis_figure", slug=g.workspace.slug, key=key, **kept)


def _asked(chosen: Chosen) -> dict[str, Any]:
    """The part of the book as an address asks for it."""
    pairs = chosen.pairs
    return {"by": [by for by, _is in pairs], "is": [value for _by, value in pairs]}


def _chosen() -> Chosen:
    asked = zip(request.args.getlist("by"), request.args.getlist("is"), strict=False)
    pairs = [(by, value) for by, value in asked if by in SPLITS and value]
    return Chosen(*pairs[-1], tuple(pairs[:-1])) if pairs else Chosen()


def _by() -> str:
    asked = request.args.get("split", "")
    return asked if asked in SPLITS else "class"


def _number(name: str, most: int) -> int:
    return min(forms.number(request.args.get(name, "")) or 0, most)


def _age(key: str) -> str:
    """The age that a figure of one age is about; nothing for any other."""
    of, _kind, age = key.partition("_")
    return figures.voice().say(details.BUCKETS[age]) if of in ("aging", "roll") else ""


def _names(chosen: Chosen) -> str:
    """What people call the part of the book that is shown; nothing for all of it."""
    return " · ".join(f"{_say(SPLITS[by])}: {_label(by, value)}" for by, value in chosen.pairs)


def _label(by: str, value: str) -> str:
    """What people call a part of the book."""
    if by == "debtor" and value.isascii() and value.isdigit():
        names = figures_of.debtor_names(db.session(), g.workspace.id, [int(value)])
        return names.get(int(value), value)
    return _named(by, value)


def _named(by: str, label: str) -> str:
    if by == "band" and label in BANDS:
        return _say(BANDS[label])
    if by == "class" and label == "new":
        return _("New customers")
    if by == "step" and label != "-":
        return filters.step_label(label)
    return _("without") if label == "-" else label


def _say(phrase: Phrase) -> str:
    return wording.say(phrase, language.current())


def _written(unit: str, value: float | int | None) -> str:
    if value is None:
        return wording.NOTHING
    locale = language.current()
    if unit == "cents":
        return wording.money(int(value), locale, g.workspace.currency)
    if unit == "pct":
        return wording.percent(value, locale)
    return wording.number(value, locale, 0 if unit == "count" else 1)


def _cell(unit: str, value: float | int | None) -> object:
    if value is None:
        return None
    if unit == "cents":
        return lists.amount(int(value))
    text = str(value) if unit == "count" else f"{value:.4f}"
    return sheets.Number(text.replace(".", ",") if language.current() == "pt_BR" else text)
