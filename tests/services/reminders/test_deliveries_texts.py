"""SMS and WhatsApp on their way out: a provider per company, the same care as for mail."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as, db
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.models import ChannelSetting, Contact, Message, OptOut, Skip, Task, Touch
from bpo.services.reminders import campaigns, deliveries
from bpo.services.reminders.letters import Desk
from tests.factories import debts, people
from tests.gateways.scripted_http import CLOSE, ScriptedHttp

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
YESTERDAY = date(2026, 11, 23)
SIGNER = Signer("x" * 40)
BODY = '{"to": "{to}", "text": "{text}", "ref": "{reference}"}'


@pytest.fixture
def server():
    with ScriptedHttp(script=lambda n: (200, f'{{"id": "m-{n}"}}')) as found:
        yield found


@pytest.fixture
def world(fresh_app):
    """Padaria Sol with the default regua; what was due on Monday is spoken of by SMS."""
    with fresh_app.app_context():
        place = people.workspace(cnpj="11222333000181", sender_email="cobranca@sol.example")
        with acting_as(actors.system([place.id], name="test")):
            debts.running(db.session(), place, DEFAULT_REGUA, since=NOON - timedelta(days=60))
            debts.fresh(db.session(), place, TUESDAY, NOON)
            yield place


def program(place):
    return actors.system([place.id], name="worker")


def set_up(place, server):
    options = {"url": server.url, "body": BODY, "id_path": "id"}
    row = ChannelSetting(
        workspace_id=place.id, channel="sms", provider="generic", options=options, secrets={}
    )
    db.session().add(row)
    db.session().commit()


def owes(place, number="1001", name="Davi", phone="+5511987654321"):
    davi = debts.debtor(db.session(), place, name)
    contact = {"workspace_id": place.id, "debtor_id": davi.id, "channel": "phone"}
    db.session().add(Contact(**contact, address=phone))
    debts.receivable(db.session(), davi, number, due=YESTERDAY, cents=500_00)
    return davi


def plan_and_send(place, *, at=NOON):
    campaigns.plan(program(place), place.id, TUESDAY, now=NOON, queue=MemoryQueue())
    return send(place, at=at)


def send(place, *, at=NOON):
    return deliveries.send(
        program(place),
        place.id,
        desk=Desk(SIGNER, "https://cobranca.example", "cobranca@bpo.example"),
        mail=MemoryMail(),
        texts=Switchboard(SIGNER, "https://cobranca.example", timeout=10),
        queue=MemoryQueue(),
        clock=lambda: at,
    )


def test_davi_gets_an_sms_that_is_kept_with_the_name_the_provider_gave_it(world, server):
    set_up(world, server)
    owes(world)
    done = plan_and_send(world)
    again = send(world)
    kept = db.session().scalars(select(Message)).one()
    text = kept.body.decode()
    assert (done.states["sent"], again.states["sent"], len(server.asked)) == (1, 0, 1)
    assert (kept.reference, kept.recipient) == ("m-1", "+5511987654321")
    assert (text.isascii(), "1001" in text, "SAIR" in text, "R$" in text) == (
        True,
        True,
        True,
        False,
    )
    assert text.encode() in server.asked[0].body


def test_without_a_provider_the_step_is_stored_as_unavailable(world):
    owes(world)
    plan_and_send(world)
    assert db.session().scalars(select(Touch)).all() == []
    assert "channel_unavailable" in db.session().scalars(select(Skip)).one().reasons


def test_no_answer_after_the_message_was_given_is_left_to_a_person(world, server):
    set_up(world, server)
    server.script = lambda n: CLOSE
    owes(world)
    done = plan_and_send(world)
    send(world, at=NOON + timedelta(hours=5))
    task = db.session().scalars(select(Task)).one()
    assert (done.states["uncertain"], task.kind, len(server.asked)) == (1, "send_uncertain", 1)


def test_a_provider_that_is_unwell_stops_its_own_channel_alone(world, server):
    """Two are tried (one was already written), the third waits; nothing is lost."""
    set_up(world, server)
    server.script = lambda n: (503, "later")
    for number in range(4):
        owes(world, f"100{number}", f"Davi {number}", f"+551198765432{number}")
    done = plan_and_send(world)
    states = db.session().scalars(select(Touch.state)).all()
    assert done.states["failed"] == len(server.asked) == 2
    assert sorted(states) == ["failed", "failed", "planned", "planned"]
    server.script = lambda n: (200, "{}")
    assert send(world, at=NOON + timedelta(minutes=6)).states["sent"] == 4


def test_who_asked_for_silence_by_phone_gets_no_sms(world, server):
    set_up(world, server)
    davi = owes(world)
    campaigns.plan(program(world), world.id, TUESDAY, now=NOON, queue=MemoryQueue())
    silence = {"workspace_id": world.id, "debtor_id": davi.id, "channel": "phone"}
    db.session().add(OptOut(**silence, address="+5511987654321", source="reply", at=NOON))
    db.session().commit()
    send(world)
    assert server.asked == []
    assert db.session().scalars(select(Touch.state_reason)).all() == ["opt_out"]
