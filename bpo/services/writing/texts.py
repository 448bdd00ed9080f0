"""A company's own texts: checked, and kept in versions."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.deals.approvals import About
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders import going_live
from bpo.domain.reminders.steps import MESSAGES, Channel, Moment
from bpo.domain.writing import text_checks
from bpo.domain.writing.messages import Creditor, Text
from bpo.domain.writing.regua_edits import USUAL
from bpo.domain.writing.text_checks import Finding
from bpo.gateways import templates, wording
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.kernel.text import slug
from bpo.models import MessageText, Workspace
from bpo.queries.people import workspaces
from bpo.queries.reminders import campaigns
from bpo.queries.writing import message_texts
from bpo.services.books import invoices
from bpo.services.people import approval_requests, audit
from bpo.services.reminders import wordings
from bpo.services.reminders.wordings import Wordings

_KEY = re.compile(r"[a-z0-9_]{1,40}")
NEW = 0
"""The version that an editor begins from when the company has none of its own."""


class Place(NamedTuple):
    """Which text: its key, channel and language."""

    key: str
    channel: Channel
    locale: str

    @property
    def plain(self) -> wordings.Place:
        """As `Wordings` keep it."""
        return (self.key, self.channel.value, self.locale)

    def __str__(self) -> str:
        return f"{self.channel.value}/{self.locale}/{self.key}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A text of the library: the words in force, and the company's version (0: the product's)."""

    place: Place
    text: Text
    version: int
    comes_with_product: bool


def place(key: str, channel: str, locale: str) -> Place:
    """A place of the library. Raises NotFound for a channel without texts or an unknown
    language."""
    if channel not in MESSAGES or locale not in wording.LOCALES or not _KEY.fullmatch(key):
        raise NotFound("There is no such text")
    return Place(key, Channel(channel), locale)


def fresh_place(words: Wordings, name: str, channel: str, locale: str) -> Place:
    """The place of a text that nobody has written yet, by the name that people give it.

    Raises BadInput for a name without letters or one that is taken, NotFound as `place`.
    """
    key = slug(name).replace("-", "_")[:40].strip("_")
    if not key:
        raise BadInput("Give the text a name", field="name")
    where = place(key, channel, locale)
    if find(words, where) is not None:
        raise BadInput("There is a text of this name already", field="name")
    return where


def library(words: Wordings) -> list[Entry]:
    """Every text that there is for a company, by channel, key and language."""
    known = {
        Place(key, channel, locale)
        for channel in MESSAGES
        for locale in wording.LOCALES
        for key in templates.keys(channel, locale)
    }
    known |= {Place(key, Channel(channel), locale) for key, channel, locale in words.own}
    order = list(Channel)
    ordered = sorted(known, key=lambda one: (order.index(one.channel), one.key, one.locale))
    return [entry for entry in (find(words, one) for one in ordered) if entry]


def find(words: Wordings, where: Place) -> Entry | None:
    """One text of the library; None for one that is not written yet."""
    standard = templates.has(*where)
    found = words.own.get(where.plain)
    if found is not None:
        return Entry(where, found[0], found[1], standard)
    return Entry(where, templates.load(*where), NEW, standard) if standard else None


def review(
    creditor: Creditor,
    text: Text,
    channel: Channel,
    *,
    greets: bool = False,
    link_length: int | None = None,
) -> list[Finding]:
    """All that is to be said about a text before it is saved; `greets`: sent to stay close."""
    found = text_checks.check(text, channel, link_length)
    more = text_checks.check_greeting(text) if greets else []
    return [*found, *more, *text_checks.check_identity(creditor)]


def greets(session: Session, workspace: Workspace, key: str) -> bool:
    """Whether a text is sent to stay close: the product's own, or that of such a step."""
    if key == USUAL[Moment.RELATIONSHIP][1]:
        return True
    return any(
        step.moment is Moment.RELATIONSHIP and step.template == key
        for one in campaigns.in_states(session, workspace, campaigns.KEPT)
        for step in one.campaign.steps
    )


