"""Davi agrees to pay in parts; and whoever would change what he sees, or act in his name."""

import re
from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select

from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import (
    Agreement,
    AgreementAcceptance,
    Contact,
    Dispute,
    Feedback,
    Hold,
    OptOut,
    PageAct,
)
from bpo.services.deals import agreements
from tests.factories import agreed, debts, people
from tests.web import debtor_links
from tests.web.debtor_links import act, csrf, done_page, lines, one


def choices(client, token, monthly="300,00"):
    """The addresses of the offers on the page."""
    page = client.get(f"/d/{token}/plan?monthly={monthly}").text
    return re.findall(rf'href="/d/{token}/(plan/[^"]+)"', page)


def granted(client, token):
    """The first offer that needs nobody's approval."""
    pages = ((one, client.get(f"/d/{token}/{one}").text) for one in choices(client, token))
    return next(one for one, page in pages if 'name="agreed"' in page)


def test_an_offer_is_agreed_to_and_runs(client, session, davi, overdue, token):
    looked = granted(client, token)
    terms = client.get(f"/d/{token}/{looked}").text
    assert "1001" in terms
    answer = act(client, token, looked, agreed="1", total_cents="1", monthly_cents="30000")
    assert "Protocolo" in done_page(client, answer)
    said, made = one(session, PageAct), one(session, Agreement)
    assert (said.kind, made.state, made.debtor_id) == ("agreement", "accepted", davi.id)
    assert made.total_cents == said.detail["plan"]["total_cents"] > 900_00
    assert lines(session)[0][0] == "plan_agreed"
    assert one(session, AgreementAcceptance).actor_kind == "debtor"
    page = client.get(f"/d/{token}").text
    assert f"Acordo AC-{made.id}" in page
    assert "1001" not in page
    again = client.post(
        f"/d/{token}/{looked}", data={"csrf_token": csrf(client, token), "key": said.request_key}
    )
    assert again.status_code in (303, 400, 409)
    assert len(session.scalars(select(Agreement)).all()) == 1


def test_terms_that_were_never_offered_or_have_changed_are_refused(
    client, session, davi, overdue, token, today
):
    forged = f"plan/{'0' * 64}"
    form = {"csrf_token": csrf(client, token), "key": "a-key-of-my-own", "agreed": "1"}
    assert client.post(f"/d/{token}/{forged}", data=form).status_code == 409
    looked = granted(client, token).partition("?")[0]
    debts.paid(session, overdue, 300_00, today)
    answer = client.post(f"/d/{token}/{looked}", data=form | {"monthly_cents": "30000"})
    assert answer.status_code == 409
    assert "R$" in answer.text
    assert session.scalars(select(Agreement)).all() == []
    assert session.scalars(select(PageAct)).all() == []


def test_davis_terms_are_worth_nothing_on_evas_page(
    app, client, session, sol, overdue, token, today
):
    looked = granted(client, token)
    eva = debts.debtor(session, sol, "Eva Melo", document="11144477735", email="eva@x.example")
    debts.receivable(session, eva, "2002", due=today - timedelta(days=12), cents=1_000_00)
    hers = debtor_links.token(app, session, eva)
    debtor_links.read(client, hers, "7735")
    form = {"csrf_token": csrf(client, hers), "key": "a-key-of-my-own", "agreed": "1"}
    assert client.post(f"/d/{hers}/{looked}", data=form).status_code == 409
    assert client.get(f"/d/{hers}/{looked}").status_code == 409
    assert session.scalars(select(Agreement)).all() == []


def test_another_figure_with_the_same_terms_is_refused(client, session, overdue, token):
    form = {"csrf_token": csrf(client, token), "key": "a-key-of-my-own", "agreed": "1"}
    page = client.get(f"/d/{token}/plan?monthly=300,00").text
    chosen = re.findall(rf'href="/d/{token}/(plan/\w+)\?monthly_cents=30000"', page)
    before = set(re.findall(r"plan/\w+", client.get(f"/d/{token}/plan").text))
    asked = next(one for one in chosen if one not in before)
    for cents in ("1", "29999", "-5", "x"):
        answer = client.post(f"/d/{token}/{asked}", data=form | {"monthly_cents": cents})
        assert answer.status_code == 409
    assert session.scalars(select(Agreement)).all() == []


