"""Imports of a client company: files given, looked at, decided upon, and what became of them."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from bpo.db import db
from bpo.domain.intake import findings, import_choices, incoming
from bpo.domain.intake.findings import Finding, Group, Level
from bpo.domain.intake.rows import LABELS, Choices, Field, Kind
from bpo.domain.people.access import Permission
from bpo.gateways import outside, wording
from bpo.kernel.errors import BadInput, NotFound
from bpo.kernel.text import Phrase
from bpo.models import Import
from bpo.queries.intake import imports as stored
from bpo.services.intake import imports, imports_preview, imports_undo
from bpo.services.intake.imports_preview import Doubt, Preview
from bpo.services.people import files
from bpo.web import access, forms, language
from bpo.web.office import blueprint
from bpo.web.office.people import lists

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xml,.zip,.ofx,.ret,.RET"
LINES = 12
"""Lines that are named beside a remark; the spreadsheet has all."""

KINDS = {
    Kind.RECEIVABLES: Phrase("Receivables"),
    Kind.PAYMENTS: Phrase("Payments"),
    Kind.DEBTORS: Phrase("Debtors"),
    incoming.NFE: Phrase("NF-e"),
    incoming.ARCHIVE: Phrase("Archive"),
    incoming.OFX: Phrase("Bank statement"),
    incoming.CNAB240: Phrase("Return file of boletos"),
    incoming.CNAB400: Phrase("Return file of boletos"),
}
Answer = str | Redirect | tuple[str, int]


@blueprint.get("/w/<slug>/imports", endpoint="imports")
@access.requires(Permission.IMPORT)
def show_imports(slug: str) -> Answer:
    """The files given so far, and the place to give another."""
    return _list()


@blueprint.post("/w/<slug>/imports")
@access.requires(Permission.IMPORT)
def import_receive(slug: str) -> Answer:
    """Take a file in and go on to look at it."""
    attempt = forms.attempt(_received)
    if attempt.result is None:
        fault = " ".join(forms.faults(attempt).values())
        given = request.files.get("file")
        return _list(fault=f"{given.filename}: {fault}" if given and given.filename else fault), 400
    return redirect(_page_of(attempt.result))


@blueprint.get("/w/<slug>/imports/<int:import_id>")
@access.requires(Permission.IMPORT)
def import_page(slug: str, import_id: int) -> Answer:
    """One import: to be decided, at work, or done."""
    return _page(_found(import_id))


@blueprint.post("/w/<slug>/imports/<int:import_id>")
@access.requires(Permission.IMPORT)
def import_decide(slug: str, import_id: int) -> Answer:
    """Keep what was decided about a file; ask for its import when that was the button."""
    attempt = forms.attempt(lambda: _decided(import_id))
    if attempt.refusal is not None:
        fault = " ".join(forms.faults(attempt).values())
        return _page(_found(import_id), fault=fault), 400
    return redirect(url_for("office.import_page", slug=slug, import_id=import_id))


@blueprint.post("/w/<slug>/imports/<int:import_id>/discard")
@access.requires(Permission.IMPORT)
def import_discard(slug: str, import_id: int) -> Answer:
    """Throw a file away that has not been imported."""
    imports.discard(g.actor, g.workspace.id, import_id, now=g.now)
    flash(_("The file was thrown away; nothing had been imported."), "success")
    return redirect(url_for("office.imports", slug=slug))


@blueprint.post("/w/<slug>/imports/<int:import_id>/undo")
@access.requires(Permission.IMPORT)
def import_undo(slug: str, import_id: int) -> Answer:
    """Take a whole import back."""
    done = imports_undo.undo(
        g.actor, g.workspace.id, import_id, now=g.now, debtors="debtors" in request.form
    )
    flash(_("The import was undone; the same file can be imported again."), "success")
    if done.left_count:
        flash(_("Some of it was left, because it has been worked on since."), "warning")
    return redirect(url_for("office.import_page", slug=slug, import_id=import_id))


@blueprint.get("/w/<slug>/imports/<int:import_id>/progress")
@access.requires(Permission.IMPORT)
def import_progress(slug: str, import_id: int) -> Response:
    """How far an import is, for the bar that asks."""
    row = _found(import_id)
    return jsonify(
        done=row.progress,
        total=row.total,
        text=_so_far(row),
        label=_doing(row),
        finished=row.state not in stored.UNFINISHED,
        next=_page_of(row),
    )


@blueprint.get("/w/<slug>/imports/<int:import_id>/problems.csv")
@access.requires(Permission.IMPORT)
def import_problems_csv(slug: str, import_id: int) -> Response:
    """What was said about single rows, for a spreadsheet."""
    row = _found(import_id)
    head = (_("Line"), _("Column"), _("Row"), _("Remark"))
    cells = [
        (one.line, _label(one.field), _outcome(one), _said(one.message)) for one in _remarks(row)
    ]
    return lists.spreadsheet(f"import-{row.id}", head, cells)


@blueprint.get("/w/<slug>/imports/<int:import_id>/file")
@access.requires(Permission.IMPORT)
def import_file(slug: str, import_id: int) -> Response:
    """The file as it was given."""
    row = _found(import_id)
    content = files.read(db.session(), g.workspace.id, row.file_id or 0)
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=row.filename)
    return answer


def _received() -> Import:
    given = request.files.get("file")
    content = given.read() if given else b""
    if given is None or not given.filename:
        raise BadInput("Choose a file that is not empty", field="file")
    if not content:
        raise BadInput("The file is empty.", field="file")
    name = given.filename or "?"
    return imports.receive(g.actor, g.workspace.id, name, content, now=g.now)


def _decided(import_id: int) -> Import:
    typed = forms.typed()
    until, place = typed.day("known_until"), g.workspace.id
    row = imports.choose(g.actor, place, import_id, _choices(), known_until=until)
    if typed.text("act") == "start":
        queue = outside.current().queue
        row = imports.start(g.actor, place, import_id, now=g.now, queue=queue)
    return row


def _choices() -> Choices:
    """What the form says of the file; columns that it does not ask for are found out."""
    form = request.form
    mapping = {name[4:]: form[name] for name in form if name.startswith("map.")}
    return import_choices.read(
        form.get("kind"),
        form.get("encoding"),
        form.get("separator"),
        form.get("decimal"),
        form.get("date_order"),
        mapping if form.get("kind") == form.get("mapped_kind", form.get("kind")) else {},
    )


def _found(import_id: int) -> Import:
    row = stored.by_id(db.session(), g.workspace.id, import_id)
    if row is None:
        raise NotFound("There is no such import")
    return row


def _page_of(row: Import) -> str:
    return url_for("office.import_page", slug=g.workspace.slug, import_id=row.id)


def _list(fault: str | None = None) -> str:
    page = stored.page(db.session(), g.workspace.id, lists.asked("imports"))
    return render_template(
        "office/imports/list.html",
        rows=page.rows,
        around=lists.around(page, "imports"),
        kinds=KINDS,
        accepted=ACCEPTED,
        fault=fault,
    )


def _page(row: Import, fault: str | None = None) -> str:
    if row.state in stored.UNFINISHED:
        return render_template(
            "office/imports/working.html", row=row, doing=_doing(row), so_far=_so_far(row)
        )
    if row.state in imports.STARTABLE:
        return _preview(row, fault)
    remarks = _remarks(row)
    return render_template(
        "office/imports/result.html",
        row=row,
        kinds=KINDS,
        giver=stored.giver(db.session(), row.created_by),
        notes=[findings.phrase_from_json(note) for note in _notes(row)],
        can_undo=row.state == stored.APPLIED,
        remarks=_grouped(remarks),
        more=row.problems.get("more", 0),
    )


def _preview(row: Import, fault: str | None) -> str:
    session = db.session()
    seen = imports_preview.look(session, row, g.workspace.cnpj)
    kind = seen.kind or Kind.RECEIVABLES
    return render_template(
        "office/imports/preview.html",
        row=row,
        seen=seen,
        kind=kind,
        kinds=KINDS,
        failure=findings.phrase_from_json(row.error["phrase"]) if row.error else None,
        fault=fault if seen.refusal is None and seen.doubt is None else None,
        same=stored.same_file(session, g.workspace.id, row.sha256, row.id),
        size=stored.file_size(session, g.workspace.id, row.file_id or 0),
        known_until=imports.known_until(row),
        today=lists.today(),
        question=_question(seen.doubt) if seen.doubt else None,
        main=_mapping(seen, import_choices.MAIN_FIELDS.get(kind, ())),
        more=_mapping(seen, import_choices.MORE_FIELDS.get(kind, ())),
        remarks=_grouped(seen.findings),
    )


def _mapping(seen: Preview, fields: tuple[Any, ...]) -> list[tuple[str, str, str]]:
    """The form's name, the label and the column of each field."""
    if seen.outline is None:
        return []
    columns = seen.options.mapping if seen.options else seen.outline.mapping
    return [(f"map.{field}", _label(field), columns.get(field, "")) for field in fields]


