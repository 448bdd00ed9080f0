"""A company whose reports are told about: Davi owes it two titles and has paid part of one."""

from datetime import date

import pytest

from bpo.db import acting_as
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from tests.factories import debts, people


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def clock(cast):
    return actors.system([cast.sol.id], name="clock")


@pytest.fixture
def here(session, cast, clock):
    with acting_as(clock):
        davi = debts.debtor(session, cast.sol)
        title = debts.receivable(session, davi, "77", due=date(2026, 11, 3), cents=500_00)
        debts.receivable(session, davi, "78", due=date(2026, 12, 10), cents=300_00)
        debts.paid(session, title, 120_00, date(2026, 11, 24))
        yield session


@pytest.fixture
def mail():
    return MemoryMail()


@pytest.fixture
def jobs():
    return MemoryQueue()
