"""From a reminder to the last instalment: Davi agrees, misses, agrees again, and pays it off."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from bpo.db import acting_as, db
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.formats import brcode
from bpo.gateways import outside
from bpo.gateways.mail import Smtp
from bpo.gateways.pix import notices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Agreement, BankLine, Payment, PaymentMethod, Receivable
from bpo.queries.books import receivables
from bpo.queries.people import workspaces
from bpo.services.deals import agreement_papers
from bpo.services.reminders import campaigns, deliveries
from bpo.services.reminders.letters import Desk
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


class Phone:
    """Davi's phone: his page on some day, as he reads and uses it."""

    def __init__(self, app, token):
        self.client, self.token = Browser(app, app.response_class), token

    def read(self, path=""):
        """A page of his, the question answered again when the half hour is over."""
        page = self.client.get(f"/d/{self.token}{path}")
        if page.status_code == 302 or 'name="answer"' in page.text:
            debtor_links.read(self.client, self.token)
            page = self.client.get(f"/d/{self.token}{path}")
        return page.text

    def agree(self):
        """Say yes to the longest plan that needs nobody else's."""
        self.read()
        found = re.findall(r'href="/d/[\w.-]+/(plan/\w+)"', self.read("/plan"))
        granted = [one for one in found if 'name="agreed"' in self.read(f"/{one}")]
        longest = max(granted, key=lambda one: self.read(f"/{one}").count("<dt>"))
        answer = debtor_links.act(self.client, self.token, longest, agreed="1")
        assert answer.status_code == 303, answer.text

    def code(self, path):
        """The Pix code on a page of his."""
        return brcode.parse(re.search(r'id="pix-code"[^>]*>([^<]+)<', self.read(path))[1])


class Bank:
    """Whoever tells of Pix payments, by the signed address of the company."""

    def __init__(self, app, sol):
        self.client = Browser(app, app.response_class)
        self.hook = notices.address("", outside.of(app).signer, sol.id)
        self.told = 0

    def receive(self, code, at):
        """Money for a code; the same notice twice, as banks do, is one payment."""
        self.told += 1
        notice = {
            "endToEndId": f"E0041696820261120134{self.told:012}",
            "txid": code.txid,
            "valor": f"{code.amount_cents / 100:.2f}",
            "horario": at.isoformat(),
        }
        for _ in range(2):
            assert self.client.post(self.hook, json={"pix": [notice]}).status_code == 200


def agreements_of(davi):
    db.session().rollback()
    query = select(Agreement).where(Agreement.debtor_id == davi.id).order_by(Agreement.id)
    return db.session().scalars(query.execution_options(populate_existing=True)).all()


def received(davi):
    """All the money that stands, in centavos."""
    query = select(func.coalesce(func.sum(Payment.amount_cents), 0))
    return db.session().scalar(query.where(Payment.debtor_id == davi.id))


def test_from_a_reminder_to_the_last_instalment(fresh_app, sol, davi):
    session = db.session()
    calendar = workspaces.calendar(session, sol)
    sol.pix_key = "cobranca@sol.example"
    session.add(PaymentMethod(workspace_id=sol.id, kind="pix", label="Pix", details={}))
    session.commit()
    with ScriptedServer() as server:
        post, bank = Post(fresh_app, sol, server), Bank(fresh_app, sol)

        reminder, *_ = post.morning(calendar.preceding(TODAY - timedelta(days=1)))
        token = re.search(r"/d/([\w.-]+)", reminder.get_body(("plain",)).get_content())[1]
        phone = Phone(fresh_app, token)
        whole = 1_000_00 + 20_00 + 13_33
        assert "R$\xa01.033,33" in phone.read()
        assert owed(davi, TODAY) == whole

        phone.agree()
        (first,) = agreements_of(davi)
        total, terms = first.total_cents, first.terms
        taken = sum(
            row["principal_cents"] + row["fine_cents"] + row["interest_cents"]
            for row in terms["receivables"]
        )
        discount = terms["discount_on_charges_cents"] + terms["discount_on_principal_cents"]
        assert taken == whole
        assert total == whole - discount
        assert (face(davi), owed(davi, TODAY)) == (total, total)

        entry, second_part, *_ = agreed.parts(session, first)
        bank.receive(phone.code(f"/{entry.id}"), NOW)
        assert face(davi) == total - entry.amount_cents
        assert received(davi) == entry.amount_cents
        assert session.scalars(select(BankLine.state)).all() == ["matched"]
        assert agreed.judge(sol, NOW).active == 1
        assert agreement_papers.write(post.program, sol.id, now=NOW) == 1
        monday = calendar.following(TODAY + timedelta(days=1))
        papers = [m for m in post.morning(monday) if any(m.iter_attachments())]
        (pdf,) = papers[0].iter_attachments()
        assert pdf.get_filename() == f"AC-{first.id}.pdf"
        assert pdf.get_content().startswith(b"%PDF")

        missed = second_part.due_date + timedelta(days=11)
        assert agreed.judge(sol, noon(missed - timedelta(days=1))).broken == 0
        assert agreed.judge(sol, noon(missed)).broken == 1
        left = whole - entry.amount_cents
        interest = round(left * 0.01 / 30 * (missed - TODAY).days)
        assert face(davi) == left
        assert owed(davi, missed) == left + interest

        with time_machine.travel(noon(missed), tick=False):
            assert "terminou" in phone.read(f"/agreements/{first.id}")
            phone.agree()
            _, second = agreements_of(davi)
            assert second.renegotiates_id == first.id
            discount = second.terms["discount_on_charges_cents"]
            assert face(davi) == second.total_cents == left + interest - discount
            again = agreed.parts(session, second)[0]
            bank.receive(phone.code(f"/{again.id}"), noon(missed))
            assert face(davi) == second.total_cents - again.amount_cents

        paid_off = missed + timedelta(days=2)
        with time_machine.travel(noon(paid_off), tick=False):
            code = phone.code(f"/agreements/{second.id}")
            assert code.amount_cents == second.total_cents - again.amount_cents
            bank.receive(code, noon(paid_off))
            assert agreed.judge(sol, noon(paid_off)).settled == 1
            assert (face(davi), owed(davi, paid_off)) == (0, 0)
            assert received(davi) == entry.amount_cents + second.total_cents
            assert [one.state for one in agreements_of(davi)] == ["broken", "settled"]
            assert "Está tudo pago" in phone.read(f"/agreements/{second.id}")
            assert "nada a pagar hoje" in phone.read()
        last = calendar.following(paid_off + timedelta(days=1))
        assert all("R$" not in str(m["Subject"]) for m in post.morning(last))
        mails = [message_from_bytes(raw, policy=policy.default) for raw in server.messages]
        assert len({mail["To"] for mail in mails}) == 1
