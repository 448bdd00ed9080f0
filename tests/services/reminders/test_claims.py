"""Two workers and one debtor in the same instant: the day's only contact is made once."""

import time
from datetime import UTC, date, datetime
from threading import Thread

import psycopg
import pytest
from sqlalchemy import text

from bpo.db import acting_as, db
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.services.reminders import deliveries
from bpo.services.reminders.letters import Desk
from tests.factories import debts, people, waiting

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def sol(fresh_app):
    with fresh_app.app_context():
        place = people.workspace(cnpj="11222333000181", sender_email="cobranca@sol.example")
        with acting_as(actors.system([place.id], name="test")):
            debts.fresh(db.session(), place, TUESDAY, NOON)
            yield place


def test_a_claim_waits_for_another_of_the_same_debtor_and_then_finds_the_day_taken(sol):
    session = db.session()
    davi = debts.debtor(session, sol)
    contacts = []
    for number, step in (("1", "d+5"), ("2", "d+10")):
        title = debts.receivable(session, davi, number, due=date(2026, 11, 10))
        contacts.append(waiting.touch(session, title, "planned", day=TUESDAY, step=step))
    first, second = (one.id for one in contacts)
    session.commit()
    mail = MemoryMail()
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    other = Thread(target=_claims, args=(url, sol.id, davi.id, first))
    other.start()
    _until_claimed(session)
    _send(sol, mail)
    other.join()

    assert mail.sent == []
    states = dict(session.execute(text("SELECT id, state FROM touches")).all())
    assert states == {first: "sending", second: "planned"}
    _send(sol, mail)
    assert mail.sent == []
    session.rollback()
    moved = session.scalar(text("SELECT moved_because FROM touches WHERE state = 'planned'"))
    assert moved.startswith("daily_cap@2026-11-24")


def _claims(url, place, debtor, touch):
    """Another worker's claim that takes a second to commit."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT set_config('bpo.workspaces', %s, false)", [str(place)])
        connection.execute(
            f"DO $$ BEGIN PERFORM contacts_made({place}, {debtor});"
            f" UPDATE touches SET state = 'sending', claimed_at = '{NOON}' WHERE id = {touch};"
            " PERFORM pg_sleep(0.7); END $$"
        )


def _send(sol, mail):
    deliveries.send(
        actors.system([sol.id], name="worker"),
        sol.id,
        desk=Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example"),
        mail=mail,
        queue=MemoryQueue(),
        clock=lambda: NOON,
    )


def _until_claimed(session):
    taken = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    for _ in range(100):
        session.rollback()
        if session.scalar(taken):
            return
        time.sleep(0.01)
    raise AssertionError("the other claim did not begin")
