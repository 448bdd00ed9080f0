"""Offers from a debtor's own stored history, as of any day, and the classes of everybody."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy, NegotiationLimits
from bpo.domain.cash.payments import Method
from bpo.domain.desk.disputes import Grounds
from bpo.domain.desk.disputes import State as DisputeState
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Forbidden, NotFound
from bpo.kernel.text import Phrase
from bpo.models import AuditEntry, Debtor, PolicyVersion, Promise
from bpo.queries.books import receivables
from bpo.queries.deals import history
from bpo.services.cash import payments
from bpo.services.deals import negotiation
from bpo.services.desk import disputes
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def sol(cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield cast.sol


@pytest.fixture
def davi(session, sol):
    """Six invoices paid on their days, and one overdue for forty days."""
    found = debts.debtor(session, sol, reference="D-1")
    for ago in range(6):
        due = date(2026, 4 + ago, 15)
        title = debts.receivable(session, found, f"P{ago}", due=due, cents=300_00)
        debts.paid(session, title, 300_00, title.effective_due_date)
    debts.receivable(session, found, "1001", due=date(2026, 10, 14), cents=1_000_00)
    return found


def offered(session, sol, debtor, day=TODAY, monthly=None):
    return negotiation.proposals(session, sol, debtor, day, monthly)


def test_offers_are_about_what_is_overdue_with_its_charges(session, sol, davi):
    debts.receivable(session, davi, "1002", due=TODAY + timedelta(days=9), cents=50_00)
    found = offered(session, sol, davi)
    assert found.balance_cents == 1_050_00
    assert found.due_today_cents == 1_033_33
    assert [one.row.number for one in found.debts] == ["1001"]
    assert len(found.offers) >= 3
    assert found.note is None
    for offer in found.offers:
        paid = offer.total_cents + offer.discount_cents - offer.plan_interest_cents
        assert paid == found.due_today_cents


def test_a_day_in_the_past_knows_nothing_of_what_came_later(session, ana, sol, davi):
    before = negotiation.to_json(
        offered(session, sol, davi, date(2026, 10, 20)),
        sol,
        receivables.numbers(session, sol.id, davi.id),
    )
    payments.record(ana, sol.id, davi.id, 400_00, date(2026, 11, 3), Method.PIX, now=NOW)
    late = debts.receivable(session, davi, "1003", due=date(2026, 11, 10), issue=date(2026, 11, 1))
    session.add(
        Promise(
            workspace_id=sol.id,
            debtor_id=davi.id,
            amount_cents=1,
            made_on=date(2026, 11, 1),
            promised_for=date(2026, 11, 5),
            state="broken",
            settled_on=date(2026, 11, 9),
        )
    )
    session.commit()
    again = negotiation.to_json(
        offered(session, sol, davi, date(2026, 10, 20)),
        sol,
        receivables.numbers(session, sol.id, davi.id),
    )
    assert again == before
    today = offered(session, sol, davi)
    assert {one.row.number for one in today.debts} == {"1001", late.number}
    assert today.portrait.behaviour.promises_broken.value == 1


def test_what_is_disputed_is_not_negotiated_on_the_days_it_was(session, ana, sol, davi):
    (title,) = (one.row for one in offered(session, sol, davi).debts)
    case = disputes.begin(ana, sol.id, davi.id, Grounds.AMOUNT, receivable_id=title.id, now=NOW)
    blocked = offered(session, sol, davi)
    assert (blocked.offers, blocked.balance_cents) == ((), 1_000_00)
    assert "dispute" in str(blocked.note)
    assert offered(session, sol, davi, TODAY - timedelta(days=1)).offers
    later = NOW + timedelta(days=2)
    disputes.close(ana, sol.id, case.id, DisputeState.REJECTED, now=later)
    assert offered(session, sol, davi, TODAY + timedelta(days=2)).offers
    assert not offered(session, sol, davi, TODAY + timedelta(days=1)).offers


def test_with_nothing_overdue_offers_are_about_what_is_open(session, sol):
    early = debts.debtor(session, sol, "Em dia")
    debts.receivable(session, early, due=TODAY + timedelta(days=9), cents=900_00)
    found = offered(session, sol, early)
    assert (found.balance_cents, found.due_today_cents) == (900_00, 900_00)
    assert len(found.offers) >= 3
    assert "Nothing is overdue" in str(found.note)


def test_with_nothing_owed_there_is_nothing_to_offer(session, sol):
    clear = debts.debtor(session, sol, "Sem dívidas")
    found = offered(session, sol, clear)
    assert (found.offers, found.balance_cents, found.due_today_cents) == ((), 0, 0)
    assert str(found.note) == "Nothing is owed: there is nothing to negotiate"
    assert found.portrait.rating.risk_class.value == "new"


def test_charges_are_those_frozen_on_the_receivable_limits_those_of_today(session, sol, davi):
    changed = CollectionPolicy(
        fine_rate=Decimal(0),
        monthly_rate=Decimal(0),
        negotiation=NegotiationLimits(max_installments=2),
    )
    session.add(
        PolicyVersion(
            workspace_id=sol.id,
            version=2,
            effective_from=TOMORROW,
            terms=policies.to_json(changed),
        )
    )
    session.commit()
    found = offered(session, sol, davi, TOMORROW)
    assert found.due_today_cents == 1_033_67
    assert max(len(offer.installments) for offer in found.offers) <= 2
    before = offered(session, sol, davi, TODAY)
    assert max(len(offer.installments) for offer in before.offers) > 2


def test_a_consumer_is_fined_at_most_two_percent_and_sees_the_cost(session, sol):
    policy = session.scalars(select(PolicyVersion)).one()
    policy.terms = policy.terms | {"fine_rate": "0.10"}
    policy.terms["negotiation"] = policy.terms["negotiation"] | {"monthly_rate": "0.0099"}
    session.commit()
    session.expire_all()
    davi = debts.debtor(session, sol, consumer=True)
    debts.receivable(session, davi, due=date(2026, 10, 14), cents=1_000_00)
    found = offered(session, sol, davi, monthly=100_00)
    assert found.debts[0].amount.fine_cents == 20_00
    costly = [one for one in found.offers if one.plan_interest_cents]
    assert costly
    said = " ".join(
        negotiation.sentence(reason, "pt_BR") for one in costly for reason in one.reasons
    )
    monthly = f"{costly[0].cost.monthly_pct:.2f}".rstrip("0").replace(".", ",")
    assert f"{monthly}%" in said


def test_exact_rates_are_said_with_two_decimals():
    phrase = Phrase("{monthly_pct} a month", monthly_pct=Decimal("1.25"))
    assert negotiation.sentence(phrase, "en") == "1.25% a month"
    assert negotiation.sentence(Phrase("{share_pct}", share_pct=27), "pt_BR") == "27%"


def test_what_the_debtor_can_pay_decides_a_plan(session, sol, davi):
    found = offered(session, sol, davi, monthly=150_00)
    (plan,) = [offer for offer in found.offers if offer.kind == "chosen_plan"]
    assert max(part.amount_cents for part in plan.installments[1:]) <= 150_00
    with pytest.raises(BadInput):
        offered(session, sol, davi, monthly=0)


def test_the_json_has_the_contract_and_names_receivables(session, sol, davi):
    found = offered(session, sol, davi)
    plain = negotiation.to_json(found, sol, receivables.numbers(session, sol.id, davi.id))
    assert plain["debtor"] == "D-1"
    assert plain["class"] in "ABCD"
    assert (plain["balance_cents"], plain["due_today_cents"]) == (1_000_00, 1_033_33)
    assert plain["facts"]["exposure_cents"] == {"value": 1_000_00, "receivables": ["1001"]}
    assert plain["facts"]["on_time_pct"]["receivables"] == [*(f"P{n}" for n in range(6)), "1001"]
    for offer in plain["offers"]:
        parts = [part["amount_cents"] for part in offer["installments"]]
        assert sum(parts) == offer["total_cents"]
        assert {"kind", "discount_cents", "down_payment_cents", "monthly_rate"} <= offer.keys()
        assert {"expected_recovery_cents", "needs_approval_by"} <= offer.keys()
        assert all("{" not in reason for reason in offer["reasons"])
    assert any("faturas" in reason for offer in plain["offers"] for reason in offer["reasons"])


def test_histories_of_many_are_read_as_of_a_day_together(session, sol, davi):
    others = [debts.debtor(session, sol, f"Cliente {n}", email=None) for n in range(5)]
    for other in others:
        debts.receivable(session, other, due=TODAY - timedelta(days=3))
    every = history.load(session, sol.id, TODAY)
    assert len(every) == 6
    one = history.of(session, sol.id, davi.id, TODAY)
    assert every[davi.id] == one
    assert len(one.records) == 7
    assert history.of(session, sol.id, davi.id, date(2026, 1, 1)).records == ()


def test_classes_are_refreshed_in_bulk_and_only_changes_are_told(session, sol, davi, ana):
    program = actors.system([sol.id], name="clock")
    debts.debtor(session, sol, "Novo")
    assert negotiation.refresh_classes(program, sol.id, TODAY, now=NOW) == 2
    assert negotiation.refresh_classes(program, sol.id, TODAY, now=NOW) == 0
    session.expire_all()
    classes = dict(session.execute(select(Debtor.name, Debtor.risk_class)).all())
    assert classes["Novo"] == "new"
    assert classes["Davi Lima"] in "ABC"
    later = TODAY + timedelta(days=120)
    assert negotiation.refresh_classes(program, sol.id, later, now=NOW) == 1
    session.expire_all()
    assert session.get(Debtor, (sol.id, davi.id)).risk_class == "D"
    told = select(func.count()).where(AuditEntry.action == "debtor.classify")
    assert session.scalar(told) == 2


def test_carla_cannot_and_bruno_may_not_class_debtors(session, cast, sol):
    for name, refusal in (("carla", NotFound), ("bruno", Forbidden)):
        somebody = people.actor(session, getattr(cast, name))
        with pytest.raises(refusal):
            negotiation.refresh_classes(somebody, sol.id, TODAY, now=NOW)
