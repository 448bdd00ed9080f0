"""Ana's day begins in one list over all her clients; Carla's never shows there."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from psycopg import Cursor
from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.domain.desk.inbox import Kind, Ref
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import Campaign, Contact, FreshnessMark, Membership, Task, Touch
from tests.factories import debts, people, waiting

ZONE = "America/Sao_Paulo"


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def today(now):
    return clock.local_day(now, ZONE)


@pytest.fixture
def cast(session, now, today):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        for place in (cast.sol, cast.lua):
            debts.running(session, place, since=now - timedelta(days=60))
            debts.fresh(session, place, today, now)
        yield cast


@pytest.fixture
def ana(client, cast):
    return people.sign_in(client, cast.ana)


def _sent(session, place, state, today, name="Davi Lima", **columns):
    """A contact in some state and the task it left; the contact."""
    email = f"{name.split()[0].lower()}@example.org"
    who = debts.debtor(session, place, name, email=email, **columns)
    title = debts.receivable(session, who, due=today - timedelta(days=20), cents=1_234_56)
    found = waiting.touch(session, title, state, day=today, message=True)
    waiting.task(session, found, due=today)
    return found


def _post(client, url, **fields):
    """Send a form as a page of the product would."""
    page = client.get("/account").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client.post(url, data={"csrf_token": token, **fields})


def _text(answer) -> str:
    plain = re.sub(r"<[^>]+>", " ", unescape(answer.get_data(as_text=True)))
    return " ".join(plain.split()).replace("\xa0", " ")


def _ids(answer) -> list[str]:
    """The lines of the list, as their check boxes name them."""
    page = answer.get_data(as_text=True)
    return re.findall(r'class="row-check"[^>]*name="id" value="([^"]+)"', page)


def test_signing_in_leads_to_the_inbox(client, cast):
    people.sign_in(client, cast.ana)
    assert client.get("/").location.endswith("/office/inbox")


def test_when_all_is_well_it_says_so(ana):
    answer = ana.get("/office/inbox")
    assert "Tudo em ordem" in _text(answer)
    assert _ids(answer) == []


def test_every_line_says_whose_it_is_what_it_is_and_how_much(session, cast, ana, today):
    touch = _sent(session, cast.sol, "uncertain", today)
    text = _text(ana.get("/office/inbox"))
    for words in ("Davi Lima", "Padaria Sol", "Envio incerto", "R$ 1.234,56", "Chegou"):
        assert words in text
    page = ana.get("/office/inbox").get_data(as_text=True)
    assert f'data-colour="{cast.sol.colour}"' in page
    assert f"/w/sol/debtors/{touch.debtor_id}" in page


def test_carlas_lines_are_not_shown_to_ana(session, cast, client, today):
    _sent(session, cast.sol, "uncertain", today)
    _sent(session, cast.lua, "refused", today, "Leo Lua")
    ana = people.sign_in(client, cast.ana)
    assert "Leo" not in _text(ana.get("/office/inbox"))
    assert "Leo" not in _text(ana.get("/office/inbox?client=lua"))
    carla = people.sign_in(client, cast.carla)
    text = _text(carla.get("/office/inbox"))
    assert "Leo" in text
    assert "Davi" not in text
    marta = people.sign_in(client, cast.marta)
    text = _text(marta.get("/office/inbox"))
    assert "Leo" in text
    assert "Davi" in text


def test_bruno_of_the_client_company_has_no_inbox(client, cast):
    assert people.sign_in(client, cast.bruno).get("/office/inbox").status_code == 403
    assert _post(client, "/office/inbox/done").status_code == 403


def test_filters_live_in_the_address_and_counts_follow_them(session, cast, client, today):
    _sent(session, cast.sol, "uncertain", today)
    _sent(session, cast.sol, "sent", today, "Bia Reis")
    _sent(session, cast.lua, "uncertain", today, "Leo Lua")
    marta = people.sign_in(client, cast.marta)
    everything = _text(marta.get("/office/inbox"))
    assert "Todos 3" in everything
    assert "Envio incerto 2" in everything
    calls = _text(marta.get("/office/inbox?kind=call"))
    assert "Bia Reis" in calls
    assert "Davi" not in calls
    of_sol = _text(marta.get("/office/inbox?client=sol"))
    assert "Envio incerto 1" in of_sol
    assert "Leo Lua" not in of_sol
    assert "Nada deste tipo" in _text(marta.get("/office/inbox?kind=dispute"))
    assert "Todos 3" in _text(marta.get("/office/inbox?kind=nonsense&client=nobody"))


def test_a_line_done_leaves_and_comes_back_when_undone(session, cast, ana, today):
    _sent(session, cast.sol, "sent", today)
    (line,) = _ids(ana.get("/office/inbox"))
    answer = _post(ana, "/office/inbox/done", id=line, next="/office/inbox?kind=call")
    assert answer.location == "/office/inbox?kind=call"
    page = ana.get("/office/inbox").get_data(as_text=True)
    assert "1 item concluído" in page
    undo = unescape(re.search(r'action="(/office/inbox/reopen[^"]+)"', page)[1])
    assert _ids(ana.get("/office/inbox")) == []
    assert _post(ana, undo).location == "/office/inbox?kind=call"
    assert _ids(ana.get("/office/inbox")) == [line]


def test_many_lines_are_dismissed_and_sent_again_at_once(session, cast, ana, queue, today):
    touches = [
        _sent(session, cast.sol, state, today, name)
        for state, name in (("uncertain", "Davi Lima"), ("failed", "Bia"), ("refused", "Rui"))
    ]
    _sent(session, cast.sol, "sent", today, "Téo")
    lines = _ids(ana.get("/office/inbox"))
    _post(ana, "/office/inbox/again", id=lines)
    assert "3 mensagens serão enviadas" in _text(ana.get("/office/inbox"))
    assert queue.jobs == [(Job.SEND_DELIVERIES, (cast.sol.id,))]
    for touch in touches:
        session.refresh(touch)
    assert [touch.state for touch in touches] == ["planned", "failed", "planned"]
    (left,) = _ids(ana.get("/office/inbox"))
    _post(ana, "/office/inbox/dismissed", id=[left])
    assert _ids(ana.get("/office/inbox")) == []
    _post(ana, "/office/inbox/again", id=[])
    assert "Nenhum dos itens" in _text(ana.get("/office/inbox"))


def test_carla_cannot_close_what_is_anas(session, cast, client, today):
    _sent(session, cast.sol, "sent", today)
    (line,) = _ids(people.sign_in(client, cast.ana).get("/office/inbox"))
    carla = people.sign_in(client, cast.carla)
    for act in ("done", "dismissed"):
        assert _post(carla, f"/office/inbox/{act}", id=line).status_code == 404
    assert session.scalars(select(Task.state)).all() == ["open"]


def test_what_a_form_cannot_mean_is_refused(ana, cast):
    assert _post(ana, "/office/inbox/done", id="nonsense").status_code == 400
    for text in ("", "yesterday", "2026-11-23"):
        assert _post(ana, f"/office/inbox/reopen?at={text}").status_code == 400
    nobody = str(Ref(cast.sol.id, Kind.CALL, 999))
    away = _post(ana, "/office/inbox/done", id=nobody, next="https://evil.example")
    assert away.location == "/office/inbox"


@pytest.mark.parametrize(
    ("state", "to", "after"),
    [
        ("uncertain", "sent", "sent"),
        ("uncertain", "again", "planned"),
        ("uncertain", "cancelled", "cancelled"),
        ("failed", "again", "failed"),
        ("failed", "cancelled", "cancelled"),
    ],
)
def test_a_send_is_decided_in_place(session, cast, ana, queue, today, state, to, after):
    touch = _sent(session, cast.sol, state, today)
    answer = _post(ana, f"/w/sol/touches/{touch.id}/{to}", next="/office/inbox")
    assert answer.location == "/office/inbox"
    session.refresh(touch)
    assert touch.state == after
    assert bool(queue.jobs) == (to == "again")
    assert _ids(ana.get("/office/inbox")) == []


def test_an_address_is_put_right_in_place(session, cast, ana, today):
    touch = _sent(session, cast.sol, "refused", today)
    url = f"/w/sol/debtors/{touch.debtor_id}/mend"
    _post(ana, url, address="nobody")
    assert len(_ids(ana.get("/office/inbox"))) == 1
    _post(ana, url, address="novo@example.org")
    assert "Endereço corrigido" in _text(ana.get("/office/inbox"))
    session.refresh(touch)
    assert touch.state == "planned"


def test_payments_said_to_be_known_quiet_the_line(session, cast, ana, now, today):
    session.query(FreshnessMark).delete()
    debts.receivable(session, debts.debtor(session, cast.sol), due=today - timedelta(days=3))
    assert "Pagamentos desatualizados" in _text(ana.get("/office/inbox"))
    for day in ("", "tomorrow", (today + timedelta(days=1)).isoformat()):
        _post(ana, "/w/sol/payments/known", known_until=day)
        assert "Pagamentos desatualizados" in _text(ana.get("/office/inbox"))
    _post(ana, "/w/sol/payments/known", known_until=today.isoformat())
    assert "Pagamentos desatualizados" not in _text(ana.get("/office/inbox"))


def test_a_campaign_waiting_leads_to_its_dry_run(session, cast, ana):
    session.query(Campaign).update({"state": "awaiting_go"})
    session.commit()
    page = ana.get("/office/inbox").get_data(as_text=True)
    go = re.search(r'href="(/w/sol/campaigns/\d+/go)"', page)[1]
    assert ana.get(go).status_code == 200


def test_a_promise_and_a_dispute_lead_to_what_is_done_about_them(session, cast, ana, today):
    davi = debts.debtor(session, cast.sol, "Davi Lima")
    number = {"channel": "phone", "address": "+5511987654321"}
    session.add(Contact(workspace_id=cast.sol.id, debtor_id=davi.id, **number))
    title = debts.receivable(session, davi, due=today, cents=90_00)
    waiting.promise(session, davi, 90_00, today)
    waiting.dispute(session, title, today)
    session.commit()
    page = ana.get("/office/inbox").get_data(as_text=True)
    assert "para hoje" in page
    assert "(11) 98765-4321" in page
    for found in (r"/do/note", r"/disputes/\d+"):
        url = re.search(rf'href="(/w/sol/debtors/{davi.id}{found})"', page)[1]
        assert ana.get(url).status_code == 200


def test_long_lists_have_pages(session, cast, ana, today):
    for number in range(53):
        who = debts.debtor(session, cast.sol, f"C{number:02}", email=None)
        debts.receivable(session, who, due=today - timedelta(days=9), cents=100_00 + number)
    first = ana.get("/office/inbox")
    assert "1 a 50 de 53" in _text(first)
    second = ana.get("/office/inbox?page=2")
    assert (len(_ids(first)), len(_ids(second))) == (50, 3)
    assert set(_ids(first)).isdisjoint(_ids(second))
    assert _ids(ana.get("/office/inbox?page=99")) == _ids(second)
    assert _ids(ana.get("/office/inbox?page=-1")) == _ids(first)


def test_the_cost_grows_neither_with_clients_nor_with_lines(session, cast, client, today):
    marta = people.sign_in(client, cast.marta)
    _sent(session, cast.sol, "uncertain", today)
    one = _statements(lambda: marta.get("/office/inbox"))
    places = [people.workspace(f"w{n}", f"Cliente {n}") for n in range(6)]
    with acting_as(actors.system([place.id for place in places], name="test")):
        for place in places:
            _sent(session, place, "uncertain", today)
            _sent(session, place, "refused", today, "Bia Reis")
            eva = debts.debtor(session, place, "Eva", email=None)
            waiting.dispute(session, debts.receivable(session, eva, due=today), today)
    assert _statements(lambda: marta.get("/office/inbox")) == one
    assert len(_ids(marta.get("/office/inbox"))) > 18


def test_a_workspace_taken_away_takes_its_lines_along(session, cast, ana, today):
    _sent(session, cast.sol, "uncertain", today)
    assert len(_ids(ana.get("/office/inbox"))) == 1
    session.query(Membership).filter_by(user_id=cast.ana.id).delete()
    session.commit()
    assert _ids(ana.get("/office/inbox")) == []


def test_resolving_what_is_not_there_is_not_found(session, cast, client, today):
    touch = _sent(session, cast.lua, "uncertain", today)
    ana = people.sign_in(client, cast.ana)
    assert _post(ana, f"/w/lua/touches/{touch.id}/sent").status_code == 404
    assert _post(ana, f"/w/sol/touches/{touch.id}/sent").status_code == 404
    assert session.scalars(select(Touch.state)).all() == ["uncertain"]


def _statements(act) -> int:
    """How many statements the driver sends, with nothing remembered from before."""
    db.session().expunge_all()
    sent = 0
    original = Cursor.execute

    def counting(self, *args, **kwargs):
        nonlocal sent
        sent += 1
        return original(self, *args, **kwargs)

    Cursor.execute = counting
    try:
        act()
    finally:
        Cursor.execute = original
    return sent


@pytest.mark.parametrize("named", ["their own company", "hers"])
def test_numbers_of_another_company_in_a_form_do_nothing(session, cast, ana, today, named):
    """A letter and an uncertain send of Lua, named as what they are and as if they were Sol's."""
    found = _sent(session, cast.lua, "uncertain", today)
    task = session.scalars(select(Task).where(Task.touch_id == found.id)).one()
    dora = debts.debtor(session, cast.lua, "Dora Reis")
    title = debts.receivable(session, dora, due=today)
    letter = waiting.touch(session, title, "planned", day=today, channel="letter")
    place = cast.lua.id if named == "their own company" else cast.sol.id
    line, answered = f"{place}.send_uncertain.{task.id}", 404 if place == cast.lua.id else 302
    for act in ("done", "dismissed", "again"):
        assert _post(ana, f"/office/inbox/{act}", id=line).status_code == answered
    _post(ana, "/w/sol/letters/posted", id=letter.id)
    session.expire_all()
    assert (found.state, task.state, letter.state) == ("uncertain", "open", "planned")
