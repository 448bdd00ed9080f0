"""What goes with the mail that issues a receivable: the invoice, the NF-e, the boleto's line."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from pypdf import PdfReader

from bpo.db import acting_as, unit_of_work
from bpo.domain.intake.attachments import Kind
from bpo.domain.reminders.regua import DEFAULT_REGUA, THREE_STEPS
from bpo.domain.reminders.steps import Channel
from bpo.formats import mime
from bpo.gateways.channels import email
from bpo.gateways.channels.email import Enclosure, Letter, Sender
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.models import Debtor
from bpo.services.books import enclosures
from bpo.services.intake import attachments
from bpo.services.intake.attachments import Bond
from bpo.services.people import files
from bpo.services.reminders import campaigns
from bpo.services.reminders.letters import Desk
from bpo.services.writing import previews
from tests.factories import debts, people

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
XML = b"<?xml version='1.0'?><nfeProc/>"


@pytest.fixture
def sol(session):
    place = people.workspace(
        cnpj="11222333000181", pix_key="11222333000181", sender_email="cobranca@sol.example"
    )
    with acting_as(actors.system([place.id], name="test")):
        debts.fresh(session, place, TUESDAY, NOON)
        yield place


@pytest.fixture
def program(sol):
    return actors.system([sol.id], name="worker")


def keep(session, title, kind, name, content):
    file = files.put(session, title.workspace_id, name, "application/xml", content)
    bond = Bond(title.debtor_id, title.id, kind, file.id, file.sha256)
    attachments.attach(session, title.workspace_id, [bond])
    session.commit()


def batch(program, sol):
    campaigns.plan(program, sol.id, TUESDAY, now=NOON, queue=MemoryQueue())
    desk = Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example")
    start = (datetime(1970, 1, 1, tzinfo=UTC), 0)
    with unit_of_work(program) as session:
        found = desk.batch(session, sol.id, now=NOON + timedelta(hours=8), after=start, limit=200)
    for draft in found.drafts:
        desk.write(found, draft, NOON)
    return found


def enclosed(draft):
    message = message_from_bytes(draft.body, policy=policy.default)
    return {part.get_filename(): part.get_content() for part in message.iter_attachments()}


def issued(session, sol, ladder=DEFAULT_REGUA):
    debts.running(session, sol, ladder, since=NOON - timedelta(days=60))
    davi = debts.debtor(session, sol)
    due = TUESDAY + timedelta(days=20)
    return debts.receivable(session, davi, "NF 1", due=due, issue=TUESDAY, cents=300_00)


def test_the_mail_that_issues_brings_the_invoice_and_what_was_kept(session, sol, program):
    title = issued(session, sol)
    keep(session, title, Kind.FISCAL_DOCUMENT, "NFe 35.xml", XML)
    keep(session, title, Kind.CONTRACT, "contrato.xml", b"<?xml contract")
    found = enclosed(batch(program, sol).drafts[0])
    assert list(found) == ["fatura-nf-1.pdf", "NFe 35.xml"]
    assert found["NFe 35.xml"] == XML
    words = PdfReader(BytesIO(found["fatura-nf-1.pdf"])).pages[0].extract_text()
    assert f"REC{title.id}D261124" in words, "its Pix is recognised by the receivable"


def test_an_invoice_that_was_kept_is_not_made_again(session, sol, program):
    title = issued(session, sol)
    keep(session, title, Kind.INVOICE, "fatura do cliente.xml", XML)
    assert list(enclosed(batch(program, sol).drafts[0])) == ["fatura do cliente.xml"]


def test_reminders_take_nothing_along_and_read_nothing(session, sol, program):
    debts.running(session, sol, THREE_STEPS, since=NOON - timedelta(days=60))
    debts.receivable(session, debts.debtor(session, sol), due=date(2026, 11, 10))
    found = batch(program, sol)
    assert len(found.drafts) == 1
    assert enclosed(found.drafts[0]) == {}
    assert found.enclosures.issuer is None


def test_documents_beyond_the_room_of_a_batch_wait_for_the_next(session, sol, program, monkeypatch):
    monkeypatch.setattr(enclosures, "LARGEST_BATCH", 100)
    title = issued(session, sol)
    celia = debts.debtor(session, sol, "Célia", email="celia@example.org")
    other = debts.receivable(session, celia, "NF 2", due=title.due_date, issue=TUESDAY)
    for number, one in enumerate((title, other)):
        keep(session, one, Kind.FISCAL_DOCUMENT, f"{number}.xml", XML + b" " * 60 * (number + 1))
    found = batch(program, sol)
    assert len(found.drafts) == 1
    assert found.end == (found.drafts[0].waiting.scheduled_at, found.drafts[0].waiting.id)


def test_names_of_files_survive_the_mail():
    letter = Letter("d@example.org", "Davi", "Fatura", "Olá", "<p>Olá</p>", "<1@sol>", None)
    odd = Enclosure('boleto "março".pdf', "application/pdf", bytes(range(256)) * 9)
    sent = email.compose(
        Sender("Sol", "sol@example.org"),
        Letter(*[getattr(letter, name) for name in letter.__slots__][:-1], (odd,)),
        NOON,
    )
    message = message_from_bytes(sent, policy=policy.default)
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content()) == (odd.name, odd.content)
    assert message.get_body(("plain",)).get_content().strip() == "Olá"
    assert max(map(len, sent.split(b"\r\n"))) < 998


def test_a_preview_names_what_goes_along_and_a_message_kept_tells_it(session, sol, program):
    title = issued(session, sol)
    keep(session, title, Kind.FISCAL_DOCUMENT, "NFe 35.xml", XML)
    (draft,) = batch(program, sol).drafts
    kept = mime.read(draft.body)
    assert set(kept.attachments) == {"fatura-nf-1.pdf", "NFe 35.xml"}
    desk = Desk(Signer("x" * 40), "https://cobranca.example", "cobranca@bpo.example")
    davi = session.get(Debtor, (sol.id, title.debtor_id))
    seen = previews.preview(session, sol, davi, draft.step, Channel.EMAIL, desk=desk, now=NOON)
    assert set(seen.mail.attachments) == set(kept.attachments)
