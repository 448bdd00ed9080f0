"""What a campaign brought: by step and text, and beside the debtors held out."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, g, render_template, request

from bpo.db import db
from bpo.domain.insight.effects import FOLLOWED_DAYS, WINDOW_DAYS, Comparison, StepEffect
from bpo.domain.people.access import Permission
from bpo.domain.reminders import steps
from bpo.queries.reminders import campaign_effects as effects
from bpo.queries.reminders.campaigns import Stored
from bpo.web import access
from bpo.web.office import blueprint
from bpo.web.office.people import lists
from bpo.web.office.reminders import campaigns, text_words

SPANS = (30, 90, 365)
USUAL = 90
COLUMNS = (
    "step",
    "text",
    "messages",
    "bounced",
    "confirmed_delivered",
    "opened",
    "contacts",
    "replied",
    "promised",
    "paid",
    "listed",
    "paid_amount",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The figures of a span of days."""

    days: int
    steps: list[StepEffect]
    comparison: Comparison


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/effect")
@access.requires(Permission.SEE_WORKSPACE)
def campaign_effect(slug: str, campaign_id: int) -> str:
    """Sent, opened, answered, promised and paid by step, and what the hold-out says."""
    found = campaigns.campaign(campaign_id)
    return render_template(
        "office/campaigns/effect.html",
        **campaigns.frame(found),
        shown=_shown(found),
        spans=SPANS,
        window=WINDOW_DAYS,
        followed=FOLLOWED_DAYS,
        steps={step.key: step for step in found.campaign.steps},
        names=text_words,
    )


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/effect.csv")
@access.requires(Permission.SEE_WORKSPACE)
def campaign_effect_csv(slug: str, campaign_id: int) -> Response:
    """The same figures as a table."""
    found = campaigns.campaign(campaign_id)
    rows = [
        [
            one.step_key,
            one.template,
            one.messages,
            one.bounced,
            one.confirmed,
            one.opened,
            one.contacts,
            one.replied,
            one.promised,
            one.paid,
            lists.amount(one.open_cents),
            lists.amount(one.paid_cents),
        ]
        for one in _shown(found).steps
    ]
    return lists.spreadsheet("effect", COLUMNS, rows)


def _shown(found: Stored) -> Shown:
    asked = request.args.get("days", type=int)
    days = asked if asked in SPANS else USUAL
    session, place, today = db.session(), g.workspace, campaigns.today()
    since = today - timedelta(days=days)
    told = effects.by_step(session, place.id, found.row.id, since, place.time_zone)
    return Shown(
        days,
        sorted(told, key=lambda one: (steps.place(one.step_key), one.template)),
        effects.compared(session, place.id, found.row.id, since, today),
    )
