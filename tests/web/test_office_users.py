"""The BPO manager's screens about accounts, and the trails."""

import re

import pytest
from sqlalchemy import select

from bpo.jobs import Job
from bpo.models import Membership, User
from bpo.web import acts
from tests.factories import people
from tests.web.filling import Filler


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def marta(client, cast):
    return Filler(people.sign_in(client, cast.marta))


def held(session, user_id):
    query = select(Membership.workspace_id).where(Membership.user_id == user_id)
    return set(session.scalars(query))


def test_everybody_is_listed_and_found_by_filters(marta, cast):
    page = marta.open("/office/users")
    assert all(p.name in page for p in (cast.marta, cast.ana, cast.bruno, cast.carla))
    assert "ana@example.com" in marta.open("/office/users?workspace=sol&role=analyst")
    assert "carla@example.com" not in marta.open("/office/users?workspace=sol")
    assert "bruno@example.com" not in marta.open("/office/users?q=ana")
    assert "ana@example.com" not in marta.open("/office/users?state=inactive")


def test_an_invitation_goes_out_from_the_form(session, marta, cast, queue):
    fields = {
        "name": "Dora",
        "email": "dora@example.com",
        "role": "analyst",
        "locale": "en",
        "workspace": [str(cast.sol.id), str(cast.lua.id)],
    }
    answer = marta.send("/office/users/new", fields)
    dora = session.scalars(select(User).where(User.email == "dora@example.com")).one()
    assert answer.location == f"/office/users/{dora.id}"
    assert (dora.locale, held(session, dora.id)) == ("en", {cast.sol.id, cast.lua.id})
    assert [job for job, _ in queue.jobs] == [Job.SEND_ACCOUNT_MAIL]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"email": "x"}, "email"), ({"email": "ana@example.com"}, "email"), ({"name": ""}, "name")],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(marta, cast, wrong, field):
    fields = {"name": "Dora", "email": "dora@example.com", "role": "analyst"} | wrong
    answer = marta.send("/office/users/new", fields)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert f'value="{fields["name"]}"' in answer.text


def test_access_is_changed_and_the_change_shows_in_the_trail(session, marta, cast):
    page = f"/office/users/{cast.ana.id}"
    fields = {"name": "Ana", "role": "analyst", "workspace": [str(cast.lua.id)]}
    assert marta.send(page, fields).status_code == 302
    assert held(session, cast.ana.id) == {cast.lua.id}
    trail = marta.open("/office/audit?action=membership.remove")
    assert "Padaria Sol" in trail
    assert "Ana" in trail
    assert "192.0.2" not in trail


def test_what_the_program_did_is_told_in_the_readers_words(app):
    with app.test_request_context("/"):
        assert acts.program("worker") == "Trabalho em segundo plano"
        assert acts.program("bpo users") == "bpo users"
        assert acts.value("2026-W47", "period") == "semana até 22/11/2026"
        assert acts.value(0, "weekday") == "segunda-feira"
        assert acts.field("weekday") == "Dia da semana"


def test_an_account_is_closed_and_opened_again(session, marta, cast):
    page = f"/office/users/{cast.ana.id}"
    marta.send(page, {}, to=f"{page}/deactivate")
    assert not session.get(User, cast.ana.id, populate_existing=True).active
    marta.send(page, {}, to=f"{page}/activate")
    assert session.get(User, cast.ana.id, populate_existing=True).active


def test_the_last_manager_is_told_why_not(session, marta, cast):
    page = f"/office/users/{cast.marta.id}"
    answer = marta.send(page, {}, to=f"{page}/deactivate")
    assert answer.status_code == 302
    assert session.get(User, cast.marta.id, populate_existing=True).active
    assert marta.send(page, {"name": "Marta", "role": "analyst"}).status_code == 400


def test_a_link_is_sent_again_and_a_second_factor_taken_off(marta, cast, queue):
    page = f"/office/users/{cast.ana.id}"
    assert marta.send(page, {}, to=f"{page}/invite").status_code == 302
    assert len(queue.jobs) == 1
    assert marta.send(page, {}, to=f"{page}/second-factor/off").status_code == 302


def test_the_trails_are_filtered_by_person_and_period(marta, cast):
    log = marta.open("/office/audit/access")
    rows = marta.open("/office/audit?workspace=lua").partition("<tbody>")[2]
    assert "Oficina Lua" in rows
    assert "Padaria Sol" not in rows.partition("</tbody>")[0]
    assert re.search(r"<tbody>", log) or "history" in log
    assert "<tbody>" not in marta.open("/office/audit?until=2020-01-01")
    assert marta.client.get("/office/audit?since=yesterday").status_code == 400


def test_nobody_else_opens_these_screens(client, cast):
    for person in (cast.ana, cast.bruno):
        browser = people.sign_in(client, person)
        for page in (
            "/office/users",
            "/office/audit",
            "/office/audit/access",
            "/office/workspaces",
        ):
            assert browser.get(page).status_code == 403, (person.name, page)
