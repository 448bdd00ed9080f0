"""What was received, for the client company itself."""

from flask import Response, render_template

from bpo.domain.people.access import Permission
from bpo.web import access, statements
from bpo.web.portal import blueprint


@blueprint.get("/<slug>/receipts")
@access.requires(Permission.SEE_PORTAL)
def receipts(slug: str) -> str:
    """What was received in a period, by debtor."""
    return render_template("portal/receipts.html", found=statements.receipts())


@blueprint.get("/<slug>/receipts.pdf")
@access.requires(Permission.SEE_PORTAL)
def receipts_pdf(slug: str) -> Response:
    """The same as a document."""
    return statements.receipts_pdf()


@blueprint.get("/<slug>/receipts.csv", endpoint="receipts_csv")
@blueprint.get("/<slug>/receipts.xlsx", endpoint="receipts_xlsx")
@access.requires(Permission.SEE_PORTAL)
def receipts_table(slug: str) -> Response:
    """The same for a spreadsheet."""
    return statements.receipts_table()
