"""Any sequence of acts on the real books: entries, receivables, payments and credits agree.

`make test-ledger LEDGER_EXAMPLES=2000` walks as often as one likes.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import insert

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Entry
from tests.factories import people
from tests.services import ledger_books
from tests.services.ledger_books import TODAY

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "20"))
AT_ONCE = 100
"""Walks in one transaction of the test's: what they rolled back slows those after them."""


@pytest.fixture
def scene(session):
    place = people.workspace()
    program = actors.system([place.id], name="test")
    with acting_as(program):
        yield ledger_books.scene(session, place, program)


@pytest.mark.parametrize("first", range(0, EXAMPLES, AT_ONCE))
def test_any_sequence_of_acts_leaves_books_that_agree(scene, first):
    run_state_machine_as_test(
        ledger_books.machine(scene),
        settings=settings(
            max_examples=min(AT_ONCE, EXAMPLES - first),
            stateful_step_count=14,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_machine_notices_a_broken_sum(session, scene):
    """The walk is worth something: it fails when an entry is written that nothing explains."""
    walk = ledger_books.machine(scene)()
    walk.pay(400_00, 0)
    walk.wait(3)
    walk.past_days_stay_as_they_were_seen()
    session.execute(
        insert(Entry).values(
            workspace_id=scene.place.id,
            receivable_id=walk.books.titles[-1].id,
            kind="rebate",
            on_day=TODAY,
            principal_cents=1,
        )
    )
    walk.books = scene.read()
    with pytest.raises(AssertionError):
        walk.past_days_stay_as_they_were_seen()
    walk.teardown()
