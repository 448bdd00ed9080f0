"""Exports: safe to open, in two forms, and taken back in without changing anything."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.intake.rows import Choices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Debtor, Payment, Receivable
from bpo.services.cash import payments
from bpo.services.intake import imports
from tests.factories import books, debts, people
from tests.factories.books import LATE, TODAY, Browser, count
from tests.factories.people import NOW


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


def taken_in(place, name, content):
    program = actors.system([place.id], name="test")
    queue = MemoryQueue()
    row = imports.submit(program, place.id, name, content, Choices(), now=NOW, queue=queue)
    return imports.apply(program, place.id, row.id, now=NOW, queue=queue)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_our_own_export_comes_back_unchanged(ana, session, cast, form):
    books.davi(session, cast.sol)
    first = session.scalars(select(Receivable).order_by(Receivable.id)).first()
    debts.paid(session, first, 400_00, TODAY - timedelta(days=3))
    evil = debts.debtor(session, cast.sol, "=1+1 Ltda", reference="-7", email=None)
    title = debts.receivable(session, evil, "@NF", due=LATE, cents=80_00)
    debts.paid(session, title, 80_00, TODAY - timedelta(days=5))
    before = count(session, Debtor), count(session, Receivable)
    content = ana.open(f"/receivables.{form}", show="all").data
    done = taken_in(cast.sol, f"receivables.{form}", content)
    assert (done.unchanged, done.applied, done.rejected, done.total) == (3, 0, 0, 3)
    assert (count(session, Debtor), count(session, Receivable)) == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_payments_come_back_without_being_counted_again(ana, session, cast, form):
    books.davi(session, cast.sol)
    first = session.scalars(select(Receivable).order_by(Receivable.id)).first()
    for cents in (400_00, 10_00, 10_00):
        debts.paid(session, first, cents, TODAY - timedelta(days=3))
    wrong = session.scalars(select(Payment).order_by(Payment.id)).first()
    payments.reverse(
        people.actor(session, cast.ana), cast.sol.id, wrong.id, "engano", now=NOW, mistake=True
    )
    received = select(func.sum(Payment.amount_cents))
    assert session.scalar(received) == 20_00
    content = ana.open(f"/payments.{form}", show="all").data
    done = taken_in(cast.sol, f"payments.{form}", content)
    assert (done.unchanged, done.applied, done.rejected) == (3, 0, 1)
    assert done.problems["items"][0][2] == "negative"
    assert session.scalar(received) == 20_00


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_debtors_come_back_unchanged(ana, session, cast, form):
    books.davi(session, cast.sol)
    debts.debtor(session, cast.sol, "=1+1 Ltda", reference="-7", email=None)
    content = ana.open(f"/debtors.{form}", show="all").data
    done = taken_in(cast.sol, f"debtors.{form}", content)
    assert (done.unchanged, done.applied, done.rejected) == (2, 0, 0)


def test_a_file_says_what_ana_had_recorded_and_adds_what_she_had_not(session, cast):
    books.davi(session, cast.sol)
    first = session.scalars(select(Receivable).order_by(Receivable.id)).first()
    davi = session.get(Debtor, (cast.sol.id, first.debtor_id))
    debts.paid(session, first, 10_00, TODAY - timedelta(days=3))
    day = f"{TODAY - timedelta(days=3):%d/%m/%Y}"
    row = f"{davi.reference};{first.number};{day};10,00"
    more = row.replace("10,00", "15,00")
    file = "\n".join(["cliente;numero;pagamento;valor pago", row, more, ""])
    done = taken_in(cast.sol, "baixas.csv", file.encode())
    assert (done.kind, done.unchanged, done.applied, done.rejected) == ("payments", 1, 1, 0)
    assert session.scalar(select(func.sum(Payment.amount_cents))) == 25_00
