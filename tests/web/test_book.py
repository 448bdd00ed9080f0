"""The analyst's rooms through the browser: debtors, receivables, payments and offers."""

import csv
import re
import zlib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import StringIO

import pytest
from sqlalchemy import event, func, select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import (
    Contact,
    Debtor,
    Dispute,
    Hold,
    Message,
    Note,
    OptOut,
    Payment,
    Promise,
    Task,
    Touch,
)
from bpo.services import negotiation
from tests.factories import debts, people

TODAY = clock.local_day(datetime.now(UTC), "America/Sao_Paulo")
LATE = TODAY - timedelta(days=40)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def scope(cast):
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        yield cast


@pytest.fixture
def davi(session, scope):
    found = debts.debtor(session, scope.sol, reference="0042", city="Santos")
    debts.receivable(session, found, "NF-1", due=LATE, cents=1_000_00)
    debts.receivable(session, found, "NF-2", due=TODAY + timedelta(days=20), cents=500_00)
    return found


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


class Browser:
    """Opens pages and sends their forms, token and all."""

    def __init__(self, client, place):
        self.client, self.place = client, place

    def open(self, path, **query):
        return self.client.get(self.place + path, query_string=query)

    def send(self, page, to, **fields):
        form = self.open(page).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert token, f"{page} has no form"
        return self.client.post(self.place + to, data={"csrf_token": token[1], **fields})

    def act(self, debtor, to, **fields):
        return self.send(f"/debtors/{debtor.id}", f"/debtors/{debtor.id}/{to}", **fields)


def count(session, table):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(table))


# Lists


def test_the_list_of_debtors_says_who_owes_what(ana, session, scope, davi):
    debts.debtor(session, scope.sol, "Zé em dia", email=None)
    page = ana.open("/debtors")
    assert page.status_code == 200
    assert "Davi Lima" in page.text
    assert "R$\xa01.500,00" in page.text
    assert "Zé em dia" not in ana.open("/debtors", show="overdue").text
    assert "Davi Lima" in ana.open("/debtors", q="DAVÍ").text
    assert "Davi Lima" not in ana.open("/debtors", q="lima").text


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


# The debtor's page


def test_the_page_explains_what_is_owed_today(ana, davi):
    page = ana.open(f"/debtors/{davi.id}").text
    fine, interest = 20_00, round(1_000_00 * 40 / 3000)
    total = f"{(1_500_00 + fine + interest) / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    assert f"R$\xa0{total}" in page
    assert "Multa de 2%" in page
    assert "davi@example.org" in page
    assert "Próximo contato" in page


def test_the_page_asks_a_constant_number_of_questions(ana, session, scope, davi):
    def questions():
        asked = []
        engine = session.get_bind()
        listener = lambda *given: asked.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        ana.open(f"/debtors/{davi.id}")
        event.remove(engine, "before_cursor_execute", listener)
        return len(asked)

    before = questions()
    for number in range(12):
        title = debts.receivable(session, davi, f"X{number}", due=LATE, cents=10_00)
        debts.paid(session, title, 5_00, TODAY)
        session.add(
            Note(
                workspace_id=scope.sol.id,
                debtor_id=davi.id,
                kind="call",
                on_day=TODAY,
                body=f"Ligação {number}",
            )
        )
    session.commit()
    assert questions() == before


def test_ana_records_a_payment_once_and_sees_where_it_went(ana, session, davi):
    fields = {"amount": "1.100,00", "paid_on": TODAY.isoformat(), "method": "pix", "key": "k1"}
    assert ana.act(davi, "payments", **fields).status_code == 302
    assert ana.act(davi, "payments", **fields).status_code == 302
    assert count(session, Payment) == 1
    page = ana.open(f"/debtors/{davi.id}").text
    assert "Pagamento de R$\xa01.100,00" in page
    assert "NF-1, NF-2" in page


def test_a_payment_can_be_looked_at_before_it_counts(ana, session, davi):
    query = {"debtor": davi.id, "amount": "2.000,00", "paid_on": TODAY.isoformat()}
    page = ana.open("/payments/new", **query).text
    assert "Quitado" in page
    assert "ficam como crédito" in page
    assert count(session, Payment) == 0
    assert "Davi Lima" in ana.open("/payments/new", q="dav").text
    wrong = ana.open("/payments/new", **(query | {"amount": "muito"})).text
    assert "Isto não é um valor: muito" in wrong


def test_a_payment_is_undone_with_a_reason_and_both_stay_in_sight(ana, session, davi):
    ana.act(davi, "payments", amount="100", paid_on=TODAY.isoformat(), method="pix")
    paid = session.scalars(select(Payment.id)).one()
    to = f"/payments/{paid}"
    assert ana.send(to, f"{to}/reverse", reason="").status_code == 400
    assert ana.send(to, f"{to}/reverse", reason="engano", why="mistake").status_code == 302
    assert count(session, Payment) == 2
    assert "engano" in ana.open(to).text
    assert "estorna outro" in ana.open("/payments").text
    assert ana.open("/payments.csv").text.count("Davi Lima") == 2


