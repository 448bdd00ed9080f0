"""Signed links of debtors: one live link each, prolonged by every message, ended by a word."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bpo.domain.people.links import Purpose
from bpo.gateways.signing import Signer
from bpo.kernel.errors import NotFound
from bpo.models import SignedLink
from bpo.services.people import links
from tests.factories import people
from tests.factories.people import NOW

SIGNER = Signer("a secret of the tests that is long enough")
PAGE, STOP = Purpose.DEBTOR_PAGE, Purpose.UNSUBSCRIBE
SOON = NOW + timedelta(days=30)


@pytest.fixture
def sol(session):
    return people.workspace()


def ensure(session, sol, *ids, purpose=PAGE, until=SOON):
    return links.ensure(session, purpose, sol.id, ids, expires_at=until)


def opened(session, number, purpose=PAGE, now=NOW):
    token = SIGNER.token(number, purpose.value)
    return links.opened(session, SIGNER, token, purpose, now=now)


def test_each_debtor_has_one_link_per_purpose_however_often_it_is_asked_for(session, sol):
    first = ensure(session, sol, 1, 2, 3)
    again = ensure(session, sol, 3, 2, 1, 4)
    stop = ensure(session, sol, 1, purpose=STOP)
    assert {n: again[n] for n in first} == first
    assert stop[1] not in again.values()
    assert session.scalar(select(func.count()).select_from(SignedLink)) == 5


def test_a_later_message_prolongs_the_link_and_an_earlier_one_never_shortens_it(session, sol):
    (number,) = ensure(session, sol, 1).values()
    ensure(session, sol, 1, until=SOON + timedelta(days=30))
    ensure(session, sol, 1, until=NOW)
    assert opened(session, number, now=SOON + timedelta(days=29)).subject_id == 1


def test_a_link_that_ended_is_followed_by_a_new_one(session, sol):
    (number,) = ensure(session, sol, 1).values()
    links.revoke(session, PAGE, 1, now=NOW, workspace_id=sol.id)
    with pytest.raises(NotFound):
        opened(session, number)
    (fresh,) = ensure(session, sol, 1).values()
    assert fresh != number
    assert opened(session, fresh).workspace_id == sol.id


def test_companies_and_purposes_do_not_share_links(session, sol):
    lua = people.workspace("lua", "Lua")
    (here,), (there,) = ensure(session, sol, 1).values(), ensure(session, lua, 1).values()
    links.revoke(session, PAGE, 1, now=NOW, workspace_id=lua.id)
    assert opened(session, here).workspace_id == sol.id
    with pytest.raises(NotFound):
        opened(session, there)
    with pytest.raises(NotFound):
        opened(session, here, purpose=STOP)


def test_nobody_to_link_is_no_work(session, sol):
    assert ensure(session, sol) == {}


def test_ten_thousand_links_are_made_in_one_go(session, sol):
    assert len(ensure(session, sol, *range(10_000))) == 10_000
