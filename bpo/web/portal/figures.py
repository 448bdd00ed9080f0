"""What the figures of a company are made of, for the client company itself to look at."""

from flask import render_template, request
from werkzeug.wrappers import Response

from bpo.domain.books.receivables import AGING
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.queries.insight.analysis import Chosen
from bpo.web import access, figures
from bpo.web.office.insight import analysis
from bpo.web.portal import blueprint

KEYS = frozenset(
    {
        "open_cents",
        "overdue_cents",
        "dso_simple_90",
        "received_week_cents",
        "received_month_cents",
        *(f"aging_{bucket.name}" for bucket in AGING),
    }
)
"""The figures that the portal shows, and nothing else of the office's."""


@blueprint.get("/<slug>/figures/<key>", endpoint="figure")
@access.requires(Permission.SEE_PORTAL)
def show_figure(slug: str, key: str) -> str:
    """The formula of a figure, and the receivables or payments that come to it."""
    return render_template(
        "portal/figure.html", **analysis.figure(_known(key), figures.position(), _chosen())
    )


@blueprint.get("/<slug>/figures/<key>.csv", endpoint="figure_csv")
@blueprint.get("/<slug>/figures/<key>.xlsx", endpoint="figure_xlsx")
@access.requires(Permission.SEE_PORTAL)
def figure_file(slug: str, key: str) -> Response:
    """The same as rows."""
    return analysis.figure_table(_known(key), figures.position(), _chosen())


def _chosen() -> Chosen:
    """All of the company, or what one debtor owes."""
    asked = request.args.get("debtor", "")
    return Chosen("debtor", asked) if asked.isascii() and asked.isdigit() else Chosen()


def _known(key: str) -> str:
    if key not in KEYS:
        raise NotFound("There is no such figure")
    return key
