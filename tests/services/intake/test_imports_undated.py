"""Files that do not say when their invoices were issued (decision 0020)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Receivable, Touch
from bpo.services.reminders import campaigns
from tests.factories import debts, people, tables
from tests.factories.tables import NOW, TODAY, counts, remarks, rows, taken

UNISSUED = "cliente;nome;numero;vencimento;valor;data pagamento;valor pago"


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


def titles(session):
    tables.refreshed(session)
    return list(session.scalars(select(Receivable).order_by(Receivable.id)))


def test_an_invoice_without_a_day_of_issue_exists_since_it_was_first_told(session, sol):
    content = rows(
        "C1;Davi;F1;15/12/2026;100,00;;",
        "C1;Davi;F2;01/10/2026;100,00;;",
        "C1;Davi;F3;10/12/2026;100,00;05/11/2026;100,00",
        "C1;Davi;;20/12/2026;70,00;;",
        head=UNISSUED,
    )
    assert counts(taken(sol, content)) == (4, 0, 0)
    found = titles(session)
    assert [row.issue_date for row in found] == [
        TODAY,
        date(2026, 10, 1),
        date(2026, 11, 5),
        TODAY,
    ]
    assert found[3].number == "20/12/2026"
    again = taken(sol, content, now=NOW + timedelta(days=7))
    assert counts(again) == (0, 4, 0)
    assert titles(session)[0].issue_date == TODAY


def test_a_file_without_days_of_issue_says_nothing_against_the_one_recorded(session, sol):
    taken(
        sol,
        rows(
            "C1;;Davi;davi@example.org;F1;01/09/2026;01/10/2026;100,00;;",
            "C1;;Davi;;F2;05/09/2026;01/09/2026;90,00;;",
            "C1;;Davi;;F3;01/09/2026;01/10/2026;80,00;;",
        ),
    )
    later = rows(
        "C1;Davi;F1;01/10/2026;100,00;05/10/2026;100,00",
        "C1;Davi;F2;01/09/2026;90,00;;",
        "C1;Davi;F3;20/08/2026;80,00;;",
        head=UNISSUED,
    )
    row = taken(sol, later)
    assert (counts(row), remarks(row)) == ((2, 1, 0), [])
    assert [found.issue_date for found in titles(session)] == [
        date(2026, 9, 1),
        date(2026, 9, 5),
        date(2026, 8, 20),
    ]


def test_davi_is_reminded_before_an_invoice_of_unknown_issue_is_due(session, sol):
    debts.running(session, sol, DEFAULT_REGUA, since=NOW - timedelta(days=60))
    content = rows(
        "C1;Davi;davi@example.org;F1;01/12/2026;100,00;;",
        head=UNISSUED.replace("nome;", "nome;email;"),
    )
    taken(sol, content, known_until=TODAY)
    program = actors.system([sol.id], name="test")
    for number in range(8):
        day, now = TODAY + timedelta(days=number), NOW + timedelta(days=number)
        campaigns.plan(program, sol.id, day, now=now, queue=MemoryQueue())
    told = session.scalars(select(Touch).order_by(Touch.id))
    assert [(touch.planned_on, touch.step_key) for touch in told] == [
        (TODAY, "issue"),
        (date(2026, 11, 26), "d-5"),
        (date(2026, 11, 30), "d-1"),
    ]
