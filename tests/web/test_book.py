"""The lists of the book, one title, offers, and who may not see them, through the browser."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.reminders import reasons
from bpo.domain.reminders.planning import NextContact
from bpo.domain.reminders.reasons import Code, Reason
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.models import Payment
from bpo.services.deals import negotiation
from bpo.services.reminders import campaigns
from tests.factories import books, debts, people
from tests.factories.books import LATE, TODAY, Browser, count


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def scope(cast):
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        yield cast


@pytest.fixture
def davi(session, scope):
    return books.davi(session, scope.sol)


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


# Lists


def test_the_list_of_debtors_says_who_owes_what(ana, session, scope, davi):
    debts.debtor(session, scope.sol, "Zé em dia", email=None)
    page = ana.open("/debtors")
    assert page.status_code == 200
    assert "Davi Lima" in page.text
    assert "R$\xa01.500,00" in page.text
    assert "Zé em dia" not in ana.open("/debtors", show="overdue").text
    assert "Davi Lima" in ana.open("/debtors", q="DAVÍ").text
    assert "Davi Lima" not in ana.open("/debtors", q="ima").text


def test_who_is_left_in_peace_is_listed_with_the_reason(ana, session, scope, davi, monkeypatch):
    because = (Reason(Code.PROMISE),)
    silent = {davi.id: NextContact(None, "", (), because)}
    monkeypatch.setattr(campaigns, "next_contacts", lambda *_: silent)

    assert wording.say(reasons.phrase(because[0]), "pt_BR") in ana.open("/debtors").text


def test_why_not_before_is_told_once_and_never_by_the_day_of_another_ladder(ana, davi, monkeypatch):
    soon, far = TODAY + timedelta(days=3), TODAY + timedelta(days=40)
    because = (Reason(Code.WEEKLY_CAP), Reason(Code.WEEKLY_CAP), Reason(Code.WAITING, on=far))
    coming = {davi.id: NextContact(soon, "d-5", (), because)}
    monkeypatch.setattr(campaigns, "next_contacts", lambda *_: coming)
    page = ana.open(f"/debtors/{davi.id}").text
    assert page.count("O limite de contatos da semana foi atingido") == 1
    assert "A próxima etapa ainda não chegou" not in page


def test_a_list_finds_a_debtor_by_any_word_of_the_name(ana, davi):
    for place in ("/debtors", "/receivables", "/payments/new"):
        for words, found in (("dav", True), ("lima", True), ("LÍM", True), ("avi", False)):
            rows = ana.open(place, q=words).text.partition("<main")[2]
            assert ("Davi Lima" in rows) is found, (place, words)


def test_long_lists_are_turned_page_by_page(ana, session, scope):
    for number in range(60):
        debts.debtor(session, scope.sol, f"Cliente {number:02}", email=None)
    first = ana.open("/debtors", sort="name").text
    assert "Cliente 49" in first
    assert "Cliente 50" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = ana.client.get(following).text
    assert "Cliente 50" in second
    assert "Cliente 49" not in second
    back = re.search(r'rel="prev" href="([^"]+)"', second)[1].replace("&amp;", "&")
    assert "Cliente 49" in ana.client.get(back).text
    elsewhere = following.replace("sort=name", "sort=-name")
    assert "Cliente 59" in ana.client.get(elsewhere).text


def test_exports_cannot_run_as_formulas(ana, session, scope):
    evil = debts.debtor(session, scope.sol, '=HYPERLINK("http://x";"y")', reference="-1+1")
    debts.receivable(session, evil, "@SUM(A1)", due=LATE, cents=123_45)
    for path in ("/debtors.csv", "/receivables.csv"):
        answer = ana.open(path)
        assert answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
        assert len(rows) == 2
        assert not [cell for cell in rows[1] if cell.startswith(("=", "-", "+", "@"))]
        assert "123,45" in rows[1]


def test_receivables_are_listed_with_states_derived_from_the_day(ana, session, davi):
    page = ana.open("/receivables").text
    assert "NF-1" in page
    assert "Em atraso" in page
    late = ana.open("/receivables", show="overdue").text
    assert "NF-1" in late
    assert "NF-2" not in late
    assert "NF-2" in ana.open("/receivables", **{"from": TODAY.isoformat()}).text
    assert ana.open("/receivables", **{"from": "nonsense"}).status_code == 200


# One receivable, offers


def test_a_title_is_explained_as_of_any_day(ana, session, davi):
    title = session.scalars(
        select(debts.Receivable.id).where(debts.Receivable.number == "NF-1")
    ).one()
    to = f"/receivables/{title}"
    assert "Multa de 2%" in ana.open(to).text
    then = ana.open(to, on=(LATE - timedelta(days=3)).isoformat()).text
    assert "Multa de 2%" not in then
    assert "R$\xa01.000,00" in then
    assert ana.open(to, on="ontem").status_code == 200


def test_offers_stand_side_by_side_with_their_reasons(ana, scope, session, davi):
    page = ana.open(f"/debtors/{davi.id}/negotiation").text
    found = negotiation.proposals(session, scope.sol, davi, TODAY)
    assert page.count('class="offer card') == len(found.offers) >= 3
    for offer in found.offers:
        for reason in offer.reasons:
            assert negotiation.sentence(reason, "pt_BR").replace("'", "&#39;") in page
    asked = ana.open(f"/debtors/{davi.id}/negotiation", monthly="150").text
    assert "O que o devedor consegue pagar" in asked
    assert "maior que zero" in ana.open(f"/debtors/{davi.id}/negotiation", monthly="0").text


# Others


def _paths(davi, title, payment):
    debtor = f"/debtors/{davi.id}"
    return (
        "/debtors",
        "/debtors.csv",
        "/debtors/new",
        debtor,
        f"{debtor}/edit",
        f"{debtor}/do/payment",
        f"{debtor}/negotiation",
        f"{debtor}/messages/1",
        "/receivables",
        "/receivables.csv",
        f"/receivables/{title}",
        "/payments",
        "/payments.csv",
        "/payments/new",
        f"/payments/{payment}",
    )


def test_carla_sees_nothing_of_another_company(client, session, scope, davi):
    title = session.scalars(select(debts.Receivable)).first()
    paid = debts.paid(session, title, 1_00, TODAY)
    carla = Browser(people.sign_in(client, scope.carla), "/w/sol")
    own = Browser(client, "/w/lua")
    for path in _paths(davi, title.id, paid.id):
        assert carla.open(path).status_code == 404, path
        if str(davi.id) in path or str(paid.id) in path:
            assert own.open(path).status_code == 404, path
    assert "Davi" not in own.open("/debtors").text
    fields = {"amount": "1", "paid_on": TODAY.isoformat(), "method": "pix"}
    posted = own.send("/debtors/new", f"/debtors/{davi.id}/payments", **fields)
    assert posted.status_code == 404
    assert count(session, Payment) == 1


def test_bruno_has_no_business_in_the_office(client, session, scope, davi):
    title = session.scalars(select(debts.Receivable.id)).first()
    bruno = Browser(people.sign_in(client, scope.bruno), "/w/sol")
    for path in _paths(davi, title, 1):
        assert bruno.open(path).status_code == 403, path


def test_strangers_are_sent_to_the_door(client, scope, davi):
    answer = client.get(f"/w/sol/debtors/{davi.id}")
    assert answer.status_code == 302
    assert "/login" in answer.location