def _question(doubt: Doubt) -> dict[str, Any]:
    """What is asked about a file that can be read in two ways: title, text and answers."""
    options = []
    for answer in doubt.answers:
        name, example = _reading(doubt, answer.value), ""
        if answer.day:
            day = format_date(answer.day, "long")
            example = _("%(text)s is %(meaning)s", text=doubt.example, meaning=day)
        elif answer.cents is not None:
            money = wording.money(answer.cents, language.current(), g.workspace.currency)
            example = _("%(text)s is %(meaning)s", text=doubt.example, meaning=money)
        if answer.value == doubt.likely:
            name = _("%(reading)s (more likely)", reading=name)
        options.append((answer.value, name, example))
    return {"about": doubt.about, "options": options, "likely": doubt.likely}


def _reading(doubt: Doubt, value: str) -> str:
    return {
        "dmy": _("Day/month/year"),
        "mdy": _("Month/day/year"),
        "ymd": _("Year/month/day"),
        ",": _("Comma before the centavos"),
        ".": _("Point before the centavos"),
    }.get(value, value)


def _grouped(remarks: Sequence[Finding]) -> list[tuple[Group, str, list[int]]]:
    """Remarks of one kind together, with the name of the column and the first lines."""
    return [
        (group, _label(group.field), group.lines[:LINES]) for group in findings.grouped(remarks)
    ]


