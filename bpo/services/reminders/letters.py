"""The writing desk: which due contacts may still be made, and the exact words of those that may."""

import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.books import charges
from bpo.domain.books.charges import AmountDue
from bpo.domain.books.receivables import Receivable
from bpo.domain.people.links import Purpose, expiry
from bpo.domain.reminders import channels as rules
from bpo.domain.reminders import contact, contact_rules, deliveries, holds, steps
from bpo.domain.reminders.contact import Place, Situation
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.deliveries import Cancelled
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import BY_PERSON, Channel, Moment
from bpo.domain.writing.invoices import Payer
from bpo.domain.writing.messages import DebtLine, Links, MessageFacts, first_name
from bpo.gateways import templates
from bpo.gateways.channels import email
from bpo.gateways.channels.email import Enclosure, Letter, Sender
from bpo.gateways.signing import Signer
from bpo.kernel import clock, documents
from bpo.models import Workspace
from bpo.queries.books import receivables
from bpo.queries.people import workspaces
from bpo.queries.reminders import book, campaigns, channels, outgoing
from bpo.queries.reminders.outgoing import Line, Waiting
from bpo.services.books import enclosures, invoices
from bpo.services.people import links
from bpo.services.reminders import short_messages, wordings
from bpo.services.reminders.drafts import Batch, Draft, Verdict

LOOK_AGAIN = timedelta(minutes=15)
EMAIL_AND_PEOPLE = frozenset({"email", "task", "letter"})
DOCUMENTS = frozenset({Moment.ISSUE, Moment.PAYMENT})


