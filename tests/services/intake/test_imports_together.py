"""Imports beside one another and beside people at work, with real commits."""

import threading
from contextlib import contextmanager, suppress
from datetime import date
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, db
from bpo.domain.cash.payments import Method
from bpo.domain.intake import import_choices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput
from bpo.models import Import, Payment, Receivable
from bpo.queries.intake import imports as stored
from bpo.services.cash import payments
from bpo.services.intake import imports
from tests.factories import people, tables
from tests.factories.tables import NOW, counts, rows, taken
from workers import imports as jobs


class Place(NamedTuple):
    """A workspace as threads may share it."""

    id: int


DMY = import_choices.read(date_order="dmy")
MANY = rows(
    *(
        f"C{n % 40};;Cliente {n % 40};c{n % 40}@example.org;F{n};01/09/2026;01/10/2026;100,00;"
        + ("05/10/2026;100,00" if n % 2 else ";")
        for n in range(400)
    )
)


@pytest.fixture
def here(fresh_app):
    with fresh_app.app_context():
        place = Place(people.workspace().id)
        program = actors.system([place.id], name="test")
        with acting_as(program):
            yield fresh_app, place, program


@contextmanager
def at_once(app, *acts):
    """Run acts in threads of their own, each inside the application; their errors are raised."""
    errors = []

    def work(act):
        with app.app_context():
            try:
                act()
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(30)
    assert not errors, errors


def asked(program, place, content=MANY):
    return imports.submit(program, place.id, "t.csv", content, DMY, now=NOW, queue=MemoryQueue()).id


def apply(program, place, number):
    return lambda: imports.apply(program, place.id, number, now=NOW, queue=MemoryQueue())


def test_two_imports_of_one_file_at_once_one_writes_and_one_finds_all_unchanged(here):
    app, place, program = here
    numbers = [asked(program, place) for _ in range(2)]
    with at_once(app, *(apply(program, place, number) for number in numbers)):
        pass
    done = sorted(counts(stored.by_id(db.session(), place.id, number)) for number in numbers)
    assert done == [(0, 400, 0), (400, 0, 0)]
    assert db.session().scalar(select(func.count()).select_from(Receivable)) == 400
    assert db.session().scalar(select(func.count()).select_from(Payment)) == 200


def test_one_import_asked_of_two_workers_is_done_once(here):
    app, place, program = here
    number = asked(program, place)
    with at_once(app, apply(program, place, number), apply(program, place, number)):
        pass
    assert counts(stored.by_id(db.session(), place.id, number)) == (400, 0, 0)
    assert db.session().scalar(select(func.count()).select_from(Receivable)) == 400


def test_a_payment_recorded_while_a_file_says_the_same_is_not_doubled(here):
    app, place, program = here
    for turn in range(6):
        number, debtor, title = _owed(place, f"F{turn}")
        told = f"C1;;Davi;;F{turn};01/09/2026;01/10/2026;100,00;05/10/2026;100,00"
        file = asked(program, place, rows(told))
        by_hand = _paid_by_hand(program, place, debtor, title)
        acts = [apply(program, place, file), by_hand]
        with at_once(app, *(acts if turn % 2 else reversed(acts))):
            pass
        db.session().rollback()
        money = db.session().scalar(select(func.sum(Payment.amount_cents)))
        assert money == (turn + 1) * 100_00, number
        assert db.session().get(Receivable, (place.id, title)).settled_cents == 100_00
        assert stored.by_id(db.session(), place.id, file).state == "applied"
        db.session().rollback()


def _owed(place, number):
    taken(place, rows(f"C1;;Davi;;{number};01/09/2026;01/10/2026;100,00;;"))
    title = db.session().scalars(select(Receivable).where(Receivable.number == number)).one()
    found = number, title.debtor_id, title.id
    db.session().rollback()
    return found


def _paid_by_hand(program, place, debtor, title):
    def act():
        day = date(2026, 10, 5)
        with suppress(BadInput):
            payments.record(program, place.id, debtor, 100_00, day, Method.PIX, [title], now=NOW)

    return act


def test_everybody_sees_how_far_an_import_is_while_it_is_open(here):
    app, place, program = here
    number = asked(program, place)
    seen = []
    with imports.telling(program, place.id, number) as tell:

        def told(done, total):
            tell(done, total)
            seen.append(_as_seen_by_others(app, place, number))

        imports.apply(program, place.id, number, now=NOW, queue=MemoryQueue(), tell=told)
    assert seen[0] == ("running", 0, 400)
    assert seen[-1] == ("running", 400, 400)


def _as_seen_by_others(app, place, number):
    with db.engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT set_config('bpo.workspaces', %s, true)", (str(place.id),)
        )
        row = connection.execute(
            select(Import.state, Import.progress, Import.total).where(Import.id == number)
        ).one()
    return tuple(row)


def test_the_job_takes_a_file_in_and_leaves_other_workspaces_alone(here):
    _, place, program = here
    number = asked(program, place)
    other = people.workspace("lua", "Oficina Lua")
    with pytest.raises(Exception, match="no such import"):
        jobs.apply_import(other.id, number)
    jobs.apply_import(place.id, number)
    assert counts(stored.by_id(db.session(), place.id, number)) == (400, 0, 0)
    with acting_as(actors.system([other.id])):
        assert db.session().scalars(select(Receivable)).all() == []
        db.session().rollback()
    tables.refreshed(db.session())
