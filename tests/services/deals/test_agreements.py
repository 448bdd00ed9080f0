"""Agreements: accepted once, paid, broken and restored, and none of the tricks that people try."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy, NegotiationLimits
from bpo.domain.deals import agreement_terms
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import (
    Agreement,
    AgreementAcceptance,
    AuditEntry,
    Entry,
    Hold,
    Payment,
    PolicyVersion,
    Receivable,
    Task,
)
from bpo.queries.books import receivables
from bpo.queries.deals import agreements as stored
from bpo.queries.deals import history
from bpo.queries.insight import figures
from bpo.services.cash import payments
from bpo.services.deals import agreements, early_settlements, negotiation
from bpo.services.reminders import holds
from tests.factories import agreed, debts, people
from tests.factories.agreed import TODAY, later
from tests.factories.people import NOW


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
    return agreed.davi(session, sol)


def owed(session, debtor, day):
    return [
        (one.row.number, one.amount.total_cents) for one in receivables.due_on(session, debtor, day)
    ]


def open_cents(session, debtor):
    query = select(func.sum(Receivable.amount_cents - Receivable.settled_cents)).where(
        Receivable.workspace_id == debtor.workspace_id, Receivable.debtor_id == debtor.id
    )
    return session.scalar(query)


def test_accepting_takes_the_originals_out_and_puts_the_instalments_in(session, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    made = agreed.agree(session, sol, davi, choice=chosen)
    terms = stored.terms(made)
    assert (made.state, made.agreed_on, made.fingerprint) == (
        "accepted",
        TODAY,
        chosen.fingerprint,
    )
    assert agreement_terms.fingerprint(terms) == chosen.fingerprint
    rows = agreed.parts(session, made)
    assert [row.number for row in rows] == [
        f"AC-{made.id}/{place}" for place in range(1, len(rows) + 1)
    ]
    assert sum(row.amount_cents for row in rows) == made.total_cents == open_cents(session, davi)
    assert terms.taken_cents == 1_033_33
    taken = agreed.original(session, davi)
    assert taken.settled_on == TODAY
    entry = session.scalars(select(Entry).where(Entry.kind == "agreement")).one()
    assert (entry.principal_cents, entry.fine_cents, entry.interest_cents) == (
        1_000_00,
        20_00,
        13_33,
    )
    pause = session.scalars(select(Hold)).one()
    assert (pause.receivable_id, pause.reason) == (taken.id, HoldReason.AGREEMENT)
    said = stored.acceptance(session, sol.id, made.id)
    assert (said.address, said.user_agent, said.fingerprint, said.actor_kind) == (
        "203.0.113.9",
        "Mozilla/5.0 (Android 15)",
        made.fingerprint,
        "debtor",
    )
    acts = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_kind == "agreement").order_by("id")
    ).all()
    assert acts == ["agreement.offer", "agreement.accepted"]


def test_the_same_acceptance_twice_is_one_agreement(session, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    once = agreed.agree(session, sol, davi, choice=chosen)
    again = agreements.accept(
        agreed.himself(davi), sol.id, davi.id, chosen.fingerprint, key="k1", now=later(1)
    )
    assert (again.agreement.id, again.repeated) == (once.id, True)
    assert session.scalar(select(func.count(Agreement.id))) == 1
    other = agreed.choices(session, sol, davi, actor=agreed.himself(davi))
    assert other.choices == ()
    with pytest.raises(Conflict, match="another offer"):
        agreements.accept(agreed.himself(davi), sol.id, davi.id, "0" * 64, key="k1", now=NOW)


def test_a_replayed_form_with_a_new_key_finds_nothing_left(session, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    agreed.agree(session, sol, davi, choice=chosen)
    with pytest.raises(Conflict, match="running agreement"):
        agreed.agree(session, sol, davi, choice=chosen, key="k2")
    assert session.scalar(select(func.count(AgreementAcceptance.id))) == 1


def test_changed_values_are_no_terms_of_ours(session, sol, davi):
    terms = agreed.plan(session, sol, davi).terms
    cheap = replace(
        terms,
        installments=tuple(replace(one, amount_cents=1_00) for one in terms.installments),
    )
    for wanted in (agreement_terms.fingerprint(cheap), "", "x"):
        with pytest.raises(Conflict, match="offers of today"):
            agreements.accept(agreed.himself(davi), sol.id, davi.id, wanted, key="k", now=NOW)
    assert session.scalar(select(func.count(Agreement.id))) == 0


def test_nobody_accepts_for_another_debtor_or_in_another_workspace(session, cast, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    other = debts.debtor(session, sol, "Outra", reference="D-2", email=None)
    carla, bruno = people.actor(session, cast.carla), people.actor(session, cast.bruno)
    strangers = [
        (agreed.himself(other), NotFound),
        (carla, NotFound),
        (bruno, Forbidden),
        (actors.debtor(cast.lua.id, davi.id, name="Davi"), NotFound),
    ]
    for stranger, refusal in strangers:
        with pytest.raises(refusal):
            agreements.accept(stranger, sol.id, davi.id, chosen.fingerprint, key="k", now=NOW)
        with pytest.raises((refusal, Forbidden)):
            agreements.offer(stranger, sol.id, davi.id, chosen.fingerprint, now=NOW)
    with pytest.raises(Conflict, match="Nothing is owed"):
        agreed.agree(session, sol, other, choice=chosen)
    assert session.scalar(select(func.count(Agreement.id))) == 0


def test_a_payment_in_between_refuses_with_a_fresh_offer(session, ana, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    payments.record(ana, sol.id, davi.id, 200_00, TODAY, now=NOW)
    with pytest.raises(Conflict, match="has changed"):
        agreed.agree(session, sol, davi, choice=chosen)
    fresh = agreed.plan(session, sol, davi)
    assert fresh.terms.taken_cents == 833_33
    assert agreed.agree(session, sol, davi, choice=fresh).total_cents == fresh.terms.total_cents


def test_an_offer_made_holds_its_charges_until_its_last_day_and_no_longer(session, ana, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    made = agreements.offer(ana, sol.id, davi.id, chosen.fingerprint, now=NOW)
    assert (made.state, made.source) == ("offered", "user")
    last = later((made.valid_until - TODAY).days)
    assert chosen.fingerprint in {
        one.fingerprint for one in agreed.choices(session, sol, davi, last.date()).choices
    }
    with pytest.raises(Conflict, match="expired"):
        agreed.agree(session, sol, davi, choice=chosen, now=last + timedelta(days=1))
    accepted = agreed.agree(session, sol, davi, choice=chosen, now=last)
    assert (accepted.id, accepted.agreed_on) == (made.id, last.date())
    assert stored.terms(accepted).taken_cents == 1_033_33


def test_an_offer_overtaken_by_a_payment_expires(session, ana, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    made = agreements.offer(ana, sol.id, davi.id, chosen.fingerprint, now=NOW)
    payments.record(ana, sol.id, davi.id, 1_00, TODAY, now=NOW)
    with pytest.raises(Conflict, match="has changed"):
        agreed.agree(session, sol, davi, choice=chosen)
    assert agreed.judge(sol, NOW).expired == 1
    session.expire_all()
    assert made.state == "expired"
    with pytest.raises(Conflict, match="cannot become"):
        agreements.refuse(agreed.himself(davi), sol.id, made.id, now=NOW)


def test_a_draft_waits_for_its_approval(session, ana, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    made = agreements.offer(ana, sol.id, davi.id, chosen.fingerprint, now=NOW)
    made.state = "draft"
    session.commit()
    before = agreed.choices(session, sol, davi, TODAY, 90_00)
    assert made.id not in {one.agreement and one.agreement.id for one in before.choices}
    agreements.grant(session, ana, made, {"by": "Marta", "request": 7}, now=NOW)
    session.commit()
    assert (made.state, made.approval["by"]) == ("offered", "Marta")


def test_paying_every_instalment_settles_it(session, ana, sol, davi):
    made = agreed.agree(session, sol, davi)
    count = len(agreed.parts(session, made))
    agreed.pay(session, ana, made, 1, now=NOW)
    assert agreed.judge(sol, NOW).active == 1
    for place, row in enumerate(agreed.parts(session, made)[1:], start=2):
        agreed.pay(session, ana, made, place, now=later((row.due_date - TODAY).days))
    end = later((row.due_date - TODAY).days)
    assert count > 2
    assert agreed.judge(sol, end).settled == 1
    session.expire_all()
    assert (made.state, made.ended_on, open_cents(session, davi)) == ("settled", end.date(), 0)
    assert session.scalars(select(Hold.released_at)).one() is not None
    assert history.of(session, sol.id, davi.id, end.date()).plans[0].kept
    assert agreed.judge(sol, end) == type(agreed.judge(sol, end))()


def test_a_broken_plan_restores_the_originals_less_what_was_paid(session, ana, sol, davi):
    made = agreed.agree(session, sol, davi)
    paid = agreed.pay(session, ana, made, 1, now=NOW).payment.amount_cents
    agreed.judge(sol, NOW)
    missed = agreed.parts(session, made)[1].due_date
    running = history.of(session, sol.id, davi.id, missed).running
    assert running[0].monthly_cents == max(r.amount_cents for r in agreed.parts(session, made)[1:])
    last = later((missed - TODAY).days + 10)
    assert agreed.judge(sol, last).broken == 0
    day = last + timedelta(days=1)
    assert agreed.judge(sol, day).broken == 1
    session.expire_all()
    left = 1_033_33 - paid
    days = (day.date() - TODAY).days
    assert made.state == "broken"
    assert open_cents(session, davi) == left
    assert owed(session, davi, day.date()) == [("1001", left + round(left * 0.01 / 30 * days))]
    assert session.scalars(select(Hold.released_at)).one() is not None
    task = session.scalars(select(Task)).one()
    assert (task.kind, task.detail["paid_cents"]) == ("agreement_broken", paid)
    assert not history.of(session, sol.id, davi.id, day.date()).plans[0].kept
    assert agreed.judge(sol, day).broken == 0
    money = session.scalar(select(func.sum(Payment.amount_cents)).where(Payment.source != "test"))
    assert money == paid


def test_what_broke_may_be_agreed_again_as_often_as_the_policy_says(session, cast, ana, sol, davi):
    first = agreed.agree(session, sol, davi)
    agreed.judge(sol, later(40))
    second = agreed.agree(session, sol, davi, now=later(40), key="k2")
    assert second.renegotiates_id == first.id
    agreed.judge(sol, later(80))
    assert "agreed upon" in str(agreed.choices(session, sol, davi, later(80).date()).note)
    marta = people.actor(session, cast.marta)
    assert agreed.choices(session, sol, davi, later(80).date(), actor=marta).choices


def test_calling_it_off_restores_everything_and_counts_against_nobody(session, ana, sol, davi):
    made = agreed.agree(session, sol, davi)
    with pytest.raises(BadInput, match="Say why"):
        agreements.cancel(ana, sol.id, made.id, " ", now=NOW)
    with pytest.raises(Forbidden):
        agreements.cancel(agreed.himself(davi), sol.id, made.id, "não quero", now=NOW)
    agreements.cancel(ana, sol.id, made.id, "assinado por engano", now=NOW)
    assert owed(session, davi, TODAY) == [("1001", 1_033_33)]
    assert history.of(session, sol.id, davi.id, TODAY).plans == ()


def test_over_indebted_people_are_not_offered_anything(session, ana, sol, davi):
    chosen = agreed.plan(session, sol, davi)
    hold = holds.place(ana, sol.id, davi.id, HoldReason.OVER_INDEBTED, now=NOW)
    with pytest.raises(Conflict, match="Over-indebtedness"):
        agreed.agree(session, sol, davi, choice=chosen)
    holds.release(ana, sol.id, hold.id, now=NOW)
    assert agreed.agree(session, sol, davi, choice=chosen)


def test_a_counter_offer_brings_a_plan_that_fits_or_a_person(session, ana, sol, davi):
    dear = agreed.plan(session, sol, davi)
    made = agreements.offer(ana, sol.id, davi.id, dear.fingerprint, now=NOW)
    answer = agreements.counter(agreed.himself(davi), sol.id, made.id, 350_00, now=NOW)
    assert answer.counters_id == made.id
    assert max(one.amount_cents for one in stored.terms(answer).installments) <= 350_00
    assert agreements.counter(agreed.himself(davi), sol.id, answer.id, 1_00, now=NOW) is None
    assert session.scalars(select(Task.kind)).one() == "agreement_countered"
    assert made.state == answer.state == "countered"
    kept = agreed.choices(session, sol, davi).named(made.fingerprint)
    assert agreed.agree(session, sol, davi, choice=kept).id == made.id


def test_instalments_are_no_debts_to_negotiate(session, sol, davi):
    made = agreed.agree(session, sol, davi)
    found = negotiation.proposals(session, sol, davi, TODAY)
    assert (found.offers, found.balance_cents) == ((), made.total_cents)


def test_paying_off_early_spares_the_interest_of_days_that_will_not_pass(session, ana, sol, davi):
    policy = session.scalars(select(PolicyVersion)).one()
    limits = NegotiationLimits(monthly_rate=Decimal("0.01"))
    policy.terms = policies.to_json(CollectionPolicy(negotiation=limits))
    session.commit()
    made = agreed.agree(session, sol, davi)
    agreed.pay(session, ana, made, 1, now=NOW)
    day = agreed.parts(session, made)[1].due_date
    now = later((day - TODAY).days)
    left = open_cents(session, davi)
    told = early_settlements.quote(session, made, davi, day)
    assert told.saved_cents > 0
    assert told.total_cents + told.saved_cents == left
    with pytest.raises(Conflict, match="takes"):
        early_settlements.settle(ana, sol.id, made.id, left, day, key="e1", now=now)
    for _ in range(2):
        early_settlements.settle(ana, sol.id, made.id, told.total_cents, day, key="e1", now=now)
    assert (made.state, open_cents(session, davi)) == ("settled", 0)
    assert agreed.judge(sol, now).settled == 0


def test_instalments_are_no_sales_and_agreeing_is_no_receipt(session, ana, sol, davi):
    before = figures.metrics(session, sol.id, TODAY)
    made = agreed.agree(session, sol, davi)
    after = figures.metrics(session, sol.id, TODAY)
    assert (before.open_cents, after.open_cents) == (1_000_00, made.total_cents)
    assert after.aging_cents["current"] == made.total_cents
    assert after.issued_month_cents == before.issued_month_cents == 0
    assert after.received_month_cents == before.received_month_cents == 0
    agreed.judge(sol, later(60))
    broken = figures.metrics(session, sol.id, later(60).date())
    assert (broken.open_cents, broken.aging_cents["90+"]) == (1_000_00, 1_000_00)
    agreed_day = figures.metrics(session, sol.id, TODAY)
    assert agreed_day == after
