"""The dossier of a debtor and the portfolio on paper: the same facts as on the screens."""

import logging
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bpo.db import acting_as
from bpo.gateways import client_rows
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Dispute, Note, Promise
from bpo.queries.books import receivables
from bpo.queries.insight import dossiers, portfolio
from bpo.queries.insight import reports as stored
from bpo.services.insight import portfolio_reports, report_deliveries, reports
from tests.factories import debts, people
from tests.web.filling import Filler
from tests.web.test_figures_screens import form_token

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def program(cast):
    return actors.system([cast.sol.id, cast.lua.id], name="tests")


@pytest.fixture
def davi(session, cast, program):
    with acting_as(program):
        davi = debts.debtor(session, cast.sol)
        title = debts.receivable(session, davi, "77", due=date(2026, 9, 3), cents=500_00)
        debts.receivable(session, davi, "78", due=date(2026, 12, 10), cents=300_00)
        debts.paid(session, title, 120_00, date(2026, 10, 5))
        here = {"workspace_id": cast.sol.id, "debtor_id": davi.id}
        session.add_all(
            [
                Note(**here, kind="call", on_day=date(2026, 9, 20), body="Disse que paga <logo>"),
                Promise(
                    **here,
                    made_on=date(2026, 9, 20),
                    promised_for=date(2026, 10, 5),
                    amount_cents=500_00,
                    state="broken",
                    settled_on=date(2026, 10, 6),
                ),
                Dispute(**here, receivable_id=title.id, reason="quality", opened_on=TODAY),
            ]
        )
        session.commit()
        yield davi


def text_of(document: bytes) -> str:
    pages = PdfReader(BytesIO(document)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages).replace("\xa0", " ")


def test_a_dossier_tells_the_whole_file_as_the_books_do(session, cast, program, davi, caplog):
    ana, queue = people.actor(session, cast.ana), MemoryQueue()
    run_id = reports.request_dossier(ana, cast.sol.id, davi.id, now=NOW, queue=queue)
    with caplog.at_level(logging.WARNING, logger="xhtml2pdf"):
        assert reports.build(program, cast.sol.id, run_id, bpo_name="P", now=NOW, queue=queue)
    assert caplog.text == ""
    with acting_as(program):
        found = dossiers.of(session, cast.sol, davi.id, TODAY)
        due = receivables.due_on(session, davi, TODAY)
        run = stored.by_id(session, cast.sol.id, run_id)
        text = text_of(stored.document(session, cast.sol.id, run_id).content)
        assert stored.shared(session, cast.sol.id) == []
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert (run.state, run.figures["total_cents"]) == ("done", found.total_cents)
    assert found.total_cents == sum(one.amount.total_cents for one in due)
    assert (found.principal_cents, found.paid_cents) == (680_00, 120_00)
    assert found.moves[-1].balance_cents == 680_00
    assert [one.state for one in found.promises] == ["broken"]
    assert [(one.number, one.state) for one in found.disputes] == [("77", "open")]
    assert "Disse que paga <logo>" in text
    for told in ("Dossiê de cobrança", "77", "680,00", "120,00", "não cumprida", "Multa"):
        assert told in text, told
    assert actions[-2:] == ["report.request", "report.build"]


def test_facts_of_later_days_are_not_in_it(session, cast, program, davi):
    with acting_as(program):
        early = dossiers.of(session, cast.sol, davi.id, date(2026, 9, 30))
    assert (early.principal_cents, early.paid_cents) == (500_00, 0)
    assert early.disputes == ()


def test_a_dossier_is_not_mailed_and_is_nobody_elses(session, cast, program, davi):
    queue = MemoryQueue()
    for person, refusal in ((cast.bruno, Forbidden), (cast.carla, NotFound)):
        who = people.actor(session, person)
        with pytest.raises(refusal):
            reports.request_dossier(who, cast.sol.id, davi.id, now=NOW, queue=queue)
    with pytest.raises(NotFound):
        reports.request_dossier(program, cast.lua.id, davi.id, now=NOW, queue=queue)
    run_id = reports.request_dossier(program, cast.sol.id, davi.id, now=NOW, queue=queue)
    reports.build(program, cast.sol.id, run_id, bpo_name="P", now=NOW, queue=queue)
    with pytest.raises(Conflict):
        report_deliveries.address(
            program, cast.sol.id, run_id, now=NOW, queue=queue, only=cast.bruno.id
        )


def test_the_portfolio_on_paper_says_what_the_screen_says(session, cast, program, davi, caplog):
    places = [cast.sol, cast.lua]
    with acting_as(program):
        told = portfolio_reports.figures(session, places, NOW)
        rows = {row.workspace.name: row for row in portfolio.rows(session, places, NOW)}
    with caplog.at_level(logging.WARNING, logger="xhtml2pdf"):
        text = text_of(client_rows.document(told, "Ponte", "pt_BR"))
    assert caplog.text == ""
    assert told.rows[0].name == cast.sol.name
    for row in told.rows:
        known = rows[row.name]
        assert (row.open_cents, row.overdue_cents) == (
            known.balances.open_cents,
            known.overdue_cents,
        )
        assert (row.overdue_pct, row.dso) == (known.overdue_pct, known.dso)
        assert row.alerts == tuple(alert.phrase for alert in known.alerts)
        assert row.name in text
    assert told.totals.overdue_cents == 380_00
    assert "380,00" in text


def test_the_pdf_of_the_portfolio_holds_only_who_its_reader_reaches(client, session, cast, davi):
    answer = people.sign_in(client, cast.carla).get("/office/portfolio.pdf")
    assert answer.status_code == 200
    assert cast.lua.name in text_of(answer.data)
    assert cast.sol.name not in text_of(answer.data)
    people.sign_in(client, cast.bruno)
    assert client.get("/office/portfolio.pdf").status_code == 403


def test_ana_asks_for_the_dossier_where_the_debtor_is(client, session, cast, program, davi, queue):
    ana = Filler(people.sign_in(client, cast.ana))
    page = f"/w/sol/debtors/{davi.id}"
    answer = ana.send(page, {}, f"{page}/dossier")
    (job, args) = queue.jobs[-1]
    assert job == Job.BUILD_REPORT
    reports.build(program, *args, bpo_name="P", now=datetime.now(UTC), queue=queue)
    text = ana.open(answer.headers["Location"])
    assert davi.name in text
    assert "Quita tudo na data" in text
    assert "Para mais uma pessoa" not in text
    assert davi.name in ana.open("/w/sol/reports")
    for person, status in ((cast.bruno, 403), (cast.carla, 404)):
        other = people.sign_in(client, person)
        token = form_token(other)
        assert other.post(f"{page}/dossier", data={"csrf_token": token}).status_code == status
