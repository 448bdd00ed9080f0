"""One contact: what was said, to whom, what became of it, and what a person may decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from bpo.db import db
from bpo.domain.desk import inbox
from bpo.domain.people.access import Permission
from bpo.domain.reminders import deliveries as rules
from bpo.domain.reminders import moves
from bpo.domain.reminders.deliveries import Cancelled, State
from bpo.gateways import outside
from bpo.kernel.errors import NotFound
from bpo.kernel.text import Phrase
from bpo.queries.reminders import touches
from bpo.queries.reminders.touches import Contacted
from bpo.services.desk import tasks
from bpo.services.reminders import deliveries
from bpo.web import access
from bpo.web.office import blueprint
from bpo.web.office.reminders import text_words
from bpo.web.statuses import Tone, label, tone

FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""For a mail shown in a frame: its own inline styles, nothing else, and nothing it can do."""

CANCELLED = {
    Cancelled.PAID: Phrase("It had been paid"),
    Cancelled.HOLD: Phrase("A pause, a promise or a dispute began"),
    Cancelled.OPT_OUT: Phrase("The debtor refused this channel"),
    Cancelled.NO_CONTACT: Phrase("There was no valid address"),
    Cancelled.STALE: Phrase("It was no longer true on the day"),
    Cancelled.WITHDRAWN: Phrase("Withdrawn by a person"),
}
CHANNELS = {
    "email": (Phrase("E-mail"), "mail"),
    "sms": (Phrase("SMS"), "message-square"),
    "whatsapp": (Phrase("WhatsApp"), "message-square"),
    "task": (Phrase("Task for a person"), "phone"),
    "letter": (Phrase("Letter"), "file-text"),
}
_DECIDED = {
    "sent": Phrase("Marked as arrived"),
    "planned": Phrase("Let go again"),
    "failed": Phrase("Let go again"),
    "cancelled": Phrase("Not to be sent"),
}
_ENDED = {
    State.SENT: Phrase("Accepted by the mail server"),
    State.FAILED: Phrase("Not taken by the mail server"),
    State.REFUSED: Phrase("Refused for good"),
    State.UNCERTAIN: Phrase("No final answer: it may have arrived"),
    State.CANCELLED: Phrase("Not sent"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of a contact's history."""

    at: datetime | date
    title: Phrase
    icon: str
    tone: Tone
    who: str | None = None
    note: Phrase | str | None = None
    future: bool = False

    @property
    def order(self) -> tuple[bool, str]:
        """What is still to come, last; otherwise by time."""
        return self.future, self.at.isoformat()


@blueprint.get("/w/<slug>/touches/<int:touch_id>", endpoint="touch")
@access.requires(Permission.SEE_WORKSPACE)
def show_touch(slug: str, touch_id: int) -> str:
    """Everything about one contact."""
    found = _found(touch_id)
    message = found.message
    return render_template(
        "office/touches/page.html",
        found=found,
        mail=touches.mail(message, found.touch.channel) if message else None,
        history=[_planned(found), *sorted(_history(found), key=lambda moment: moment.order)],
        channels=CHANNELS,
        labels=inbox.LABELS,
        text_name=text_words.name,
    )


@blueprint.get("/w/<slug>/touches/<int:touch_id>/message")
@access.requires(Permission.SEE_WORKSPACE)
def touch_message(slug: str, touch_id: int) -> Response:
    """The mail itself, as its reader saw it, for the frame of its page."""
    found = _found(touch_id)
    if found.message is None:
        raise NotFound("This message has not been written")
    return framed(touches.mail(found.message, found.touch.channel).html)


@blueprint.post("/w/<slug>/touches/<int:touch_id>/<any(sent, again, cancelled):to>")
@access.requires(Permission.CONTACT)
def touch_resolve(slug: str, touch_id: int, to: str) -> AnyResponse:
    """A person decides what became of a contact, or what shall."""
    place, queue = g.workspace.id, outside.current().queue
    if to == "again":
        tasks.try_again(g.actor, place, touch_id, now=g.now, queue=queue)
    else:
        deliveries.resolve(g.actor, place, touch_id, State(to), now=g.now, queue=queue)
    flash(_said(to), "success")
    onward = access.safe_next(request.form.get("next"))
    return redirect(onward or url_for("office.touch", slug=slug, touch_id=touch_id))


def framed(html: str) -> Response:
    """A mail as a document that may show itself inside our pages and do nothing else."""
    answer = make_response(html)
    answer.headers["Content-Security-Policy"] = FRAMED
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def because(state: str, reason: str | None) -> Phrase | str | None:
    """Why a contact stands as it does, in words; a server's answer as it came."""
    if reason and state == State.CANCELLED and reason in list(Cancelled):
        return CANCELLED[Cancelled(reason)]
    return reason


def _found(touch_id: int) -> Contacted:
    found = touches.by_id(db.session(), g.workspace.id, touch_id)
    if found is None:
        raise NotFound("There is no such contact")
    return found


def _planned(found: Contacted) -> Moment:
    why = [one for one in moves.read(found.touch.moved_because) if one.since is None]
    note = moves.phrase(why[0]) if why else None
    return Moment(found.touch.planned_on, Phrase("Planned"), "calendar", Tone.INFO, note=note)


def _moved(found: Contacted) -> Iterator[Moment]:
    """The times that it should have left and could not, with why and until when."""
    for one in moves.read(found.touch.moved_because):
        if one.since is not None:
            note = moves.phrase(one)
            yield Moment(one.since, Phrase("Put off"), "clock", Tone.WARNING, note=note)


def _history(found: Contacted) -> Iterator[Moment]:
    """What is known of the course of a contact after it was planned."""
    touch, message = found.touch, found.message
    yield from _moved(found)
    if message is not None:
        tries = Phrase("try {number} of {most}", number=touch.attempts, most=rules.MAX_TRIES)
        written = Phrase("Written and handed to the mail server")
        yield Moment(message.rendered_at, written, "send", Tone.INFO, note=tries)
    yield from _decisions(found)
    decided_at = max((entry.at for entry in found.acts), default=None)
    if touch.settled_at is not None and (decided_at is None or touch.settled_at > decided_at):
        yield _end(found, touch.settled_at)
    elif touch.state == State.FAILED:
        yield Moment(
            message.rendered_at if message else touch.scheduled_at,
            _ENDED[State.FAILED],
            "circle-x",
            Tone.BAD,
            note=touch.answer or touch.state_reason,
        )
    if touch.state in rules.WAITING and touch.attempts < rules.MAX_TRIES:
        yield Moment(touch.scheduled_at, Phrase("To be sent"), "clock", Tone.NEUTRAL, future=True)


def _end(found: Contacted, at: datetime) -> Moment:
    touch = found.touch
    by_hand = touch.channel in ("task", "letter")
    title = Phrase("Handed to a person") if by_hand else _ENDED[State(touch.state)]
    icon = {"sent": "circle-check", "uncertain": "circle-help", "cancelled": "ban"}
    note = because(touch.state, touch.state_reason) or touch.answer
    return Moment(at, title, icon.get(touch.state, "circle-x"), tone(touch.state), note=note)


def _decisions(found: Contacted) -> Iterator[Moment]:
    """What people decided, and how the contact stood before."""
    for entry in found.acts:
        before, after = (str(entry.detail.get(name, "")) for name in ("before", "after"))
        title = _DECIDED.get(after, Phrase("Decided"))
        note = Phrase("It stood as: {state}", state=label(before))
        yield Moment(entry.at, title, "user", Tone.NEUTRAL, who=entry.actor_name, note=note)
    for job in found.jobs:
        if job.task.closed_at is not None and not found.acts:
            title = Phrase("Task done") if job.task.state == "done" else Phrase("Task dismissed")
            yield Moment(job.task.closed_at, title, "check", Tone.GOOD, who=job.closed_by)


def _said(to: str) -> str:
    return {
        "sent": _("Noted as arrived."),
        "again": _("The message goes again, with all the checks of the first time."),
        "cancelled": _("The message will not be sent."),
    }[to]
