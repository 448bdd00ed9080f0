"""What the database itself keeps true: a receivable is settled by the sum of its entries."""

import threading
from datetime import date

import psycopg
import pytest
from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.kernel import actor as actors
from bpo.models import Entry, Receivable
from tests.factories import debts, people

DAY = date(2026, 10, 5)
ADD = """
INSERT INTO entries (workspace_id, receivable_id, kind, on_day, principal_cents)
VALUES (%s, %s, 'rebate', %s, %s)
"""


@pytest.fixture
def title(session):
    place = people.workspace()
    with acting_as(actors.system([place.id])):
        davi = debts.debtor(session, place)
        yield debts.receivable(session, davi, due=date(2026, 10, 1))


def add(session, title, cents, day=DAY):
    session.add(
        Entry(
            workspace_id=title.workspace_id,
            receivable_id=title.id,
            kind="rebate",
            on_day=day,
            principal_cents=cents,
        )
    )
    session.flush()
    session.refresh(title)


def test_entries_add_up_close_and_open_again(session, title):
    steps = [(40_00, DAY, 40_00, None), (60_00, date(2026, 10, 9), 100_00, date(2026, 10, 9))]
    steps += [(-10_00, DAY, 90_00, None), (0, DAY, 90_00, None)]
    for cents, day, settled, closed in steps:
        add(session, title, cents, day)
        assert (title.settled_cents, title.settled_on) == (settled, closed)


def test_a_receivable_written_as_settled_is_left_alone_and_a_wrong_one_put_right(session, title):
    for settled in (100_00, 30_00):
        session.execute(
            Receivable.__table__.update()
            .where(Receivable.id == title.id)
            .values(settled_cents=settled, settled_on=DAY if settled == 100_00 else None)
        )
        add(session, title, 100_00 if settled == 100_00 else -20_00)
    assert title.settled_cents == 80_00


def test_two_who_add_the_same_at_once_are_both_counted(fresh_app):
    """Equal sums on both sides must not look as if nothing had to be done."""
    with fresh_app.app_context():
        place = people.workspace()
        with acting_as(actors.system([place.id])):
            session = db.session()
            title = debts.receivable(session, debts.debtor(session, place), due=date(2026, 10, 1))
            ids = place.id, title.id
            session.rollback()
            url = fresh_app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
            with psycopg.connect(url) as first, psycopg.connect(url) as second:
                _add(first, *ids)
                later = threading.Thread(target=_add, args=(second, *ids))
                later.start()
                later.join(0.3)
                assert later.is_alive()
                first.commit()
                later.join(10)
                second.commit()
            session.expire_all()
            row = session.scalars(select(Receivable)).one()
            assert (row.settled_cents, row.settled_on) == (100_00, DAY)
            session.rollback()


def _add(connection, place, title):
    connection.execute("SELECT set_config('bpo.workspaces', %s, true)", [str(place)])
    connection.execute(ADD, [place, title, DAY, 50_00])
