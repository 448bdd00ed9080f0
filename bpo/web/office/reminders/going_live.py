"""Asking that something may go live: a campaign, its draft, a text; and who is asked."""

from collections.abc import Callable

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.deals import approvals
from bpo.domain.deals.approvals import State
from bpo.domain.people.access import Permission
from bpo.domain.writing.messages import Text
from bpo.gateways import outside
from bpo.kernel.actor import Role
from bpo.models import ApprovalRequest, Campaign
from bpo.queries.desk import approvals as stored
from bpo.services.writing import publications, regua_drafts, releases, texts
from bpo.services.writing.texts import Place
from bpo.web import access, forms
from bpo.web.forms import Attempt
from bpo.web.office import blueprint
from bpo.web.office.people import lists

Answer = str | tuple[str, int] | Response


@blueprint.post("/w/<slug>/campaigns/<int:campaign_id>/go/ask")
@access.requires(Permission.RELEASE_CAMPAIGN)
def campaign_ask_go(slug: str, campaign_id: int) -> Answer:
    """Ask that the campaign may run."""
    return _asked(campaign_id, publications.ask_go)


@blueprint.post("/w/<slug>/campaigns/<int:campaign_id>/edit/ask")
@access.requires(Permission.EDIT_CAMPAIGN)
def campaign_edit_ask(slug: str, campaign_id: int) -> Answer:
    """Ask that the draft may hold."""
    return _asked(campaign_id, publications.ask_version)


def ask_text(where: Place, text: Text | None, base: int) -> Attempt[ApprovalRequest]:
    """Ask that new words may be used; None: the product's own again."""
    note = forms.typed().text("note")
    return forms.attempt(
        lambda: publications.ask_text(
            g.actor,
            g.workspace.id,
            where,
            text,
            base=base,
            now=g.now,
            queue=outside.current().queue,
            note=note,
        )
    )


def told(needed_by: str) -> str:
    """Who has been asked."""
    if needed_by == Role.CLIENT_MANAGER.value:
        return _("Asked for. The client is told by mail and decides in the portal.")
    return _("Asked for. The BPO manager finds it in the inbox.")


def of_campaign(row: Campaign) -> dict[str, object]:
    """Whose approval its go and its draft wait for, and the newest request if it matters."""
    latest = stored.latest_about(db.session(), g.workspace.id, campaign_id=row.id)
    return {
        "go_needs": releases.asked_of(g.workspace, row, g.actor),
        "version_needs": regua_drafts.asked_of(g.workspace, row, g.actor),
        "request_made": _worth(latest),
    }


def of_text(where: Place) -> dict[str, object]:
    """Whose approval new words wait for, and the newest request about them."""
    session = db.session()
    latest = stored.latest_about(session, g.workspace.id, place=str(where))
    return {
        "text_needs": texts.asked_of(session, g.workspace, g.actor),
        "request_made": _worth(latest),
    }


def _worth(request: ApprovalRequest | None) -> ApprovalRequest | None:
    """A request that waits, or that was refused: what was accepted is seen by itself."""
    if request is None:
        return None
    state = approvals.state_on(State(request.state), request.valid_until, lists.today())
    return request if state in (State.ASKED, State.REFUSED) else None


def _asked(campaign_id: int, ask: Callable[..., ApprovalRequest]) -> Answer:
    note, seen = forms.typed().text("note"), forms.typed().text("seen")
    attempt = forms.attempt(
        lambda: ask(
            g.actor,
            g.workspace.id,
            campaign_id,
            now=g.now,
            queue=outside.current().queue,
            note=note,
            seen=seen,
        )
    )
    if attempt.result is None:
        flash(forms.told(attempt), "error")
    else:
        flash(told(attempt.result.needed_by), "success")
    return redirect(url_for("office.campaign", slug=g.workspace.slug, campaign_id=campaign_id))
