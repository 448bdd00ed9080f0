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
from bpo.services import deliveries
from bpo.services.letters import Desk
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


def test_a_claim_waits_for_another_of_the_same_debtor_and_then_finds_the_day_taken(sol, fresh_app):
    session = db.session()
    davi = debts.debtor(session, sol)
    contacts = []
    for number in ("1", "2"):
        title = debts.receivable(session, davi, number, due=date(2026, 11, 10))
        contacts.append(waiting.touch(session, title, "planned", day=TUESDAY, step="d+5"))
    first, second = (one.id for one in contacts)
    session.commit()
    mail = MemoryMail()
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as other:
        other.execute("SELECT set_config('bpo.workspaces', %s, true)", [str(sol.id)])
        assert other.execute("SELECT contacts_made(%s, %s)", [sol.id, davi.id]).fetchone() == (0,)
        other.execute(
            "UPDATE touches SET state = 'sending', claimed_at = %s WHERE id = %s", [NOON, first]
        )
        worker = Thread(target=_work, args=(fresh_app, sol, mail))
        worker.start()
        _until_someone_waits(session)
        other.commit()
        worker.join()

    assert mail.sent == []
    states = dict(session.execute(text("SELECT id, state FROM touches")).all())
    assert states == {first: "sending", second: "planned"}
    moved = session.scalar(text("SELECT moved_because FROM touches WHERE state = 'planned'"))
    assert moved == "daily_cap"


def _work(app, sol, mail):
    with app.app_context():
        deliveries.send(
            actors.system([sol.id], name="worker"),
            sol.id,
            desk=Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example"),
            mail=mail,
            queue=MemoryQueue(),
            clock=lambda: NOON,
        )
        db.session.remove()


def _until_someone_waits(session):
    for _ in range(200):
        session.rollback()
        waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        if session.scalar(waits):
            return
        time.sleep(0.02)
    raise AssertionError("the second claim did not wait")
