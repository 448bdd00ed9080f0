"""Documents of a client company, handed out as downloads."""

from io import BytesIO

from flask import Response, g, send_file

from bpo.db import db
from bpo.gateways import outside, papers
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.queries.insight import reports
from bpo.queries.intake import attachments
from bpo.services.books import invoices


def report(run_id: int, *, for_client: bool) -> Response:
    """The PDF of a report of the company at hand; `for_client`: only if it was made for them."""
    file = reports.document(db.session(), g.workspace.id, run_id, for_client=for_client)
    if file is None:
        raise NotFound("This report does not exist or is not ready yet")
    return download(file.name, file.media_type, file.content)


def attached(attachment_id: int) -> Response:
    """A document kept with a debtor or a receivable of the company at hand."""
    file = attachments.content(db.session(), g.workspace.id, attachment_id)
    if file is None:
        raise NotFound("There is no such document")
    return download(file.name, file.media_type, file.content)


def invoice(receivable_id: int) -> Response:
    """The invoice of a receivable of the company at hand, as of today."""
    here, session = g.workspace, db.session()
    today = clock.local_day(g.now, here.time_zone)
    base_url = outside.current().settings.base_url
    made = invoices.one(session, here, receivable_id, today, base_url=base_url)
    locale = invoices.language(session, here, receivable_id)
    return download(made.filename, "application/pdf", papers.invoice(made, locale))


def download(name: str, media_type: str, content: bytes) -> Response:
    """A file to be saved, never shown as a page of this site."""
    return send_file(
        BytesIO(content),
        mimetype=media_type,
        as_attachment=True,
        download_name=name,
        max_age=0,
    )
