"""Files that come again over titles that people have worked on: no balance breaks."""

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.cash.payments import Method
from bpo.kernel import actor as actors
from bpo.models import Entry, Import, Payment, Receivable
from bpo.queries.cash import payments as stored
from bpo.services.books import adjustments
from bpo.services.cash import payments, refunds
from bpo.services.intake import imports_undo
from tests.factories import people, tables
from tests.factories.tables import NOW, TODAY, rows, taken

HEAD = "cliente;numero;emissao;vencimento;valor;saldo;data pagamento;valor pago"
FIRST = "C1;{number};01/08/2026;01/09/2026;100,00;;;"
AGAIN = {
    "again": FIRST,
    "less": "C1;{number};01/08/2026;01/09/2026;20,00;;;",
    "more": "C1;{number};01/08/2026;01/09/2026;150,00;;;",
    "paid": "C1;{number};01/08/2026;01/09/2026;100,00;;05/09/2026;103,00",
    "part": "C1;{number};01/08/2026;01/09/2026;100,00;;05/09/2026;40,00",
    "balance": "C1;{number};01/08/2026;01/09/2026;100,00;10,00;;",
}
PAYMENT = "C1;{number};05/09/2026;60,00"
ACTS = {
    "rebate": lambda who, title: adjustments.rebate(*who, title, 30_00, "Avaria", now=NOW),
    "withdraw": lambda who, title: adjustments.withdraw(*who, title, "Venda desfeita", now=NOW),
    "write off": lambda who, title: adjustments.write_off(*who, title, "Falência", now=NOW),
    "waive": lambda who, title: adjustments.waive(*who, title, 1, 1, "Antigo", now=NOW),
}


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


def agree(session, place) -> None:
    """Titles are the sums of their entries, payments what became of them."""
    tables.refreshed(session)
    for title in session.scalars(select(Receivable)):
        own = select(func.sum(Entry.principal_cents)).where(Entry.receivable_id == title.id)
        settled = session.scalar(own) or 0
        assert title.settled_cents == settled
        assert 0 <= settled <= title.amount_cents
        assert (title.settled_on is not None) == (settled == title.amount_cents)
    for paid in session.scalars(select(Payment).where(Payment.reverses_id.is_(None))):
        if not stored.reversal_of(session, place.id, paid.id):
            assert stored.left_cents(session, paid) >= 0


def test_no_file_breaks_what_a_person_has_taken_off(session, sol):
    who = actors.system([sol.id], name="test"), sol.id
    told = {f"{act}-{name}": line for act in ACTS for name, line in AGAIN.items()}
    paid = [f"{act}-payment" for act in ACTS]
    taken(sol, rows(*(FIRST.format(number=one) for one in (*told, *paid)), head=HEAD))
    done = [
        ACTS[title.number.partition("-")[0]](who, title.id)
        for title in session.scalars(select(Receivable).order_by(Receivable.id)).all()
    ]
    files = (
        rows(*(line.format(number=one) for one, line in told.items()), head=HEAD),
        rows(
            *(PAYMENT.format(number=one) for one in paid),
            head="cliente;numero;data pagamento;valor pago",
        ),
    )
    imported = [taken(sol, file) for file in (*files, *files)]
    assert [row.state for row in imported] == ["applied"] * 4
    assert [row.applied for row in imported[2:]] == [0, 0]
    agree(session, sol)
    assert session.scalar(select(func.count()).select_from(Receivable)) == len(told) + len(paid)
    for row in imported[1::-1]:
        imports_undo.undo(who[0], sol.id, row.id, now=NOW)
        agree(session, sol)
    for entry in done:
        kept = session.get(Entry, (sol.id, entry.id))
        assert (kept.principal_cents, kept.reason) == (entry.principal_cents, entry.reason)


def test_an_import_of_which_a_credit_was_given_back_leaves_that_payment(session, sol):
    who = actors.system([sol.id], name="test"), sol.id
    file = rows("C1;F1;01/08/2026;01/09/2026;100,00;;25/08/2026;150,00", head=HEAD)
    row = taken(sol, file)
    paid = session.scalars(select(Payment)).one()
    refunds.give_back(*who, paid.id, 50_00, "Pagou a mais", now=NOW)
    done = imports_undo.undo(who[0], sol.id, row.id, now=NOW)
    agree(session, sol)
    assert (done.reversed, done.withdrawn, done.left_count) == (0, 0, 1)
    assert session.get(Import, (sol.id, row.id)).state == "undone"


def test_an_imported_payment_used_by_a_person_stays_with_its_import(session, sol):
    who = actors.system([sol.id], name="test"), sol.id
    row = taken(sol, rows("C1;F1;01/08/2026;01/09/2026;100,00;;25/08/2026;150,00", head=HEAD))
    taken(sol, rows("C1;F2;01/08/2026;01/10/2026;80,00;;;", head=HEAD))
    paid = session.scalars(select(Payment)).one()
    ana = people.actor(session, people.user(session, "Ana", actors.Role.ADMIN, sol))
    payments.apply_credit(ana, sol.id, paid.id, now=NOW)
    done = imports_undo.undo(who[0], sol.id, row.id, now=NOW)
    agree(session, sol)
    assert (done.reversed, done.left_count) == (0, 1)
    payments.record(*who, paid.debtor_id, 10_00, TODAY, Method.PIX, now=NOW)
    agree(session, sol)
