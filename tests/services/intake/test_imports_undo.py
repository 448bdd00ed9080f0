"""A whole import undone: as if it had never been, but for what people did since."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.kernel.errors import Conflict
from bpo.models import (
    Attachment,
    AuditEntry,
    BankLine,
    Contact,
    Debtor,
    Entry,
    FreshnessMark,
    Hold,
    Import,
    Note,
    OptOut,
    Payment,
    Receivable,
)
from bpo.queries.books import statements
from bpo.queries.insight import figures
from bpo.services.cash import payments
from bpo.services.intake import imports_undo, imports_undo_debtors
from tests.architecture.test_tables import TABLES
from tests.factories import debts, people, tables
from tests.factories.tables import NOW, TODAY, counts, rows, taken
from tests.formats.test_nfe import bill, document
from tests.formats.test_ofx import movement, statement

HEAD = "cliente;numero;emissao;vencimento;valor;saldo;data pagamento;valor pago"
FILE = rows(
    "C1;F1;01/08/2026;01/09/2026;100,00;;;",
    "C1;F2;01/08/2026;01/09/2026;200,00;;05/09/2026;203,00",
    "C2;F3;01/08/2026;01/09/2026;300,00;120,00;;",
    head=HEAD,
)


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


def undone(session, sol, row):
    done = imports_undo.undo(actors.system([sol.id], name="test"), sol.id, row.id, now=NOW)
    tables.refreshed(session)
    assert session.get(Import, (sol.id, row.id)).state == "undone"
    return done


def open_cents(session):
    owed = func.sum(Receivable.amount_cents - Receivable.settled_cents)
    return int(session.scalar(select(owed)) or 0)


def received(session):
    return int(session.scalar(select(func.sum(Payment.amount_cents))) or 0)


def test_an_import_is_taken_back_and_the_same_file_works_again(session, sol):
    first = taken(sol, FILE)
    assert counts(first) == (3, 0, 0)
    before = (open_cents(session), received(session))
    assert before == (220_00, 203_00)
    done = undone(session, sol, first)
    assert (done.withdrawn, done.reversed, done.left_count) == (3, 1, 0)
    assert (open_cents(session), received(session)) == (0, 0)
    sums = select(func.sum(Entry.principal_cents)).group_by(Entry.receivable_id)
    assert sorted(session.scalars(sums)) == [100_00, 200_00, 300_00]
    assert counts(taken(sol, FILE)) == (3, 0, 0)
    assert (open_cents(session), received(session)) == before
    assert counts(taken(sol, FILE)) == (0, 3, 0)
    acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == first.id))
    assert "import.undo" in set(acts)


def test_payments_are_reversed_on_their_own_days_and_can_come_again(session, sol):
    davi = debts.debtor(session, sol, reference="C1")
    debts.receivable(session, davi, "F1", due=date(2026, 10, 1))
    file = rows("C1;F1;05/10/2026;60,00", head="cliente;numero;data pagamento;valor pago")
    for again in range(3):
        row = taken(sol, file)
        assert counts(row) == (1, 0, 0), again
        assert (open_cents(session), received(session)) == (40_00, 60_00)
        undone(session, sol, row)
        assert (open_cents(session), received(session)) == (100_00, 0)
    days = set(session.scalars(select(Payment.paid_on)))
    assert days == {date(2026, 10, 5)}


def test_what_people_worked_on_since_is_left_and_named(session, sol):
    row = taken(sol, FILE)
    worked_on = session.scalars(select(Receivable).where(Receivable.number == "F1")).one()
    debts.paid(session, worked_on, 10_00, date(2026, 9, 9))
    done = undone(session, sol, row)
    assert (done.withdrawn, done.reversed) == (2, 1)
    assert (list(done.left), done.left_count) == (["F1"], 1)
    assert open_cents(session) == 90_00
    assert counts(taken(sol, FILE)) == (2, 1, 0)


def test_dates_and_amounts_that_a_file_changed_come_back(session, sol):
    taken(sol, rows("C1;F1;01/08/2026;01/09/2026;100,00;;;", head=HEAD))
    row = taken(sol, rows("C1;F1;01/08/2026;12/09/2026;150,00;;;", head=HEAD))
    assert counts(row) == (1, 0, 0)
    done = undone(session, sol, row)
    assert done.restored == 1
    one = session.scalars(select(Receivable)).one()
    assert (one.due_date, one.amount_cents) == (date(2026, 9, 1), 100_00)
    assert one.effective_due_date == date(2026, 9, 1)


def test_the_document_of_an_nfe_goes_out_of_sight_with_it(session, sol):
    sol.cnpj = None
    session.commit()
    content = document(bill("001", "2026-09-01", "300.00"), dest="CPF")
    undone(session, sol, taken(sol, content, name="nota.xml"))
    assert session.scalars(select(Attachment)).one().hidden_at == NOW
    assert counts(taken(sol, content, name="nota.xml")) == (1, 0, 0)


def test_only_what_was_applied_is_undone_once(session, sol):
    row = taken(sol, FILE)
    undone(session, sol, row)
    with pytest.raises(Conflict):
        imports_undo.undo(actors.system([sol.id], name="t"), sol.id, row.id, now=NOW)


def marks(session):
    return sorted(session.scalars(select(FreshnessMark.known_until)))


def test_figures_and_freshness_are_as_if_the_file_had_never_come(session, sol):
    taken(sol, rows("C9;F9;01/08/2026;01/09/2026;50,00;20,00;;", head=HEAD))
    before = (figures.metrics(session, sol.id, TODAY), marks(session))
    fresh = FILE.replace(b"05/09/2026", b"22/11/2026").replace(b"01/08/2026", b"01/11/2026")
    row = taken(sol, fresh)
    with_it = (figures.metrics(session, sol.id, TODAY), marks(session))
    assert with_it != before
    undone(session, sol, row)
    assert (figures.metrics(session, sol.id, TODAY), marks(session)) == before
    taken(sol, fresh)
    assert (figures.metrics(session, sol.id, TODAY), marks(session)) == with_it


def test_what_a_balance_took_off_comes_back_as_no_money(session, sol):
    davi = debts.debtor(session, sol, reference="C1")
    debts.receivable(session, davi, "F1", due=date(2026, 11, 12), issue=date(2026, 11, 1))
    before = figures.metrics(session, sol.id, TODAY)
    row = taken(sol, rows("C1;F1;01/11/2026;12/11/2026;100,00;30,00;;", head=HEAD))
    assert counts(row) == (1, 0, 0)
    assert open_cents(session) == 30_00
    undone(session, sol, row)
    assert open_cents(session) == 100_00
    assert figures.metrics(session, sol.id, TODAY) == before


def test_money_that_a_person_used_further_keeps_its_receivable(session, sol):
    row = taken(sol, rows("C1;F1;01/08/2026;01/09/2026;100,00;;20/08/2026;130,00", head=HEAD))
    first = session.scalars(select(Receivable)).one()
    davi = session.get(Debtor, (sol.id, first.debtor_id))
    other = debts.receivable(session, davi, "F2", due=date(2026, 12, 1))
    payment = session.scalars(select(Payment)).one()
    ana = people.actor(session, people.user(session, "Ana", Role.ANALYST, sol))
    payments.apply_credit(ana, sol.id, payment.id, [other.id], now=NOW)
    done = undone(session, sol, row)
    assert (done.withdrawn, done.reversed, list(done.left)) == (0, 0, ["F1"])
    assert (open_cents(session), received(session)) == (70_00, 130_00)


def test_what_the_bank_said_of_a_payment_waits_again_when_its_file_is_undone(session, sol):
    davi = debts.debtor(session, sol, "Davi Lima Souza", reference="C1")
    debts.receivable(session, davi, "F1", due=date(2026, 11, 24))
    file = rows("C1;F1;20/11/2026;100,00", head="cliente;numero;data pagamento;valor pago")
    row = taken(sol, file)
    taken(sol, statement(movement("100,00", "PIX DAVI LIMA SOUZA", "20261120")), name="x.ofx")
    assert session.scalars(select(BankLine.state)).all() == ["aside"]
    undone(session, sol, row)
    assert session.scalars(select(BankLine.state)).all() == ["open"]
    assert [hold.debtor_id for hold in session.scalars(select(Hold))] == [davi.id]


def test_the_statement_of_a_customer_tells_nothing_of_a_file_that_was_undone(session, sol):
    row = taken(sol, FILE)
    debtors = {one.reference: one.id for one in session.scalars(select(Debtor))}
    before = statements.moves(session, sol.id, debtors["C1"], TODAY)
    assert [(one.kind, one.cents) for one in before] == [
        ("issued", 100_00),
        ("issued", 200_00),
        ("payment", -200_00),
    ]
    undone(session, sol, row)
    assert statements.moves(session, sol.id, debtors["C1"], TODAY) == []
    taken(sol, FILE)
    again = statements.moves(session, sol.id, debtors["C1"], TODAY)
    assert [one[:2] + one[3:] for one in again] == [one[:2] + one[3:] for one in before]


REGISTER = rows(
    *(f"C{n};Cliente {n};c{n}@example.org" for n in range(1, 8)), head="codigo;nome;email"
)


def named(session):
    return set(session.scalars(select(Debtor.reference)))


def test_debtors_that_nobody_touched_go_with_their_register_where_it_is_asked_for(session, sol):
    row = taken(sol, REGISTER)
    assert row.kind == "debtors"
    who = {debtor.reference: debtor for debtor in session.scalars(select(Debtor))}
    debts.receivable(session, who["C1"], due=TODAY)
    ids = {name: {"workspace_id": sol.id, "debtor_id": who[name].id} for name in who}
    later = datetime(2026, 11, 30, tzinfo=UTC)
    session.add(Note(**ids["C2"], kind="call", on_day=TODAY, outcome="reached", body="oi"))
    session.add(Contact(**ids["C3"], channel="phone", address="+5511999990000", created_at=later))
    session.add(OptOut(**ids["C4"], channel="email", address="c4@example.org", source="p", at=NOW))
    who["C5"].tags = ["vip"]
    session.add(AuditEntry(
        workspace_id=sol.id, at=NOW, action="debtor.edit", actor_kind="user", actor_name="Ana",
        subject_kind="debtor", subject_id=who["C6"].id, detail={},
    ))  # fmt: skip
    session.commit()
    done = imports_undo.undo(
        actors.system([sol.id], name="test"), sol.id, row.id, now=NOW, debtors=True
    )
    assert done.removed == 1
    assert named(session) == {"C1", "C2", "C3", "C4", "C5", "C6"}
    assert session.scalar(select(AuditEntry.detail).order_by(AuditEntry.id.desc()))["removed"] == 1
    assert counts(taken(sol, REGISTER, name="de novo.csv"))[0] >= 1
    assert "C7" in named(session)


def test_debtors_stay_by_default_and_whom_another_file_told_more_of(session, sol):
    row = taken(sol, REGISTER)
    assert undone(session, sol, row).removed == 0
    assert len(named(session)) == 7
    more = rows("C8;Cliente 8;", head="codigo;nome;email")
    first = taken(sol, more, name="b.csv")
    taken(sol, rows("C8;Cliente 8;Recife", head="codigo;nome;cidade"), name="c.csv")
    program = actors.system([sol.id], name="test")
    assert imports_undo.undo(program, sol.id, first.id, now=NOW, debtors=True).removed == 0
    assert "C8" in named(session)


def test_every_table_that_names_a_debtor_is_looked_at():
    about = {name for name, table in TABLES.items() if "debtor_id" in table.c}
    looked_at = {table for table, _ in imports_undo_debtors.pointing()}
    assert looked_at | imports_undo_debtors.WITH_THEM == about
