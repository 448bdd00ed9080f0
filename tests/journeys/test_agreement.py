"""From a reminder to the last instalment: Davi agrees, misses, agrees again, and pays it off."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, db
from bpo.domain.payments import Method
from bpo.domain.regua import DEFAULT_REGUA
from bpo.gateways import outside
from bpo.gateways.mail import Smtp
from bpo.gateways.pix import notices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Agreement, BankLine, Receivable
from bpo.queries import receivables, workspaces
from bpo.services import agreement_papers, campaigns, deliveries, payments
from bpo.services.letters import Desk
from tests.browsing import Browser
from tests.factories import agreed, debts, people
from tests.gateways.scripted_smtp import ScriptedServer
from tests.web import debtor_links

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZONE).date()


def noon(day):
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


@pytest.fixture
def sol(fresh_app):
    """Padaria Sol at work since two months."""
    with fresh_app.app_context():
        place = people.workspace(cnpj="11222333000181", sender_email="cobranca@sol.example")
        with acting_as(actors.system([place.id], name="test")):
            since = NOW - timedelta(days=60)
            debts.running(db.session(), place, DEFAULT_REGUA, since=since, entry="matching")
            yield place


@pytest.fixture
def davi(sol):
    found = debts.debtor(db.session(), sol, document=debtor_links.CPF)
    due = TODAY - timedelta(days=40)
    debts.receivable(db.session(), found, "1001", due=due, cents=1_000_00)
    return found


class Post:
    """The mail server of the story, and what it got."""

    def __init__(self, app, sol, server):
        self.app, self.sol, self.server = app, sol, server
        self.program = actors.system([sol.id], name="worker")

    def morning(self, day):
        """Plan a day, send what is due at noon; the messages that arrived."""
        debts.fresh(db.session(), self.sol, day, noon(day))
        queue = MemoryQueue()
        campaigns.plan(self.program, self.sol.id, day, now=noon(day), queue=queue)
        before = len(self.server.messages)
        signer = outside.of(self.app).signer
        deliveries.send(
            self.program,
            self.sol.id,
            desk=Desk(signer, "https://cobranca.example", "cobranca@bpo.example"),
            mail=Smtp(self.server.url),
            queue=queue,
            clock=lambda: noon(day),
        )
        db.session().rollback()
        new = self.server.messages[before:]
        return [message_from_bytes(raw, policy=policy.default) for raw in new]


def owed(davi, day):
    return sum(one.amount.total_cents for one in receivables.due_on(db.session(), davi, day))


def face(davi):
    """All that is open, late charges apart."""
    db.session().rollback()
    left = func.sum(Receivable.amount_cents - Receivable.settled_cents)
    return db.session().scalar(select(left).where(Receivable.debtor_id == davi.id))


def test_from_a_reminder_to_the_last_instalment(fresh_app, sol, davi):
    session, himself = db.session(), agreed.himself(davi)
    calendar = workspaces.calendar(session, sol)
    with ScriptedServer() as server:
        post = Post(fresh_app, sol, server)

        reminder, *_ = post.morning(calendar.preceding(TODAY - timedelta(days=1)))
        text = reminder.get_body(("plain",)).get_content()
        token = re.search(r"/d/([\w.-]+)", text)[1]
        client = Browser(fresh_app, fresh_app.response_class)
        page = debtor_links.read(client, token)
        whole = 1_000_00 + 20_00 + 13_33
        assert owed(davi, TODAY) == whole
        assert "R$\xa01.033,33" in page

        first = agreed.agree(session, sol, davi, now=NOW)
        terms_total = first.total_cents
        assert (face(davi), owed(davi, TODAY)) == (terms_total, terms_total)
        assert agreement_papers.write(post.program, sol.id, now=NOW) == 1

        entry, *rest = agreed.parts(session, first)
        told = {
            "endToEndId": "E00416968202611201340aBcDeFgHiJk",
            "txid": f"REC{entry.id}D{TODAY:%y%m%d}",
            "valor": f"{entry.amount_cents / 100:.2f}",
            "horario": NOW.isoformat(),
        }
        hook = notices.address("", outside.of(fresh_app).signer, sol.id)
        assert client.post(hook, json={"pix": [told]}).status_code == 200
        assert face(davi) == terms_total - entry.amount_cents
        assert session.scalars(select(BankLine.state)).one() == "matched"
        assert agreed.judge(sol, NOW).active == 1

        monday = calendar.following(TODAY + timedelta(days=1))
        papers = [m for m in post.morning(monday) if any(m.iter_attachments())]
        (pdf,) = papers[0].iter_attachments()
        assert pdf.get_filename() == f"AC-{first.id}.pdf"
        assert pdf.get_content().startswith(b"%PDF")

        missed = rest[0].due_date + timedelta(days=11)
        assert agreed.judge(sol, noon(missed - timedelta(days=1))).broken == 0
        assert agreed.judge(sol, noon(missed)).broken == 1
        left = whole - entry.amount_cents
        days = (missed - TODAY).days
        interest = round(left * 0.01 / 30 * days)
        assert face(davi) == left
        assert owed(davi, missed) == left + interest

        second = agreed.agree(session, sol, davi, now=noon(missed), key="k2")
        assert second.renegotiates_id == first.id
        parts = agreed.parts(session, second)
        assert sum(part.amount_cents for part in parts) == face(davi) == second.total_cents
        program = actors.system([sol.id], name="bank")
        for part in parts:
            payments.record(
                program,
                sol.id,
                davi.id,
                part.amount_cents,
                part.due_date,
                Method.PIX,
                [part.id],
                now=noon(part.due_date),
            )
        end = parts[-1].due_date
        assert agreed.judge(sol, noon(end)).settled == 1
        assert (face(davi), owed(davi, end)) == (0, 0)
        states = session.scalars(select(Agreement.state).order_by(Agreement.id)).all()
        assert states == ["broken", "settled"]
        assert himself.debtor_id == davi.id
