"""The company that tests begin with is the one that the program makes, written anew."""

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.domain.people.workspaces import Profile
from bpo.kernel import actor as actors
from bpo.models import Campaign, Workspace
from bpo.services.people import workspaces
from tests.factories import again, people

PROGRAM = actors.system((), name="tests")
FULL = Profile(name="Padaria Sol", cnpj="73095114000136", pix_key="sol@example.com", locale="en")


def made(slug):
    return workspaces.create(PROGRAM, slug, FULL, now=people.NOW)


def told(place):
    """All that the database knows of a company, its rows named in place of their numbers."""
    with unit_of_work(actors.system((place.id,), name="tests")) as session:
        rows = again.rows_of(session, place.id)
    known = again.numbers_of(rows)
    named = {number: f"{number[0]} {order}" for order, number in enumerate(known)}
    return again.renumbered(rows, named)


@pytest.fixture
def copies(session):
    """The program's own and two copies of it, each under the same name in turn."""
    found = []
    for _ in range(3):
        place = again.workspace("a company", lambda: made("sol"))
        found.append((place.id, told(place)))
        place.slug = f"sol{place.id}"
        session.commit()
    return found


def test_a_copy_differs_from_what_it_was_copied_from_in_its_numbers_alone(copies):
    (first, original), *others = copies
    assert {"workspaces", "campaign_versions", "payment_methods", "audit_entries"} <= set(original)
    assert [rows for _, rows in others] == [original, original]
    assert len({first, *(number for number, _ in others)}) == 3


def test_a_copy_is_what_the_program_makes_today(copies, session):
    _, copied = copies[-1]
    assert copied == told(made("sol"))


def test_a_copy_is_known_to_the_session_with_the_instant_of_its_writing(session):
    for _ in range(2):
        place = again.workspace("another", lambda: made("lua"))
        assert place in session
        assert place.created_at == session.scalar(select(func.now()))
        place.slug = f"lua{place.id}"
        session.commit()


def test_what_comes_after_a_copy_has_numbers_of_its_own(copies, session):
    place = made("mar")
    with acting_as(actors.system([place.id, *(number for number, _ in copies)])):
        assert session.scalar(select(func.count(func.distinct(Campaign.id)))) == 4
    assert session.scalar(select(func.count(Workspace.id))) == 4
