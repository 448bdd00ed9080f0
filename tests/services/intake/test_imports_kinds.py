"""Files of payments, registers of debtors and workbooks, taken into the books."""

import io
from datetime import date

import pytest
import xlsxwriter
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Contact, Debtor, Entry, Payment, Receivable
from tests.factories import debts, people, tables
from tests.factories.tables import counts, remarks, rows, taken

PAYMENTS = "cliente;numero;data pagamento;valor pago;historico"
REGISTER = "cliente;cpf;nome;email;telefone;cidade;uf;tipo pessoa;Segmento"


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


@pytest.fixture
def davi(session, sol):
    owed_by = debts.debtor(session, sol, reference="C1")
    debts.receivable(session, owed_by, "F1", due=date(2026, 10, 1))
    debts.receivable(session, owed_by, "F2", due=date(2026, 9, 1))
    return owed_by


def paid(sol, *lines):
    return taken(sol, rows(*lines, head=PAYMENTS))


def payments(session):
    tables.refreshed(session)
    return list(session.scalars(select(Payment).order_by(Payment.id)))


def title(session, number):
    tables.refreshed(session)
    return session.scalars(select(Receivable).where(Receivable.number == number)).one()


def test_a_payment_finds_its_title_by_number_and_is_taken_once(session, sol, davi):
    content = ("C1;F1;05/10/2026;103,00;Pix",)
    assert counts(paid(sol, *content)) == (1, 0, 0)
    assert counts(paid(sol, *content)) == (0, 1, 0)
    (payment,) = payments(session)
    assert (payment.amount_cents, payment.note, payment.debtor_id) == (103_00, "Pix", davi.id)
    entry = session.scalars(select(Entry)).one()
    assert (entry.principal_cents, entry.interest_cents) == (100_00, 3_00)
    assert title(session, "F1").settled_on == date(2026, 10, 5)


def test_equal_payments_of_one_day_are_told_apart_by_their_text(session, sol, davi):
    row = paid(sol, ";F1;05/10/2026;50,00;doc 1", ";F1;05/10/2026;50,00;doc 2")
    assert counts(row) == (2, 0, 0)
    assert title(session, "F1").settled_cents == 100_00
    again = paid(sol, ";F1;05/10/2026;50,00;doc 1", ";F1;05/10/2026;50,00;doc 2")
    assert counts(again) == (0, 2, 0)


def test_a_payment_without_a_title_settles_the_oldest_first_and_keeps_the_rest(session, sol, davi):
    row = paid(sol, "C1;;05/10/2026;230,00;")
    assert counts(row) == (1, 0, 0)
    assert remarks(row) == [(2, "settled", "warning")]
    entries = session.scalars(select(Entry).order_by(Entry.id)).all()
    assert [entry.principal_cents for entry in entries] == [100_00, 100_00]
    assert entries[0].receivable_id == title(session, "F2").id
    assert sum(entry.interest_cents for entry in entries) == 0
    assert counts(paid(sol, "C1;;05/10/2026;230,00;")) == (0, 1, 0)


def test_a_settled_title_is_not_paid_again_and_ana_is_asked(session, sol, davi):
    debts.paid(session, title(session, "F1"), 100_00, date(2026, 10, 3))
    row = paid(
        sol, "C1;F1;05/10/2026;100,00;", "C1;F2;05/10/2026;100,00;a", "C1;F2;05/10/2026;9,00;"
    )
    assert counts(row) == (1, 0, 2)
    assert remarks(row) == [(2, "settled", "reject"), (4, "settled", "reject")]


def test_what_nobody_owes_here_is_named(session, sol, davi):
    elis = debts.debtor(session, sol, "Elis", reference="C2", email="elis@example.org")
    debts.receivable(session, elis, "F1", due=date(2026, 10, 1))
    row = paid(
        sol,
        "C9;F1;05/10/2026;1,00;",
        ";F9;05/10/2026;1,00;",
        ";F1;05/10/2026;1,00;",
        "C2;F1;05/10/2026;1,00;",
    )
    assert counts(row) == (1, 0, 3)
    assert remarks(row) == [
        (2, "unknown", "reject"),
        (3, "unknown", "reject"),
        (4, "conflict", "reject"),
    ]
    assert payments(session)[0].debtor_id == elis.id


