"""A debtor's account and the receipts of a period, for the staff."""

from flask import Response, render_template

from bpo.domain.people.access import Permission
from bpo.web import access, statements
from bpo.web.office import blueprint
from bpo.web.office.people.debtors import found


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/statement")
@access.requires(Permission.SEE_WORKSPACE)
def debtor_statement(slug: str, debtor_id: int) -> str:
    """What a debtor was charged and what settled it, with the balance after each."""
    return render_template("office/statements/account.html", **statements.account(found(debtor_id)))


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/statement.pdf")
@access.requires(Permission.SEE_WORKSPACE)
def debtor_statement_pdf(slug: str, debtor_id: int) -> Response:
    """The same as a document."""
    return statements.account_pdf(found(debtor_id))


@blueprint.get("/w/<slug>/receipts")
@access.requires(Permission.SEE_WORKSPACE)
def payment_receipts(slug: str) -> str:
    """What was received for the company in a period, by debtor."""
    return render_template("office/statements/receipts.html", found=statements.receipts())


@blueprint.get("/w/<slug>/receipts.pdf")
@access.requires(Permission.SEE_WORKSPACE)
def payment_receipts_pdf(slug: str) -> Response:
    """The same as a document for the company."""
    return statements.receipts_pdf()


@blueprint.get("/w/<slug>/receipts.csv", endpoint="payment_receipts_csv")
@blueprint.get("/w/<slug>/receipts.xlsx", endpoint="payment_receipts_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def payment_receipts_table(slug: str) -> Response:
    """The same for a spreadsheet."""
    return statements.receipts_table()
