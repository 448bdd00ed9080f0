"""A step's message as a real debtor would get it today, written by the desk that writes them all.

Nothing is stored and no link is issued: the addresses in a preview lead nowhere.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from bpo.domain.people.links import Purpose
from bpo.domain.reminders import steps
from bpo.domain.reminders.contact import Place
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.steps import AnchorKind, Channel, Moment, Step
from bpo.domain.writing import sms
from bpo.domain.writing.messages import DebtLine, Links, MessageFacts, first_name
from bpo.formats import mime
from bpo.formats.mime import Mail
from bpo.gateways.channels.carriers import Parcel
from bpo.kernel import clock, documents
from bpo.models import Debtor, Payment, Workspace
from bpo.queries.books import receivables
from bpo.queries.people import workspaces
from bpo.queries.reminders import book, outgoing
from bpo.queries.reminders.outgoing import Line, Waiting
from bpo.queries.writing import samples
from bpo.services.books import enclosures, invoices
from bpo.services.books.enclosures import Enclosures
from bpo.services.reminders import letters, short_messages, wordings
from bpo.services.reminders.drafts import Batch, Draft
from bpo.services.reminders.letters import Desk
from bpo.services.reminders.wordings import Wordings

NO_LINK = 0
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Preview:
    """A message nobody got. `parts`: as how many an SMS is sent and paid; 0 for other channels."""

    mail: Mail
    recipient: str
    subject: str
    parts: int = 0


def preview(
    session: Session,
    workspace: Workspace,
    debtor: Debtor,
    step: Step,
    channel: Channel,
    *,
    desk: Desk,
    now: datetime,
    words: Wordings | None = None,
    locale: str | None = None,
) -> Preview:
    """What `step` would say to `debtor` by `channel` now.

    `words`: others than those in force. `locale`: another language than the debtor's. Raises
    NotFound for a text that is not there, BadInput for one that cannot be filled in.
    """
    words = words or wordings.in_force(session, workspace)
    if channel == Channel.EMAIL:
        batch, draft = _drafted(session, workspace, debtor, step, desk, now, words, locale)
        names = _enclose(session, batch, draft, desk.base_url)
        batch.enclosures = Enclosures()  # named, and not made for every look
        desk.write(batch, draft, now)
        mail = mime.read(draft.body)._replace(attachments=names)
        return Preview(mail, draft.recipient, draft.subject)
    to = samples.address(session, workspace.id, debtor.id, channel.value) or ""
    parcel = short(
        session,
        workspace,
        debtor,
        step,
        channel,
        desk=desk,
        now=now,
        words=words,
        locale=locale,
        to=to,
    )
    parts = sms.parts(parcel.text) if channel == Channel.SMS else 0
    return Preview(Mail((), parcel.text, ""), to, "", parts)


def short(
    session: Session,
    workspace: Workspace,
    debtor: Debtor,
    step: Step,
    channel: Channel,
    *,
    desk: Desk,
    now: datetime,
    words: Wordings,
    to: str,
    locale: str | None = None,
) -> Parcel:
    """A short message as a provider would take it, its links leading nowhere, to an address."""
    today = clock.local_day(now, workspace.time_zone)
    listed = samples.lines(session, workspace.id, debtor.id, step.moment, today)
    facts = _facts(workspace, debtor, listed, desk, today)
    wording = words.of(step.template, channel, locale or debtor.locale or workspace.locale)
    number = -int(now.timestamp())
    return short_messages.write(number, to, channel, step.template, wording, facts)


def link_length(desk: Desk) -> int:
    """How many characters the address of a debtor's page has in a message."""
    return len(_page(desk))


def written(
    session: Session,
    workspace: Workspace,
    debtor: Debtor,
    step: Step,
    *,
    desk: Desk,
    now: datetime,
    words: Wordings,
    locale: str | None = None,
    to: str | None = None,
) -> Draft:
    """An e-mail as the desk writes it, with its documents; `to`: not to the debtor's address."""
    batch, draft = _drafted(session, workspace, debtor, step, desk, now, words, locale, to)
    _enclose(session, batch, draft, desk.base_url)
    desk.write(batch, draft, now)
    return draft