@dataclass(frozen=True, slots=True)
class Desk:
    """What writing needs from outside. `post`: it writes letters on paper, and only those."""

    signer: Signer
    base_url: str
    mail_sender: str
    channels: frozenset[str] = EMAIL_AND_PEOPLE
    post: bool = False

    def batch(
        self,
        session: Session,
        workspace_id: int,
        *,
        now: datetime,
        after: tuple[datetime, int],
        limit: int,
    ) -> Batch | None:
        """Read the due contacts beyond a position, and issue the links that they will carry.

        None once the company is closed: it writes to nobody.
        """
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None or not workspace.active:
            return None
        tries = deliveries.MAX_TRIES
        waiting = outgoing.waiting(
            session, workspace_id, now=now, tries=tries, after=after, limit=limit, post=self.post
        )
        batch = self._frame(session, workspace, waiting, now, after)
        if waiting:
            _fill(session, batch, waiting, now)
            self._enclose(session, batch)
        return batch

    def judge(self, batch: Batch, draft: Draft, now: datetime) -> Verdict:
        """Ask the one rule of contact, with what is known of the debtor."""
        channel = Channel(draft.waiting.channel)
        situation = self._situation(batch, draft)
        if draft.greets:
            if draft.waiting.debtor_id in batch.troubled or _is_late_greeting(draft, batch.day):
                return Verdict(False, Cancelled.STALE)
        elif draft.is_receipt:
            if draft.waiting.paid_on is None:
                return Verdict(False, Cancelled.WITHDRAWN)
        elif not draft.lines:
            held = tuple(Reason(code) for code in draft.held)
            reason = deliveries.cancelled_because(draft.held) or Cancelled.PAID
            return Verdict(False, reason, why=held)
        if draft.step is not None and _outdated(draft, batch.day):
            return Verdict(False, Cancelled.STALE)
        decision = contact.may_contact(situation, batch.rules, channel, now, batch.place)
        if decision.allowed:
            return Verdict(True) if channel not in BY_PERSON else Verdict(False, by_person=True)
        codes = [reason.code for reason in decision.reasons]
        cancelled = deliveries.cancelled_because(codes)
        if cancelled is not None:
            return Verdict(False, cancelled, why=decision.reasons)
        wait_until = decision.not_before or now + LOOK_AGAIN
        if Code.STALE in codes:
            wait_until = now + LOOK_AGAIN
        return Verdict(False, None, wait_until, decision.reasons)

    def write(self, batch: Batch, draft: Draft, now: datetime) -> None:
        """Put the exact words on a draft that may go."""
        waiting = draft.waiting
        locale = waiting.debtor_locale or batch.workspace.locale
        facts = self.facts(batch, draft)
        key, channel = waiting.template_key or "something_wrong", Channel(waiting.channel)
        wording = batch.wordings.of(key, channel, locale)
        draft.recipient, draft.template = waiting.address or "", wording.name
        if channel in rules.TEXTS:
            draft.parcel = short_messages.write(
                waiting.id, draft.recipient, channel, key, wording, facts
            )
            draft.body = draft.kept = draft.parcel.text.encode()
            return
        rendered = templates.render(key, channel, wording.locale, facts, text=wording.text)
        draft.subject = rendered.subject
        draft.message_id = email.message_id(batch.workspace_id, waiting.id, batch.sender.domain)
        letter = Letter(
            draft.recipient,
            waiting.debtor_name,
            rendered.subject,
            rendered.text,
            rendered.html,
            draft.message_id,
            facts.links.unsubscribe,
            _enclosed(batch, draft, locale),
        )
        draft.body = email.compose(batch.sender, letter, now)
        draft.kept = zlib.compress(draft.body, 1)

    def sender(self, workspace: Workspace) -> Sender:
        """The client company's own identity, or the installation's address in its name."""
        address = workspace.sender_email or self.mail_sender
        return Sender(workspace.sender_name or workspace.name, address, workspace.reply_to)

    def _enclose(self, session: Session, batch: Batch) -> None:
        """Read the documents that go along; messages for which there is no room come later."""
        issued = [
            [line.id for line in draft.lines] if draft.issues else [] for draft in batch.drafts
        ]
        agreed = [one.waiting.anchor_id for one in batch.drafts if one.confirms]
        batch.enclosures = enclosures.read(
            session, batch.workspace, self.base_url, batch.day, issued, agreed
        )
        fits = batch.enclosures.count
        if fits is not None and fits < len(batch.drafts):
            batch.drafts = batch.drafts[:fits]
            last = batch.drafts[-1].waiting
            batch.end = (last.scheduled_at, last.id)

    def _frame(
        self,
        session: Session,
        workspace: Workspace,
        waiting: list[Waiting],
        now: datetime,
        after: tuple[datetime, int],
    ) -> Batch:
        day = clock.local_day(now, workspace.time_zone)
        calendar = workspaces.calendar(session, workspace)
        own = workspaces.contact_rules(session, workspace.id)
        page = book.Page(workspace.id, 0, day, workspace.time_zone, calendar)
        return Batch(
            workspace,
            day,
            Place(calendar, workspace.time_zone),
            contact_rules.from_json(own.rules) if own else Rules(),
            self.sender(workspace),
            invoices.creditor(workspace),
            campaigns.known_until(session, workspace.id, day),
            [],
            (waiting[-1].scheduled_at, waiting[-1].id) if waiting else after,
            book.pauses(driver(session), page),
            receivables.policies_of(session, workspace.id),
            carriers=channels.at_work(session, workspace.id),
        )

    def _situation(self, batch: Batch, draft: Draft) -> Situation:
        waiting = draft.waiting
        address = frozenset({waiting.channel} if waiting.address else ())
        answers = draft.is_receipt or draft.confirms
        recent = [] if answers else batch.recent.get(waiting.debtor_id, [])
        others = [past.day for past in recent if not past.is_of(waiting)]
        return Situation(
            sum(line.open_cents for line in draft.lines),
            waiting.debtor_state,
            batch.pauses.of(waiting.debtor_id),
            rules.usable(self.channels, batch.carriers),
            address,
            address if waiting.refused else frozenset(),
            tuple(others),
            min((line.effective_due_date for line in draft.lines), default=None),
            batch.known_until,
            document=draft.confirms or (draft.step and draft.step.moment) in DOCUMENTS,
            greeting=draft.greets,
        )

    def facts(self, batch: Batch, draft: Draft) -> MessageFacts:
        """All that a message about a draft may say."""
        waiting, receipt = draft.waiting, draft.is_receipt
        lines = tuple(_debt_line(batch, waiting, line) for line in draft.lines)
        document = waiting.debtor_document
        return MessageFacts(
            batch.creditor,
            self._links(batch, waiting.debtor_id),
            waiting.debtor_name,
            first_name(waiting.debtor_name, person=waiting.person),
            documents.hidden(document) if document else "",
            batch.day,
            lines,
            also_open_cents=batch.balances.get(waiting.debtor_id, 0) if receipt else 0,
            paid_cents=waiting.total_cents if receipt else 0,
            paid_on=waiting.paid_on,
        )

    def _links(self, batch: Batch, debtor_id: int) -> Links:
        page = self.signer.token(batch.pages[debtor_id], Purpose.DEBTOR_PAGE.value)
        stop = self.signer.token(batch.stops[debtor_id], Purpose.UNSUBSCRIBE.value)
        return Links(
            f"{self.base_url}/d/{page}",
            f"{self.base_url}/p/{batch.workspace.slug}/policy",
            f"{self.base_url}/u/{stop}",
        )


