"""The record of a debtor tells every table about debtors, or says why it does not."""

from datetime import date, timedelta

from bpo.db import acting_as
from bpo.domain.cash.payments import Method
from bpo.queries.desk import personal_data
from bpo.services.cash import payments, refunds
from tests.architecture.test_tables import TABLES
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)


def test_every_table_about_debtors_is_told_or_left_out_with_a_reason(session):
    about = {name for name, table in TABLES.items() if "debtor_id" in table.c}
    told, left = set(personal_data.KEPT), set(personal_data.LEFT_OUT)
    assert told | left == about | {"refunds"}
    assert not told & left
    assert all(personal_data.LEFT_OUT.values())
    sol = people.workspace()
    marta = people.actor(session, people.user(session, "Marta", people.Role.ADMIN))
    with acting_as(marta):
        record = personal_data.of(session, debts.debtor(session, sol))
    assert set(personal_data.KEPT.values()) <= set(record)


def test_money_given_back_and_its_undoing_are_told_and_nobody_elses(session):
    sol = people.workspace()
    marta = people.actor(session, people.user(session, "Marta", people.Role.ADMIN))
    with acting_as(marta):
        davi, eva = debts.debtor(session, sol), debts.debtor(session, sol, "Eva", email=None)
        debts.receivable(session, davi, due=TODAY + timedelta(days=9))
        paid = payments.record(marta, sol.id, davi.id, 300_00, TODAY, Method.PIX, now=NOW).payment
        given = {"reason": "Pagou duas vezes", "paid_to": "529.982.247-25", "reference": "E77"}
        refund = refunds.give_back(marta, sol.id, paid.id, 50_00, now=NOW, **given)
        refunds.undo(marta, sol.id, refund.id, "Conta errada", now=NOW)
        record = personal_data.of(session, davi)
        assert [row["amount_cents"] for row in record["refunds"]] == [-50_00, 50_00]
        assert record["refunds"][1]["reason"] == "Pagou duas vezes"
        assert "529.982.247-25" not in str(record)
        assert personal_data.of(session, eva)["refunds"] == []
