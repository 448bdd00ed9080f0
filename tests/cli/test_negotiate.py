"""`bpo negotiate`: what scripts rely on, with real commits."""

import json
from argparse import Namespace
from datetime import date

import pytest

from bpo.cli import negotiate
from bpo.db import acting_as, db
from bpo.gateways import outside
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, NotFound
from tests.factories import debts, people

DAY = date(2026, 11, 23)
OFFER = {
    "kind",
    "total_cents",
    "discount_cents",
    "down_payment_cents",
    "monthly_rate",
    "installments",
    "expected_recovery_cents",
    "needs_approval_by",
    "reasons",
}


@pytest.fixture
def settings(fresh_app):
    with fresh_app.app_context():
        sol = people.workspace()
        with acting_as(actors.system([sol.id], name="tests")):
            session = db.session()
            davi = debts.debtor(session, sol, reference="0042", document="52998224725")
            debts.receivable(session, davi, "1001", due=date(2026, 10, 14), cents=1_000_00)
            debts.debtor(session, sol, "Sem dívidas", reference="7", email=None)
            debts.debtor(session, sol, "Um", reference="00088", email=None)
            debts.debtor(session, sol, "Dois", reference="088", email=None)
        yield outside.of(fresh_app).settings


def asked(debtor, **words) -> Namespace:
    given = {"workspace": "sol", "date": DAY, "monthly_cents": None, "json": True}
    return Namespace(**(given | {"debtor": debtor} | words))


@pytest.mark.parametrize("debtor", ["0042", "42", "529.982.247-25"])
def test_offers_are_one_json_document_with_the_agreed_names(settings, capsys, debtor):
    negotiate.run(asked(debtor), settings)
    found = json.loads(capsys.readouterr().out)
    assert found.keys() >= {
        "debtor",
        "class",
        "balance_cents",
        "due_today_cents",
        "facts",
        "offers",
    }
    assert (found["debtor"], found["class"]) == ("0042", "new")
    assert (found["balance_cents"], found["due_today_cents"]) == (1_000_00, 1_033_33)
    assert len(found["offers"]) >= 3
    for offer in found["offers"]:
        assert offer.keys() >= OFFER
        assert offer["reasons"]
        for part in offer["installments"]:
            assert date.fromisoformat(part["due_date"]) >= DAY


def test_the_same_question_has_the_same_answer(settings, capsys):
    answers = []
    for _ in range(2):
        negotiate.run(asked("42", monthly_cents=120_00), settings)
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]
    assert "chosen_plan" in answers[0]


def test_who_owes_nothing_gets_a_reason_instead_of_offers(settings, capsys):
    negotiate.run(asked("7"), settings)
    found = json.loads(capsys.readouterr().out)
    assert (found["offers"], found["balance_cents"]) == ([], 0)
    assert found["note"] == "Nada em aberto: não há o que negociar"


def test_for_a_person_the_offers_go_to_standard_error(settings, capsys):
    negotiate.run(asked("42", json=False), settings)
    said = capsys.readouterr()
    assert said.out == ""
    assert "R$" in said.err


def test_what_cannot_be_answered_is_said_in_one_sentence(settings):
    with pytest.raises(NotFound, match="no debtor 999 in sol"):
        negotiate.run(asked("999"), settings)
    with pytest.raises(NotFound, match="no workspace lua"):
        negotiate.run(asked("42", workspace="lua"), settings)
    with pytest.raises(BadInput, match="00088, 088"):
        negotiate.run(asked("88"), settings)
    with pytest.raises(BadInput):
        negotiate.run(asked("42", monthly_cents=0), settings)
