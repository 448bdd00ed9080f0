"""Davi opens the link in his e-mail: who asks, how much, why, how to pay, whom to talk to."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.cash import pix_references
from bpo.domain.cash.pix_references import Kind, Reference
from bpo.formats import brcode
from bpo.kernel import actor as actors
from bpo.models import AuditEntry, Dispute, Hold, OptOut, PaymentMethod, Promise
from bpo.web.throttle import limiter
from tests.factories import debts, people
from tests.web import debtor_links
from tests.web.debtor_links import CPF

SOL = {
    "cnpj": "11222333000181",
    "legal_name": "Padaria Sol Nascente Ltda",
    "street": "Rua das Flores, 10",
    "city": "São Paulo",
    "state": "SP",
    "postal_code": "01234567",
    "email": "contato@sol.example",
    "phone": "(11) 3333-4444",
    "pix_key": "11222333000181",
    "calendar": "none",
}


@pytest.fixture
def sol(app, session):
    with app.app_context():
        limiter.reset()
    place = people.workspace(**SOL)
    with acting_as(actors.system([place.id], name="test")):
        yield place


@pytest.fixture
def token(link):
    return link


def words(page: str) -> str:
    """The page as read: tags and doubled blanks out, breaks that do not break made plain."""
    plain = html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")
    return re.sub(r"\s+", " ", plain)


def code(page: str) -> brcode.Code:
    return brcode.parse(re.search(r"<textarea[^>]*>([^<]+)</textarea>", page)[1])


def trail(session) -> list[str]:
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [row.action for row in rows if row.action.startswith("debtor.")]


def test_before_the_answer_davi_learns_who_asks_and_a_stranger_nothing(client, overdue, token):
    page = client.get(f"/d/{token}")
    said = words(page.text)
    for shown in (
        "Padaria Sol Nascente Ltda",
        "11.222.333/0001-81",
        "Rua das Flores, 10",
        "D••• L•••",
        "***.982.***-**",
        "Os 4 últimos dígitos do seu CPF",
    ):
        assert shown in said
    for secret in ("R$", "1001", "Davi", "Lima", "247-25", "br.gov.bcb.pix", "/u/"):
        assert secret not in said
    assert "R$" not in re.search(r"<title>(.*?)</title>", page.text)[1]


def test_after_it_the_amount_of_today_line_by_line(client, overdue, token):
    page = debtor_links.read(client, token)
    said = words(page)
    for line in (
        "Olá, Davi",
        "R$ 1.024,00",
        "Multa de 2% sobre R$ 1.000,00, uma única vez: R$ 20,00",
        "12 dias desde",
        "R$ 4,00",
    ):
        assert line in said
    assert "R$" not in re.search(r"<title>(.*?)</title>", page)[1]


def test_the_pix_code_asks_for_that_amount_and_says_what_it_pays(client, overdue, token, today):
    page = debtor_links.read(client, token)
    pix = code(page)
    assert (pix.amount_cents, pix.key, pix.crc_ok) == (1_024_00, "11222333000181", True)
    assert pix_references.parse(pix.txid) == Reference(Kind.RECEIVABLE, overdue.id, today)
    assert "Padaria Sol Nascente Ltda, CNPJ 11.222.333/0001-81" in words(page)
    assert page.count('class="qr"') == 1


def test_several_invoices_are_one_sum_and_each_can_be_paid_alone(
    client, session, davi, overdue, token, today
):
    second = debts.receivable(session, davi, "1002", due=today, cents=500_00)
    page = debtor_links.read(client, token)
    assert "R$ 1.524,00" in words(page)
    assert code(page).amount_cents == 1_524_00
    assert pix_references.parse(code(page).txid) == Reference(Kind.DEBTOR, davi.id, today)

    alone = client.get(f"/d/{token}/{second.id}").text
    assert code(alone).amount_cents == 500_00
    assert pix_references.parse(code(alone).txid).id == second.id
    assert "1001" not in words(alone)


def test_what_is_not_due_is_offered_not_asked(client, session, davi, token, today):
    later = debts.receivable(session, davi, "1003", due=today + timedelta(days=9), cents=70_00)
    page = debtor_links.read(client, token)
    assert "nada a pagar hoje" in words(page)
    assert "<textarea" not in page
    assert f"/d/{token}/{later.id}" in page
    assert code(client.get(f"/d/{token}/{later.id}").text).amount_cents == 70_00


def test_what_davi_disputes_is_shown_apart_and_not_asked_for(
    client, session, davi, overdue, token, today
):
    debts.receivable(session, davi, "1002", due=today - timedelta(days=1), cents=300_00)
    session.add(
        Dispute(
            workspace_id=davi.workspace_id,
            debtor_id=davi.id,
            receivable_id=overdue.id,
            reason="amount",
            opened_on=today,
        )
    )
    session.commit()
    page = debtor_links.read(client, token)
    assert code(page).amount_cents == 306_10
    assert "Você discordou dela" in words(page)
    assert client.get(f"/d/{token}/{overdue.id}").status_code == 404


def test_a_payment_being_checked_is_not_asked_for_twice(
    client, session, davi, overdue, token, today
):
    session.add(
        Hold(
            workspace_id=davi.workspace_id,
            debtor_id=davi.id,
            reason="payment_seen",
            source="test",
            starts_on=today,
        )
    )
    session.commit()
    page = debtor_links.read(client, token)
    assert "Não é preciso pagar de novo" in words(page)
    assert "<textarea" not in page


def test_a_partial_payment_is_a_line_and_a_receipt(client, session, overdue, token, today):
    debts.paid(session, overdue, 400_00, today - timedelta(days=2))
    said = words(debtor_links.read(client, token))
    assert f"Pago em {today - timedelta(days=2):%d/%m/%Y}: R$ 400,00" in said
    assert "O que já recebemos de você" in said


def test_a_promise_is_remembered_and_thanked_for(client, session, davi, overdue, token, today):
    session.add(
        Promise(
            workspace_id=davi.workspace_id,
            debtor_id=davi.id,
            amount_cents=1_000_00,
            made_on=today,
            promised_for=today + timedelta(days=3),
        )
    )
    session.commit()
    assert "vai pagar R$ 1.000,00 até" in words(debtor_links.read(client, token))


def test_a_promise_whose_day_has_passed_promises_no_silence(
    client, session, davi, overdue, token, today
):
    session.add(
        Promise(
            workspace_id=davi.workspace_id,
            debtor_id=davi.id,
            amount_cents=1_000_00,
            made_on=today - timedelta(days=3),
            promised_for=today - timedelta(days=1),
        )
    )
    session.commit()
    said = words(debtor_links.read(client, token))
    assert "pagaria R$ 1.000,00 até" in said
    assert "não enviaremos lembretes" not in said


def test_the_three_latest_payments_are_shown_and_the_others_a_touch_away(
    client, session, davi, overdue, token, today
):
    for ago in range(5):
        title = debts.receivable(session, davi, f"P{ago}", due=today - timedelta(days=60 + ago))
        debts.paid(session, title, title.amount_cents, today - timedelta(days=50 + ago))
    page = debtor_links.read(client, token)
    shown, _, folded = page.partition("O que já recebemos de você")[2].partition("<details")
    assert shown.count("/payments/") == 3
    assert "Mais 2 pagamentos anteriores" in folded
    assert folded.count("/payments/") == 2


def test_a_debt_of_six_years_ago_is_not_collected(client, session, davi, token, today):
    debts.receivable(session, davi, "OLD-77", due=today - timedelta(days=6 * 366), cents=900_00)
    said = words(debtor_links.read(client, token))
    assert "nada a pagar hoje" in said
    assert "OLD-77" not in said


def test_other_ways_to_pay_and_a_creditor_without_pix(client, session, sol, overdue, token):
    for row in session.scalars(select(PaymentMethod)):
        row.active = False
    session.add_all(
        [
            PaymentMethod(
                workspace_id=sol.id,
                kind="link",
                label="Cartão",
                details={"url": "https://pagar.example/sol"},
            ),
            PaymentMethod(
                workspace_id=sol.id,
                kind="transfer",
                label="Transferência",
                details={
                    "bank": "341",
                    "account": "12345-6",
                    "holder": "Padaria Sol",
                    "document": "11222333000181",
                },
            ),
            PaymentMethod(workspace_id=sol.id, kind="boleto", label="Boleto", details={}),
        ]
    )
    session.commit()
    page = debtor_links.read(client, token)
    assert "<textarea" not in page
    for shown in ("https://pagar.example/sol", "12345-6", "Boleto", "Transferência"):
        assert shown in page


def test_the_choices_of_the_message_lead_to_their_forms(client, overdue, token):
    page = debtor_links.read(client, token)
    for anchor in ("paid", "plan", "promise", "dispute", "talk", "hardship"):
        assert f'id="{anchor}" href="/d/{token}/{anchor}"' in page
    forms = re.findall(r'<form[^>]*action="([^"]*)"', page)
    assert forms == [f"/d/{token}/leave"]
    talk = client.get(f"/d/{token}/talk").text
    assert "mailto:contato@sol.example?subject=" in talk
    assert 'href="tel:1133334444"' in talk


def test_the_policy_my_data_and_the_way_out_are_at_hand(client, session, overdue, token):
    page = debtor_links.read(client, token)
    assert "/p/sol/policy" in page
    assert "controladora" in words(page)
    out = re.search(r'href="(/u/[^"]+)"', page)[1]
    assert client.post(out).status_code == 303
    assert session.scalars(select(OptOut)).one().address == "davi@example.org"


def test_each_visit_leaves_its_mark(client, session, overdue, token):
    client.head(f"/d/{token}")
    assert trail(session) == []
    client.get(f"/d/{token}")
    debtor_links.answer(client, token, "0000")
    debtor_links.read(client, token)
    client.get(f"/d/{token}")
    assert trail(session) == ["debtor.opened", "debtor.refused", "debtor.proved"]
    rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "debtor.opened"))
    entry = rows.one()
    assert (entry.actor_kind, entry.actor_name, entry.address) == (
        "debtor",
        "Davi Lima",
        "127.0.0.1",
    )
    assert token not in str(entry.detail)


def test_a_visit_from_elsewhere_or_later_is_another(client, session, overdue, token):
    client.get(f"/d/{token}")
    client.get(f"/d/{token}", environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    assert trail(session) == ["debtor.opened"] * 2


def test_davi_can_close_his_account_on_a_borrowed_telephone(client, overdue, token):
    page = debtor_links.read(client, token)
    form = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert client.post(f"/d/{token}/leave", data={"csrf_token": form}).status_code == 303
    assert "R$" not in client.get(f"/d/{token}").text


def test_who_has_no_document_is_asked_for_something_else(app, client, session, sol, today):
    eva = debts.debtor(session, sol, "Eva Melo", email="eva@example.org")
    debts.receivable(session, eva, "NF-7731", due=today)
    link = debtor_links.token(app, session, eva)
    assert "Número de uma das suas faturas" in client.get(f"/d/{link}").text
    assert "NF-7731" in debtor_links.read(client, link, "nf 7731")


def test_who_has_nothing_on_record_is_sent_to_a_person(app, client, session, sol):
    nobody = debts.debtor(session, sol, "Zé", email=None)
    page = client.get(f"/d/{debtor_links.token(app, session, nobody)}").text
    assert 'name="answer"' not in page
    assert "mailto:contato@sol.example" in page


def test_a_debtor_who_reads_english_is_answered_in_english(app, client, session, sol, today):
    john = debts.debtor(session, sol, "John Doe", document=CPF, locale="en")
    debts.receivable(session, john, "1001", due=today)
    link = debtor_links.token(app, session, john)
    assert "Last 4 digits of your CPF" in client.get(f"/d/{link}").text
    assert "To pay today" in debtor_links.read(client, link)


def test_an_account_with_many_invoices_stays_light(app, client, session, davi, token, today):
    for number in range(60):
        debts.receivable(session, davi, f"{2000 + number}", due=today - timedelta(days=40))
    page = debtor_links.read(client, token)
    assert page.count("<details") < 15
    assert client.get(f"/d/{token}?all=1").text.count("<details") > 60


def test_the_page_weighs_little(client, session, davi, overdue, token, today):
    for number in range(3):
        debts.receivable(session, davi, f"{2000 + number}", due=today - timedelta(days=40))
    page = debtor_links.read(client, token)
    drawn = re.sub(r"<svg[^>]*qr.*?</svg>", "", page, flags=re.DOTALL)
    linked = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', page)
    weight = len(drawn.encode()) + sum(len(client.get(url).data) for url in linked)
    assert weight < 50_000, weight
