"""The lists behind the lines of the dashboards: whose they are, and what they refuse."""

import pytest

from tests.factories import people

LISTS = (
    "recovery/step?name=d%2B1",
    "recovery/step.csv?name=d%2B1",
    "waiting/reminders",
    "waiting/reminders.xlsx",
    "patterns/paid/1",
    "patterns/paid/1.csv",
    "patterns/debtor/1",
)


@pytest.mark.parametrize("path", LISTS)
def test_another_company_s_analyst_finds_nothing(client, session, path):
    cast = people.cast(session)
    people.sign_in(client, cast.carla)
    assert client.get(f"/w/sol/analysis/{path}").status_code == 404


def test_what_there_is_not_is_not_found_and_what_is_empty_says_so(client, session):
    people.sign_in(client, people.cast(session).ana)
    for path in ("recovery/colour", "waiting/nowhere", "patterns/paid/8", "patterns/debtor/x"):
        assert client.get(f"/w/sol/analysis/{path}").status_code == 404, path
    for path in ("recovery/step?name=<b>&span=x&page=-1", "waiting/hold?page=9", "patterns/paid/7"):
        answer = client.get(f"/w/sol/analysis/{path}")
        assert answer.status_code == 200, path
        assert "Nenhum" in answer.text
        assert "<b>" not in answer.text


def test_the_page_of_one_age_says_which(client, session):
    cast = people.cast(session)
    people.sign_in(client, cast.ana)
    assert "Rolagem · 1 a 30 dias" in client.get("/w/sol/figures/roll_1-30").text
    people.sign_in(client, cast.bruno)
    assert "· Mais de 90 dias" in client.get("/portal/sol/figures/aging_90+").text
