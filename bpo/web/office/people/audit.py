"""The trails for the BPO manager: what was done in the workspaces, what happened to accounts."""

from datetime import date, datetime, time, timedelta

from flask import g, render_template, request
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.queries.people import audit, users, workspaces
from bpo.queries.people.audit import Filter
from bpo.web import access, forms, language
from bpo.web.office import blueprint

SIZE = 50
Answer = str | Response


@blueprint.get("/office/audit", endpoint="audit")
@access.requires(Permission.SEE_AUDIT)
def trail() -> Answer:
    """What was done in the workspaces."""
    places = workspaces.listed(db.session(), g.actor.workspace_ids)
    slug = request.args.get("workspace")
    wanted = _filter(frozenset(p.id for p in places if not slug or p.slug == slug))
    return render_template(
        "office/audit/trail.html",
        page_of=audit.page(db.session(), wanted, number=_number(), size=SIZE),
        number=_number(),
        size=SIZE,
        places={place.id: place for place in places},
        people=users.listed(db.session()),
        actions=audit.actions(db.session(), g.actor.workspace_ids),
    )


@blueprint.get("/office/audit/access")
@access.requires(Permission.SEE_AUDIT)
def access_log() -> Answer:
    """What happened to accounts: sign-ins, refusals, invitations, roles."""
    return render_template(
        "office/audit/access.html",
        page_of=audit.access_page(db.session(), _filter(), number=_number(), size=SIZE),
        number=_number(),
        size=SIZE,
        people=users.listed(db.session()),
        actions=audit.access_actions(db.session()),
    )


def _filter(workspace_ids: frozenset[int] = frozenset()) -> Filter:
    """What the address asks for; days are the reader's own."""
    asked = forms.asked()
    since, until = asked.day("since"), asked.day("until")
    return Filter(
        workspace_ids,
        asked.whole("user"),
        asked.text("action"),
        _midnight(since) if since else None,
        _midnight(until + timedelta(days=1)) if until else None,
    )


def _midnight(day: date) -> datetime:
    return clock.instant(day, time.min, str(language.zone()))


def _number() -> int:
    return max(forms.asked().whole("page") or 1, 1)
