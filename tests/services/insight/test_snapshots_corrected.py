"""Whatever is corrected later, the figures of past days are those of a rebuild from the facts.

At once, before the night: a dashboard never reads a snapshot that a correction made wrong. And
after the night: what is kept is what a rebuild gives.
"""

import random
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update

from bpo.analytics import days
from bpo.analytics.frames import ordinal
from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict
from bpo.models import Entry, Payment, Receivable
from bpo.queries.insight import facts, snapshots
from bpo.services.books import adjustments
from bpo.services.cash import payments
from bpo.services.insight import snapshots as keeping
from tests.factories import people
from tests.queries.test_portfolio import TODAY, random_book

NOW = datetime.combine(TODAY, time(15), UTC)
FIRST = TODAY - timedelta(days=400)
WHY = "por um motivo"


class Company:
    """A company with a random book, kept until yesterday, and a person who corrects it."""

    def __init__(self, session, seed: int) -> None:
        self.session, self.dice = session, random.Random(seed)
        self.place = people.workspace()
        person = people.user(session, "Marta", actors.Role.ADMIN)
        self.marta = people.actor(session, person)
        self.program = actors.system([self.place.id], name="clock")
        with acting_as(self.program):
            random_book(session, self.place, seed, size=40, until=TODAY)
            session.commit()

    def night(self) -> None:
        keeping.refresh(self.program, self.place.id, TODAY, now=NOW)

    def title(self) -> Receivable:
        rows = self.session.scalars(
            select(Receivable)
            .where(Receivable.workspace_id == self.place.id, Receivable.issue_date <= TODAY)
            .order_by(Receivable.id)
        ).all()
        return self.dice.choice(rows)

    def day(self, title: Receivable):
        return min(title.issue_date + timedelta(days=self.dice.choice([0, 3, 40, 200])), TODAY)

    def pay(self) -> None:
        title = self.title()
        payments.record(
            self.marta,
            self.place.id,
            title.debtor_id,
            self.dice.choice([1_00, title.amount_cents]),
            self.day(title),
            receivable_ids=[title.id],
            now=NOW,
        )

    def take_payment_back(self) -> None:
        rows = self.session.scalars(
            select(Payment.id)
            .where(Payment.workspace_id == self.place.id, Payment.reverses_id.is_(None))
            .order_by(Payment.id)
        ).all()
        mistake = self.dice.random() < 0.5
        chosen = self.dice.choice(rows)
        payments.reverse(self.marta, self.place.id, chosen, WHY, now=NOW, mistake=mistake)

    def write_off(self) -> None:
        title = self.title()
        on = self.day(title)
        adjustments.write_off(self.marta, self.place.id, title.id, WHY, now=NOW, on=on)

    def withdraw(self) -> None:
        title = self.title()
        on = self.dice.choice([title.issue_date, self.day(title)])
        adjustments.withdraw(self.marta, self.place.id, title.id, WHY, now=NOW, on=on)

    def undo(self) -> None:
        rows = self.session.scalars(
            select(Entry.id)
            .where(Entry.workspace_id == self.place.id, Entry.kind.in_(("withdrawal", "write_off")))
            .where(Entry.reverses_id.is_(None))
            .order_by(Entry.id)
        ).all()
        mistake = self.dice.random() < 0.3
        if rows:
            chosen = self.dice.choice(rows)
            adjustments.undo(self.marta, self.place.id, chosen, WHY, now=NOW, mistake=mistake)

    def revise(self) -> None:
        title = self.title()
        due = title.due_date + timedelta(days=self.dice.choice([-3, 9]))
        issue = title.issue_date - timedelta(days=self.dice.choice([0, 30]))
        self.session.execute(
            update(Receivable)
            .where(Receivable.workspace_id == self.place.id, Receivable.id == title.id)
            .values(due_date=max(due, issue), effective_due_date=max(due, issue), issue_date=issue)
        )
        self.session.commit()

    def told(self):
        """The days as dashboards read them, and as the facts give them."""
        self.session.expire_all()
        every = facts.load(self.session, self.place.id)
        recent = facts.recent(self.session, self.place.id, TODAY)
        read = snapshots.until(self.session, self.place.id, TODAY, FIRST, recent)
        return read, days.table(every, FIRST, TODAY)

    def does(self, act: str) -> bool:
        """Try an act on one title after the other until it is allowed on one."""
        for _ in range(12):
            with suppress(BadInput, Conflict), acting_as(self.marta):
                getattr(self, act)()
                return True
        return False

    def owed(self) -> int:
        """What the receivables themselves say is open."""
        left = func.sum(Receivable.amount_cents - Receivable.settled_cents)
        mine = (Receivable.workspace_id == self.place.id, Receivable.issue_date <= TODAY)
        return int(self.session.scalar(select(left).where(*mine)) or 0)


ACTS = ("pay", "take_payment_back", "write_off", "withdraw", "undo", "revise")


@pytest.mark.parametrize("seed", [2])
def test_figures_of_past_days_follow_every_correction(session, seed):
    company, done = Company(session, seed), set()
    company.night()
    with acting_as(company.program):
        for number in range(24):
            act = ACTS[number % len(ACTS)]
            done |= {act} if company.does(act) else set()
            read, rebuilt = company.told()
            assert differing(read, rebuilt) == [], (number, act)
            assert days.balance(read, ordinal(TODAY)) == company.owed(), (number, act)
            if number % 4 == 3:
                company.night()
                read, rebuilt = company.told()
                assert differing(read, rebuilt) == [], (number, act, "after the night")
    assert done == set(ACTS)


@pytest.mark.parametrize("mistake", [False, True], ids=["later", "mistake"])
def test_what_was_withdrawn_on_its_first_day_and_comes_back_is_told_again(session, mistake):
    company = Company(session, 1)
    with acting_as(company.program):
        title = session.scalars(
            select(Receivable)
            .where(Receivable.workspace_id == company.place.id, Receivable.settled_cents == 0)
            .where(Receivable.issue_date < TODAY)
        ).first()
        with acting_as(company.marta):
            gone = adjustments.withdraw(
                company.marta, company.place.id, title.id, WHY, now=NOW, on=title.issue_date
            )
        company.night()
        with acting_as(company.marta):
            adjustments.undo(
                company.marta, company.place.id, gone.id, WHY, now=NOW, mistake=mistake
            )
        read, rebuilt = company.told()
        assert days.balance(read, ordinal(TODAY)) == company.owed()
        assert differing(read, rebuilt) == []
        company.night()
        read, rebuilt = company.told()
        assert differing(read, rebuilt) == []


def differing(read, rebuilt) -> list:
    """The days on which two tables differ; before the first fact there is nothing to tell."""
    whole = read.reindex(rebuilt.index, fill_value=0)
    return days.differing(whole, rebuilt)
