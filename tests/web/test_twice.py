"""A form that is sent twice, by two clicks or by a line that was slow, does once what it says."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import BankAccount, ReportDelivery, ReportRun, Subscription
from tests.factories import books, people
from tests.web.test_texts import Writer


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def davi(session, cast):
    return books.davi(session, cast.sol)


@pytest.fixture
def ana(client, cast):
    return Writer(people.sign_in(client, cast.ana))


def twice(browser, url, fields):
    """Both answers to the same form, sent again before the first was answered."""
    return [browser.post(url, fields) for _ in range(2)]


def runs(session):
    """The reports that somebody asked for."""
    session.expire_all()
    return session.scalars(select(ReportRun).where(~ReportRun.scheduled)).all()


def test_two_clicks_on_dossier_make_one(ana, session, davi, queue):
    first, second = twice(ana, f"/w/sol/debtors/{davi.id}/dossier", {})
    (run,) = runs(session)
    assert first.location == second.location == f"/w/sol/reports/{run.id}"
    assert [job for job, _ in queue.jobs] == [Job.BUILD_REPORT]


def test_a_dossier_asked_for_again_after_it_was_made_is_another(ana, session, davi):
    ana.post(f"/w/sol/debtors/{davi.id}/dossier", {})
    (made,) = runs(session)
    made.state, made.slot = "done", made.slot - timedelta(seconds=30)
    session.commit()
    ana.post(f"/w/sol/debtors/{davi.id}/dossier", {})
    assert len(runs(session)) == 2


@pytest.mark.parametrize("send", [{}, {"send": "1"}])
def test_two_clicks_on_make_the_report_make_one(ana, session, queue, send):
    period = f"{books.TODAY:%G-W%V}"
    first, second = twice(ana, "/w/sol/reports", {"kind": "weekly", "period": period} | send)
    (run,) = runs(session)
    assert first.location == second.location == f"/w/sol/reports/{run.id}"
    assert [job for job, _ in queue.jobs] == [Job.BUILD_REPORT]
    assert session.scalar(select(func.count()).select_from(ReportDelivery)) == len(send)


def test_a_report_to_look_at_is_not_the_one_that_goes_out(ana, session):
    asked = {"kind": "weekly", "period": f"{books.TODAY:%G-W%V}"}
    ana.post("/w/sol/reports", asked)
    ana.post("/w/sol/reports", asked | {"send": "1"})
    assert len(runs(session)) == 2


def test_two_clicks_open_one_account_and_say_so(ana, session):
    fields = {"name": "Principal", "bank": "341", "branch": "0712", "number": "45871-3"}
    answers = twice(ana, "/w/sol/settings/accounts", fields)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert session.scalar(select(func.count()).select_from(BankAccount)) == 1
    other = ana.post("/w/sol/settings/accounts", fields | {"name": "Outra"})
    assert other.status_code == 400


def test_two_clicks_agree_on_one_charge(ana, session, davi):
    due = (books.TODAY + timedelta(days=20)).isoformat()
    terms = {"debtor": davi.id, "description": "Plano", "every": "monthly", "first_due": due}
    first, second = twice(ana, "/w/sol/subscriptions/new", terms | {"amount": "100,00"})
    (row,) = session.scalars(select(Subscription)).all()
    assert first.location == second.location == f"/w/sol/subscriptions/{row.id}"
    ana.post("/w/sol/subscriptions/new", terms | {"amount": "120,00"})
    assert session.scalar(select(func.count()).select_from(Subscription)) == 2
