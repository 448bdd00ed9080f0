"""A text on somebody's desk: what is typed, what holds, and what a debtor would read."""

from dataclasses import dataclass, replace

from flask import g, request

from bpo.db import db
from bpo.domain.reminders.steps import Channel, Moment, Step
from bpo.domain.writing import text_checks
from bpo.domain.writing.messages import Text
from bpo.domain.writing.sms import transliterated
from bpo.domain.writing.text_checks import Finding, Severity
from bpo.gateways import outside
from bpo.models import Debtor
from bpo.queries.people import debtors
from bpo.queries.reminders import campaigns as stored
from bpo.queries.writing import message_texts, samples
from bpo.services.books import invoices
from bpo.services.reminders import letters, wordings
from bpo.services.reminders.wordings import Wordings
from bpo.services.writing import previews, texts
from bpo.services.writing.previews import Preview
from bpo.services.writing.texts import Entry, Place
from bpo.web import forms
from bpo.web.office.reminders import campaigns
from bpo.web.office.reminders.text_words import PARTS

FIELDS = ("subject", "preview", "title", "body")


@dataclass(frozen=True, slots=True)
class Desk:
    """A text on the desk of somebody: what is written, what holds, who would read it.

    `base`: the version that the writing began from.
    """

    place: Place
    words: Wordings
    entry: Entry | None
    text: Text
    base: int
    step: Step
    people: list[Debtor]
    debtor: Debtor | None

    @property
    def findings(self) -> list[Finding]:
        """What is to be said about what is written."""
        close = texts.greets(db.session(), g.workspace, self.place.key)
        creditor = invoices.creditor(g.workspace)
        length = previews.link_length(writing())
        channel = self.place.channel
        return texts.review(creditor, self.text, channel, greets=close, link_length=length)

    @property
    def next_debtor(self) -> Debtor | None:
        """Who reads after this one."""
        if len(self.people) < 2:
            return None
        ids = [one.id for one in self.people]
        at = ids.index(self.debtor.id) if self.debtor else -1
        return self.people[(at + 1) % len(ids)]


def desk(where: Place) -> Desk:
    """The desk as the address and the form describe it; a text that nobody has yet is empty."""
    session, place = db.session(), g.workspace
    words = wordings.in_force(session, place)
    entry, step = texts.find(words, where), _step(where)
    people = list(samples.readers(session, place.id, step.moment, campaigns.today()))
    asked = request.values.get("debtor", type=int)
    if asked and all(one.id != asked for one in people):
        chosen = debtors.by_id(session, place.id, asked)
        people = [chosen, *people] if chosen else people
    debtor = next((one for one in people if one.id == asked), people[0] if people else None)
    latest = message_texts.latest(session, place.id, *where)
    base = forms.typed().whole("base") if request.method == "POST" else latest
    written = _written(where, entry)
    return Desk(where, words, entry, written, base or 0, step, people, debtor)


def live(at: Desk) -> dict[str, object]:
    """What changes while somebody types."""
    shown = preview(at)
    findings = at.findings
    return {
        "findings": findings,
        "errors": [found for found in findings if found.severity is Severity.ERROR],
        "shown": shown,
        "parts": PARTS,
        "unwritable": "?" in transliterated(at.text.body) and "?" not in at.text.body,
    }


def preview(at: Desk) -> Preview | None:
    """What the chosen debtor would read; None while nobody can, or it cannot be written."""
    if at.debtor is None:
        return None
    words = at.words.with_own(at.place.plain, at.text, texts.NEW)
    attempt = forms.attempt(
        lambda: previews.preview(
            db.session(),
            g.workspace,
            at.debtor,  # type: ignore[arg-type]
            at.step,
            at.place.channel,
            desk=writing(),
            now=g.now,
            words=words,
            locale=at.place.locale,
        )
    )
    return attempt.result


def writing() -> letters.Desk:
    """The desk that writes all letters."""
    here = outside.current()
    return letters.Desk(here.signer, here.settings.base_url, here.settings.mail_sender)


def _written(where: Place, entry: Entry | None) -> Text:
    """What was typed; else the version that the address asks for; else the words in force."""
    if request.method == "POST" and "body" in request.form:
        typed = {name: request.form.get(name, "") for name in FIELDS}
        typed["body"] += _inserted()
        return text_checks.normalised(Text(**typed))
    number = request.args.get("version", type=int)
    if number is not None:
        rows = message_texts.versions(db.session(), g.workspace.id, *where)
        for row, _author in rows:
            if row.version == number:
                return wordings.text_of(row)
    return entry.text if entry else Text("")


def _inserted() -> str:
    """Without a script, a chosen variable goes to the end of the text."""
    chosen = request.form.get("insert", "")
    return f"\n\n{chosen}" if chosen.startswith("[") else f" {chosen}" if chosen else ""


def _step(where: Place) -> Step:
    """The step that speaks this text, so that its readers are those of the preview."""
    steps = [
        step
        for one in stored.in_states(db.session(), g.workspace, campaigns.STATES)
        for step in one.campaign.steps
        if step.template == where.key
    ]
    if steps:
        return replace(steps[0], template=where.key)
    return Step(where.key, Moment.OVERDUE, 5, (Channel.EMAIL,), where.key)
