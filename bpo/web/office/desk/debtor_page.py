"""One debtor's page: what is owed and why, what happened, what comes next and what can be done."""

from typing import Any
from uuid import uuid4

from flask import g, make_response, render_template, request
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.books import statements
from bpo.domain.cash import payments
from bpo.domain.deals import agreements as agreement_rules
from bpo.domain.desk import disputes
from bpo.domain.page import page_acts
from bpo.domain.people import debtors as rules
from bpo.domain.people.access import Permission
from bpo.domain.reminders import holds, reasons
from bpo.domain.reminders.planning import NextContact
from bpo.domain.reminders.reasons import Code
from bpo.domain.reminders.steps import Channel
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.models import Debtor
from bpo.queries.books import receivables
from bpo.queries.cash import payments as stored
from bpo.queries.deals import agreements
from bpo.queries.desk import timeline
from bpo.queries.insight import scores
from bpo.queries.people import debtors
from bpo.services.deals import negotiation
from bpo.services.desk import notes
from bpo.services.reminders import campaigns
from bpo.services.reminders import holds as pauses
from bpo.web import access
from bpo.web.office import blueprint
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found, usual_cents
from bpo.web.office.reminders import text_words, whys

EVERYTHING = 2_000
CONTACT_CHANNELS = {
    Channel.EMAIL: Phrase("E-mail"),
    Channel.SMS: Phrase("SMS"),
    Channel.WHATSAPP: Phrase("WhatsApp"),
    Channel.TASK: Phrase("Call by the team"),
    Channel.LETTER: Phrase("Letter"),
}
ACTS = ("payment", "promise", "note", "hold", "dispute", "contact")


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>", endpoint="debtor")
@access.requires(Permission.SEE_WORKSPACE)
def show_debtor(slug: str, debtor_id: int) -> str:
    """The analyst's main screen."""
    session, place, today = db.session(), g.workspace, lists.today()
    debtor = found(debtor_id)
    limit = EVERYTHING if request.args.get("all") else timeline.LIMIT
    events = timeline.of(session, place.id, debtor_id, place.time_zone, limit)
    coming = campaigns.next_contacts(session, place, (debtor_id,), today).get(debtor_id)
    return render_template(
        "office/debtors/page.html",
        **about(debtor),
        portrait=negotiation.portrait(session, debtor, today),
        reach=debtors.contacts(session, place.id, debtor_id),
        next=coming,
        because=_because(coming) if coming else [],
        contact_channels=CONTACT_CHANNELS,
        events=events,
        moved=whys.moved,
        silence_of=whys.silence,
        limit=limit,
        predictions=scores.of_debtor(session, place.id, debtor_id),
        deals=agreements.live_of(session, place.id, debtor_id),
        numbered=agreement_rules.number,
        last_chance=agreement_rules.last_chance,
    )


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/do/<act>")
@access.requires(Permission.SEE_WORKSPACE)
def debtor_act(slug: str, debtor_id: int, act: str) -> str:
    """One act as a page of its own, where dialogs cannot be shown."""
    if act not in ACTS:
        raise NotFound("This page does not exist or is not yours to see")
    return act_page(found(debtor_id), act, {})


@blueprint.get("/w/<slug>/debtors/<int:debtor_id>/messages/<int:touch_id>")
@access.requires(Permission.SEE_WORKSPACE)
def debtor_message(slug: str, debtor_id: int, touch_id: int) -> Response | str:
    """The exact text of a message; with `?raw=1` as it was handed over, to the byte."""
    debtor = found(debtor_id)
    text = timeline.text(db.session(), g.workspace.id, debtor_id, touch_id)
    if text is None:
        raise NotFound("This message has not been written")
    if request.args.get("raw"):
        answer = make_response(text.raw)
        answer.mimetype = "message/rfc822" if text.headers else "text/plain"
        answer.headers["Content-Disposition"] = f'attachment; filename="{touch_id}.eml"'
        return answer
    return render_template(
        "office/debtors/message.html", debtor=debtor, text=text, text_name=text_words.name
    )


def about(debtor: Debtor) -> dict[str, Any]:
    """What the page and its forms need of a debtor today."""
    session, place, today = db.session(), g.workspace.id, lists.today()
    due = receivables.due_on(session, debtor, today)
    return {
        "debtor": debtor,
        "today": today,
        "due": due,
        "total_cents": sum(one.amount.total_cents for one in due),
        "usual_cents": usual_cents(due),
        "overdue": [one for one in due if one.is_overdue],
        "credits": stored.credits(session, place, debtor.id),
        "standing": debtors.standing(session, place, debtor.id, today),
        "form_key": uuid4().hex,
        "methods": payments.LABELS,
        "hold_reasons": {reason: holds.LABELS[reason] for reason in pauses.BY_PEOPLE},
        "hold_labels": holds.LABELS,
        "grounds": disputes.LABELS,
        "note_kinds": notes.LABELS,
        "outcomes": notes.OUTCOMES,
        "page_kinds": page_acts.LABELS,
        "entry_kinds": statements.LABELS,
        "channels": rules.CHANNEL_LABELS,
        "purposes": rules.PURPOSE_LABELS,
        "typed": {},
        "faults": {},
    }


def act_page(debtor: Debtor, act: str, faults: dict[str, str]) -> str:
    """The form of one act with what was typed and what is wrong with it."""
    context = about(debtor) | {"typed": request.values, "faults": faults, "act": act}
    return render_template("office/debtors/act.html", **context)


def _because(coming: NextContact) -> list[Phrase]:
    """Why not before, each reason once; the next day of another ladder is no answer to it."""
    told = [
        reason
        for reason in coming.because
        if reason.code is not Code.WAITING or reason.on in (None, coming.on)
    ]
    return list(dict.fromkeys(map(reasons.phrase, told)))
