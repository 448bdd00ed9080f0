"""The inbox: one list of everything that waits for a person, over all client companies in reach."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.desk import disputes, replies
from bpo.domain.desk import inbox as rules
from bpo.domain.desk.inbox import Kind, Ref
from bpo.domain.people.access import Permission
from bpo.domain.reminders import steps as ladder
from bpo.gateways import outside, wording
from bpo.kernel.errors import BadInput
from bpo.models import Workspace
from bpo.queries.desk import inbox
from bpo.queries.desk.inbox import Count, Line
from bpo.services.cash import freshness
from bpo.services.desk import guides, tasks
from bpo.services.desk.tasks import Closed
from bpo.web import access, forms, language, session
from bpo.web.office import blueprint
from bpo.web.statuses import Tone

MARKS: dict[Kind, tuple[str, Tone]] = {
    Kind.STALE: ("refresh-cw", Tone.WARNING),
    Kind.CAMPAIGN: ("megaphone", Tone.INFO),
    Kind.MONEY: ("banknote", Tone.INFO),
    Kind.UNCERTAIN: ("circle-help", Tone.WARNING),
    Kind.REFUSED: ("at-sign", Tone.BAD),
    Kind.FAILED: ("circle-x", Tone.BAD),
    Kind.REPLY: ("message-square", Tone.GOOD),
    Kind.CALL: ("phone", Tone.INFO),
    Kind.PROMISE_DUE: ("handshake", Tone.WARNING),
    Kind.PROMISE_BROKEN: ("handshake", Tone.BAD),
    Kind.APPROVAL: ("lock", Tone.WARNING),
    Kind.GOING_LIVE: ("megaphone", Tone.WARNING),
    Kind.AGREEMENT_BROKEN: ("handshake", Tone.BAD),
    Kind.AGREEMENT_COUNTERED: ("handshake", Tone.WARNING),
    Kind.DISPUTE: ("scale", Tone.WARNING),
    Kind.PIX_REFUSED: ("qr-code", Tone.WARNING),
    Kind.CHANNEL: ("circle-alert", Tone.WARNING),
    Kind.FOLLOW_UP: ("calendar-clock", Tone.INFO),
    Kind.PAID_CLAIM: ("banknote", Tone.GOOD),
    Kind.PLAN_ASKED: ("handshake", Tone.GOOD),
    Kind.PLAN_AGREED: ("file-check", Tone.GOOD),
    Kind.PAGE_PROMISE: ("calendar", Tone.INFO),
    Kind.PAGE_MESSAGE: ("message-square", Tone.GOOD),
    Kind.DATA_REQUEST: ("shield-check", Tone.WARNING),
    Kind.HARDSHIP: ("hand", Tone.WARNING),
    Kind.NO_CONTACT: ("ban", Tone.WARNING),
    Kind.OTHER: ("flag", Tone.NEUTRAL),
}
ORDER = (
    Kind.REPLY,
    Kind.PAGE_MESSAGE,
    Kind.PAID_CLAIM,
    Kind.PLAN_ASKED,
    Kind.APPROVAL,
    Kind.GOING_LIVE,
    Kind.HARDSHIP,
    Kind.MONEY,
    Kind.PROMISE_DUE,
    Kind.PROMISE_BROKEN,
    Kind.AGREEMENT_BROKEN,
    Kind.AGREEMENT_COUNTERED,
    Kind.PLAN_AGREED,
    Kind.PAGE_PROMISE,
    Kind.FOLLOW_UP,
    Kind.DATA_REQUEST,
    Kind.CALL,
    Kind.UNCERTAIN,
    Kind.REFUSED,
    Kind.FAILED,
    Kind.DISPUTE,
    Kind.PIX_REFUSED,
    Kind.CHANNEL,
    Kind.NO_CONTACT,
    Kind.STALE,
    Kind.CAMPAIGN,
    Kind.OTHER,
)


@blueprint.get("/office/inbox", endpoint="inbox")
@access.requires(Permission.SEE_PORTFOLIO)
def show_inbox() -> str:
    """What waits, the weightiest first; `kind` and `client` in the address narrow it."""
    places = {place.id: place for place in session.reachable()}
    scope = inbox.scope(db.session(), list(places.values()), g.now)
    counts = inbox.counts(db.session(), scope)
    kind, client = _kind(), _client(places)
    total = _lines(counts, kind, client)
    number = _number(total)
    looked_at = scope.only(client.id) if client else scope
    lines = inbox.page(db.session(), looked_at, [kind] if kind else Kind, number=number)
    g.counts = {"office.inbox": sum(count.lines for count in counts)}
    return render_template(
        "office/inbox/list.html",
        places=places,
        client=client,
        kind=kind,
        lines=lines,
        steps={line.ref: _step(line) for line in lines if line.step},
        total=total,
        kinds=_choices(counts, client),
        clients=[(place.slug, _counted(place, counts, kind)) for place in places.values()],
        number=number,
        size=inbox.SIZE,
        labels=rules.LABELS,
        marks=MARKS,
        grounds=disputes.LABELS,
        readings={line.ref: replies.from_json(line.suggestion or {}) for line in lines},
        reading_labels=replies.LABELS,
        grounds_options=_grounds(),
        guides_of=guides.for_work(
            db.session(), [places[line.workspace_id] for line in _firsts(lines)]
        ),
        Kind=Kind,
        of_client=rules.OF_CLIENT,
        page_kinds=rules.PAGE,
    )


@blueprint.post("/office/inbox/<any(done, dismissed):how>")
@access.requires(Permission.CONTACT)
def inbox_close(how: str) -> Response:
    """Take the chosen lines out of the inbox, with a way back."""
    chosen = _chosen()
    count = tasks.close(g.actor, chosen, Closed(how), now=g.now) if chosen else 0
    done = how == Closed.DONE
    if count:
        text = (
            ngettext("%(num)s line done", "%(num)s lines done", count)
            if done
            else ngettext("%(num)s line dismissed", "%(num)s lines dismissed", count)
        )
        undo = url_for("office.inbox_reopen", at=g.now.isoformat(), next=_back())
        flash({"text": text, "undo": undo}, "success")  # type: ignore[arg-type]
    return redirect(_back())


@blueprint.post("/office/inbox/reopen")
@access.requires(Permission.CONTACT)
def inbox_reopen() -> Response:
    """Undo a closing: what this person closed at that instant comes back."""
    count = tasks.reopen(g.actor, _instant(request.args.get("at", "")), now=g.now)
    flash(ngettext("%(num)s line is back", "%(num)s lines are back", count), "success")
    return redirect(access.safe_next(request.args.get("next")) or url_for("office.inbox"))


@blueprint.post("/office/inbox/again")
@access.requires(Permission.CONTACT)
def inbox_again() -> Response:
    """Let the sends among the chosen lines go again."""
    queue = outside.current().queue
    count = tasks.send_again(g.actor, _chosen(), now=g.now, queue=queue)
    if count:
        flash(ngettext("%(num)s message will go", "%(num)s messages will go", count), "success")
    else:
        flash(_("None of the chosen lines is a message that can go again."), "warning")
    return redirect(_back())


@blueprint.post("/w/<slug>/debtors/<int:debtor_id>/mend")
@access.requires(Permission.CONTACT)
def inbox_mend(slug: str, debtor_id: int) -> Response:
    """Put a debtor's e-mail address right; what was refused goes again."""
    address, queue = request.form.get("address", ""), outside.current().queue
    attempt = forms.attempt(
        lambda: tasks.mend(g.actor, g.workspace.id, debtor_id, address, now=g.now, queue=queue)
    )
    return _answered(attempt, lambda: _("The address is right now; what was refused goes again."))


