"""The figures of a company on screens, on paper and on the command line: the same numbers."""

import csv
import io
import re
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bpo.db import acting_as
from bpo.gateways import wording
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.models import Dispute, Note, Promise, ReportDelivery, ReportRun
from bpo.queries.insight import figures
from bpo.queries.insight import reports as stored
from bpo.services.insight import reports
from tests.factories import debts, people
from tests.web.filling import Filler

WEEK, AS_OF = "2026-W46", date(2026, 11, 15)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def program(cast):
    return actors.system([cast.sol.id, cast.lua.id], name="tests")


@pytest.fixture
def book(session, cast, program):
    """Davi is late with one of two invoices and has paid a part; Elisa disagrees; Lua has Dora."""
    with acting_as(program):
        davi = debts.debtor(session, cast.sol, "Davi Lima", reference="1")
        elisa = debts.debtor(session, cast.sol, "Elisa & Filhos Ltda", reference="2", email=None)
        late = debts.receivable(
            session, davi, "77", due=date(2026, 10, 5), issue=date(2026, 9, 5), cents=1_234_56
        )
        debts.receivable(session, davi, "78", due=date(2026, 11, 30), cents=3_000_00)
        old = debts.receivable(
            session, elisa, "90", due=date(2026, 7, 10), issue=date(2026, 6, 10), cents=765_43
        )
        debts.paid(session, late, 234_56, date(2026, 11, 10))
        debts.paid(session, late, 100_00, date(2026, 11, 18))
        place = {"workspace_id": cast.sol.id, "debtor_id": elisa.id}
        session.add_all(
            (
                Dispute(
                    receivable_id=old.id, reason="quality", opened_on=date(2026, 11, 12), **place
                ),
                Note(kind="call", on_day=date(2026, 11, 12), body="segredo do analista", **place),
                Promise(
                    amount_cents=50_00,
                    made_on=date(2026, 11, 13),
                    promised_for=date(2026, 11, 27),
                    **place,
                ),
            )
        )
        dora = debts.debtor(session, cast.lua, "Dora da Lua")
        debts.receivable(session, dora, "1", due=date(2026, 10, 1), cents=9_999_99)
        session.commit()
    return session


@pytest.fixture
def run(book, cast, program, session):
    """The report of a past week, made and sent to the managers."""
    queue = MemoryQueue()
    now = people.NOW
    run_id = reports.request(program, cast.sol.id, WEEK, now=now, queue=queue, to_managers=True)
    reports.build(program, cast.sol.id, run_id, bpo_name="Ponte", now=now, queue=queue)
    return run_id


def page(client, person, path, status=200) -> str:
    """The text of a page as a person sees it, single-spaced."""
    answer = people.sign_in(client, person).get(path)
    assert answer.status_code == status, path
    return said(answer.text)


def said(html: str) -> str:
    visible = re.sub(r"<(script|style|svg).*?</\1>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", visible)).replace("\xa0", " ").split())


def kpis(html: str) -> dict[str, str]:
    """The figures at the head of a page by name."""
    found = re.findall(
        r'class="figure-name"><span>([^<]+)</span>.*?class="figure-value[^"]*">(.*?)</div>',
        html,
        flags=re.S,
    )
    return {name: said(value) for name, value in found}


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "1900-01-01", "9999-12-31", "x"])
@pytest.mark.parametrize("name", ["day", "date"])
def test_a_day_at_the_end_of_time_shows_a_page_all_the_same(client, book, cast, name, day):
    assert page(client, cast.ana, f"/w/sol?{name}={day}")
    assert page(client, cast.bruno, f"/portal/sol?{name}={day}")