def _notes(row: Import) -> list[Any]:
    """What was said of the whole: first what became of it when it was undone."""
    undone = row.problems.get("undone", {})
    return [*undone.get("notes", []), *row.problems.get("notes", [])]


def _remarks(row: Import) -> list[Finding]:
    return [Finding.from_json(item) for item in row.problems.get("items", [])]


def _label(field: str | None) -> str:
    """What a field is called, with a capital letter."""
    if field == Field.DEBTOR_REF:
        return _("Customer number")
    known = LABELS.get(field) if field else None  # type: ignore[call-overload]
    name = wording.say(Phrase(known), language.current()) if known else field or ""
    return name[:1].upper() + name[1:]


def _outcome(one: Finding) -> str:
    return _("left out") if one.level is Level.REJECT else _("taken")


def _said(phrase: Phrase) -> str:
    return wording.say(phrase, language.current(), currency=g.workspace.currency)


def _doing(row: Import) -> str:
    if row.state == "queued":
        return _("Waiting for its turn")
    return _("Taking the rows in") if row.progress else _("Reading the file")


def _so_far(row: Import) -> str:
    locale = language.current()
    done, total = (wording.number(count, locale, 0) for count in (row.progress, row.total))
    return ngettext(
        "%(done)s of %(total)s row", "%(done)s of %(total)s rows", row.total, done=done, total=total
    )
