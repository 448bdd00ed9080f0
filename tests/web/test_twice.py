"""A form that is sent twice, by two clicks or by a line that was slow, does once what it says."""

from datetime import timedelta
from io import BytesIO

import lxml.html
import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import (
    BankAccount,
    BankLine,
    Campaign,
    CampaignDraft,
    CampaignVersion,
    Import,
    Payment,
    PaymentMethod,
    PortfolioDelivery,
    Remark,
    ReportDelivery,
    ReportRun,
    Subscription,
)
from bpo.services.cash import bank_lines
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


def test_two_clicks_record_the_parts_of_a_credit_once(ana, session, cast, davi):
    """What is left of it would take the same part once more."""
    program = actors.system([cast.sol.id], name="test")
    told = {"memo": "TED HOLDING", "amount_cents": 1_800_00}
    row = bank_lines.row_of_pix(cast.sol.id, "E1", on_day=books.TODAY, **told)
    with unit_of_work(program) as unit:
        place, today = cast.sol.id, books.TODAY
        bank_lines.take_notices(unit, program, place, [row], today=today, now=people.NOW)
    url = f"/w/sol/bank-lines/{session.scalars(select(BankLine.id)).one()}/split"
    page = lxml.html.fromstring(ana.open(f"{url}?debtor={davi.id}"))
    (form,) = page.xpath("//form[@method='post' and @action=$to]", to=url)
    fields = dict(form.form_values()) | {f"cents-{davi.id}": "300,00"}
    first, second = twice(ana, url, fields)
    assert (first.status_code, second.status_code) == (302, 400)
    assert "Outra parte deste dinheiro já foi registrada" in second.text
    assert "300,00" in second.text
    assert session.scalars(select(Payment.amount_cents)).all() == [300_00]


@pytest.mark.parametrize("kind", ["steps/d+1", "texts"])
def test_two_clicks_leave_one_remark(ana, session, cast, kind):
    campaign = session.scalars(
        select(Campaign.id).where(Campaign.workspace_id == cast.sol.id)
    ).one()
    place = f"campaigns/{campaign}/{kind}" if kind != "texts" else "texts/email/pt_BR/notice"
    twice(ana, f"/w/sol/{place}/remarks", {"words": "Funciona mal."})
    assert session.scalars(select(Remark.words)).all() == ["Funciona mal."]


def test_two_clicks_offer_one_way_to_pay_and_move_it_up_once(client, session, cast):
    marta, url = Writer(people.sign_in(client, cast.marta)), "/w/sol/settings/payment"
    for label in ("A", "B", "C"):
        link = {"kind": "link", "label": label, "url": f"https://pay.example/{label}"}
        twice(marta, url, link)
    order = select(PaymentMethod.label).order_by(PaymentMethod.position)
    assert session.scalars(order).all() == ["A", "B", "C"]
    last = session.scalars(select(PaymentMethod.id).where(PaymentMethod.label == "C")).one()
    page = lxml.html.fromstring(marta.open(url))
    (form,) = page.xpath("//form[@action=$to]", to=f"{url}/{last}/up")
    twice(marta, f"{url}/{last}/up", dict(form.form_values()))
    session.expire_all()
    assert session.scalars(order).all() == ["A", "C", "B"]


@pytest.mark.parametrize("act", ["add", "d+1/double"])
def test_two_clicks_put_one_step_on_a_draft(ana, session, cast, act):
    campaign = session.scalars(
        select(Campaign.id).where(Campaign.workspace_id == cast.sol.id)
    ).one()
    at = f"/w/sol/campaigns/{campaign}/edit"
    page = lxml.html.fromstring(ana.open(at))
    button = f"//form[@action='{at}/{act}'] | //form[.//button[@formaction='{at}/{act}']]"
    fields = dict(page.xpath(button)[0].form_values())
    first, second = twice(ana, f"{at}/{act}", fields)
    assert (first.status_code, second.status_code) == (302, 400)
    assert "entrou ou saiu depois que você abriu a página" in second.text
    steps = len(session.scalars(select(CampaignVersion.steps)).first())
    assert len(session.scalars(select(CampaignDraft.steps)).one()) == steps + 1


def test_two_clicks_look_ahead_once(ana, session, cast, queue):
    campaign = session.scalars(
        select(Campaign.id).where(Campaign.workspace_id == cast.sol.id)
    ).one()
    url = f"/w/sol/campaigns/{campaign}/simulation"
    first, second = twice(ana, url, {"days": "30"})
    assert first.location == second.location
    assert [job for job, _ in queue.jobs] == [Job.SIMULATE_CAMPAIGN]


def test_two_clicks_bring_a_file_in_once(ana, session):
    content = b"nome;documento;numero;vencimento;valor\nDavi;;1;01/12/2026;10,00\n"
    answers = [
        ana.post("/w/sol/imports", {"file": (BytesIO(content), "titulos.csv")}) for _ in range(2)
    ]
    (row,) = session.scalars(select(Import)).all()
    assert [answer.location for answer in answers] == [f"/w/sol/imports/{row.id}"] * 2


def test_two_clicks_mail_the_portfolio_once(ana, session):
    twice(ana, "/office/portfolio/mail/now", {})
    asked = select(PortfolioDelivery).where(~PortfolioDelivery.scheduled)
    assert len(session.scalars(asked).all()) == 1