def words(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


class TestSameNumbers:
    def test_portal_overview_pdf_and_command_line_agree(self, client, book, cast, program, run):
        with acting_as(program):
            told = figures.metrics(book, cast.sol.id, AS_OF)
            week = figures.week(book, cast.sol, figures.weekly.week(WEEK), AS_OF)
            document = stored.document(book, cast.sol.id, run).content
        paper = words(" ".join(p.extract_text() for p in PdfReader(BytesIO(document)).pages))
        portal = page(client, cast.bruno, f"/portal/sol?day={AS_OF}")
        office = page(client, cast.ana, f"/w/sol?day={AS_OF}")
        amounts = [
            told.open_cents,
            told.received_month_cents,
            week.received_week.cents,
            week.overdue_cents,
            week.expected_total_cents,
            *told.aging_cents.values(),
            *(debtor.overdue_cents for debtor in week.top_debtors),
        ]
        texts = [words(wording.money(cents, "pt_BR")) for cents in amounts]
        texts += [wording.percent(told.delinq_gt0_pct, "pt_BR")]
        texts += [f"{wording.number(told.dso_simple_90, 'pt_BR', 1)} dias"]
        assert len(set(amounts)) > 6
        for where in (paper, portal, office):
            assert [text for text in texts if text not in where] == []

    def test_each_figure_stands_under_its_name(self, client, book, cast, program):
        with acting_as(program):
            week = figures.week(book, cast.sol, figures.weekly.week(WEEK), AS_OF)
        people.sign_in(client, cast.bruno)
        html = client.get(f"/portal/sol?day={AS_OF}").text
        amounts = {
            "Recebido na semana": week.received_week.cents,
            "Recebido no mês": week.received_month.cents,
            "Previsto em quatro semanas": week.expected_total_cents,
            "Em atraso": week.overdue_cents,
        }
        told = {name: words(wording.money(cents, "pt_BR")) for name, cents in amounts.items()}
        dso = f"{wording.number(week.dso, 'pt_BR', 1)} dias"
        assert kpis(html) == told | {"DSO": dso}
        assert f"{words(wording.money(week.open_cents, 'pt_BR'))} · 3 faturas" in said(html)
        assert "Posição em 15/11/2026." in said(html)

    def test_the_client_gets_the_same_document_as_the_office(self, client, cast, run):
        office = people.sign_in(client, cast.ana).get(f"/w/sol/reports/{run}.pdf")
        portal = people.sign_in(client, cast.bruno).get(f"/portal/sol/reports/{run}.pdf")
        assert office.data == portal.data
        assert portal.mimetype == "application/pdf"
        assert "sol-2026-W46.pdf" in portal.headers["Content-Disposition"]

    def test_a_day_to_come_or_nonsense_is_today(self, client, cast, book):
        for day in ("2999-01-01", "ontem", ""):
            assert "Posição em" in page(client, cast.bruno, f"/portal/sol?day={day}")


class TestPortal:
    def test_bruno_reads_what_was_done_and_what_waits_but_no_notes(self, client, cast, book):
        text = page(client, cast.bruno, f"/portal/sol?day={AS_OF}")
        assert "Discorda da fatura 90" in text
        assert "Ligação com Elisa & Filhos Ltda" in text
        assert "Elisa & Filhos Ltda prometeu R$ 50,00 para 27/11/2026" in text
        assert "segredo do analista" not in text

    def test_what_waits_can_be_answered_on_the_spot(self, client, cast, book):
        html = people.sign_in(client, cast.bruno).get(f"/portal/sol?day={AS_OF}").text
        assert re.search(r'href="mailto:[^"]+@[^"]+\?subject=Padaria%20Sol%3A%20', html)
        assert "mailto:" not in people.sign_in(client, cast.ana).get(f"/w/sol?day={AS_OF}").text

    def test_who_has_one_company_goes_straight_to_it(self, client, cast, book):
        answer = people.sign_in(client, cast.bruno).get("/portal/")
        assert answer.headers["Location"] == "/portal/sol"

    def test_who_has_two_chooses(self, client, session, cast, book):
        both = people.user(session, "Beatriz", Role.CLIENT_MANAGER, cast.sol, cast.lua)
        text = page(client, both, "/portal/")
        assert "Padaria Sol" in text
        assert "Oficina Lua" in text
        assert "R$ 9.999,99" in text

    def test_who_has_none_is_told_so(self, client, session, cast):
        nobody = people.user(session, "Nina", Role.CLIENT_MANAGER)
        assert "Nenhuma empresa ainda" in page(client, nobody, "/portal/")

    def test_debtors_are_listed_and_searched_to_be_looked_at(self, client, cast, book):
        text = page(client, cast.bruno, "/portal/sol/debtors")
        assert text.index("Davi Lima") < text.index("Elisa & Filhos Ltda")
        found = page(client, cast.bruno, "/portal/sol/debtors?q=elisa")
        assert "Elisa" in found
        assert "Davi" not in found
        assert "Davi" not in page(client, cast.bruno, "/portal/sol/debtors?show=overdue&q=zzz")

    def test_what_staff_made_to_look_at_stays_with_staff(self, client, cast, book, program):
        queue = MemoryQueue()
        draft = reports.request(program, cast.sol.id, "2026-W45", now=people.NOW, queue=queue)
        reports.build(program, cast.sol.id, draft, bpo_name="P", now=people.NOW, queue=queue)
        week = "02/11 a 08/11/2026"
        assert week not in page(client, cast.bruno, "/portal/sol/reports")
        page(client, cast.bruno, f"/portal/sol/reports/{draft}.pdf", 404)
        assert week in page(client, cast.ana, "/w/sol/reports")

    def test_an_empty_company_says_what_to_expect(self, client, cast):
        text = page(client, cast.bruno, "/portal/sol")
        assert "Nenhum pagamento importado ainda" in text
        assert "Nada em atraso" in text
        assert "Ninguém deve nada" in page(client, cast.bruno, "/portal/sol/debtors")
        assert "Nenhum relatório ainda" in page(client, cast.bruno, "/portal/sol/reports")


def form_token(client) -> str:
    """A form token of whoever is signed in."""
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)[1]


