"""What may forbid a contact has its own place in the stamp: the claim sees whatever changes."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from bpo.db import acting_as
from bpo.domain.desk.disputes import Grounds
from bpo.domain.people.debtors import Channel
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel import actor as actors
from bpo.queries.reminders.outgoing import STAMP
from bpo.services.desk import disputes, notes, promises
from bpo.services.reminders import holds, opt_outs
from tests.factories import debts, people, waiting
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


def test_every_fact_that_may_forbid_a_contact_gives_another_stamp(session, cast, ana):
    place, now = cast.sol.id, NOW
    with acting_as(actors.system([place], name="test")):
        davi = debts.debtor(session, cast.sol)
        title = debts.receivable(session, davi, due=date(2026, 11, 10))
        contact = waiting.touch(session, title, "planned", day=TODAY)
        session.commit()
        seen = [_stamp(session, contact.id)]
        facts = (
            lambda: holds.place(ana, place, davi.id, HoldReason.MANUAL, now=now),
            lambda: promises.make(ana, place, davi.id, 100, TODAY + timedelta(days=3), now=now),
            lambda: disputes.begin(ana, place, davi.id, Grounds.AMOUNT, now=now),
            lambda: notes.record(ana, place, davi.id, notes.Kind.CALL, "Paga amanhã", now=now),
            lambda: opt_outs.add(
                ana, place, davi.id, Channel.EMAIL, "davi@example.org", source="analyst", now=now
            ),
            lambda: waiting.touch(session, title, "sent", day=TODAY, step="d+1"),
            lambda: debts.paid(session, title, 50_00, TODAY),
        )
        for fact in facts:
            fact()
            seen.append(_stamp(session, contact.id))
    assert len(set(seen)) == len(facts) + 1
    assert {stamp.count(":") for stamp in seen} == {10}


def _stamp(session, number):
    session.flush()
    return session.scalar(text(f"SELECT {STAMP} FROM touches t WHERE t.id = :id"), {"id": number})
