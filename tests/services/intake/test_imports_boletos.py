"""The column with the lines of boletos: kept where they ask for what the row says, else told."""

from datetime import date

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.formats import boleto
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.models import Boleto, Receivable
from bpo.services.books import boletos
from tests.factories import people, tables
from tests.factories.tables import NOW, counts, remarks, rows, taken

HEAD = "cliente;nome;numero;emissao;vencimento;valor;linha digitável"
DUE = date(2026, 12, 10)


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


def line(due=DUE, cents=100_00, free="1" * 25):
    return boleto.line_of(boleto.encoded("001", due, cents, free))


def row(number, written, *, due="10/12/2026", amount="100,00"):
    return f"C1;Davi;{number};01/11/2026;{due};{amount};{written}"


def kept(session):
    tables.refreshed(session)
    found = session.execute(
        select(Receivable.number, Boleto.line).join(Boleto, Boleto.receivable_id == Receivable.id)
    )
    return dict(found.all())


def test_lines_that_agree_are_kept_and_the_others_told_by_row(session, sol):
    wrong = line()[:-1] + "9"
    file = rows(
        row("F1", boleto.formatted(line())),
        row("F2", boleto.barcode_of(line())),
        row("F3", line(due=None)),
        row("F4", line(cents=0)),
        row("F5", ""),
        row("F6", wrong),
        row("F7", line(cents=99_00)),
        row("F8", line(due=date(2026, 12, 11))),
        row("F9", "8" * 48),
        row("G1", "1,23E+46"),
        row("G2", line(due=date(2025, 2, 21)), due="21/02/2025"),
        row("G3", line(due=date(2025, 2, 22)), due="22/02/2025"),
        row("G4", line(), due="nunca"),
        head=HEAD,
    )
    done = taken(sol, file)
    assert counts(done) == (12, 0, 1)
    assert kept(session) == {
        "F1": line(),
        "F2": line(),
        "F3": line(due=None),
        "F4": line(cents=0),
        "G2": line(due=date(2025, 2, 21)),
        "G3": line(due=date(2025, 2, 22)),
    }
    told = {(at, code) for at, code, level in remarks(done) if level == "warning"}
    assert {
        (7, "check_digit"),
        (8, "amount"),
        (9, "date"),
        (10, "damaged"),
        (11, "damaged"),
    } <= told
    assert {code for at, code in told if at not in range(7, 12)} <= {"due_before_issue"}


def test_a_new_file_renews_the_line_of_a_file_but_not_one_that_a_person_typed(session, sol):
    other, third = line(free="2" * 25), line(free="3" * 25)
    taken(sol, rows(row("F1", line()), row("F2", line()), head=HEAD))
    second = session.scalars(select(Receivable).where(Receivable.number == "F2")).one()
    ana = people.actor(session, people.user(session, "Ana", Role.ANALYST, sol))
    boletos.keep(ana, sol.id, second.id, other, now=NOW)
    taken(sol, rows(row("F1", third), row("F2", third), head=HEAD))
    assert kept(session) == {"F1": third, "F2": other}


def test_a_row_that_contradicts_the_books_does_not_bring_its_boleto(session, sol):
    taken(sol, rows(row("F1", ""), head=HEAD))
    first = session.scalars(select(Receivable).where(Receivable.number == "F1")).one()
    assert first.amount_cents == 100_00
    done = taken(sol, rows(row("F1", line(cents=90_00), amount="100,00"), head=HEAD))
    assert kept(session) == {}
    assert [code for _, code, _ in remarks(done)] == ["amount"]
