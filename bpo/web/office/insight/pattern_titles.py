"""The receivables behind a pattern of payment, such as those that fell due on Mondays."""

from flask import g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.queries.insight import patterns
from bpo.queries.insight.patterns import Told
from bpo.web import access, figures
from bpo.web.office import blueprint
from bpo.web.office.insight.analysis import BANDS
from bpo.web.office.insight.analysis_rooms import GROUPS, PARTS, PURCHASES, WEEKDAYS
from bpo.web.office.people import lists

SIZE = 100
AGAIN = Phrase("Late again and again")
NAMES: dict[str, dict[str, Phrase]] = {
    "band": BANDS,
    "weekday": {str(number): name for number, name in enumerate(WEEKDAYS, 1)},
    "part": PARTS,
    "purchase": PURCHASES,
}


@blueprint.get("/w/<slug>/analysis/patterns/<kind>/<value>", endpoint="analysis_pattern")
@access.requires(Permission.SEE_WORKSPACE)
def show_pattern(slug: str, kind: str, value: str) -> str:
    """What fell due in twelve months and belongs to one group, the late ones first."""
    place, found = figures.position(), _titles(kind, value)
    last = max(-(-len(found) // SIZE), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), last)
    late = [one for one in found if one.is_late]
    return render_template(
        "office/analysis/pattern.html",
        kind=kind,
        value=value,
        title=GROUPS.get(kind, AGAIN),
        name=NAMES[kind][value] if kind in NAMES else found[0].debtor_name,
        position=place,
        rows=found[(number - 1) * SIZE : number * SIZE],
        number=number,
        size=SIZE,
        total=len(found),
        total_cents=sum(one.amount_cents for one in found),
        late=len(late),
        late_cents=sum(one.amount_cents for one in late),
    )


@blueprint.get("/w/<slug>/analysis/patterns/<kind>/<value>.csv", endpoint="analysis_pattern_csv")
@blueprint.get("/w/<slug>/analysis/patterns/<kind>/<value>.xlsx", endpoint="analysis_pattern_xlsx")
@access.requires(Permission.SEE_WORKSPACE)
def pattern_file(slug: str, kind: str, value: str) -> Response:
    """The same as rows."""
    head = [_("Number"), _("Debtor"), _("Issued on"), _("Due on"), _("Amount"), _("Days late")]
    found = _titles(kind, value)
    rows = (
        [
            one.number,
            one.debtor_name,
            one.issue_date,
            one.due_date,
            lists.amount(one.amount_cents),
            one.delay,
        ]
        for one in found
    )
    return lists.spreadsheet(f"{kind}-{value}", head, rows)


def _titles(kind: str, value: str) -> list[Told]:
    if kind != "debtor" and value not in NAMES.get(kind, {}):
        raise NotFound("There is no such figure")
    day = figures.position().as_of
    found = patterns.titles(db.session(), g.workspace.id, day, kind, value)
    if kind == "debtor" and not found:
        raise NotFound("There is no such figure")
    return found
