"""Whoever tries to read Davi's account without being Davi, or to act in his name."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from bpo.domain.intake import proofs
from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.models import AuditEntry, OptOut, Receivable
from bpo.services.page import debtor_page
from bpo.services.people import links
from tests.factories import debts
from tests.web import debtor_links
from tests.web.debtor_links import CPF

EVAS_CPF = "11144477735"


@pytest.fixture
def davi(session, cast, today):
    owes = debts.debtor(session, cast.sol, document=CPF)
    debts.receivable(session, owes, "1001", due=today - timedelta(days=9))
    return owes


@pytest.fixture
def eva(session, cast, today):
    owes = debts.debtor(session, cast.sol, "Eva Melo", email="eva@example.org", document=EVAS_CPF)
    debts.receivable(session, owes, "2002", due=today - timedelta(days=9), cents=777_00)
    return owes


@pytest.fixture
def token(link):
    return link


def count(session, action):
    query = select(func.count()).where(AuditEntry.action == action)
    return session.scalar(query)


@pytest.mark.parametrize(
    "forge",
    [
        lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"),
        lambda t: "AQ." + t.partition(".")[2],
        lambda t: t.partition(".")[0],
        lambda t: "." + t.partition(".")[2],
        lambda t: "é" + t,
        lambda t: t.upper(),
        lambda t: "x" * 5000,
    ],
)
def test_a_forged_token_leads_nowhere(client, token, forge):
    page = client.get(f"/d/{forge(token)}")
    assert page.status_code == 404
    assert "Padaria" not in page.text
    assert client.get(f"/u/{forge(token)}").status_code == 404
    assert client.post(f"/u/{forge(token)}").status_code == 404


def test_a_token_made_for_one_purpose_does_not_serve_another(app, client, session, davi):
    page = debtor_links.token(app, session, davi)
    stop = debtor_links.token(app, session, davi, Purpose.UNSUBSCRIBE)
    assert client.get(f"/d/{stop}").status_code == 404
    assert client.get(f"/u/{page}").status_code == 404
    assert client.post(f"/u/{page}").status_code == 404
    assert session.scalars(select(OptOut)).all() == []


def test_a_link_signed_for_a_user_is_no_debtors_link(app, client, session, cast):
    now = datetime.now(UTC)
    link = links.issue(
        session, Purpose.RESET, cast.ana.id, expires_at=now + timedelta(hours=1), now=now
    )
    session.commit()
    forged = outside.of(app).signer.token(link.id, Purpose.DEBTOR_PAGE)
    assert client.get(f"/d/{forged}").status_code == 404


def test_davi_proved_is_a_stranger_at_evas_door(app, client, session, eva, token):
    evas = debtor_links.token(app, session, eva)
    debtor_links.read(client, token)
    page = client.get(f"/d/{evas}")
    assert "777,00" not in page.text
    assert 'name="answer"' in page.text
    assert debtor_links.answer(client, evas, "4725").status_code == 400


def test_the_cookie_of_one_link_is_worth_nothing_at_another(app, client, session, eva, token):
    """Even when a browser is made to send it there."""
    evas = debtor_links.token(app, session, eva)
    answered = debtor_links.answer(client, token)
    cookie = next(c for c in answered.headers.getlist("Set-Cookie") if "bpo_debtor" in c)
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", f"Path=/d/{token}"))
    value = re.search(r"bpo_debtor=([^;]+)", cookie)[1]
    client.set_cookie("bpo_debtor", value, path=f"/d/{evas}")
    assert "777,00" not in client.get(f"/d/{evas}").text
    for forged in (value[:-2], value + "x", "W10.x", '"', ""):
        client.set_cookie("bpo_debtor", forged, path=f"/d/{token}")
        assert "1001" not in client.get(f"/d/{token}").text


def test_changed_numbers_show_nothing_of_eva(client, session, eva, token):
    debtor_links.read(client, token)
    evas = session.scalars(select(Receivable.id).where(Receivable.debtor_id == eva.id)).one()
    for number in (evas, 0, 10**12, 2**63, 10**30):
        page = client.get(f"/d/{token}/{number}")
        assert page.status_code == 404
        assert "777,00" not in page.text


def test_without_the_answer_no_single_invoice_is_shown(client, session, davi, token):
    own = session.scalars(select(Receivable.id).where(Receivable.debtor_id == davi.id)).one()
    page = client.get(f"/d/{token}/{own}")
    assert (page.status_code, page.location) == (302, f"/d/{token}")


def test_the_same_person_at_another_company_is_another_account(
    app, client, session, cast, token, today
):
    """Davi owes Carla's client too; nothing of it shows here, nor is his answer heard there."""
    there = debts.debtor(session, cast.lua, document=CPF)
    debts.receivable(session, there, "9009", due=today, cents=555_00)
    page = debtor_links.read(client, token)
    assert "9009" not in page
    assert "Oficina" not in page
    elsewhere = client.get(f"/d/{debtor_links.token(app, session, there)}")
    assert "555,00" not in elsewhere.text


