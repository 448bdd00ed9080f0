"""The promises and plans behind two figures: who held to them and who did not."""

from flask import g, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.analytics.definitions import DEFINITIONS
from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel.errors import NotFound
from bpo.queries.desk import commitments
from bpo.queries.desk.commitments import Commitment, Commitments
from bpo.web import access, figures, language
from bpo.web.office import blueprint
from bpo.web.office.people import lists

KEYS = ("promises_kept_pct", "plans_broken_pct")


@blueprint.get("/w/<slug>/commitments/<key>", endpoint="commitments")
@access.requires(Permission.SEE_WORKSPACE)
def show_commitments(slug: str, key: str) -> str:
    """Why a share of promises or plans is what it is."""
    place = figures.position()
    rows, value = _asked(key, commitments.of(db.session(), g.workspace.id, place.as_of))
    return render_template(
        "office/analysis/commitments.html",
        rows=rows,
        value=wording.percent(value, language.current()),
        held=sum(row.held for row in rows),
        plans=key == "plans_broken_pct",
        key=key,
        definition=DEFINITIONS[key],
        position=place,
    )


@blueprint.get("/w/<slug>/commitments/<key>.csv", endpoint="commitments_csv")
@blueprint.get("/w/<slug>/commitments/<key>.xlsx", endpoint="commitments_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def commitments_file(slug: str, key: str) -> Response:
    """The same as rows."""
    asked = commitments.of(db.session(), g.workspace.id, figures.position().as_of)
    head = [_("Debtor"), _("Due on"), _("Agreed or ended on"), _("Amount"), _("Kept")]
    yes, no = _("yes"), _("no")
    cells = (
        [row.debtor_name, row.due, row.on, lists.amount(row.cents), yes if row.held else no]
        for row in _asked(key, asked)[0]
    )
    return lists.spreadsheet(key.replace("_", "-"), head, cells)


def _asked(key: str, found: Commitments) -> tuple[tuple[Commitment, ...], float | None]:
    if key not in KEYS:
        raise NotFound("There is no such figure")
    if key == "plans_broken_pct":
        return found.plans, found.plans_broken_pct
    return found.promises, found.promises_kept_pct
