"""Exports: safe to open, in two forms, and taken back in without changing anything."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.rows import Choices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Debtor, Receivable
from bpo.services import imports
from tests.factories import books, debts, people
from tests.factories.books import LATE, TODAY, Browser, count
from tests.factories.people import NOW


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


def taken_in(place, name, content):
    program = actors.system([place.id], name="test")
    queue = MemoryQueue()
    row = imports.submit(program, place.id, name, content, Choices(), now=NOW, queue=queue)
    return imports.apply(program, place.id, row.id, now=NOW, queue=queue)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_our_own_export_comes_back_unchanged(ana, session, cast, form):
    books.davi(session, cast.sol)
    first = session.scalars(select(Receivable).order_by(Receivable.id)).first()
    debts.paid(session, first, 400_00, TODAY - timedelta(days=3))
    evil = debts.debtor(session, cast.sol, "=1+1 Ltda", reference="-7", email=None)
    title = debts.receivable(session, evil, "@NF", due=LATE, cents=80_00)
    debts.paid(session, title, 80_00, TODAY - timedelta(days=5))
    before = count(session, Debtor), count(session, Receivable)
    content = ana.open(f"/receivables.{form}", show="all").data
    done = taken_in(cast.sol, f"receivables.{form}", content)
    assert (done.unchanged, done.applied, done.rejected, done.total) == (3, 0, 0, 3)
    assert (count(session, Debtor), count(session, Receivable)) == before
