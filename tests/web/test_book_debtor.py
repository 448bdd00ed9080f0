"""One debtor's page through the browser: the account, the acts, the history."""

import zlib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
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
from tests import counting
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
        with counting.statements() as said:
            ana.open(f"/debtors/{davi.id}")
        return len(said)

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
    ana.act(davi, f"disputes/{case}/decide", state="open")
    assert "Em contestação" in ana.open(f"/debtors/{davi.id}").text
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
