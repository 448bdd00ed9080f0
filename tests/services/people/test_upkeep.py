"""After much was written the database looks at its tables again."""

from sqlalchemy import text

from bpo.db import acting_as, db
from bpo.domain.intake.import_choices import Choices
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.services.intake import imports
from bpo.services.people import upkeep
from tests.factories import people

KNOWN = "SELECT reltuples::bigint FROM pg_class WHERE relname = 'receivables'"


def test_a_large_import_is_known_to_the_planner_before_reminders_follow(fresh_app):
    with fresh_app.app_context():
        place, queue = people.workspace(), MemoryQueue()
        program = actors.system([place.id], name="test")
        lines = [f"{n};Cliente {n};F{n};2026-10-01;2026-11-01;10,00" for n in range(1, 1201)]
        head = "cliente;nome;numero;emissao;vencimento;valor"
        content = "\n".join([head, *lines]).encode()
        row = imports.submit(
            program, place.id, "book.csv", content, Choices(), now=people.NOW, queue=queue
        )
        imports.apply(program, place.id, row.id, now=people.NOW, queue=queue)
        assert (Job.KNOW_THE_BOOK, ()) in queue.jobs

        with acting_as(program):
            assert db.session().scalar(text(KNOWN)) < 1200
            upkeep.know_the_book(program)
            assert db.session().scalar(text(KNOWN)) == 1200
