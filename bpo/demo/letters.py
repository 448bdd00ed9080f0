"""The exact words of the messages of the past, written by the desk that writes the real ones."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from itertools import groupby

from bpo.demo.diary import Made, Message
from bpo.demo.ledger import Book, Debtor, Title
from bpo.domain.reminders.contact import Place
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.steps import AnchorKind
from bpo.kernel import clock
from bpo.models import Workspace
from bpo.queries.books.receivables import Policies
from bpo.queries.reminders.book import Pauses
from bpo.queries.reminders.outgoing import Line, Waiting
from bpo.services.books import invoices
from bpo.services.reminders.drafts import Batch, Draft
from bpo.services.reminders.letters import Desk

_NOTHING = Pauses((), {}, {})


class Writer:
    """Writes what a client company's campaign said; `pages` and `stops` are the links' numbers.

    `versions`: the policy version ids, in the order of the book's policies, read as `policies`.
    """

    def __init__(
        self,
        desk: Desk,
        book: Book,
        workspace: Workspace,
        versions: list[int],
        policies: Policies,
        pages: Mapping[int, int],
        stops: Mapping[int, int],
    ) -> None:
        self._desk, self._book, self._workspace, self._versions = desk, book, workspace, versions
        self._pages, self._stops, self._policies = dict(pages), dict(stops), policies
        self._paid_on = {payment.id: payment.paid_on for payment in book.payments}
        self._titles: dict[int, list[Title]] = {}
        for title in book.titles:
            self._titles.setdefault(title.debtor.id, []).append(title)

    def write(self, made: Iterable[Made]) -> None:
        """Give every message that was written its words."""
        written = [one for one in made if one.was_written]
        for day, group in groupby(written, key=lambda one: one.touch.planned_on):
            batch = self._batch(day)
            for one in group:
                one.message = self._message(batch, one, day)

    def _batch(self, day: date) -> Batch:
        book, workspace = self._book, self._workspace
        return Batch(
            workspace=workspace,
            day=day,
            place=Place(book.calendar, book.zone),
            rules=Rules(),
            sender=self._desk.sender(workspace),
            creditor=invoices.creditor(workspace),
            known_until=day,
            drafts=[],
            end=(clock.instant(day, time.min, book.zone), 0),
            pauses=_NOTHING,
            policies=self._policies,
            pages=self._pages,
            stops=self._stops,
        )

    def _message(self, batch: Batch, one: Made, day: date) -> Message:
        lines = [self._line(one, title, day) for title in one.titles]
        for title in one.titles:
            batch.entries[title.id] = tuple(e for e in title.entries if e.on < day)
        if not one.titles:
            batch.balances[one.debtor.id] = self._balance(one.debtor, day)
        draft = Draft(self._waiting(one), lines, None)
        self._desk.write(batch, draft, one.at)
        return Message(draft.subject, draft.message_id, draft.template, draft.body)

    def _balance(self, debtor: Debtor, day: date) -> int:
        own = self._titles.get(debtor.id, ())
        return sum(title.open_before(day) for title in own if title.issue <= day)

    def _waiting(self, one: Made) -> Waiting:
        touch, debtor = one.touch, one.debtor
        receipt = touch.anchor_kind == AnchorKind.PAYMENT
        return Waiting(
            one.id,
            debtor.id,
            touch.campaign_id,
            touch.step_key,
            touch.channel.value,
            touch.template,
            1,
            touch.anchor_kind.value,
            touch.anchor_id,
            touch.cycle,
            0,
            touch.planned_on,
            touch.scheduled_at,
            debtor.name,
            debtor.document,
            debtor.state,
            None,
            debtor.consumer,
            debtor.person,
            None,
            one.address.address if one.address else None,
            False,
            None,
            touch.total_cents,
            self._paid_on.get(touch.anchor_id) if receipt else None,
            "",
        )

    def _line(self, one: Made, title: Title, day: date) -> Line:
        return Line(
            one.id,
            title.id,
            title.number,
            title.description,
            title.installment,
            title.installments,
            title.issue,
            title.due,
            title.effective,
            title.cents,
            title.open_before(day),
            self._versions[title.terms],
            None,
        )