def _drafted(
    session: Session,
    workspace: Workspace,
    debtor: Debtor,
    step: Step,
    desk: Desk,
    now: datetime,
    words: Wordings,
    locale: str | None = None,
    to: str | None = None,
) -> tuple[Batch, Draft]:
    """A message with everything that writing it takes."""
    today = clock.local_day(now, workspace.time_zone)
    paid, listed = None, samples.lines(session, workspace.id, debtor.id, step.moment, today)
    if step.moment == Moment.PAYMENT:
        paid, listed = samples.latest_payment(session, workspace.id, debtor.id), []
    to = to or samples.address(session, workspace.id, debtor.id, Channel.EMAIL.value)
    batch = _batch(session, workspace, debtor, listed, desk, now)
    batch.wordings = words
    waiting = _waiting(debtor, step, listed, paid, to, batch.day)._replace(
        id=-int(now.timestamp()),
        debtor_locale=locale or debtor.locale,
    )
    draft = Draft(waiting, listed, step)
    return batch, draft


def _enclose(session: Session, batch: Batch, draft: Draft, base_url: str) -> tuple[str, ...]:
    """Let the documents of a draft go along; their names."""
    if not draft.issues or not draft.lines:
        return ()
    ids = [[line.id for line in draft.lines]]
    batch.enclosures = enclosures.read(session, batch.workspace, base_url, batch.day, ids)
    return batch.enclosures.names(*letters.issued(batch, draft))


def _batch(
    session: Session,
    workspace: Workspace,
    debtor: Debtor,
    listed: list[Line],
    desk: Desk,
    now: datetime,
) -> Batch:
    partly = [line.id for line in listed if line.open_cents < line.amount_cents]
    return Batch(
        workspace=workspace,
        day=clock.local_day(now, workspace.time_zone),
        place=Place(workspaces.calendar(session, workspace), workspace.time_zone),
        rules=Rules(),
        sender=desk.sender(workspace),
        creditor=invoices.creditor(workspace),
        known_until=None,
        drafts=[],
        end=(_LONG_AGO, 0),
        pauses=book.Pauses((), {}, {}),
        entries=receivables.entries(session, workspace.id, partly),
        policies=receivables.policies_of(session, workspace.id),
        pages={debtor.id: NO_LINK},
        stops={debtor.id: NO_LINK},
        balances=outgoing.open_balances(session, workspace.id, [debtor.id]),
    )


def _waiting(
    debtor: Debtor,
    step: Step,
    listed: list[Line],
    paid: Payment | None,
    to: str | None,
    today: date,
) -> Waiting:
    anchors = {Moment.PAYMENT: AnchorKind.PAYMENT, Moment.RELATIONSHIP: AnchorKind.GREETING}
    total = paid.amount_cents if paid else sum(line.open_cents for line in listed)
    return Waiting(
        id=0,
        debtor_id=debtor.id,
        campaign_id=None,
        step_key=step.key,
        channel=Channel.EMAIL.value,
        template_key=step.template,
        version=0,
        anchor_kind=anchors.get(step.moment, AnchorKind.DEBTOR).value,
        anchor_id=0,
        cycle=1,
        attempts=0,
        planned_on=today,
        scheduled_at=_LONG_AGO,
        debtor_name=debtor.name,
        debtor_document=debtor.document,
        debtor_state=debtor.state,
        debtor_locale=debtor.locale,
        consumer=debtor.consumer,
        person=debtor.kind == "person",
        contact_id=None,
        address=to,
        refused=False,
        steps=steps.to_json([step]),
        total_cents=total,
        paid_on=paid.paid_on if paid else today,
        stamp="",
    )


def _facts(
    workspace: Workspace, debtor: Debtor, listed: list[Line], desk: Desk, today: date
) -> MessageFacts:
    """What a short message may say: no charges, because it shows no amounts."""
    lines = tuple(
        DebtLine(
            line.number,
            line.due_date,
            line.open_cents,
            days_late=max((today - line.due_date).days, 0),
        )
        for line in listed
    )
    return MessageFacts(
        invoices.creditor(workspace),
        Links(_page(desk), f"{desk.base_url}/p/{workspace.slug}/policy", ""),
        debtor.name,
        first_name(debtor.name, person=debtor.kind == "person"),
        documents.hidden(debtor.document) if debtor.document else "",
        today,
        lines,
    )


def _page(desk: Desk) -> str:
    """An address as long as the real one, which leads nowhere."""
    return f"{desk.base_url}/d/{desk.signer.token(NO_LINK, Purpose.DEBTOR_PAGE.value)}"
