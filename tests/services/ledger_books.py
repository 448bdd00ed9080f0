"""The real books of one debtor as a machine: any act in any order, and what must hold after each.

Every walk happens inside a savepoint of the test's connection, so that thousands of them leave
nothing behind; what is stored is read whole in three statements after each step.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bpo.db import db
from bpo.domain.cash.payments import Method
from bpo.domain.desk.disputes import Grounds, State
from bpo.kernel.errors import BadInput, Conflict
from bpo.queries.books import receivables
from bpo.services.books import adjustments
from bpo.services.cash import payments, refunds
from bpo.services.deals import agreement_judging, agreements
from bpo.services.desk import disputes
from tests.factories import agreed, debts
from tests.factories.people import NOW
from tests.services.ledger_reading import ENDED, OTHERS, Scene

DUE = date(2026, 10, 14)
TODAY = date(2026, 11, 23)
WHY = "por um motivo"
cents = st.one_of(st.integers(1, 50), st.integers(1, 900_00))
pick = st.integers(0, 1_000)
back = st.sampled_from((0, 0, 1, 9, 30))


def scene(session, place, actor) -> Scene:
    """Davi with a history that allows plans, one title overdue and one to come."""
    davi = agreed.davi(session, place)
    debts.receivable(session, davi, "1002", due=TODAY + timedelta(days=10), cents=500_00)
    session.commit()
    for row in (davi, place):
        session.refresh(row)
        session.expunge(row)
    return Scene(place, actor, davi)


@contextmanager
def savepoint() -> Iterator[None]:
    """Whatever is committed inside is gone afterwards."""
    session = db.session()
    session.rollback()
    point = db.engines[None].begin_nested()
    try:
        yield
    finally:
        session.rollback()
        session.expunge_all()
        point.rollback()


def machine(on: Scene) -> type[RuleBasedStateMachine]:
    """The machine over the account of one debtor."""

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.now, self.today = NOW, TODAY
            self.keys = 0
            self.seen: dict[date, dict[int, int]] = {}
            self.point = savepoint()
            self.point.__enter__()
            self.books = on.read()

        def teardown(self) -> None:
            try:
                what_is_asked_is_what_settles(on, self.now, self.today)
            finally:
                self.point.__exit__(None, None, None)

        def act(self, which: int, found: list[Any], do) -> bool:
            """Do something to one of what there is; a refusal in words changes nothing."""
            if not found:
                return False
            before = self.books
            try:
                do(found[which % len(found)][0])
            except (BadInput, Conflict):
                assert on.read() == before
                return False
            self.books = on.read()
            return True

        def forget(self, since: date) -> None:
            """What was seen of days that somebody has changed on purpose holds no more."""
            self.seen = {day: cents for day, cents in self.seen.items() if day < since}

        def one_of(self, what: str) -> list[Any]:
            return on.where(OTHERS[what])

        @property
        def here(self) -> tuple[Any, int]:
            return on.actor, on.place.id

        # What people do

        @rule(days=st.integers(1, 25))
        def wait(self, days: int) -> None:
            self.seen[self.today] = self.books.open_on(self.today)
            self.now += timedelta(days=days)
            self.today += timedelta(days=days)

        @rule()
        def judge(self) -> None:
            agreement_judging.judge(*self.here, self.today, now=self.now)
            self.books = on.read()

        @rule(money=cents, days=back)
        def pay(self, money: int, days: int) -> None:
            day = self.today - timedelta(days=days)
            payments.record(*self.here, on.davi.id, money, day, Method.PIX, now=self.now)
            self.forget(day)
            self.books = on.read()

        @rule(which=pick, all_of_it=st.booleans())
        def use_credit(self, which: int, all_of_it: bool) -> None:
            chosen = None if all_of_it else [self.books.titles[-1].id]
            self.act(
                which,
                self.books.payments,
                lambda n: payments.apply_credit(*self.here, n, chosen, now=self.now),
            )

        @rule(which=pick, money=cents, days=back)
        def rebate(self, which: int, money: int, days: int) -> None:
            day = self.today - timedelta(days=days)
            if self.act(
                which,
                self.books.titles,
                lambda n: adjustments.rebate(*self.here, n, money, WHY, on=day, now=self.now),
            ):
                self.forget(day)

        @rule(which=pick, gone=st.booleans(), days=back)
        def close(self, which: int, gone: bool, days: int) -> None:
            day = self.today - timedelta(days=days)
            do = adjustments.withdraw if gone else adjustments.write_off
            if self.act(
                which,
                self.books.titles,
                lambda n: do(*self.here, n, WHY, on=day, now=self.now),
            ):
                self.forget(day)

        @rule(which=pick, fine=st.integers(0, 10_00), interest=st.integers(0, 10_00))
        def waive(self, which: int, fine: int, interest: int) -> None:
            part = fine, interest
            self.act(
                which,
                self.books.titles,
                lambda n: adjustments.waive(*self.here, n, *part, WHY, now=self.now),
            )

        @rule(which=pick, mistake=st.booleans())
        def undo(self, which: int, mistake: bool) -> None:
            found = self.books.lines
            if (
                self.act(
                    which,
                    found,
                    lambda n: adjustments.undo(*self.here, n, WHY, now=self.now, mistake=mistake),
                )
                and mistake
            ):
                self.forget(found[which % len(found)].on)

        @rule(which=pick, mistake=st.booleans())
        def reverse(self, which: int, mistake: bool) -> None:
            found, lines = self.books.payments, self.books.lines
            if (
                self.act(
                    which,
                    found,
                    lambda n: payments.reverse(*self.here, n, WHY, now=self.now, mistake=mistake),
                )
                and mistake
            ):
                own = [one.on for one in lines if one.payment == found[which % len(found)].id]
                self.forget(min(own, default=self.today))

        @rule(which=pick, money=cents)
        def refund(self, which: int, money: int) -> None:
            self.act(
                which,
                self.books.payments,
                lambda n: refunds.give_back(*self.here, n, money, WHY, now=self.now),
            )

        @rule(which=pick)
        def undo_refund(self, which: int) -> None:
            self.act(
                which,
                self.one_of("refunds"),
                lambda n: refunds.undo(*self.here, n, WHY, now=self.now),
            )

        @rule(which=pick)
        def dispute(self, which: int) -> None:
            self.act(
                which,
                self.books.titles,
                lambda n: disputes.begin(
                    *self.here, on.davi.id, Grounds.AMOUNT, receivable_id=n, now=self.now
                ),
            )

        @rule(which=pick, money=st.none() | cents, refused=st.booleans())
        def decide(self, which: int, money: int | None, refused: bool) -> None:
            to = State.UPHELD if money is None else State.PARTLY_UPHELD
            given = None if refused else disputes.Settlement(money, WHY)
            state = State.REJECTED if refused else to
            self.act(
                which,
                self.one_of("disputes"),
                lambda n: disputes.close(*self.here, n, state, settlement=given, now=self.now),
            )

        @rule(which=pick)
        def reopen(self, which: int) -> None:
            self.act(
                which,
                self.one_of("disputes"),
                lambda n: disputes.reopen(*self.here, n, WHY, now=self.now),
            )

        @rule(which=pick)
        def agree(self, which: int) -> None:
            found = agreed.choices(db.session(), on.place, on.davi, self.today).choices
            if found:
                self.keys += 1
                with suppress(Conflict):
                    agreed.agree(
                        db.session(),
                        on.place,
                        on.davi,
                        now=self.now,
                        key=f"k{self.keys}",
                        choice=found[which % len(found)],
                    )
                self.books = on.read()

        @rule(which=pick)
        def call_off(self, which: int) -> None:
            self.act(
                which,
                self.one_of("agreements"),
                lambda n: agreements.cancel(*self.here, n, WHY, now=self.now),
            )

        # What always holds

        @invariant()
        def what_is_stored_agrees_with_its_entries(self) -> None:
            for title in self.books.titles:
                days = self.books.by_day[title.id]
                assert title.settled == sum(days.values())
                moved = [day for day, cents in days.items() if cents]
                closed = title.settled == title.amount
                assert title.settled_on == (max(moved) if closed else None)

        @invariant()
        def no_day_owes_less_than_nothing_or_more_than_the_title(self) -> None:
            for title in self.books.titles:
                left = title.amount
                for _, moved in sorted(self.books.by_day[title.id].items()):
                    left -= moved
                    assert 0 <= left <= title.amount

        @invariant()
        def every_payment_adds_up(self) -> None:
            undone_by = {one.undoes: one.id for one in self.books.payments if one.undoes}
            for paid in self.books.payments:
                used = self.books.used(paid.id)
                if paid.id in undone_by:
                    assert used + self.books.used(undone_by[paid.id]) == 0
                if paid.undoes is None and paid.id not in undone_by:
                    assert min(used, paid.given, paid.amount - used - paid.given) >= 0
                else:
                    assert not paid.given

        @invariant()
        def what_undoes_is_the_opposite_and_comes_once(self) -> None:
            by_id = {line.id: line for line in self.books.lines}
            undoing = [line for line in self.books.lines if line.undoes]
            assert len({line.undoes for line in undoing}) == len(undoing)
            for line in undoing:
                other = by_id[line.undoes or 0]
                assert (other.title, other.total, other.undoes) == (line.title, -line.total, None)

        @invariant()
        def an_agreement_that_ended_is_not_owed_beside_its_originals(self) -> None:
            if not any(title.agreement_id for title in self.books.titles):
                return
            ended = {number for (number,) in on.where(ENDED)}
            for title in self.books.titles:
                if title.agreement_id in ended:
                    own = [one for one in self.books.lines if one.title == title.id]
                    returned = -sum(
                        one.principal for one in own if one.undoes and one.kind != "withdrawal"
                    )
                    assert title.amount - title.settled <= returned

        @invariant()
        def past_days_stay_as_they_were_seen(self) -> None:
            for day, known in self.seen.items():
                now = self.books.open_on(day)
                assert known == {number: now[number] for number in known}

    return Walk


def what_is_asked_is_what_settles(on: Scene, now, today: date) -> None:
    """Paying what the page asks closes every title, and leaves no credit."""
    session = db.session()
    session.rollback()
    session.expunge_all()
    due = receivables.due_on(session, on.davi, today)
    books = on.read().open_on(today)
    assert {one.row.id: one.amount.principal_cents for one in due} == {
        number: cents for number, cents in books.items() if cents
    }
    if due:
        asked = sum(one.amount.total_cents for one in due)
        assert asked > 0
        done = payments.record(on.actor, on.place.id, on.davi.id, asked, today, Method.PIX, now=now)
        assert not done.allocated.unapplied_cents
        assert not any(on.read().open_on(today).values())
