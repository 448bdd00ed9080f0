"""What Davi does on his page at eleven at night, and what Ana finds in the morning."""

import io
import json
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from bpo.gateways import pdf
from bpo.models import (
    Attachment,
    AuditEntry,
    Contact,
    Dispute,
    Feedback,
    Hold,
    OptOut,
    PageAct,
    Promise,
    StoredFile,
    Task,
)
from tests.factories import debts, people
from tests.web import debtor_links
from tests.web.debtor_links import CPF, act, done_page, lines, one


def photo(kind="PNG"):
    """A picture that also tells where it was taken, and more than pixels."""
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "<script>alert(1)</script> -23.55"
    Image.new("RGB", (40, 30), "teal").save(written, kind, exif=exif)
    return written.getvalue() + b"<script>alert(2)</script>"


def test_paid_with_a_proof_stops_the_reminders_and_reaches_ana(
    client, session, cast, davi, overdue, token, today
):
    answer = act(
        client,
        token,
        "paid",
        receivables=str(overdue.id),
        words="Paguei ontem <b>no caixa</b>",
        file=(io.BytesIO(photo()), "../../x.php"),
    )
    assert "Protocolo" in done_page(client, answer)
    hold = one(session, Hold)
    assert (hold.reason, hold.source, hold.receivable_id) == (
        "payment_seen",
        "debtor",
        overdue.id,
    )
    assert hold.until >= today + timedelta(days=5)
    assert lines(session) == [("paid_claim", "1001 · Paguei ontem <b>no caixa</b>")]
    said = one(session, PageAct)
    assert (said.kind, said.detail["numbers"]) == ("paid", ["1001"])
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "page.paid")).one()
    assert (entry.actor_kind, entry.subject_id) == ("debtor", davi.id)
    assert "Não é preciso pagar de novo" in client.get(f"/d/{token}").text

    ana = people.sign_in(client, cast.ana)
    assert "Diz que já pagou" in ana.get("/office/inbox").text
    talk = ana.get(f"/w/sol/debtors/{davi.id}/talk").text
    assert "Paguei ontem &lt;b&gt;no caixa&lt;/b&gt;" in talk
    proof = ana.get(re.search(r'href="(/w/sol/documents/\d+)"', talk)[1])
    assert proof.headers["Content-Disposition"].startswith("attachment")


def test_a_proof_is_drawn_anew_and_kept_inert(client, session, overdue, token):
    for name, kind in (("a.png", "PNG"), ("b.html", "JPEG")):
        act(
            client,
            token,
            "paid",
            receivables=str(overdue.id),
            file=(io.BytesIO(photo(kind)), name),
        )
    kept = one(session, StoredFile)
    assert (kept.media_type, kept.name) == ("image/jpeg", "a.jpg")
    assert b"script" not in kept.content
    assert b"Exif" not in kept.content
    assert one(session, Attachment).kind == "payment_proof"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\x90 not a picture", "PDF"),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "PDF"),
        (b"\x89PNG\r\n\x1a\n and nothing more", "não pode ser lida"),
        (b"%PDF-" + b"x" * 6 * 1024 * 1024, "passa de 6 MB"),
    ],
    ids=["program", "drawing", "torn", "oversize"],
)
def test_what_is_no_receipt_is_refused_in_words(client, session, overdue, token, content, sentence):
    answer = act(
        client,
        token,
        "paid",
        receivables=str(overdue.id),
        file=(io.BytesIO(content), "recibo.png"),
    )
    assert answer.status_code == 400
    assert sentence in answer.text
    for table in (PageAct, Hold, StoredFile, Task):
        assert session.scalars(select(table)).all() == []


def test_a_third_claim_within_a_month_waits_for_a_person(
    client, session, davi, overdue, token, today
):
    more = [debts.receivable(session, davi, f"200{n}", due=today, cents=50_00) for n in (1, 2)]
    for title in (overdue, *more):
        answer = act(client, token, "paid", receivables=str(title.id))
        last = done_page(client, answer)
    held = {hold.receivable_id for hold in session.scalars(select(Hold))}
    assert held == {overdue.id, more[0].id}
    assert "Os lembretes continuam" in last
    assert len(lines(session)) == 3


def test_a_dispute_leaves_collection_at_once(client, session, davi, overdue, token):
    answer = act(
        client, token, "dispute", receivables=str(overdue.id), grounds="amount", words="Era 900"
    )
    assert "não cobramos" in done_page(client, answer).lower()
    case = one(session, Dispute)
    assert (case.receivable_id, case.reason, case.state) == (overdue.id, "amount", "open")
    assert "<textarea" not in client.get(f"/d/{token}").text


def test_another_reason_must_be_told(client, session, overdue, token):
    answer = act(client, token, "dispute", receivables=str(overdue.id), grounds="other")
    assert answer.status_code == 400
    assert "Escreva algumas palavras" in answer.text
    assert session.scalars(select(Dispute)).all() == []


def test_a_promise_within_limits_pauses_and_is_seen(client, session, overdue, token, today):
    day = today + timedelta(days=6)
    answer = act(client, token, "promise", promised="600,00", promised_for=day.isoformat())
    assert "R$\xa0600,00" in done_page(client, answer)
    made = one(session, Promise)
    assert (made.amount_cents, made.promised_for, made.source) == (600_00, day, "debtor")
    assert lines(session)[0][0] == "page_promise"


@pytest.mark.parametrize(
    ("cents", "days"), [("600,00", 16), ("600,00", -1), ("100,00", 3), ("5.000,00", 3)]
)
def test_a_promise_out_of_bounds_is_refused(client, session, token, today, cents, days):
    day = (today + timedelta(days=days)).isoformat()
    answer = act(client, token, "promise", promised=cents, promised_for=day)
    assert answer.status_code == 400
    assert session.scalars(select(Promise)).all() == []