def test_what_is_wrong_comes_back_on_the_form_with_what_was_typed(ana, session, davi):
    cases = {
        "payments": ({"amount": "0", "paid_on": TODAY.isoformat(), "method": "pix"}, "maior que"),
        "promises": ({"promised": "10", "promised_for": "2001-01-01"}, "já passou"),
        "notes": ({"kind": "call", "body": "", "person": "Márcia"}, "Escreva"),
        "holds": ({"reason": "manual", "until": "2001-01-01"}, "antes de hoje"),
        "contacts": (
            {"channel": "email", "purpose": "billing", "address": "torto"},
            "torto",
        ),
    }
    for to, (fields, said) in cases.items():
        answer = ana.act(davi, to, **fields)
        assert answer.status_code == 400, to
        assert said in answer.text, to
    assert "Márcia" in ana.act(davi, "notes", **cases["notes"][0]).text
    assert count(session, Payment) + count(session, Promise) + count(session, Hold) == 0


def test_ana_notes_a_promise_a_conversation_a_pause_and_a_dispute(ana, session, scope, davi):
    day = (TODAY + timedelta(days=5)).isoformat()
    assert ana.act(davi, "promises", promised="500,00", promised_for=day).status_code == 302
    ana.act(davi, "notes", kind="call", body="Paga na sexta.", next_on=day, next_act="Conferir")
    ana.act(davi, "holds", reason="client", until=day)
    ana.act(davi, "disputes", grounds="quality", receivable="", note="Amassado")
    page = ana.open(f"/debtors/{davi.id}").text
    for words in ("Prometeu R$\xa0500,00", "Paga na sexta.", "Em contestação", "Amassado"):
        assert words in page
    assert count(session, Task) == 1
    promise, hold, case = (
        session.scalars(select(table.id)).one() for table in (Promise, Hold, Dispute)
    )
    ana.act(davi, f"promises/{promise}/cancel")
    ana.act(davi, f"holds/{hold}/release")
    ana.act(davi, f"disputes/{case}/decide", state="rejected")
    session.expire_all()
    assert session.scalars(select(Promise.state)).one() == "cancelled"
    assert session.scalars(select(Hold.released_at)).one() is not None
    assert session.scalars(select(Dispute.state)).one() == "rejected"
    again = ana.act(davi, f"holds/{hold}/release")
    assert again.status_code == 302
    assert "já foi encerrada" in ana.open(f"/debtors/{davi.id}").text


def test_ana_looks_after_the_ways_to_reach_a_debtor(ana, session, davi):
    fields = {"channel": "whatsapp", "purpose": "owner", "address": "(11) 98765-4321"}
    ana.act(davi, "contacts", **fields)
    contact = session.scalars(select(Contact).where(Contact.channel == "whatsapp")).one()
    assert "(11) 98765-4321" in ana.open(f"/debtors/{davi.id}").text
    ana.act(davi, f"contacts/{contact.id}/opt-out")
    assert count(session, OptOut) == 1
    assert "Não quer receber mensagens" in ana.open(f"/debtors/{davi.id}").text
    ana.act(davi, f"contacts/{contact.id}/opt-in")
    assert count(session, OptOut) == 0
    ana.act(davi, f"contacts/{contact.id}/remove")
    assert count(session, Contact) == 1
    assert ana.act(davi, f"contacts/{contact.id}/explode").status_code == 404


def test_every_act_has_a_page_of_its_own(ana, davi):
    for act in ("payment", "promise", "note", "hold", "dispute", "contact"):
        assert ana.open(f"/debtors/{davi.id}/do/{act}").status_code == 200
    assert ana.open(f"/debtors/{davi.id}/do/other").status_code == 404


def test_ana_registers_and_edits_a_debtor(ana, session, scope):
    fields = {"name": "Loja Nova", "document": "11.222.333/0001-81", "kind": "company"}
    answer = ana.send("/debtors/new", "/debtors/new", **fields)
    assert answer.status_code == 302
    made = session.scalars(select(Debtor).where(Debtor.name == "Loja Nova")).one()
    assert answer.location.endswith(f"/debtors/{made.id}")
    again = ana.send("/debtors/new", "/debtors/new", **fields)
    assert again.status_code == 400
    assert "Loja Nova" in again.text
    to = f"/debtors/{made.id}/edit"
    ana.send(to, to, **(fields | {"name": "Loja Velha", "reference": "9", "tags": "vip, b2b"}))
    session.expire_all()
    assert (made.name, made.tags) == ("Loja Velha", ["b2b", "vip"])


def test_the_exact_text_of_a_message_can_be_read(ana, session, scope, davi):
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Sobre a sua fatura", "davi@example.org"
    mail.set_content("Olá, Davi. Está tudo bem?")
    touch = Touch(
        workspace_id=scope.sol.id,
        debtor_id=davi.id,
        anchor_kind="request",
        anchor_id=1,
        cycle=1,
        step_key="d+5",
        channel="email",
        planned_on=TODAY,
        scheduled_at=datetime.now(UTC),
        total_cents=1_000_00,
        state="sent",
        settled_at=datetime.now(UTC),
    )
    session.add(touch)
    session.flush()
    session.add(
        Message(
            workspace_id=scope.sol.id,
            touch_id=touch.id,
            recipient="davi@example.org",
            subject=mail["Subject"],
            template="d5@1",
            body=zlib.compress(bytes(mail)),
            rendered_at=datetime.now(UTC),
        )
    )
    session.commit()
    assert "Sobre a sua fatura" in ana.open(f"/debtors/{davi.id}").text
    to = f"/debtors/{davi.id}/messages/{touch.id}"
    assert "Está tudo bem?" in ana.open(to).text
    raw = ana.open(to, raw=1)
    assert (raw.mimetype, raw.data) == ("message/rfc822", bytes(mail))
    assert ana.open(f"/debtors/{davi.id}/messages/{touch.id + 1}").status_code == 404


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
