"""Money by the Pix code of an agreement: all of it, a part, twice, or for one that has ended."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy, NegotiationLimits
from bpo.domain.cash import reconciliation
from bpo.domain.cash.allocation import Owed
from bpo.domain.cash.pix_references import Kind, Reference
from bpo.domain.cash.reconciliation import Book, Credit, Payer, Title
from bpo.kernel import actor as actors
from bpo.models import BankLine, Entry, Payment, PolicyVersion, Receivable
from bpo.services.cash import bank_lines
from bpo.services.deals import early_settlements
from tests.factories import agreed, people
from tests.factories.agreed import TODAY, later

DAY = agreed.TODAY


@pytest.fixture
def sol(session):
    """A company that asks 1% a month of its plans."""
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        policy = session.scalars(select(PolicyVersion)).one()
        limits = NegotiationLimits(monthly_rate=Decimal("0.01"))
        policy.terms = policies.to_json(CollectionPolicy(negotiation=limits))
        session.commit()
        yield place


@pytest.fixture
def davi(session, sol):
    return agreed.davi(session, sol)


@pytest.fixture
def deal(session, sol, davi):
    return agreed.agree(session, sol, davi)


def notice(sol, deal, cents, *, number=1, day=TODAY):
    """What the bank tells of a payment by the code of an agreement."""
    actor = actors.system([sol.id], name="Pix")
    row = bank_lines.row_of_pix(
        sol.id,
        f"E0041696820261120134{number:012}",
        on_day=day,
        amount_cents=cents,
        txid=Reference(Kind.AGREEMENT, deal.id, day).txid,
    )
    now = later((day - TODAY).days)
    with unit_of_work(actor) as session:
        bank_lines.take_notices(session, actor, sol.id, [row], today=day, now=now)


def open_cents(session, deal):
    session.expire_all()
    left = func.sum(Receivable.amount_cents - Receivable.settled_cents)
    return session.scalar(select(left).where(Receivable.agreement_id == deal.id))


def states(session):
    return session.scalars(select(BankLine.state).order_by(BankLine.id)).all()


def test_the_sum_of_the_day_settles_all_and_the_interest_to_come_is_a_discount(
    session, sol, davi, deal
):
    quote = early_settlements.quote(session, deal, davi, TODAY)
    left = open_cents(session, deal)
    assert 0 < quote.saved_cents == left - quote.total_cents

    notice(sol, deal, quote.total_cents)

    assert (open_cents(session, deal), states(session)) == (0, ["matched"])
    payment = session.scalars(select(Payment).where(Payment.source == "bank_pix")).one()
    given = select(func.sum(Entry.principal_cents)).where(
        Entry.payment_id == payment.id, Entry.kind == "discount"
    )
    assert session.scalar(given) == quote.saved_cents
    assert agreed.judge(sol, later(0)).settled == 1


def test_any_other_sum_pays_the_instalments_in_their_order(session, sol, deal):
    first, second, *_ = agreed.parts(session, deal)
    left = open_cents(session, deal)

    notice(sol, deal, first.amount_cents + 10_00)

    session.expire_all()
    assert first.settled_on == TODAY
    assert second.amount_cents - second.settled_cents == second.amount_cents - 10_00
    assert open_cents(session, deal) == left - first.amount_cents - 10_00


def test_paid_twice_the_second_waits_for_a_person(session, sol, davi, deal):
    cents = early_settlements.quote(session, deal, davi, TODAY).total_cents
    notice(sol, deal, cents)
    notice(sol, deal, cents, number=2)

    assert states(session) == ["matched", "open"]
    assert open_cents(session, deal) == 0


def test_the_code_of_an_agreement_is_no_code_of_a_receivable_or_debtor_with_its_number():
    """Their numbers overlap; the kind of a code tells them apart."""
    title = Title(7, 7, "1001", TODAY, 500_00, 500_00)
    book = Book([title], [Payer(7, "Davi Lima", None)], lambda one, day: Owed(7, TODAY, 500_00))
    code = Reference(Kind.AGREEMENT, 7, TODAY).txid
    credit = Credit(1, 777_00, TODAY, txid=code)
    assert reconciliation.proposals(credit, book) == []
    assert book.named_by_title(credit) == set()
