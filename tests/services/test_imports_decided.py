"""What a file decided when its import was asked for is what its job goes by."""

from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain import import_choices, rows_survey
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Receivable
from bpo.services import imports
from tests.factories import people
from tests.factories.tables import NOW, counts, rows

DAVI = "C1;;Davi;davi@example.org;F1;01/09/2026;01/10/2026;100,00;;"


def test_the_job_reads_the_rows_once_unless_it_is_another_file(session, monkeypatch):
    sol = people.workspace()
    program, queue = actors.system([sol.id]), MemoryQueue()
    looks = []
    decide = rows_survey.decide
    monkeypatch.setattr(rows_survey, "decide", lambda *a: looks.append(1) or decide(*a))

    def asked(number):
        content = rows(DAVI.replace("F1", number))
        choices = import_choices.read(date_order="dmy")
        return imports.submit(program, sol.id, "t.csv", content, choices, now=NOW, queue=queue)

    def done(row):
        return counts(imports.apply(program, sol.id, row.id, now=NOW, queue=queue))

    assert done(asked("F1")) == (1, 0, 0)
    assert len(looks) == 1
    row = asked("F2")
    with acting_as(program):
        row.sha256 = "0" * 64
        session.commit()
    assert done(row) == (1, 0, 0)
    assert len(looks) == 3
    with acting_as(program):
        assert set(session.scalars(select(Receivable.number))) == {"F1", "F2"}