def addresses(run: int) -> list[str]:
    return [
        "/portal/sol",
        "/portal/sol/debtors",
        "/portal/sol/reports",
        f"/portal/sol/reports/{run}.pdf",
        "/w/sol",
        "/w/sol/reports",
        f"/w/sol/reports/{run}",
        f"/w/sol/reports/{run}.pdf",
    ]


class TestStrangers:
    def test_carla_and_celia_of_another_company_find_nothing(self, client, cast, run):
        for person in (cast.carla, cast.celia):
            people.sign_in(client, person)
            for path in addresses(run):
                answer = client.get(path)
                assert answer.status_code in (403, 404), path
                assert "Davi" not in answer.text

    def test_a_report_under_another_companys_name_is_not_found(self, client, cast, run):
        people.sign_in(client, cast.celia)
        assert client.get(f"/portal/lua/reports/{run}.pdf").status_code == 404
        people.sign_in(client, cast.carla)
        assert client.get(f"/w/lua/reports/{run}").status_code == 404
        assert client.get(f"/w/lua/reports/{run}.pdf").status_code == 404

    def test_bruno_does_not_enter_the_office(self, client, cast, run):
        people.sign_in(client, cast.bruno)
        for path in [*addresses(run)[4:], "/office/portfolio", "/office/portfolio.csv"]:
            assert client.get(path).status_code == 403, path

    def test_nobody_signed_in_is_asked_to(self, client, cast, run):
        for path in [*addresses(run), "/portal/", "/office/portfolio"]:
            answer = client.get(path)
            assert answer.status_code == 302, path
            assert "/login" in answer.headers["Location"]

    def test_no_form_of_another_company_does_anything(self, client, session, cast, program, run):
        with acting_as(program):
            delivery = session.scalars(select(ReportDelivery)).one()
        forms = ("", f"/{run}/send", f"/{run}/deliveries/{delivery.id}/resend")
        for person in (cast.carla, cast.celia, cast.bruno):
            token = form_token(people.sign_in(client, person))
            for form in (*forms, f"/{run}/deliveries/{delivery.id}/confirm"):
                fields = {"period": WEEK, "csrf_token": token}
                answer = client.post(f"/w/sol/reports{form}", data=fields)
                assert answer.status_code in (403, 404), form
        with acting_as(program):
            assert len(session.scalars(select(ReportRun)).all()) == 1
            assert delivery.state == "planned"


