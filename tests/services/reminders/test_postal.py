"""Letters on paper: printed together, kept to the letter, sent when a person posted them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.gateways import pdf
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.kernel.errors import Conflict
from bpo.models import Hold, Message, Touch
from bpo.queries.reminders import clockwork
from bpo.services.reminders import deliveries, postal
from bpo.services.reminders.letters import Desk
from tests.factories import debts, people, waiting

NOW = people.NOW
DUE = NOW.date() - timedelta(days=20)
DESK = Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example", post=True)


class World:
    """Two debtors of Padaria Sol whose letter is due today."""

    def __init__(self, session):
        self.session = session
        self.cast = people.cast(session)
        self.sol = self.cast.sol
        self.program = actors.system([self.sol.id])
        self.ana = people.actor(session, self.cast.ana)
        with acting_as(self.program):
            debts.fresh(session, self.sol, NOW.date(), NOW)
            self.debtors = [debts.debtor(session, self.sol, n) for n in ("Davi Lima", "Eva Reis")]
            for number, debtor in enumerate(self.debtors):
                title = debts.receivable(session, debtor, f"100{number}", due=DUE, cents=90_00)
                waiting.touch(
                    session,
                    title,
                    "planned",
                    day=NOW.date(),
                    channel="letter",
                    template_key="notice",
                )
            self.ids = [debtor.id for debtor in self.debtors]

    def print(self):
        return postal.print_due(self.ana, self.sol.id, desk=DESK, now=NOW)

    def all(self, what):
        with acting_as(self.program):
            return self.session.scalars(select(what)).all()


@pytest.fixture
def world(session):
    return World(session)


def test_letters_are_printed_together_and_sent_when_posted(world):
    printed = world.print()
    assert (printed.letters, pdf.page_count(printed.document)) == (2, 2)
    assert world.all(Touch.state) == ["planned", "planned"]
    kept = [message.body.decode() for message in world.all(Message)]
    assert all("Padaria Sol" in words for words in kept)
    ids = world.all(Touch.id)
    assert postal.mark_posted(world.ana, world.sol.id, ids[:1], now=NOW) == 1
    assert sorted(world.all(Touch.state)) == ["planned", "sent"]
    assert world.print().letters == 1


def test_what_was_not_printed_cannot_have_been_posted(world):
    ids = world.all(Touch.id)
    assert postal.mark_posted(world.ana, world.sol.id, ids, now=NOW) == 0


def test_who_is_on_hold_gets_no_letter(world):
    with acting_as(world.program):
        held = {"workspace_id": world.sol.id, "debtor_id": world.ids[0], "source": "test"}
        world.session.add(Hold(**held, reason="manual", starts_on=NOW.date()))
        world.session.commit()
    assert world.print().letters == 1
    assert sorted(world.all(Touch.state)) == ["cancelled", "planned"]


def test_no_worker_touches_them(world):
    with acting_as(world.program):
        assert clockwork.to_send(world.session, NOW) == {}
    swept = deliveries.sweep(world.program, world.sol.id, queue=MemoryQueue(), now=NOW)
    assert swept == (0, 0)


def test_nothing_due_is_said(world):
    world.print()
    postal.mark_posted(world.ana, world.sol.id, world.all(Touch.id), now=NOW)
    with pytest.raises(Conflict):
        world.print()
