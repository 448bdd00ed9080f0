"""Agreements through the browser: offered after a look, accepted, seen, and kept from outsiders."""

import re

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import Agreement
from bpo.services.deals import agreement_papers
from tests.factories import books, people
from tests.factories.books import Browser


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def davi(session, cast):
    return books.davi(session, cast.sol)


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


def make(browser, debtor, act):
    """Send the first form of the negotiation page that makes an agreement."""
    page = browser.open(f"/debtors/{debtor.id}/negotiation").text
    form = page[page.index("/agreements") :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return browser.client.post(
        f"{browser.place}/debtors/{debtor.id}/agreements", data=hidden | {"act": act}
    )


def test_ana_offers_hears_yes_and_sees_it_run(client, session, queue, cast, davi, ana):
    offered = make(ana, davi, "offer")
    page = client.get(offered.headers["Location"]).text
    assert "Oferecido" in page
    made = session.scalars(select(Agreement)).one()
    assert "AC-" in ana.open("/agreements", show="waiting").text
    path = f"/agreements/{made.id}"
    done = ana.send(path, f"{path}/accept", note="Por telefone", key="k1")
    assert done.status_code == 303
    session.expire_all()
    assert made.state == "accepted"
    assert (Job.WRITE_AGREEMENTS, (cast.sol.id,)) in [(job, args) for job, args in queue.jobs]
    seen = ana.open(path).text
    assert "Por telefone" in seen
    assert f"AC-{made.id}/1" in seen
    assert davi.name in ana.open("/agreements").text
    program = actors.system([cast.sol.id], name="worker")
    assert ana.open(f"{path}/agreement.pdf").status_code == 404
    agreement_papers.write(program, cast.sol.id, now=people.NOW)
    assert ana.open(f"{path}/agreement.pdf").data.startswith(b"%PDF")
    assert ana.send(path, f"{path}/cancel", reason="").status_code == 400
    assert ana.send(path, f"{path}/cancel", reason="engano").status_code == 303
    session.expire_all()
    assert made.state == "cancelled"


def test_what_was_offered_before_leads_to_its_agreement(session, cast, davi, ana):
    make(ana, davi, "offer")
    number = f"AC-{session.scalars(select(Agreement)).one().id}"
    page = ana.open(f"/debtors/{davi.id}/negotiation").text
    assert page.count(f"Já proposto: acordo {number}") == 1


def test_outsiders_see_no_agreement(client, session, cast, davi, ana):
    make(ana, davi, "offer")
    made = session.scalars(select(Agreement)).one()
    carla = Browser(people.sign_in(client, cast.carla), "/w/sol")
    paths = ("/agreements", f"/agreements/{made.id}", f"/agreements/{made.id}/agreement.pdf")
    for path in paths:
        assert carla.open(path).status_code == 404
    own = Browser(client, "/w/lua")
    assert own.open(f"/agreements/{made.id}").status_code == 404
    bruno = Browser(people.sign_in(client, cast.bruno), "/w/sol")
    for path in paths:
        assert bruno.open(path).status_code in (403, 404)
    portal = Browser(client, "/portal/sol")
    assert f"AC-{made.id}" in portal.open("/agreements", show="waiting").text
    assert portal.open(f"/agreements/{made.id}.pdf").status_code == 404
    assert Browser(client, "/portal/lua").open("/agreements").status_code == 404
