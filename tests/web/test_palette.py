"""The command palette: what a few letters find, within reach and nowhere else."""

import pytest

from bpo.db import acting_as
from bpo.kernel import actor as actors
from tests.factories import debts, people


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def debtors(session, cast):
    """A João in each company, with an invoice of the same number."""
    for place, name in ((cast.sol, "João da Sol"), (cast.lua, "João da Lua")):
        with acting_as(actors.system((place.id,))):
            owed_by = debts.debtor(
                session, place, name, reference=f"00{place.id}", document="52998224725"
            )
            debts.receivable(session, owed_by, "NF-0042", due=people.NOW.date())


def asked(client, words, **more):
    return client.get("/office/palette", query_string={"q": words, **more}).json["results"]


def labels(results, group):
    return [result["label"] for result in results if result["group"] == group]


def test_ana_finds_her_companies_and_their_debtors_only(client, cast, debtors):
    ana = people.sign_in(client, cast.ana)
    assert labels(asked(ana, ""), "Clientes") == ["Padaria Sol"]
    for words in ("joao", "JOÃO d", "529.982.247-25", f"{cast.sol.id}"):
        assert "João da Lua" not in str(asked(ana, words)), words
    assert labels(asked(ana, "joa"), "Devedores") == ["João da Sol"]
    assert labels(asked(ana, "529.982.247-25"), "Devedores") == ["João da Sol"]
    assert labels(asked(ana, "oficina"), "Clientes") == []


def test_a_later_word_of_a_name_is_found_where_no_name_begins_so(client, cast, debtors):
    ana = people.sign_in(client, cast.ana)
    assert labels(asked(ana, "da so"), "Devedores") == ["João da Sol"]
    assert labels(asked(ana, "oao"), "Devedores") == []


def test_an_invoice_is_found_by_its_number(client, cast, debtors):
    ana = people.sign_in(client, cast.ana)
    (found,) = [r for r in asked(ana, "nf 0042") if r["group"] == "Faturas"]
    assert found["label"] == "NF-0042 · João da Sol"
    assert found["url"].startswith("/w/sol/debtors/")


def test_the_company_at_hand_comes_first(client, cast, debtors):
    marta = people.sign_in(client, cast.marta)
    for slug, first in (("lua", "João da Lua"), ("sol", "João da Sol")):
        assert labels(asked(marta, "joao", workspace=slug), "Devedores")[0] == first


def test_screens_are_those_of_the_reader(client, cast):
    assert "/office/audit" in str(asked(people.sign_in(client, cast.marta), "audit"))
    assert asked(people.sign_in(client, cast.ana), "audit") == []


def test_wild_signs_are_only_letters(client, cast, debtors):
    marta = people.sign_in(client, cast.marta)
    for words in ("%%", "__", "a%", "\\", "'; --", "\U0010ffff\U0010ffff"):
        assert labels(asked(marta, words), "Devedores") == []


def test_a_text_that_no_database_takes_is_refused(client, cast):
    marta = people.sign_in(client, cast.marta)
    for address in ("/office/palette?q=a%00b", "/office/users?q=%00", "/w/so%00l/settings"):
        assert marta.get(address).status_code == 400, address


def test_a_client_manager_has_no_palette(client, cast):
    answer = people.sign_in(client, cast.bruno).get("/office/palette?q=a")
    assert answer.status_code == 403
