"""Words to stay close on their way out: planned after a payment, stopped by whatever went wrong."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.domain.desk.disputes import Grounds
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.domain.reminders.steps import Channel
from bpo.domain.writing import regua_edits
from bpo.domain.writing.messages import Text
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput
from bpo.models import Touch
from bpo.services.desk import disputes
from bpo.services.reminders import campaigns, deliveries
from bpo.services.reminders.letters import Desk
from bpo.services.writing import simulations, texts
from bpo.services.writing.texts import Place
from tests.factories import debts, people

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PAID_ON = TUESDAY - timedelta(days=15)
LADDER = regua_edits.switched(DEFAULT_REGUA, "relationship")


@pytest.fixture
def sol(fresh_app):
    with fresh_app.app_context():
        place = people.workspace(
            cnpj="11222333000181", street="Rua A, 1", city="Campinas", state="SP"
        )
        with acting_as(actors.system([place.id], name="test")):
            debts.running(db.session(), place, LADDER, since=NOON - timedelta(days=60))
            yield place


def payer(sol, name, **columns):
    one = debts.debtor(db.session(), sol, name, email=f"{name.lower()}@example.org", **columns)
    title = debts.receivable(db.session(), one, f"{name}-1", due=PAID_ON, cents=100_00)
    debts.paid(db.session(), title, 100_00, PAID_ON)
    return one


def test_davi_is_asked_whether_all_is_well_and_whoever_disputes_meanwhile_is_not(sol):
    program = actors.system([sol.id], name="worker")
    davi, nina, rui = (payer(sol, name) for name in ("Davi", "Nina", "Rui"))
    debts.receivable(db.session(), rui, "late", due=TUESDAY - timedelta(days=3))
    first = campaigns.plan(program, sol.id, TUESDAY, now=NOON, queue=MemoryQueue())
    again = campaigns.plan(program, sol.id, TUESDAY, now=NOON, queue=MemoryQueue())
    rows = db.session().scalars(select(Touch).where(Touch.anchor_kind == "greeting")).all()
    assert {row.debtor_id for row in rows} == {davi.id, nina.id}
    assert again.created == 0 < first.created
    disputes.begin(program, sol.id, nina.id, Grounds.QUALITY, now=NOON)

    mail = MemoryMail()
    deliveries.send(
        program,
        sol.id,
        desk=Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example"),
        mail=mail,
        queue=MemoryQueue(),
        clock=lambda: NOON,
    )

    told = {
        one.recipient: message_from_bytes(one.message, policy=policy.default) for one in mail.sent
    }
    words = told["davi@example.org"].get_body(("plain",)).get_content()
    assert "tudo bem" in words
    assert "R$" not in words
    assert "Davi-1" not in words
    assert "nina@example.org" not in told
    db.session().rollback()
    states = {row.debtor_id: row.state for row in rows}
    assert states == {davi.id: "sent", nina.id: "cancelled"}
    ahead = simulations.foresee(
        db.session(), sol, rows[0].campaign_id, TUESDAY, 3, now=NOON
    ).to_json()
    assert "relationship" not in ahead["steps"]

    where = Place("how_are_you", Channel.EMAIL, "pt_BR")
    own = Text("Oi. Você deve {{ total }}. {{ link }}", "Oi, {{ first_name }}")
    with pytest.raises(BadInput, match="what is owed"):
        texts.save(program, sol.id, where, own, base=0, now=NOON)
