"""What a company's debtors answered to the one question, for the company itself."""

from datetime import timedelta

from flask import g, render_template

from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.queries.page import page_acts
from bpo.web import access
from bpo.web.portal import blueprint

MOOD_OVER = timedelta(days=90)


@blueprint.get("/<slug>/feedback", endpoint="feedback")
@access.requires(Permission.SEE_PORTAL)
def show_feedback(slug: str) -> str:
    """How easy debtors find it to sort things out with the company."""
    place = g.workspace.id
    return render_template(
        "portal/feedback.html",
        opinions=page_acts.opinions(db.session(), [place]),
        mood=page_acts.mood(db.session(), [place], g.now - MOOD_OVER),
    )