def save(
    actor: Actor,
    workspace_id: int,
    where: Place,
    text: Text,
    *,
    base: int,
    now: datetime,
) -> int:
    """Keep a text as the newest version and return its number; the same words again change nothing.

    `base`: the version that the editor began from. Raises BadInput with the first finding that
    forbids it, Conflict when somebody else has saved meanwhile, or when campaigns run and new
    words wait for somebody else's approval: see `publications.ask_text`.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace = locked(session, workspace_id)
        text = acceptable(session, workspace, where, text)
        words = wordings.in_force(session, workspace).own.get(where.plain)
        if words is not None and words[0] == text:
            return words[1]
        _require(session, workspace, actor)
        return publish(session, actor, workspace, where, text, base=base, now=now)


def return_to_standard(
    actor: Actor, workspace_id: int, where: Place, *, base: int, now: datetime
) -> int:
    """Let the text that comes with the product hold again; the company's versions stay readable."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace_id)
    with unit_of_work(actor) as session:
        workspace = locked(session, workspace_id)
        text = standard_text(where)
        _require(session, workspace, actor)
        return publish(session, actor, workspace, where, text, base=base, now=now, standard=True)


def acceptable(session: Session, workspace: Workspace, where: Place, text: Text) -> Text:
    """The text in normal form. Raises BadInput with the first finding that forbids it."""
    text = text_checks.normalised(text)
    close = greets(session, workspace, where.key)
    refuse(review(invoices.creditor(workspace), text, where.channel, greets=close))
    templates.compiled(text, where.channel, where.locale)
    return text


def standard_text(where: Place) -> Text:
    """The words that come with the product. Raises Conflict where there are none."""
    if not templates.has(*where):
        raise Conflict("This text does not come with the product, so there is none to return to")
    return templates.load(*where)


def asked_of(session: Session, workspace: Workspace, actor: Actor) -> Role | None:
    """Whose approval new words wait for: only while a campaign runs, or is paused as it ran."""
    needed = going_live.asked_of(workspace.go_live_by, actor)
    return needed if needed and campaigns.is_live(session, workspace.id) else None


def publish(
    session: Session,
    actor: Actor,
    workspace: Workspace,
    where: Place,
    text: Text,
    *,
    base: int,
    now: datetime,
    standard: bool = False,
) -> int:
    """Keep words as the newest version; whoever calls has asked whether they may.

    Raises Conflict when somebody else has saved since `base`.
    """
    latest = message_texts.latest(session, workspace.id, *where)
    if latest != base:
        raise Conflict("Somebody else has changed this text meanwhile: read it again first")
    _void(session, actor, workspace, where, now)
    return _added(session, actor, where, text, workspace.id, latest + 1, now, standard=standard)


def _void(
    session: Session, actor: Actor, workspace: Workspace, where: Place, now: datetime
) -> None:
    """Close what was asked about the words as they were: other words, and the start of campaigns
    that would say them."""
    approval_requests.void(
        session, actor, workspace.id, now=now, about=frozenset({About.TEXT}), place=str(where)
    )
    for one in campaigns.in_states(session, workspace, campaigns.KEPT):
        if any(step.template == where.key for step in one.campaign.steps):
            approval_requests.void(
                session,
                actor,
                workspace.id,
                now=now,
                about=frozenset({About.GO}),
                campaign_id=one.row.id,
            )


def _require(session: Session, workspace: Workspace, actor: Actor) -> None:
    if asked_of(session, workspace, actor) is not None:
        going_live.require(workspace.go_live_by, actor)


def locked(session: Session, workspace_id: int) -> Workspace:
    """The company, held, so that one text is saved after another. Raises NotFound."""
    workspace = workspaces.locked(session, workspace_id)
    if workspace is None:
        raise NotFound("This page does not exist or is not yours to see")
    return workspace


def refuse(findings: list[Finding]) -> None:
    """Raise BadInput with the first finding that forbids a text, naming the part."""
    for found in findings:
        if found.severity is text_checks.Severity.ERROR:
            message = found.message
            raise BadInput(message.template, field=found.part.value, **message.params)


def _added(
    session: Session,
    actor: Actor,
    where: Place,
    text: Text,
    workspace_id: int,
    version: int,
    now: datetime,
    *,
    standard: bool = False,
) -> int:
    row = MessageText(
        workspace_id=workspace_id,
        key=where.key,
        channel=where.channel.value,
        locale=where.locale,
        version=version,
        is_standard=standard,
        **text._asdict(),
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    action = "text.standard" if standard else "text.save"
    about = ("message_text", row.id)
    audit.record(
        session,
        actor,
        workspace_id,
        action,
        now=now,
        subject=about,
        text=str(where),
        version=version,
    )
    return version