def test_an_offer_is_worth_nothing_after_its_last_day(client, session, sol, davi, overdue, token):
    program = actors.system([sol.id], name="test")
    choice = agreed.plan(session, sol, davi, clock.local_day(datetime.now(UTC), sol.time_zone))
    made = agreements.offer(program, sol.id, davi.id, choice.fingerprint, now=datetime.now(UTC))
    path = f"/d/{token}/plan/{made.fingerprint}"
    assert 'name="agreed"' in client.get(path).text
    with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
        debtor_links.read(client, token)
        form = {"csrf_token": csrf(client, token), "key": "a-key-of-my-own", "agreed": "1"}
        assert client.post(path, data=form).status_code == 409
    assert one(session, Agreement).state == "offered"


def test_an_acceptance_replayed_with_a_new_key_makes_no_second_one(client, session, overdue, token):
    looked = granted(client, token)
    page = client.get(f"/d/{token}/{looked}").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = hidden | {"agreed": "1"}
    first = client.post(f"/d/{token}/{looked}", data=form)
    assert client.post(f"/d/{token}/{looked}", data=form).location == first.location
    again = client.post(f"/d/{token}/{looked}", data=form | {"key": "another-key-of-mine"})
    assert again.status_code == 409
    assert len(session.scalars(select(AgreementAcceptance)).all()) == 1


def test_without_a_yes_nothing_is_agreed(client, session, overdue, token):
    answer = act(client, token, granted(client, token))
    assert answer.status_code == 409
    assert session.scalars(select(Agreement)).all() == []


def test_the_same_form_sent_twice_counts_once(client, session, overdue, token):
    fields = {"receivables": str(overdue.id), "key": "the-very-same-form"}
    first = act(client, token, "paid", **fields)
    page = client.get(f"/d/{token}/talk").text
    form = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    second = client.post(f"/d/{token}/paid", data=fields | {"csrf_token": form})
    assert first.location == second.location
    assert len(session.scalars(select(PageAct)).all()) == 1
    assert len(session.scalars(select(Hold)).all()) == 1


def test_nobody_acts_on_what_is_not_theirs(app, client, session, cast, davi, overdue, token, today):
    eva = debts.debtor(session, cast.sol, "Eva Melo", document="11144477735", email="eva@x.example")
    hers = debts.receivable(session, eva, "2002", due=today, cents=777_00)
    theirs = debtor_links.token(app, session, eva)
    address = session.scalars(select(Contact).where(Contact.debtor_id == eva.id)).one()
    payment = debts.paid(session, hers, 1_00, today)
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/d/{token}/talk").text)[1]

    def post(path, **fields):
        return client.post(
            f"/d/{path}", data={"csrf_token": form, "key": "a-key-of-my-own"} | fields
        ).status_code

    assert post(f"{token}/paid", receivables=str(hers.id)) == 404
    assert post(f"{token}/dispute", receivables=str(hers.id), grounds="amount") == 404
    assert post(f"{token}/channels/{address.id}") == 404
    assert post(f"{token}/survey", about="payment", subject=str(payment.id), score="1") == 404
    assert post(f"{token}/paid", receivables="1 OR 1=1") == 400
    assert client.post(f"/d/{theirs}/hardship", data={"csrf_token": form}).location == (
        f"/d/{theirs}"
    )
    for path in ("talk", "data.json", "data.pdf", "plan", "paid", "done/1"):
        assert client.get(f"/d/{theirs}/{path}").status_code == 302
    for table in (PageAct, Hold, Dispute, Feedback, OptOut):
        assert session.scalars(select(table)).all() == []


def test_acts_have_a_measure(client, session, token):
    page = client.get(f"/d/{token}/talk").text
    form = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    codes = [
        client.post(
            f"/d/{token}/talk", data={"csrf_token": form, "key": f"key-{n:06}", "words": "oi"}
        ).status_code
        for n in range(14)
    ]
    assert codes[:12] == [303] * 12
    assert set(codes[12:]) == {429}


def test_carla_sees_no_conversation_of_ana(client, session, cast, davi, token):
    act(client, token, "talk", words="Segredo")
    carla = people.sign_in(client, cast.carla)
    assert carla.get(f"/w/sol/debtors/{davi.id}/talk").status_code == 404
    assert carla.get(f"/w/lua/debtors/{davi.id}/talk").status_code == 404
    assert "Segredo" not in carla.get("/office/inbox").text
    bruno = people.sign_in(client, cast.bruno)
    assert bruno.get(f"/w/sol/debtors/{davi.id}/talk").status_code in (403, 404)