def test_the_visitor_reaches_one_workspace_only(session, app, cast, davi, token):
    signer, now = outside.of(app).signer, datetime.now(UTC)
    arrival = debtor_page.arrive(token, signer=signer, address=None, now=now)
    assert arrival.visitor.actor.workspace_ids == {cast.sol.id}
    assert arrival.visitor.actor.role is None


def test_guessing_is_slowed_down_and_every_wrong_guess_gets_the_same_sentence(
    client, session, token
):
    said, states = set(), []
    for guess in ("0000", "", "47250", "9999", "1234"):
        page = debtor_links.answer(client, token, guess)
        states.append(page.status_code)
        said.update(re.findall(r'id="answer-error">.*?<span>([^<]+)', page.text))
    assert states == [400, 400, 400, 429, 429]
    assert len(said) == 1
    assert count(session, "debtor.refused") == 3
    assert "uma pessoa pode ajudar" in page.text


def test_the_right_answer_is_not_heard_while_the_link_rests(client, token):
    for guess in ("0000", "0001", "0002"):
        debtor_links.answer(client, token, guess)
    assert debtor_links.answer(client, token).status_code == 429


def test_writing_the_token_in_another_way_does_not_start_the_count_again(client, token):
    for guess in ("0000", "0001", "0002"):
        debtor_links.answer(client, token, guess)
    assert debtor_links.answer(client, token.replace(".", "==.") + "=").status_code == 429


def test_a_guesser_who_goes_from_door_to_door_is_slowed_down_too(app, client, session, cast):
    states = []
    for number in range(7):
        owes = debts.debtor(session, cast.sol, f"Davi {number}", document=None, email=None)
        debts.receivable(session, owes, f"77{number}", due=datetime.now(UTC).date())
        link = debtor_links.token(app, session, owes)
        states += [debtor_links.answer(client, link, guess).status_code for guess in "123"]
    assert states == [400] * 20 + [429]


def test_after_twenty_wrong_answers_no_more_are_heard_for_a_month(app, session, davi, token):
    """Kept in the database: neither a restart of the counters nor many hands at once help."""
    signer, start = outside.of(app).signer, datetime.now(UTC)

    def answer(typed, at):
        return debtor_page.prove(token, typed, signer=signer, address=None, now=at)

    for number in range(proofs.MOST_REFUSALS):
        assert not answer(f"00{number:02}", start).locked
    assert answer("4725", start + timedelta(days=29)).locked
    assert answer("4725", start + timedelta(days=31)).right


def test_a_form_from_another_site_is_refused(client, token):
    assert client.post(f"/d/{token}", data={"answer": "4725"}).status_code == 400
    assert "R$" not in client.get(f"/d/{token}").text


@pytest.mark.parametrize("fault", ["expired", "revoked", "closed"])
def test_a_link_that_has_ended_says_kindly_what_to_do(app, client, session, cast, davi, fault):
    cast.sol.email = "contato@sol.example"
    lasts = timedelta(seconds=-1) if fault == "expired" else timedelta(days=1)
    link = debtor_links.token(app, session, davi, lasts=lasts)
    now = datetime.now(UTC)
    if fault == "revoked":
        links.revoke(session, Purpose.DEBTOR_PAGE, davi.id, now=now, workspace_id=cast.sol.id)
    cast.sol.active = fault != "closed"
    session.commit()
    page = client.get(f"/d/{link}")
    assert page.status_code == 410
    assert "Este link não funciona mais" in page.text
    assert "contato@sol.example" in page.text
    for secret in ("Davi", "1001", "R$", 'name="answer"'):
        assert secret not in page.text
    assert count(session, "debtor.opened") == 0


def test_a_link_revoked_after_the_answer_closes_at_once(client, session, cast, davi, token):
    debtor_links.read(client, token)
    now = datetime.now(UTC)
    links.revoke(session, Purpose.DEBTOR_PAGE, davi.id, now=now, workspace_id=cast.sol.id)
    session.commit()
    assert client.get(f"/d/{token}").status_code == 410


def test_proof_lasts_half_an_hour(client, davi, token):
    start = datetime.now(UTC)
    with time_machine.travel(start) as clocks:
        debtor_links.read(client, token)
        clocks.move_to(start + timedelta(minutes=29))
        assert "1001" in client.get(f"/d/{token}").text
        clocks.move_to(start + timedelta(minutes=31))
        assert 'name="answer"' in client.get(f"/d/{token}").text


def test_pages_are_kept_by_nobody(client, token):
    for page in (client.get(f"/d/{token}"), client.get("/d/nothing"), client.get("/u/nothing")):
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]


def test_proving_is_not_signing_in(client, token):
    debtor_links.read(client, token)
    for door in ("/account", "/", "/w/sol/debtors"):
        assert client.get(door).status_code in (302, 404)


def test_a_name_that_is_a_script_is_only_a_name(app, client, session, cast, today):
    evil = "<script>alert(1)</script>"
    owes = debts.debtor(session, cast.sol, evil, document=CPF)
    debts.receivable(session, owes, "<b>1</b>", due=today)
    link = debtor_links.token(app, session, owes)
    page = debtor_links.read(client, link)
    assert evil not in page
    assert "<b>1</b>" not in page
