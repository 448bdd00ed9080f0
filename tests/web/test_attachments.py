"""Documents on the screens: attached, downloaded, removed, and never another company's."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bpo.db import acting_as
from bpo.formats import boleto
from bpo.kernel import actor as actors
from bpo.kernel.errors import NotFound
from bpo.models import Attachment, AuditEntry, Boleto, Debtor, Receivable
from bpo.queries.books import receivables
from bpo.services.page import debtor_papers
from bpo.services.people.visits import Visitor
from tests.factories import books, people
from tests.factories.books import TODAY, Browser

PDF = b"%PDF-1.7 a fiscal document"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def scope(cast):
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        yield cast


@pytest.fixture
def title(session, scope):
    davi = books.davi(session, scope.sol)
    return session.scalars(select(Receivable).where(Receivable.debtor_id == davi.id)).first()


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


def attach(browser, title, content=PDF, name="NF 1.pdf", kind="fiscal_document"):
    page = f"/receivables/{title.id}"
    return browser.send(page, page + "/documents", kind=kind, file=(BytesIO(content), name))


def test_a_document_is_attached_read_removed_and_brought_back(ana, session, title):
    assert attach(ana, title).status_code == 302
    kept = session.scalars(select(Attachment)).one()
    page = ana.open(f"/receivables/{title.id}").text
    assert "NF 1.pdf" in page
    answer = ana.open(f"/documents/{kept.id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "NF 1.pdf" in ana.open(f"/debtors/{title.debtor_id}/documents").text
    ana.send(f"/receivables/{title.id}", f"/documents/{kept.id}/remove")
    assert ana.open(f"/documents/{kept.id}").status_code == 404
    ana.send(f"/receivables/{title.id}", f"/documents/{kept.id}/restore")
    assert ana.open(f"/documents/{kept.id}").data == PDF
    acts = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("attachment.%"))
    ).all()
    assert acts == ["attachment.add", "attachment.remove", "attachment.restore"]


def test_the_same_content_is_kept_once(ana, session, title):
    attach(ana, title)
    attach(ana, title, name="again.pdf")
    assert len(session.scalars(select(Attachment)).all()) == 1


def test_a_file_that_may_not_be_kept_says_why(ana, session, title):
    answer = attach(ana, title, b"<html><script>alert(1)</script>", "nota.pdf")
    assert answer.status_code == 400
    assert "PDF, PNG, JPEG e XML" in answer.text
    assert session.scalars(select(Attachment)).all() == []


def test_carla_reaches_no_document_of_another_company(client, cast, session, title):
    attach(Browser(people.sign_in(client, cast.ana), "/w/sol"), title)
    kept = session.scalars(select(Attachment)).one()
    carla = people.sign_in(client, cast.carla)
    assert carla.get(f"/w/sol/documents/{kept.id}").status_code == 404
    assert carla.get(f"/w/lua/documents/{kept.id}").status_code == 404
    assert carla.get(f"/w/sol/debtors/{title.debtor_id}/documents").status_code == 404
    bruno = people.sign_in(client, cast.bruno)
    assert bruno.get(f"/w/sol/documents/{kept.id}").status_code == 403


def line_of(cents):
    return boleto.formatted(boleto.line_of(boleto.encoded("341", None, cents, "1" * 25)))


def keep(browser, title, line):
    page = f"/receivables/{title.id}"
    return browser.send(page, page + "/boleto", boleto=line)


def test_the_invoice_shows_the_boleto_that_was_kept(ana, session, title):
    line = line_of(title.amount_cents)
    keep(ana, title, line)
    answer = ana.open(f"/receivables/{title.id}/invoice.pdf")
    assert answer.mimetype == "application/pdf"
    assert line in PdfReader(BytesIO(answer.data)).pages[0].extract_text()
    keep(ana, title, "")
    assert session.scalars(select(Boleto)).all() == []


@pytest.mark.parametrize("wrong", ["123", line_of(1), line_of(1_000_00)[:-1] + "9"])
def test_a_boleto_that_does_not_check_is_not_kept(ana, session, title, wrong):
    keep(ana, title, wrong)
    assert session.scalars(select(Boleto)).all() == []


def test_davi_has_the_invoice_and_the_fiscal_document_but_not_the_contract(
    client, cast, session, title
):
    ana = Browser(people.sign_in(client, cast.ana), "/w/sol")
    attach(ana, title)
    attach(ana, title, b"%PDF-1.7 a contract", "contrato.pdf", "contract")
    kept = {one.kind: one.id for one in session.scalars(select(Attachment))}
    davi = session.get(Debtor, (title.workspace_id, title.debtor_id))
    visitor = Visitor(1, actors.debtor(cast.sol.id, davi.id, name=davi.name), cast.sol, davi)
    due = receivables.due(session, title, davi, TODAY)
    found = debtor_papers.of(visitor, due)
    assert [one.name for one in found.documents] == ["NF 1.pdf"]
    assert debtor_papers.document(visitor, due, kept["fiscal_document"]).content == PDF
    with pytest.raises(NotFound):
        debtor_papers.document(visitor, due, kept["contract"])


def test_carla_reaches_no_invoice_and_leaves_no_boleto(client, cast, session, title):
    carla = people.sign_in(client, cast.carla)
    for place in ("sol", "lua"):
        assert carla.get(f"/w/{place}/receivables/{title.id}/invoice.pdf").status_code == 404
    own = session.scalars(
        select(Receivable).where(Receivable.debtor_id == books.davi(session, cast.lua).id)
    ).first()
    line = line_of(title.amount_cents)
    for place in ("/w/sol", "/w/lua"):
        page = Browser(carla, "")
        to = f"{place}/receivables/{title.id}/boleto"
        page.send(f"/w/lua/receivables/{own.id}", to, boleto=line)
        assert session.scalars(select(Boleto)).all() == []
    bruno = people.sign_in(client, cast.bruno)
    assert bruno.get(f"/w/sol/receivables/{title.id}/invoice.pdf").status_code == 403
