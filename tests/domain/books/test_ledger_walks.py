"""Any sequence of acts on the rules of the ledger: the sums agree, on every day.

`make test-ledger LEDGER_EXAMPLES=5000` walks as often as one likes.
"""

import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bpo.domain.books import adjustments, charges, receivables
from bpo.domain.books.adjustments import Recorded
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Entry, EntryKind, Receivable
from bpo.domain.cash import allocation, payments
from bpo.domain.cash import refunds as refund_rules
from bpo.kernel.errors import BadInput, Conflict

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "15"))
START = date(2026, 9, 1)
TITLES = {1: (1_000_00, START), 2: (333_33, START + timedelta(days=12)), 3: (1, START)}
POLICY = CollectionPolicy()
cents = st.one_of(st.integers(1, 200), st.integers(1, 1_500_00))
titles = st.sampled_from(sorted(TITLES))
pick = st.integers(0, 1_000)


@dataclass
class Paid:
    amount: int
    on: date
    given: list[int] = field(default_factory=list)
    reversed: bool = False


class Ledger(RuleBasedStateMachine):
    """Books kept twice: by the rules, as entries; and here, as a balance for each title and day."""

    def __init__(self) -> None:
        super().__init__()
        self.today = START
        self.books: dict[int, list[Recorded]] = {number: [] for number in TITLES}
        self.paid: dict[int, Paid] = {}
        self.moved: dict[tuple[int, date], int] = defaultdict(int)
        self.count = 0

    # What is known

    def facts(self, number: int) -> Receivable:
        amount, due = TITLES[number]
        entries = tuple(one.entry for one in self.books[number])
        return Receivable(amount, due, due, entries, number)

    def due(self, number: int) -> charges.AmountDue:
        return charges.amount_due(self.facts(number), POLICY, self.today)

    def used(self, payment_id: int) -> int:
        own = [one for book in self.books.values() for one in book if one.payment_id == payment_id]
        return payments.money_cents(one.entry for one in own)

    def left(self, payment_id: int) -> int:
        paid = self.paid[payment_id]
        return paid.amount - self.used(payment_id) - sum(paid.given)

    def write(self, number: int, entry: Entry, **more: int) -> None:
        self.count += 1
        book = self.books[number]
        book.append(Recorded(self.count, entry, **more))
        undoes = more.get("undoes")
        for place, one in enumerate(book):
            if one.id == undoes:
                book[place] = one._replace(undone_by=self.count)
        self.moved[number, entry.on] += entry.principal_cents

    def settle(self, payment_id: int, money: int) -> None:
        open_ = [self.due(n) for n in TITLES if receivables.balance(self.facts(n), self.today) > 0]
        allocated = allocation.allocate(money, [payments.asked(one) for one in open_])
        for one in allocated.allocations:
            for entry in payments.entries(one, self.today):
                self.write(one.receivable_id, entry, payment_id=payment_id)

    # What people do

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(money=cents)
    def pay(self, money: int) -> None:
        self.count += 1
        self.paid[self.count] = Paid(money, self.today)
        self.settle(self.count, money)

    @precondition(lambda self: self.paid)
    @rule(which=pick)
    def use_credit(self, which: int) -> None:
        number = sorted(self.paid)[which % len(self.paid)]
        if self.left(number) > 0 and not self.paid[number].reversed:
            self.settle(number, self.left(number))

    @rule(number=titles, money=cents, back=st.integers(0, 60))
    def rebate(self, number: int, money: int, back: int) -> None:
        on = max(self.today - timedelta(days=back), START)
        self.attempt(number, lambda: adjustments.rebate(self.facts(number), money, on))

    @rule(number=titles)
    def withdraw(self, number: int) -> None:
        self.attempt(number, lambda: adjustments.withdrawal(self.facts(number), self.today))

    @rule(number=titles)
    def write_off(self, number: int) -> None:
        self.attempt(number, lambda: adjustments.write_off(self.due(number)))

    @rule(number=titles, fine=st.integers(0, 30_00), interest=st.integers(0, 30_00))
    def waive(self, number: int, fine: int, interest: int) -> None:
        due = self.due(number)
        part = min(fine, due.fine_cents), min(interest, due.interest_cents)
        self.attempt(number, lambda: adjustments.waiver(due, *part))

    def attempt(self, number, act) -> None:
        try:
            entry = act()
        except (BadInput, Conflict):
            return
        self.write(number, entry)

    @rule(number=titles, which=pick, mistake=st.booleans())
    def undo(self, number: int, which: int, mistake: bool) -> None:
        book = self.books[number]
        if not book:
            return
        chosen = book[which % len(book)]
        if chosen.payment_id and self.paid[chosen.payment_id].reversed:
            return
        try:
            found = adjustments.together(chosen, book)
        except Conflict:
            return
        for one in found:
            on = one.entry.on if mistake else self.today
            more = {"payment_id": one.payment_id} if one.payment_id else {}
            self.write(number, payments.undone(one.entry, on), undoes=one.id, **more)

    @precondition(lambda self: self.paid)
    @rule(which=pick, mistake=st.booleans())
    def reverse(self, which: int, mistake: bool) -> None:
        number = sorted(self.paid)[which % len(self.paid)]
        paid = self.paid[number]
        if paid.reversed or sum(paid.given):
            return
        for title, book in self.books.items():
            for one in [one for one in book if one.payment_id == number and one.stands]:
                on = one.entry.on if mistake else self.today
                back = payments.undone(one.entry, on)
                self.write(title, back, payment_id=number, undoes=one.id)
        paid.reversed = True

    @precondition(lambda self: self.paid)
    @rule(which=pick, money=cents)
    def refund(self, which: int, money: int) -> None:
        number = sorted(self.paid)[which % len(self.paid)]
        paid = self.paid[number]
        if paid.reversed:
            return
        money = min(money, max(self.left(number), 1))
        try:
            refund_rules.check(self.left(number), money, self.today, paid.on, self.today)
        except Conflict:
            return
        paid.given.append(money)

    @precondition(lambda self: any(paid.given for paid in self.paid.values()))
    @rule(which=pick)
    def undo_refund(self, which: int) -> None:
        given = [paid for paid in self.paid.values() if paid.given]
        given[which % len(given)].given.pop()

    # What always holds

    @invariant()
    def no_centavo_is_lost_on_any_day(self) -> None:
        for number, (amount, _) in TITLES.items():
            facts, left = self.facts(number), amount
            for day in sorted({on for title, on in self.moved if title == number}):
                left -= self.moved[number, day]
                assert receivables.balance(facts, day) == left
                assert 0 <= left <= amount
            assert receivables.balance(facts, self.today) == left

    @invariant()
    def money_is_used_or_left_or_given_back(self) -> None:
        for number, paid in self.paid.items():
            used, left, given = self.used(number), self.left(number), sum(paid.given)
            assert used + left + given == paid.amount
            assert min(used, left, given) >= 0
            assert not (paid.reversed and used)

    @invariant()
    def nothing_owed_is_below_zero_and_what_was_given_up_is_not_asked(self) -> None:
        for number in TITLES:
            due = self.due(number)
            assert min(due.principal_cents, due.fine_cents, due.interest_cents) >= 0
            state = receivables.status(due.receivable, self.today)
            closed = {receivables.Status.PAID, receivables.Status.WITHDRAWN}
            assert (due.principal_cents == 0) == (
                state in closed | {receivables.Status.WRITTEN_OFF}
            )

    @invariant()
    def what_is_undone_leaves_no_trace_in_the_sums(self) -> None:
        for number in TITLES:
            book = self.books[number]
            standing = sum(one.entry.principal_cents for one in book if one.stands)
            assert standing == sum(one.entry.principal_cents for one in book)
            opposite = {one.undoes for one in book if one.undoes}
            assert opposite == {one.id for one in book if one.undone_by}
            assert all(
                one.entry.kind is not EntryKind.WAIVER or not one.entry.principal_cents
                for one in book
            )


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
