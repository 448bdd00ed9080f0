"""Davi at Padaria Sol: his debt, his link, and the browser in which he has answered."""

from datetime import UTC, datetime, timedelta

import pytest

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.web.throttle import limiter
from tests.factories import debts, people
from tests.web import debtor_links


@pytest.fixture
def cast(app, session):
    """Everybody of both companies; at Padaria Sol every day is open."""
    with app.app_context():
        limiter.reset()
    everybody = people.cast(session)
    everybody.sol.calendar = "none"
    with acting_as(actors.system([everybody.sol.id, everybody.lua.id], name="test")):
        yield everybody


@pytest.fixture
def sol(cast):
    return cast.sol


@pytest.fixture
def today(sol):
    return clock.local_day(datetime.now(UTC), sol.time_zone)


@pytest.fixture
def davi(session, sol):
    return debts.debtor(session, sol, document=debtor_links.CPF)


@pytest.fixture
def overdue(session, davi, today):
    """R$ 1.000,00 that fell due 12 days ago: fine R$ 20,00, interest R$ 4,00."""
    return debts.receivable(session, davi, "1001", due=today - timedelta(days=12), cents=1_000_00)


@pytest.fixture
def link(app, session, davi):
    """A working link that nobody has answered yet."""
    return debtor_links.token(app, session, davi)


@pytest.fixture
def token(client, overdue, link):
    """Davi's link, answered in this browser."""
    debtor_links.read(client, link)
    return link