def test_who_broke_two_promises_talks_with_a_person(client, session, davi, token, today):
    for back in (40, 20):
        day = today - timedelta(days=back)
        session.add(
            Promise(
                workspace_id=davi.workspace_id,
                debtor_id=davi.id,
                amount_cents=10_00,
                made_on=day,
                promised_for=day,
                state="broken",
                settled_on=day,
            )
        )
    session.commit()
    answer = act(client, token, "promise", promised="900,00", promised_for=(today).isoformat())
    assert "combinar esta juntos" in answer.text


def test_a_message_is_answered_where_it_was_written(client, session, cast, davi, token):
    answer = act(client, token, "talk", words="Perdi o emprego. <script>", phone="11 98765-4321")
    done_page(client, answer)
    assert one(session, Hold).reason == "reply"
    assert lines(session) == [("page_message", "Perdi o emprego. <script> · +5511987654321")]

    ana = people.sign_in(client, cast.ana)
    here = f"/w/sol/debtors/{davi.id}/talk"
    form = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', ana.get(here).text)
    )
    for _ in range(2):
        ana.post(here, data=form | {"words": "Sinto muito. Vamos achar um jeito."})
    assert one(session, Task).state == "done"
    answers = session.scalars(select(PageAct).where(PageAct.kind == "answer")).all()
    assert [said.created_by for said in answers] == [cast.ana.id]
    page = client.get(f"/d/{token}").text
    assert "Há uma resposta para você" in page
    talk = client.get(f"/d/{token}/talk").text
    assert "Sinto muito. Vamos achar um jeito." in talk
    assert "<script>" not in talk.replace('<script type="module"', "")
    assert "Ana" not in talk


def test_over_indebtedness_stops_everything_until_a_person(client, session, davi, token, today):
    answer = act(client, token, "hardship")
    assert "sem prazo" in done_page(client, answer)
    act(client, token, "hardship", key="another-form-key")
    hold = one(session, Hold)
    assert (hold.reason, hold.until) == ("over_indebted", None)
    assert [kind for kind, _ in lines(session)] == ["hardship", "hardship"]


def test_another_address_comes_after_those_on_file(client, session, davi, token):
    act(client, token, "contact", channel="email", address="Davi.Novo@Example.org")
    found = session.scalars(select(Contact).order_by(Contact.position)).all()
    assert [row.address for row in found] == ["davi@example.org", "davi.novo@example.org"]
    again = act(client, token, "contact", channel="email", address="davi.novo@example.org")
    assert again.status_code == 400
    assert lines(session)[0] == ("page_message", "davi.novo@example.org")


def test_the_data_are_seen_taken_away_and_asked_about(client, session, token, davi):
    kept = json.loads(client.get(f"/d/{token}/data.json").data)
    assert kept["identity"]["name"] == "Davi Lima"
    assert [row["number"] for row in kept["receivables"]] == ["1001"]
    assert CPF not in json.dumps(kept)
    assert "davi@example.org" not in json.dumps(kept)
    assert {row["what"] for row in kept["visits"]} == {"debtor.opened", "debtor.proved"}
    paper = client.get(f"/d/{token}/data.pdf")
    assert pdf.page_count(paper.data) >= 1

    answer = act(client, token, "data", kind="deletion")
    assert "LGPD, art. 16" in done_page(client, answer)
    assert lines(session)[0][0] == "data_request"

    reach = one(session, Contact)
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/d/{token}/data").text)[1]
    client.post(f"/d/{token}/channels/{reach.id}", data={"csrf_token": form})
    assert one(session, OptOut).source == "page"


def test_one_question_after_a_payment_and_both_read_the_answer(
    client, session, cast, davi, overdue, token, today
):
    payment = debts.paid(session, overdue, 400_00, today)
    page = client.get(f"/d/{token}").text
    form = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    sent = {
        "csrf_token": form,
        "about": "payment",
        "subject": str(payment.id),
        "score": "5",
        "words": "Muito fácil!",
    }
    for score in ("5", "1"):
        client.post(f"/d/{token}/survey", data=sent | {"score": score})
    assert one(session, Feedback).score == 5
    assert "/survey" not in client.get(f"/d/{token}").text
    ana = people.sign_in(client, cast.ana)
    assert "Muito fácil!" in ana.get("/office/feedback").text
    carla = people.sign_in(client, cast.carla)
    assert "Muito fácil!" not in carla.get("/office/feedback").text


def test_the_forms_are_light(client, token):
    for name in ("paid", "dispute", "promise", "talk", "plan", "data", "contact", "hardship"):
        page = client.get(f"/d/{token}/{name}").text
        linked = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', page)
        weight = len(page.encode()) + sum(len(client.get(url).data) for url in linked)
        assert weight < 50_000, (name, weight)


def test_who_reads_english_finds_every_form_in_english(app, client, session, cast, today):
    john = debts.debtor(session, cast.sol, "John Doe", document="11144477735", locale="en")
    debts.receivable(session, john, "3003", due=today - timedelta(days=9))
    link = debtor_links.token(app, session, john)
    debtor_links.read(client, link, "7735")
    for name, title in (
        ("paid", "I have paid"),
        ("dispute", "I disagree"),
        ("promise", "I will pay on another day"),
        ("plan", "How much can you pay a month?"),
        ("talk", "Talk to a person"),
        ("data", "What Padaria Sol keeps about you"),
        ("hardship", "I cannot pay all that I owe"),
    ):
        page = client.get(f"/d/{link}/{name}").text
        assert title in page
        assert "Enviar" not in page
    refused = act(client, link, "dispute", receivables="", grounds="amount")
    assert refused.status_code == 400
