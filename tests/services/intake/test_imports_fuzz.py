"""Damaged files taken all the way into the books: applied whole, or not at all.

A few of each kind here; `make fuzz FUZZ_FILES=50000` reads and applies them at length.
"""

import os
import random

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.intake.rows import Choices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.kernel.errors import Refusal
from bpo.models import BankLine, Import, Payment, Receivable
from bpo.services.intake import imports
from tests.factories import people
from tests.factories.tables import NOW
from tests.formats import fuzz

EACH = int(os.environ.get("FUZZ_FILES", "4"))
MANY = 100
KINDS = (
    *("receivables", "payments", "debtors", "xlsx"),
    *("zip", "nfe", "ofx", "cnab240", "cnab400"),
)


@pytest.fixture
def sol(session):
    place = people.workspace(cnpj="12ABC34501DE35")
    with acting_as(actors.system([place.id], name="test")):
        yield place


def given(sol, content, number):
    """The import of a damaged file, as far as it gets; None for one refused at the door."""
    program, queue = actors.system([sol.id], name="test"), MemoryQueue()
    try:
        row = imports.submit(
            program, sol.id, f"f{number}", content, Choices(), now=NOW, queue=queue
        )
        return imports.apply(program, sol.id, row.id, now=NOW, queue=queue)
    except Refusal:
        return None


def brought(session, row):
    """How many rows of the books came with an import."""
    session.expire_all()
    return {
        model.__tablename__: session.scalar(
            select(func.count()).select_from(model).where(model.import_id == row.id)
        )
        for model in (Receivable, Payment, BankLine)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_applied_whole_or_not_at_all(session, sol, kind):
    chance = random.Random(f"{kind} applied")
    whole = fuzz.seeds()[kind]
    states = set()
    for number in range(EACH):
        row = given(sol, fuzz.mutated(kind, chance.choice(whole), chance), number)
        if row is None:
            continue
        row_id = row.id
        found = brought(session, row)
        row = session.get(Import, (sol.id, row_id))
        states.add(row.state)
        if row.state == "applied":
            assert row.total == row.applied + row.unchanged + row.rejected, number
            assert found["receivables"] <= row.applied, number
        else:
            assert row.state == "failed"
            assert row.error["phrase"][0] != imports.NOT_FINISHED.template, number
            assert not any(found.values())
    assert states <= {"applied", "failed"}
    assert EACH < MANY or "applied" in states
