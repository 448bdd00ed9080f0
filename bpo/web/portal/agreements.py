"""What was agreed with debtors, for the client company itself."""

from flask import Response, g, render_template, request

from bpo.db import db
from bpo.domain.deals import agreements as rules
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.queries.deals import agreements as stored
from bpo.services.deals import agreement_papers
from bpo.web import access, documents
from bpo.web.portal import blueprint

MOST = 200


@blueprint.get("/<slug>/agreements", endpoint="agreements")
@access.requires(Permission.SEE_PORTAL)
def show_agreements(slug: str) -> str:
    """The agreements of a company by where they stand, the newest first."""
    session, place = db.session(), g.workspace.id
    shown = request.args.get("show", "running")
    shown = shown if shown in stored.GROUPS else "running"
    return render_template(
        "portal/agreements.html",
        rows=stored.listed(session, place, stored.GROUPS[shown], limit=MOST),
        shown=shown,
        counts=stored.counts(session, place),
        number=rules.number,
        today=clock.local_day(g.now, g.workspace.time_zone),
    )


@blueprint.get("/<slug>/agreements/<int:agreement_id>.pdf", endpoint="agreement_document")
@access.requires(Permission.SEE_PORTAL)
def document(slug: str, agreement_id: int) -> Response:
    """The paper of one."""
    row = stored.by_id(db.session(), g.workspace.id, agreement_id)
    if row is None:
        raise NotFound("There is no such agreement")
    name, content = agreement_papers.content(db.session(), row)
    return documents.download(name, agreement_papers.PDF, content)
