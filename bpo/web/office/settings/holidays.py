"""The local holidays of a client company."""

from typing import Any

from flask import g, request
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.queries.people import workspaces
from bpo.services.people import business_days
from bpo.web import access, forms
from bpo.web.office import blueprint
from bpo.web.office.settings import Answer, back, page

HERE = "office.settings_holidays"


@blueprint.get("/w/<slug>/settings/holidays")
@access.requires(Permission.SEE_WORKSPACE)
def settings_holidays(slug: str) -> Answer:
    """Holidays of the state and the town, beside those of the banks."""
    return _page()


@blueprint.post("/w/<slug>/settings/holidays")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_holiday_add(slug: str) -> Answer:
    """Close one more day."""
    typed, place = forms.typed(), g.workspace
    attempt = forms.attempt(
        lambda: business_days.add_holiday(
            g.actor, place.id, typed.needed_day("day"), typed.needed("name"), now=g.now
        )
    )
    if attempt.result is None:
        return _page(faults=forms.faults(attempt)), 400
    return back(HERE, _("Added. What was due on that day is now due on the next business day."))


@blueprint.post("/w/<slug>/settings/holidays/<int:holiday_id>/remove")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_holiday_remove(slug: str, holiday_id: int) -> Answer:
    """Open a day again."""
    business_days.remove_holiday(g.actor, g.workspace.id, holiday_id, now=g.now)
    return back(HERE, _("Removed. Due dates have moved back."))


def _page(**context: Any) -> str:
    place = g.workspace
    return page(
        "holidays",
        HERE,
        typed=request.form,
        today=clock.local_day(g.now, place.time_zone),
        holidays=workspaces.local_holidays(db.session(), place.id),
        **context,
    )
