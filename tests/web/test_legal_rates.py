"""The legal rates, kept by the BPO manager alone."""

from datetime import date

from bpo.db import acting_as
from bpo.domain.books.indices import Index
from bpo.domain.books.policies import CollectionPolicy
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.queries.books import receivables
from bpo.services.books import policies
from tests.factories import people
from tests.web.filling import Filler

PAGE = "/office/legal-rates"
RATES = {"rates": "09/2026 0,6\n10/2026 0,93", "source": "BCB"}


def test_marta_enters_rates_and_contracts_without_one_follow_them(client, session):
    marta = people.user(session, "Marta", Role.ADMIN)
    sol = people.workspace()
    program = actors.system([sol.id], name="test")
    policies.publish(
        program, sol.id, CollectionPolicy(legal_interest=True), date(2026, 11, 24), now=people.NOW
    )
    browser = Filler(people.sign_in(client, marta))
    assert browser.send(PAGE, RATES).status_code == 302
    page = browser.open(PAGE)
    assert "10/2026" in page
    assert "0,93" in page
    with acting_as(program):
        terms = receivables.policies_of(session, sol.id)
    (law,) = [one for one in terms.by_id.values() if one.legal_interest]
    assert law.legal_rates.interest(1_000_00, date(2026, 9, 30), date(2026, 10, 31)) == 9_30


def test_what_cannot_be_read_is_named_and_nothing_is_entered(client, session):
    browser = Filler(people.sign_in(client, people.user(session, "Marta", Role.ADMIN)))
    answer = browser.send(PAGE, RATES | {"rates": "10/2026 0,9\nontem"})
    assert answer.status_code == 400
    assert "A linha 2 não é um mês e uma taxa: ontem" in answer.text
    assert "Nenhuma taxa informada ainda" in browser.open(PAGE)


def test_ana_and_bruno_may_not(client, session):
    sol = people.workspace()
    for name, role in (("Ana", Role.ANALYST), ("Bruno", Role.CLIENT_MANAGER)):
        people.sign_in(client, people.user(session, name, role, sol))
        assert client.get(PAGE).status_code == 403


def test_an_index_has_a_page_of_its_own_and_contracts_that_agree_on_it_follow(client, session):
    sol = people.workspace()
    program = actors.system([sol.id], name="test")
    agreed = CollectionPolicy(correction_index=Index.IPCA)
    policies.publish(program, sol.id, agreed, date(2026, 11, 24), now=people.NOW)
    browser = Filler(people.sign_in(client, people.user(session, "Marta", Role.ADMIN)))
    page = f"{PAGE}?of=ipca"
    assert browser.send(page, RATES | {"rates": "09/2026 -0,10\n10/2026 0,56"}).status_code == 302
    assert browser.send(page, RATES | {"rates": "10/2026 21"}).status_code == 400
    assert "0,56" in browser.open(page)
    assert "0,56" not in browser.open(PAGE)
    with acting_as(program):
        terms = receivables.policies_of(session, sol.id)
    (own,) = [one for one in terms.by_id.values() if one.correction_index]
    assert own.correction.amount(1_000_00, date(2026, 9, 30), date(2026, 10, 31)) == 5_60