class TestReports:
    @pytest.fixture
    def ana(self, client, cast):
        return Filler(people.sign_in(client, cast.ana))

    def test_the_schedule_says_when_and_to_whom(self, ana, cast):
        text = said(ana.open("/w/sol/reports"))
        assert re.search(r"sexta-feira, \d\d/\d\d/\d{4} 17:00", text)
        assert "Bruno" in text
        assert "Nenhum relatório ainda" in text

    def test_one_asked_for_is_made_looked_at_and_sent(
        self, ana, book, cast, program, queue, session
    ):
        answer = ana.send("/w/sol/reports", {"period": WEEK})
        assert answer.status_code == 302
        (job, args) = queue.jobs[-1]
        assert job == Job.BUILD_REPORT
        assert "Está sendo feito" in said(ana.open(answer.headers["Location"]))
        reports.build(program, *args, bpo_name="P", now=datetime.now(UTC), queue=queue)
        text = said(ana.open(answer.headers["Location"]))
        assert "Ainda não foi enviado" in text
        assert "R$ 1.765,43" in text
        ana.send(answer.headers["Location"], {}, f"{answer.headers['Location']}/send")
        assert queue.jobs[-1] == (Job.SEND_REPORTS, (cast.sol.id,))
        text = said(ana.open(answer.headers["Location"]))
        assert "bruno@example.com" in text
        assert "a caminho" in text

    def test_a_week_that_is_none_is_told_beside_its_field(self, ana):
        answer = ana.send("/w/sol/reports", {"period": "2026-W60"})
        assert answer.status_code == 400
        assert "2026-W60 não é uma semana" in said(answer.text)

    def test_a_refused_delivery_is_sent_again_and_an_uncertain_one_noted(
        self, ana, session, program, run
    ):
        here = f"/w/sol/reports/{run}"
        with acting_as(program):
            delivery = session.scalars(select(ReportDelivery)).one()
            delivery.state = "refused"
            session.commit()
        ana.send(here, {}, f"{here}/deliveries/{delivery.id}/resend")
        assert delivery.state == "planned"
        with acting_as(program):
            delivery.state = "uncertain"
            session.commit()
        ana.send(here, {}, f"{here}/deliveries/{delivery.id}/confirm")
        assert delivery.state == "sent"
        assert "Concluído" in said(ana.open(here))

    def test_a_report_that_failed_says_why(self, ana, session, program, run):
        with acting_as(program):
            row = session.scalars(select(ReportRun)).one()
            row.state, row.error, row.file_id = "failed", "sem letras", None
            session.commit()
        assert "sem letras" in said(ana.open(f"/w/sol/reports/{run}"))


class TestPortfolio:
    @pytest.fixture
    def marta(self, client, cast, book):
        return Filler(people.sign_in(client, cast.marta))

    def order(self, html: str) -> list[str]:
        return re.findall(r"<td class=\"main\"><a class=\"chip\".*?<span>([^<]+)</span>", html)

    def test_one_client_per_row_the_most_overdue_first(self, marta):
        html = marta.open("/office/portfolio")
        assert self.order(html) == ["Oficina Lua", "Padaria Sol"]
        assert "R$ 9.999,99" in said(html)

    def test_sorted_and_filtered_in_the_address(self, marta):
        assert self.order(marta.open("/office/portfolio?sort=name")) == [
            "Oficina Lua",
            "Padaria Sol",
        ]
        assert self.order(marta.open("/office/portfolio?sort=-name")) == [
            "Padaria Sol",
            "Oficina Lua",
        ]
        assert self.order(marta.open("/office/portfolio?q=sol")) == ["Padaria Sol"]
        assert self.order(marta.open("/office/portfolio?analyst=Carla")) == ["Oficina Lua"]
        assert self.order(marta.open("/office/portfolio?q=marte")) == []
        assert len(self.order(marta.open("/office/portfolio?sort=nonsense&show=nonsense"))) == 2

    def test_ana_sees_only_her_clients(self, client, cast, book):
        html = people.sign_in(client, cast.ana).get("/office/portfolio").text
        assert self.order(html) == ["Padaria Sol"]
        assert "Oficina Lua" not in html

    def test_the_spreadsheet_holds_the_rows_as_filtered_and_no_formula(self, marta, session, cast):
        cast.sol.name = "=HYPERLINK(1) Sol"
        session.commit()
        answer = marta.client.get("/office/portfolio.csv?q=sol&sort=-open")
        rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
        assert answer.mimetype == "text/csv"
        assert len(rows) == 2
        row = dict(zip(rows[0], rows[1], strict=True))
        assert row["Cliente"].startswith("'=HYPERLINK")
        assert row["Em aberto"] == "4665,43"

    def test_the_figures_of_the_office_lead_into_each_company(self, marta, cast):
        html = marta.open("/office/portfolio")
        assert 'href="/w/sol"' in html
        assert "Davi Lima" in said(marta.open("/w/sol"))
