"""Davi's agreement on his page: what is paid, its paper, paying it all off, receipts; and Eva's."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bpo.domain.cash.payments import Method
from bpo.formats import brcode
from bpo.gateways import outside, pdf
from bpo.gateways.pix import notices
from bpo.kernel import actor as actors
from bpo.models import BankLine, PaymentMethod, Receivable
from bpo.services.cash import payments
from bpo.services.deals import agreement_judging
from tests.factories import agreed, debts, people
from tests.web import debtor_links
from tests.web.debtor_links import act


@pytest.fixture
def deal(session, sol, davi, overdue):
    """The longest plan that Davi may agree to by himself."""
    sol.pix_key = "chave@sol.example"
    session.add(PaymentMethod(workspace_id=sol.id, kind="pix", label="Pix", details={}))
    session.commit()
    return agreed.agree(session, sol, davi, now=datetime.now(UTC))


def parts(session, deal):
    session.expire_all()
    query = select(Receivable).where(Receivable.agreement_id == deal.id)
    return session.scalars(query.order_by(Receivable.installment)).all()


def paid(session, deal, part, today):
    program = actors.system([deal.workspace_id], name="bank")
    now = datetime.now(UTC)
    return payments.record(
        program,
        deal.workspace_id,
        deal.debtor_id,
        part.amount_cents,
        today,
        Method.PIX,
        [part.id],
        now=now,
    )


def test_what_is_paid_and_what_comes_next_and_the_paper(client, session, deal, token, today):
    first, second, *_ = parts(session, deal)
    paid(session, deal, first, today)

    home = client.get(f"/d/{token}").text
    assert f"/d/{token}/agreements/{deal.id}" in home
    page = client.get(f"/d/{token}/agreements/{deal.id}").text
    assert page.count("paga em") == 1
    assert page.count("a próxima") == 1
    assert f'href="/d/{token}/{second.id}"' in page
    paper = client.get(f"/d/{token}/agreements/{deal.id}.pdf")
    assert f"AC-{deal.id}" in paper.headers["Content-Disposition"]
    assert pdf.page_count(paper.data) >= 1


def test_the_code_of_today_pays_it_all_off(app, client, session, sol, deal, token, today):
    page = client.get(f"/d/{token}/agreements/{deal.id}").text
    code = re.search(r'id="pix-code"[^>]*>([^<]+)<', page)[1]
    asked = brcode.parse(code)
    assert asked.amount_cents == deal.total_cents
    told = {
        "endToEndId": "E00416968202611201340aBcDeFgHiJk",
        "txid": asked.txid,
        "valor": f"{asked.amount_cents / 100:.2f}",
        "horario": datetime.now(UTC).isoformat(),
    }
    hook = notices.address("", outside.of(app).signer, sol.id)
    assert client.post(hook, json={"pix": [told]}).status_code == 200

    assert session.scalars(select(BankLine.state)).one() == "matched"
    assert {part.amount_cents - part.settled_cents for part in parts(session, deal)} == {0}
    program = actors.system([sol.id], name="clock")
    agreement_judging.judge(program, sol.id, today, now=datetime.now(UTC))
    assert "Está tudo pago" in client.get(f"/d/{token}/agreements/{deal.id}").text


def test_an_agreement_that_broke_is_told_of_on_the_page(
    client, session, sol, davi, overdue, token, today
):
    deal = agreed.agree(session, sol, davi, now=datetime.now(UTC) - timedelta(days=25))
    assert "terminou" not in client.get(f"/d/{token}").text
    program = actors.system([sol.id], name="clock")
    agreement_judging.judge(program, sol.id, today, now=datetime.now(UTC))
    page = client.get(f"/d/{token}").text
    assert f"O seu acordo AC-{deal.id} terminou" in page
    assert f'href="/d/{token}/agreements/{deal.id}"' in page
    assert f'href="/d/{token}/plan"' in page


def test_a_payment_has_its_receipt_and_eva_sees_nothing_of_davis(
    app, client, session, sol, deal, token, today
):
    payment = paid(session, deal, parts(session, deal)[0], today).payment
    address = f"payments/{payment.id}.pdf"
    assert address in client.get(f"/d/{token}").text
    assert pdf.page_count(client.get(f"/d/{token}/{address}").data) == 1

    eva = debts.debtor(session, sol, "Eva Melo", document="11144477735", email="eva@x.example")
    debts.receivable(session, eva, "2002", due=today, cents=777_00)
    hers = debtor_links.token(app, session, eva)
    debtor_links.read(client, hers, "7735")
    for path in (address, f"agreements/{deal.id}", f"agreements/{deal.id}.pdf"):
        assert client.get(f"/d/{hers}/{path}").status_code == 404


def test_ana_sees_it_beside_the_account_and_in_the_history(
    client, session, cast, deal, token, today
):
    paid(session, deal, parts(session, deal)[0], today)
    ana = people.sign_in(client, cast.ana)
    page = ana.get(f"/w/sol/debtors/{deal.debtor_id}").text
    assert "Parcelas pagas" in page
    assert f"1 de {len(deal.terms['installments'])}" in page
    assert "em parcelas" in page
    assert "#pay-off" in page


def test_the_data_on_paper_say_words_not_codes(client, session, overdue, token, today):
    debts.paid(session, overdue, 400_00, today)
    act(client, token, "talk", words="Oi")
    paper = PdfReader(BytesIO(client.get(f"/d/{token}/data.pdf").data))
    text = " ".join(page.extract_text() for page in paper.pages)
    for code in ("debtor.opened", "page_message", "email", "message"):
        assert code not in text
    assert "Resposta certa" in text


def test_its_page_is_light_and_speaks_english_too(client, session, davi, deal, token):
    davi.locale = "en"
    session.commit()
    page = client.get(f"/d/{token}/agreements/{deal.id}").text
    for words in ("Pay it all off today", "Every payment", "the next one"):
        assert words in page
    assert "Quitar" not in page
    linked = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', page)
    shown = re.sub(r"<svg.*?</svg>", "", page, flags=re.S)
    weight = len(shown.encode()) + sum(len(client.get(url).data) for url in linked)
    assert weight < 50_000, weight
