"""Any sequence of acts on the real books: entries, receivables, payments and credits agree.

`BPO_EXAMPLES=500 pytest tests/services/test_ledger_walks.py` walks as often as one likes.
"""

import os
from collections import defaultdict
from contextlib import suppress
from datetime import date, timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.payments import Method
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict
from bpo.models import Entry, Payment, Receivable, Refund
from bpo.queries import payments as stored
from bpo.queries import receivables
from bpo.services import adjustments, payments, refunds
from tests.factories import debts, people
from tests.factories.people import NOW

EXAMPLES = int(os.environ.get("BPO_EXAMPLES", "3"))
DUE = date(2026, 10, 14)
TODAY = date(2026, 11, 23)
cents = st.one_of(st.integers(1, 50), st.integers(1, 900_00))
pick = st.integers(0, 1_000)
WHY = "por um motivo"


def books(session, place, marta):
    """A machine on the books of a debtor of its own."""
    numbers = count()

    class Books(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.now, self.today = NOW, TODAY
            self.davi = debts.debtor(session, place, f"Davi {next(numbers)}", email=None)
            for nth, due in enumerate((DUE, TODAY + timedelta(days=10))):
                debts.receivable(session, self.davi, str(nth), due=due, cents=(nth + 1) * 500_00)
            self.seen: dict[date, int] = {}

        def rows(self, table, *conditions):
            return session.scalars(
                select(table).where(table.workspace_id == place.id, *conditions).order_by(table.id)
            ).all()

        def titles(self) -> list[Receivable]:
            return self.rows(Receivable, Receivable.debtor_id == self.davi.id)

        def payments(self) -> list[Payment]:
            return self.rows(Payment, Payment.debtor_id == self.davi.id)

        def entries(self) -> list[Entry]:
            ids = [title.id for title in self.titles()]
            return self.rows(Entry, Entry.receivable_id.in_(ids))

        def act(self, which, found, do) -> None:
            """Do something to one of what there is; a refusal in words changes nothing."""
            if found:
                with suppress(BadInput, Conflict):
                    do(found[which % len(found)].id)

        @rule(days=st.integers(1, 9))
        def wait(self, days: int) -> None:
            self.seen[self.today] = self.open_on(self.today)
            self.now += timedelta(days=days)
            self.today += timedelta(days=days)

        @rule(money=cents)
        def pay(self, money: int) -> None:
            where = marta, place.id, self.davi.id
            payments.record(*where, money, self.today, Method.PIX, now=self.now)

        @rule(which=pick)
        def use_credit(self, which: int) -> None:
            self.act(
                which,
                self.payments(),
                lambda n: payments.apply_credit(marta, place.id, n, now=self.now),
            )

        @rule(which=pick, money=cents)
        def rebate(self, which: int, money: int) -> None:
            self.act(
                which,
                self.titles(),
                lambda n: adjustments.rebate(marta, place.id, n, money, WHY, now=self.now),
            )

        @rule(which=pick, gone=st.booleans())
        def close(self, which: int, gone: bool) -> None:
            do = adjustments.withdraw if gone else adjustments.write_off
            self.act(which, self.titles(), lambda n: do(marta, place.id, n, WHY, now=self.now))

        @rule(which=pick, fine=st.integers(0, 10_00), interest=st.integers(0, 10_00))
        def waive(self, which: int, fine: int, interest: int) -> None:
            part = fine, interest
            self.act(
                which,
                self.titles(),
                lambda n: adjustments.waive(marta, place.id, n, *part, WHY, now=self.now),
            )

        @rule(which=pick)
        def undo(self, which: int) -> None:
            self.act(
                which,
                self.entries(),
                lambda n: adjustments.undo(marta, place.id, n, WHY, now=self.now),
            )

        @rule(which=pick)
        def reverse(self, which: int) -> None:
            self.act(
                which,
                self.payments(),
                lambda n: payments.reverse(marta, place.id, n, WHY, now=self.now),
            )

        @rule(which=pick, money=cents)
        def refund(self, which: int, money: int) -> None:
            self.act(
                which,
                self.payments(),
                lambda n: refunds.give_back(marta, place.id, n, money, WHY, now=self.now),
            )

        @rule(which=pick)
        def undo_refund(self, which: int) -> None:
            ids = [payment.id for payment in self.payments()]
            self.act(
                which,
                self.rows(Refund, Refund.payment_id.in_(ids)),
                lambda n: refunds.undo(marta, place.id, n, WHY, now=self.now),
            )

        def open_on(self, day: date) -> int:
            due = receivables.due_on(session, self.davi, day)
            return sum(one.amount.principal_cents for one in due)

        @invariant()
        def what_is_stored_agrees_with_its_entries(self) -> None:
            session.expire_all()
            sums: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
            for entry in self.entries():
                sums[entry.receivable_id][entry.on_day] += entry.principal_cents
            for title in self.titles():
                days = sums[title.id]
                assert title.settled_cents == sum(days.values())
                moved = [day for day, cents in days.items() if cents]
                closed = title.settled_cents == title.amount_cents
                assert title.settled_on == (max(moved) if closed else None)

        @invariant()
        def every_payment_adds_up(self) -> None:
            for paid in self.payments():
                used = stored.used_cents(session, place.id, paid.id)
                given = stored.refunded_cents(session, place.id, paid.id)
                if paid.reverses_id is None and not stored.reversal_of(session, place.id, paid.id):
                    assert min(used, given, paid.amount_cents - used - given) >= 0
                else:
                    assert not given

        @invariant()
        def past_days_stay_as_they_were_seen(self) -> None:
            for day, cents in self.seen.items():
                assert self.open_on(day) == cents

    return Books


def test_any_sequence_of_acts_leaves_books_that_agree(session):
    place = people.workspace()
    marta = actors.system([place.id], name="test")
    with acting_as(marta):
        session.commit()
        run_state_machine_as_test(
            books(session, place, marta),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=14,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_the_machine_notices_a_broken_sum(session):
    """The walk is worth something: it fails when an entry is written that nothing explains."""
    place = people.workspace()
    program = actors.system([place.id], name="test")
    with acting_as(program):
        walk = books(session, place, program)()
        walk.pay(400_00)
        walk.wait(3)
        walk.past_days_stay_as_they_were_seen()
        title = walk.titles()[0]
        session.add(
            Entry(
                workspace_id=place.id,
                receivable_id=title.id,
                kind="rebate",
                on_day=TODAY,
                principal_cents=1,
            )
        )
        session.flush()
        try:
            walk.past_days_stay_as_they_were_seen()
        except AssertionError:
            return
    raise AssertionError("a past day changed unseen")
