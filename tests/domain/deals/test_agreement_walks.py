"""Where every centavo of an agreement is, on any walk of paying, missing, breaking and agreeing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.domain.books import charges
from bpo.domain.books.policies import CollectionPolicy, for_installments
from bpo.domain.books.receivables import MONEY, Entry, EntryKind, Receivable, balance
from bpo.domain.cash import allocation, payments
from bpo.domain.deals import agreements, early_settlement
from bpo.domain.deals.agreements import Part
from bpo.domain.deals.early_settlement import Pending
from bpo.domain.deals.installments import Installment, amounts

DAY = date(2026, 11, 23)
POLICY = CollectionPolicy()
PLAN = for_installments(POLICY)
STEPS = ("pay", "pay_part", "wait", "miss", "settle_early")


class Book:
    """Originals and the instalments over them, with the entries that the services write."""

    def __init__(self, debts, rate):
        due = DAY - timedelta(days=60)
        self.rate, self.today, self.last = rate, DAY, 0
        self.originals = [Receivable(cents, due, due) for cents in debts]
        self.simple = list(self.originals)
        self.agree()

    def agree(self):
        """Take in whatever the originals ask for today, over a quarter now and three months."""
        asked = [charges.amount_due(one, POLICY, self.today) for one in self.originals]
        self.parts = [
            Part(place, one.due_date, *due[:3])
            for place, (one, due) in enumerate(zip(self.originals, asked, strict=True))
        ]
        self.agreed_on = self.today
        self.taken = sum(part.total_cents for part in self.parts)
        for part in self.parts:
            self._write(self.originals, part.receivable_id, agreements.taking(part, self.today))
        entry = self.taken // 4
        cents = [entry, *amounts(self.taken - entry, self.rate, 3)]
        self.schedule = [
            Installment(self.today + timedelta(days=30 * place), one)
            for place, one in enumerate(cents)
        ]
        self.plan = [Receivable(i.amount_cents, i.due_date, i.due_date) for i in self.schedule]
        self.running = True

    def pay(self, share=1):
        for place, one in enumerate(self.plan):
            due = charges.amount_due(one, PLAN, self.today)
            if due.principal_cents and self.running:
                cents = max(due.total_cents // share, 1)
                (got,) = allocation.allocate(cents, [payments.asked(due)]).allocations
                for entry in payments.entries(got, self.today):
                    self._write(self.plan, place, entry)
                return

    def pay_part(self):
        self.pay(3)

    def wait(self):
        self.today += timedelta(days=17)

    def miss(self):
        """Nothing for months: the plan breaks, the originals come back and are agreed anew."""
        self.today += timedelta(days=130)
        paid = self.paid
        if not (self.running and self.open and paid < self.taken):
            return
        for place, one in enumerate(self.plan):
            left = Entry(self.today, EntryKind.WITHDRAWAL, balance(one, self.today))
            self._write(self.plan, place, left)
        back = agreements.remainder(self.parts, paid)
        for part in back:
            self._write(
                self.originals, part.receivable_id, agreements.giving_back(part, self.today)
            )
        self.check_breach(back, paid)
        self.agree()

    def settle_early(self):
        if not (self.running and self.open):
            return
        due = [charges.amount_due(one, PLAN, self.today) for one in self.plan]
        pending = [
            Pending(place, place + 1, one.principal_cents, one.fine_cents + one.interest_cents)
            for place, one in enumerate(due)
            if one.principal_cents
        ]
        inside = early_settlement.interest_parts(self.schedule, self.taken, self.rate)
        before, told = self.open, early_settlement.quote(pending, self.schedule, inside, self.today)
        for one in told:
            late = due[one.receivable_id]
            assert min(one.principal_cents, one.discount_cents) >= 0
            paid = Entry(
                self.today,
                EntryKind.PAYMENT,
                one.principal_cents,
                late.fine_cents,
                late.interest_cents,
            )
            self._write(self.plan, one.receivable_id, paid)
            discount = Entry(self.today, EntryKind.DISCOUNT, one.discount_cents)
            self._write(self.plan, one.receivable_id, discount)
        closed = early_settlement.total_cents(told) + early_settlement.saved_cents(told)
        assert closed == before + sum(one.charges_cents for one in pending)
        assert not self.open

    @property
    def open(self):
        return sum(balance(one, self.today) for one in self.plan)

    @property
    def paid(self):
        return payments.money_cents(entry for one in self.plan for entry in one.entries)

    def check(self):
        """While it runs: paid, discounted and open are what was taken in and its interest."""
        entries = [entry for one in self.plan for entry in one.entries]
        late = sum(e.fine_cents + e.interest_cents for e in entries if e.kind in MONEY)
        given = sum(e.principal_cents for e in entries if e.kind is EntryKind.DISCOUNT)
        interest = sum(early_settlement.interest_parts(self.schedule, self.taken, self.rate))
        assert self.paid - late + given + self.open == self.taken + interest
        assert all(balance(one, self.today) == 0 for one in self.originals)

    def check_breach(self, back, paid):
        """Broken: the originals ask for what they would had all that was paid on the instalments
        been paid on the day of the agreement, centavo for centavo."""
        assert sum(part.total_cents for part in back) == self.taken - paid
        assert not self.open
        for place, part in enumerate(agreements.impute(self.parts, paid)):
            kept = (part.principal_cents, part.fine_cents, part.interest_cents)
            self.simple[place] = replace(
                self.simple[place],
                entries=(
                    *self.simple[place].entries,
                    Entry(self.agreed_on, EntryKind.PAYMENT, *kept),
                ),
            )
        for one, other in zip(self.originals, self.simple, strict=True):
            asked = charges.amount_due(one, POLICY, self.today)
            assert asked[:3] == charges.amount_due(other, POLICY, self.today)[:3]

    def _write(self, rows, place, entry):
        rows[place] = replace(rows[place], entries=(*rows[place].entries, entry))


@settings(max_examples=60)
@given(
    st.lists(st.integers(50_00, 900_00), min_size=1, max_size=3),
    st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("0.025")]),
    st.lists(st.sampled_from(STEPS), max_size=10),
)
def test_paid_and_open_always_add_up_to_principal_and_charges(debts, rate, steps):
    book = Book(debts, rate)
    for step in steps:
        getattr(book, step)()
        book.check()