def test_a_payment_told_by_both_kinds_of_file_is_one(session, sol):
    taken(sol, rows("C1;;Davi;;F1;01/09/2026;01/10/2026;100,00;05/10/2026;100,00"))
    assert counts(paid(sol, "C1;F1;05/10/2026;100,00;")) == (0, 1, 0)
    assert len(payments(session)) == 1


def registered(sol, *lines):
    return taken(sol, rows(*lines, head=REGISTER), kind="debtors")


def test_a_register_creates_debtors_and_a_repeat_changes_nothing(session, sol):
    content = (
        "C1;529.982.247-25;Davi Lima;davi@example.org;11 98765-4321;Campinas;SP;PF;varejo",
        "C2;;Mercado Sol;;;Recife;PE;PJ;atacado",
    )
    assert counts(registered(sol, *content)) == (2, 0, 0)
    assert counts(registered(sol, *content)) == (0, 2, 0)
    tables.refreshed(session)
    davi, mercado = session.scalars(select(Debtor).order_by(Debtor.id))
    assert (davi.kind, davi.consumer, davi.city, davi.state) == ("person", True, "Campinas", "SP")
    assert (mercado.kind, mercado.extra) == ("company", {"Segmento": "atacado"})
    reach = session.execute(select(Contact.channel, Contact.address).order_by(Contact.id)).all()
    assert reach == [("email", "davi@example.org"), ("phone", "+5511987654321")]


def test_a_register_goes_before_what_is_recorded_but_for_blanks(session, sol):
    debts.debtor(session, sol, "Davi Velho", reference="C1", city="Santos", state="SP")
    assert counts(registered(sol, "C1;;Davi Novo;;;;RJ;PF;")) == (1, 0, 0)
    tables.refreshed(session)
    davi = session.scalars(select(Debtor)).one()
    assert (davi.name, davi.search_name, davi.city, davi.state) == (
        "Davi Novo",
        "davi novo",
        "Santos",
        "RJ",
    )


def test_a_register_that_does_not_tell_persons_from_companies_changes_neither(session, sol):
    head = "codigo;nome;cidade"
    assert counts(taken(sol, rows("C1;Mercado Sol;Recife", head=head), kind="debtors")) == (1, 0, 0)
    assert counts(taken(sol, rows("C1;Mercado;Olinda", head=head), kind="debtors")) == (1, 0, 0)
    tables.refreshed(session)
    found = session.scalars(select(Debtor)).one()
    assert (found.name, found.city) == ("Mercado", "Olinda")
    assert (found.kind, found.consumer) == ("company", False)


def test_a_new_address_alone_counts_as_a_change(session, sol):
    registered(sol, "C1;;Davi;um@example.org;;;;PF;")
    assert counts(registered(sol, "C1;;Davi;dois@example.org;;;;PF;")) == (1, 0, 0)
    assert len(session.scalars(select(Contact)).all()) == 2


def test_a_workbook_is_taken_in_like_a_text_file(session, sol):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Relatório de títulos"])
        sheet.write_row(
            2, 0, ["Cliente", "Número", "Vencimento", "Valor", "Data de pagamento", "Obs"]
        )
        sheet.write_row(3, 0, [42, "000123"])
        sheet.write_datetime(3, 2, date(2026, 10, 1), day)
        sheet.write(3, 3, 1234.56)
        sheet.write_datetime(3, 4, date(2026, 10, 2), day)
        sheet.write(3, 5, 7.5)
    row = taken(sol, out.getvalue(), date_order=None, name="titulos.xlsx")
    assert counts(row) == (1, 0, 0)
    found = title(session, "000123")
    assert (found.amount_cents, found.settled_on) == (1_234_56, date(2026, 10, 2))
    assert found.extra == {"Obs": "7.5"}
    assert session.scalars(select(Debtor.reference)).one() == "42"