@blueprint.post("/w/<slug>/payments/known")
@access.requires(Permission.RECORD_PAYMENT)
def inbox_known(slug: str) -> Response:
    """Say through which day the payments of a client are known."""
    queue = outside.current().queue
    attempt = forms.attempt(
        lambda: freshness.confirm(
            g.actor,
            g.workspace.id,
            forms.typed().needed_day("known_until"),
            now=g.now,
            queue=queue,
        )
    )
    return _answered(attempt, lambda: _("Thank you: what waited for payment data may go."))


def _firsts(lines: list[Line]) -> list[Line]:
    """A line of each client company that has any."""
    return list({line.workspace_id: line for line in lines}.values())


def _grounds() -> list[tuple[str, str]]:
    """What a debtor may disagree with, for a choice."""
    here = language.current()
    return [(one.value, wording.say(label, here)) for one, label in disputes.LABELS.items()]


def _answered(attempt: forms.Attempt, good: Callable[[], str]) -> Response:
    """Back to where the person was, with what came of it."""
    faults = forms.faults(attempt)
    for sentence in faults.values():
        flash(sentence, "error")
    if not faults:
        flash(good(), "success")
    return redirect(_back())


def _chosen() -> list[Ref]:
    return [rules.ref(text) for text in request.form.getlist("id")]


def _back() -> str:
    return access.safe_next(request.form.get("next")) or url_for("office.inbox")


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("This is not a date: {typed}", typed=text) from error
    if found.tzinfo is None:
        raise BadInput("This is not a date: {typed}", typed=text)
    return found


def _number(total: int) -> int:
    """The page of the address, as far as there are lines."""
    last = max(-(-total // inbox.SIZE), 1)
    return min(max(request.args.get("page", 1, type=int), 1), last)


def _kind() -> Kind | None:
    asked = request.args.get("kind", "")
    return Kind(asked) if asked in list(Kind) else None


def _client(places: dict[int, Workspace]) -> Workspace | None:
    asked = request.args.get("client")
    return next((place for place in places.values() if place.slug == asked), None)


def _step(line: Line) -> ladder.Step:
    return ladder.from_json([line.step or {}])[0]


def _lines(counts: list[Count], kind: Kind | None, client: Workspace | None) -> int:
    return sum(
        count.lines
        for count in counts
        if kind in (None, count.kind) and (client is None or client.id == count.workspace_id)
    )


def _choices(counts: list[Count], client: Workspace | None) -> list[tuple[Kind, int]]:
    """The kinds that have something, with how much, in the order of a day's work."""
    found = [(kind, _lines(counts, kind, client)) for kind in ORDER]
    return [(kind, lines) for kind, lines in found if lines or kind == _kind()]


def _counted(place: Workspace, counts: list[Count], kind: Kind | None) -> str:
    lines = _lines(counts, kind, place)
    return f"{place.name} ({lines})" if lines else place.name
