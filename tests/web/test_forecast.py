"""The forecast on screen: what is to come and why, and whom it is shown to."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.services.insight import scores
from bpo.web.office.insight.forecast import weigh
from tests.factories import debts, people
from tests.web.test_figures_screens import page, said

TODAY = datetime.now(UTC).date()


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def book(session, cast):
    """Davi pays ten days late and owes a title that is not yet due; Dora pays early."""
    program = actors.system([cast.sol.id], name="tests")
    with acting_as(program):
        davi = debts.debtor(session, cast.sol, "Davi Lima")
        dora = debts.debtor(session, cast.sol, "Dora Reis")
        for month, (debtor, delay) in product(range(1, 9), ((davi, 10), (dora, -5))):
            due = TODAY - timedelta(days=30 * month)
            title = debts.receivable(session, debtor, f"old-{month}", due=due)
            debts.paid(session, title, 100_00, title.effective_due_date + timedelta(days=delay))
        owed = debts.receivable(
            session, davi, "4711", due=TODAY + timedelta(days=8), cents=1_234_56
        )
        yield program, owed


def scored(cast, program, day: date = TODAY) -> None:
    scores.refresh(program, cast.sol.id, day, now=datetime.now(UTC))


def test_before_the_first_title_the_page_says_what_to_do(client, cast):
    assert "Importe-os" in page(client, cast.ana, "/w/sol/forecast")


def test_before_the_first_model_the_page_says_that_it_comes_by_itself(client, cast, book):
    text = page(client, cast.ana, "/w/sol/forecast")
    assert "A primeira previsão está a caminho" in text
    assert "Importe-os" not in text


def test_the_page_tells_the_weeks_the_model_and_who_may_pay_late(client, cast, book):
    scored(cast, book[0])
    text = page(client, cast.ana, "/w/sol/forecast")
    assert "Esperado na próxima semana" in text
    assert "4711" in text
    assert "Davi Lima" in text
    assert "Pagas com atraso até agora: 8 de 8 faturas" in text
    assert "A taxa de atraso do próprio devedor" in text
    assert "Com que frequência o devedor atrasou até agora" in text
    assert "pesa muito · quanto mais, mais tarde" in text
    assert "Quatro e treze semanas somadas" in text


def test_a_model_kept_before_its_weights_and_pace_were_known_is_still_shown():
    late = {"start": 0.2, "rate": 0.6, "size": -0.3, "experience": -0.01}
    told = [(str(one.name), str(one.strength), one.way) for one in weigh({"late": late})]
    assert [strength for _, strength, _ in told] == ["counts much", "counts", "counts hardly here"]
    assert [str(way) for *_, way in told] == ["more means later", "more means sooner", "None"]


def test_the_receivable_and_the_debtor_tell_when_and_why(client, cast, book):
    program, owed = book
    scored(cast, program)
    told = page(client, cast.ana, f"/w/sol/receivables/{owed.id}")
    assert "Quando deve ser paga" in told
    assert "Pagas com atraso até agora: 8 de 8 faturas" in told
    debtor = page(client, cast.ana, f"/w/sol/debtors/{owed.debtor_id}")
    assert "Quando devem pagar" in debtor
    assert "chance de atraso" in debtor


def test_carla_and_the_client_manager_do_not_see_it(client, cast, book):
    scored(cast, book[0])
    people.sign_in(client, cast.carla)
    assert client.get("/w/sol/forecast").status_code == 404
    people.sign_in(client, cast.bruno)
    answer = client.get("/w/sol/forecast")
    assert answer.status_code in (403, 404)
    assert "Davi" not in said(answer.text)