def _fill(session: Session, batch: Batch, waiting: list[Waiting], now: datetime) -> None:
    workspace_id = batch.workspace_id
    debtors = {row.debtor_id for row in waiting}
    listed = outgoing.lines(session, workspace_id, [row.id for row in waiting])
    batch.drafts = [_draft(batch, row, listed.get(row.id, [])) for row in waiting]
    partly = {
        line.id
        for draft in batch.drafts
        for line in draft.lines
        if line.open_cents < line.amount_cents
    }
    batch.entries = receivables.entries(session, workspace_id, sorted(partly))
    batch.recent = outgoing.recent(
        session, workspace_id, debtors, day=batch.day, zone=batch.workspace.time_zone
    )
    thanked = [draft.waiting.debtor_id for draft in batch.drafts if draft.is_receipt]
    greeted = [draft.waiting.debtor_id for draft in batch.drafts if draft.greets]
    if greeted:
        batch.troubled = outgoing.troubled(session, workspace_id, greeted, day=batch.day)
    if thanked:
        batch.balances = outgoing.open_balances(session, workspace_id, thanked)
    batch.wordings = wordings.in_force(session, batch.workspace)
    batch.pages = _issued(session, Purpose.DEBTOR_PAGE, workspace_id, debtors, now)
    batch.stops = _issued(session, Purpose.UNSUBSCRIBE, workspace_id, debtors, now)


def _issued(
    session: Session, purpose: Purpose, workspace_id: int, debtors: set[int], now: datetime
) -> dict[int, int]:
    return links.ensure(session, purpose, workspace_id, debtors, expires_at=expiry(purpose, now))


def _draft(batch: Batch, row: Waiting, lines: list[Line]) -> Draft:
    """A receivable under a pause of its own (a dispute) is left out of the message, and one that is
    not due yet any more of a message about what is overdue."""
    pauses = batch.pauses.by_receivable
    free = [line for line in lines if line.id not in pauses]
    held = tuple(holds.code(pauses[line.id]) for line in lines if line.id in pauses)
    stored = next((step for step in row.steps or () if step.get("key") == row.step_key), None)
    step = steps.from_json([stored])[0] if stored else None
    if step is not None and step.moment == Moment.OVERDUE:
        free = [line for line in free if line.effective_due_date <= batch.day] or free
    return Draft(row, free, step, held)


def _is_late_greeting(draft: Draft, today: date) -> bool:
    grace = draft.step.grace_days if draft.step else 0
    return today > draft.waiting.planned_on + timedelta(days=grace)


def _outdated(draft: Draft, today: date) -> bool:
    if draft.step is None or not draft.lines:
        return False
    due = min(line.effective_due_date for line in draft.lines)
    return deliveries.is_outdated(draft.step.moment, due, today, draft.step.offset)


def _due(batch: Batch, waiting: Waiting, line: Line) -> AmountDue:
    facts = Receivable(
        line.amount_cents,
        line.due_date,
        line.effective_due_date,
        batch.entries.get(line.id, ()),
        line.id,
    )
    policy = batch.policies.of(line, consumer=waiting.consumer)
    return charges.amount_due(facts, policy, batch.day)


def _debt_line(batch: Batch, waiting: Waiting, line: Line) -> DebtLine:
    due = _due(batch, waiting, line)
    return DebtLine(
        line.number,
        line.due_date,
        due.principal_cents,
        due.fine_cents,
        due.interest_cents,
        due.discount_cents,
        due.days_late,
        line.description or "",
    )


def _enclosed(batch: Batch, draft: Draft, locale: str) -> tuple[Enclosure, ...]:
    """The documents that go with a draft."""
    if draft.confirms:
        return batch.enclosures.papers.get(draft.waiting.anchor_id, ())
    if not draft.issues:
        return ()
    return batch.enclosures.of(*issued(batch, draft), locale)


def issued(batch: Batch, draft: Draft) -> tuple[list[enclosures.Issued], Payer]:
    """What a draft issues, and to whom."""
    one = draft.waiting
    payer = Payer(one.debtor_name, documents.formatted(one.debtor_document or ""))
    terms = [batch.policies.of(line, consumer=one.consumer) for line in draft.lines]
    return [
        enclosures.issued(line, _due(batch, one, line), policy)
        for line, policy in zip(draft.lines, terms, strict=True)
    ], payer
