"""What debtors did and wrote on their own page, answered by the team; what they think of us."""

from datetime import date, timedelta
from uuid import uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.deals import approvals
from bpo.domain.desk import disputes
from bpo.domain.intake import findings
from bpo.domain.page import page_acts
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.models import Debtor
from bpo.queries.intake import attachments
from bpo.queries.page import page_acts as stored
from bpo.services.deals import negotiation
from bpo.services.desk import conversations
from bpo.web import access, forms, language, session
from bpo.web.office import blueprint
from bpo.web.office.deals.negotiation import KINDS
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found

Answer = str | Response | tuple[str, int]
MOOD_OVER = timedelta(days=90)


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/talk")
@access.requires(Permission.SEE_WORKSPACE)
def debtor_talk(slug: str, debtor_id: int) -> str:
    """The conversation on the debtor's page."""
    return _page(found(debtor_id))


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/talk", endpoint="debtor_talk_answer")
@access.requires(Permission.CONTACT)
def talk_answer(slug: str, debtor_id: int) -> Answer:
    """Answer on the debtor's page."""
    typed, here = forms.typed(), url_for("office.debtor_talk", slug=slug, debtor_id=debtor_id)
    attempt = forms.attempt(
        lambda: conversations.answer(
            g.actor,
            g.workspace.id,
            debtor_id,
            typed.text("words"),
            key=typed.needed("key"),
            now=g.now,
            queue=outside.current().queue,
        )
    )
    faults = forms.faults(attempt)
    if faults:
        return _page(found(debtor_id), faults), 400
    if attempt.result:
        flash(_("Your answer is on their page, and the link to it is on its way."), "success")
    else:
        flash(_("The debtor finds your answer on their page."), "success")
    return redirect(here)


@blueprint.get("/office/feedback", endpoint="feedback")
@access.requires(Permission.SEE_PORTFOLIO)
def show_feedback() -> str:
    """What debtors of all clients in reach answered to the one question."""
    places = {place.id: place for place in session.reachable()}
    ids = sorted(places)
    return render_template(
        "office/talk/feedback.html",
        places=places,
        opinions=stored.opinions(db.session(), ids),
        mood=stored.mood(db.session(), ids, g.now - MOOD_OVER),
    )


def _page(debtor: Debtor, faults: dict[str, str] | None = None) -> str:
    place = g.workspace.id
    talk = stored.talk(db.session(), place, debtor.id)
    documents = attachments.of_debtor(db.session(), place, debtor.id)
    return render_template(
        "office/talk/page.html",
        debtor=debtor,
        talk=talk,
        decisions=approvals.ANSWERS,
        offer_kinds={kind.value: label for kind, (label, _sign) in KINDS.items()},
        told=_told,
        days={said.act.id: _days(said.act.detail) for said in talk},
        proofs={one.sha256: one for one in documents if one.hidden_at is None},
        kinds=page_acts.LABELS,
        call_times=page_acts.CALL_LABELS,
        grounds=disputes.LABELS,
        protocol=page_acts.protocol,
        typed=request.form,
        faults=faults or {},
        form_key=uuid4().hex,
        today=lists.today(),
    )


def _told(written: list[object]) -> str:
    """A reason that was kept with a case, in the reader's language."""
    phrase = findings.phrase_from_json(written)
    return negotiation.sentence(phrase, language.current(), g.workspace.currency)


def _days(detail: dict[str, object]) -> dict[str, date]:
    """The days of an act."""
    names = ("until", "promised_for", "answer_by", "paid_on")
    given = {name: detail.get(name) for name in names}
    return {name: date.fromisoformat(str(day)) for name, day in given.items() if day}
