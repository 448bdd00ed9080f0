"""What a file decided when its import was asked for is what its job goes by."""

from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.intake import findings, import_choices, rows_survey
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Receivable
from bpo.services.intake import imports, imports_preview
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


def test_a_preview_counts_every_row_that_it_leaves_out():
    content = rows(*(f"C1;;Davi;;F{n};01/09/2026;01/10/2026;-1,00;;" for n in range(3_000)), DAVI)
    seen = imports_preview.read(content, import_choices.read(date_order="dmy"))
    (group,) = findings.grouped(seen.findings)
    assert (seen.total, seen.rejected, len(group.lines)) == (3_001, 3_000, 3_000)


def test_a_long_name_of_a_file_keeps_its_ending(session):
    sol = people.workspace()
    program = actors.system([sol.id])
    row = imports.receive(program, sol.id, "títulos \u202e" * 40 + ".csv", rows(DAVI), now=NOW)
    assert len(row.filename) == 200
    assert row.filename.endswith("títu.csv")
