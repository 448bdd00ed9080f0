"""Documents of a debtor and of a receivable: seen, added, downloaded, removed."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.intake import attachments as rules
from bpo.domain.intake.attachments import Kind
from bpo.domain.people.access import Permission
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Attachment
from bpo.queries.books import receivables
from bpo.queries.intake import attachments as stored
from bpo.services.books import boletos
from bpo.services.intake import attachments
from bpo.web import access, documents, forms
from bpo.web.office import blueprint
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found

Answer = str | Response | tuple[str, int]


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/documents")
@access.requires(Permission.SEE_WORKSPACE)
def debtor_documents(slug: str, debtor_id: int) -> Answer:
    """Everything kept of a debtor, its receivables' documents included, and the statement."""
    return _page(debtor_id, receivable_id=forms.number(request.args.get("receivable", "")))


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/documents")
@access.requires(Permission.EDIT_DEBTORS)
def debtor_document_add(slug: str, debtor_id: int) -> Answer:
    """Attach a file to a debtor."""
    attempt = forms.attempt(lambda: _add(debtor_id, None))
    if attempt.refusal is not None:
        return _page(debtor_id, forms.faults(attempt)), 400
    flash(_("The document is kept."), "success")
    return redirect(url_for("office.debtor_documents", slug=slug, debtor_id=debtor_id))


@blueprint.post("/w/<slug>/receivables/<int:receivable_id>/documents")
@access.requires(Permission.EDIT_DEBTORS)
def receivable_document_add(slug: str, receivable_id: int) -> Answer:
    """Attach a file to a receivable."""
    row = receivables.by_id(db.session(), g.workspace.id, receivable_id)
    if row is None:
        raise NotFound("There is no such receivable")
    attempt = forms.attempt(lambda: _add(row.debtor_id, receivable_id))
    if attempt.refusal is not None:
        return _page(row.debtor_id, forms.faults(attempt), receivable_id), 400
    flash(_("The document is kept."), "success")
    return redirect(_receivable(receivable_id))


@blueprint.get("/w/<slug>/receivables/<int:receivable_id>/invoice.pdf")
@access.requires(Permission.SEE_WORKSPACE)
def receivable_invoice(slug: str, receivable_id: int) -> Response:
    """The invoice, made now."""
    return documents.invoice(receivable_id)


@blueprint.post("/w/<slug>/receivables/<int:receivable_id>/boleto")
@access.requires(Permission.EDIT_DEBTORS)
def receivable_boleto(slug: str, receivable_id: int) -> Answer:
    """Keep the line of a boleto, or take it off."""
    line = forms.typed().text("boleto")
    attempt = forms.attempt(
        lambda: boletos.keep(g.actor, g.workspace.id, receivable_id, line, now=g.now)
    )
    faults = forms.faults(attempt)
    for fault in faults.values():
        flash(fault, "error")
    if not faults:
        kept = _("The boleto is kept: the invoice and the debtor's page show it.")
        flash(kept if line else _("The boleto is taken off."), "success")
    return redirect(_receivable(receivable_id))


@blueprint.get("/w/<slug>/documents/<int:attachment_id>")
@access.requires(Permission.SEE_WORKSPACE)
def receivable_document(slug: str, attachment_id: int) -> Response:
    """A document as it was given."""
    return documents.attached(attachment_id)


@blueprint.post("/w/<slug>/documents/<int:attachment_id>/remove")
@access.requires(Permission.EDIT_DEBTORS)
def receivable_document_remove(slug: str, attachment_id: int) -> Answer:
    """Take a document out of sight."""
    row = attachments.remove(g.actor, g.workspace.id, attachment_id, now=g.now)
    undo = url_for("office.receivable_document_restore", slug=slug, attachment_id=row.id)
    flash({"text": _("The document is removed."), "undo": undo}, "success")  # type: ignore[arg-type]
    return redirect(_home(row))


@blueprint.post("/w/<slug>/documents/<int:attachment_id>/restore")
@access.requires(Permission.EDIT_DEBTORS)
def receivable_document_restore(slug: str, attachment_id: int) -> Answer:
    """Bring a removed document back."""
    row = attachments.restore(g.actor, g.workspace.id, attachment_id, now=g.now)
    flash(_("The document is back."), "success")
    return redirect(_home(row))


def _add(debtor_id: int, receivable_id: int | None) -> None:
    given = request.files.get("file")
    content = given.stream.read(rules.LARGEST + 1) if given else b""
    if given is None or not content:
        raise BadInput("Choose a file that is not empty", field="file")
    kind = forms.typed().one_of("kind", Kind)
    attachments.add(
        g.actor,
        g.workspace.id,
        debtor_id,
        receivable_id,
        kind,
        given.filename or "",
        content,
        now=g.now,
    )


def _page(
    debtor_id: int, faults: dict[str, str] | None = None, receivable_id: int | None = None
) -> str:
    session, place = db.session(), g.workspace.id
    row = receivables.by_id(session, place, receivable_id) if receivable_id else None
    row = row if row is not None and row.debtor_id == debtor_id else None
    return render_template(
        "office/attachments/debtor.html",
        debtor=found(debtor_id),
        row=row,
        attachments=stored.of_debtor(session, place, debtor_id),
        kinds=rules.LABELS,
        faults=faults or {},
        today=lists.today(),
    )


def _home(row: Attachment) -> str:
    if row.receivable_id:
        return _receivable(row.receivable_id)
    return url_for("office.debtor_documents", slug=g.workspace.slug, debtor_id=row.debtor_id)


def _receivable(receivable_id: int) -> str:
    return (
        url_for("office.receivable", slug=g.workspace.slug, receivable_id=receivable_id)
        + "#documents"
    )
