"""A debtor's account and what was received for a company: exact, and for those who may see it."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.books import statements
from bpo.domain.books.statements import Move
from bpo.domain.intake import remittances
from bpo.kernel import actor as actors
from bpo.models import Receivable
from bpo.services.cash import payments
from tests.factories import books, debts, people
from tests.factories.books import TODAY, Browser
from tests.factories.people import NOW


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def davi(session, cast):
    found = books.davi(session, cast.sol)
    first = session.scalars(select(Receivable).where(Receivable.number == "NF-1")).one()
    debts.paid(session, first, 400_00, TODAY - timedelta(days=3))
    return found


@pytest.fixture
def ana(client, cast):
    return Browser(people.sign_in(client, cast.ana), "/w/sol")


def move(days, cents, kind="issued"):
    return Move(TODAY + timedelta(days=days), kind, 1, "NF", "", None, cents)


def test_an_account_runs_from_what_was_owed_before_to_what_is_owed_after():
    found = statements.statement(
        [move(-9, 100), move(-5, -40, "payment"), move(-1, 70), move(1, 999)],
        TODAY - timedelta(days=5),
        TODAY,
    )
    assert found.opening_cents == 100
    assert [line.balance_cents for line in found.lines] == [60, 130]
    assert found.opening_cents + found.charged_cents - found.settled_cents == found.closing_cents


def test_receipts_of_nobody_add_up_to_nothing():
    assert remittances.Remittance(TODAY, TODAY, ()).total.total_cents == 0


def test_the_account_on_the_screen_and_on_paper(ana, davi):
    path, year = f"/debtors/{davi.id}/statement", (TODAY - timedelta(days=400)).isoformat()
    page = ana.open(path, **{"from": year}).text
    for words in ("NF-1", "NF-2", "R$\xa0400,00", "R$\xa01.100,00"):
        assert words in page
    before = ana.open(path, **{"from": year, "to": (TODAY - timedelta(days=4)).isoformat()}).text
    assert "R$\xa0400,00" not in before
    paper = ana.open(path + ".pdf", **{"from": year})
    words = PdfReader(BytesIO(paper.data)).pages[0].extract_text().replace("\xa0", " ")
    assert "R$ 1.100,00" in words
    assert "Davi Lima" in words


def test_receipts_add_up_and_leave_out_what_was_undone(ana, session, cast, davi):
    marta = people.actor(session, cast.marta)
    zeca = debts.debtor(session, cast.sol, "Zeca", email=None)
    wrong = payments.record(marta, cast.sol.id, zeca.id, 70_00, TODAY, now=NOW + timedelta(days=90))
    payments.reverse(marta, cast.sol.id, wrong.payment.id, "engano", mistake=True, now=NOW)
    period = {"from": (TODAY - timedelta(days=30)).isoformat(), "to": TODAY.isoformat()}
    assert "R$\xa0400,00" in ana.open("/receipts", **period).text
    text = ana.open("/receipts.csv", **period).text.removeprefix("\ufeff")
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert rows[-1][-1] == "400,00"
    book = load_workbook(BytesIO(ana.open("/receipts.xlsx", **period).data)).active
    assert [cell.value for cell in book[book.max_row]][-1] == 400
    assert ana.open("/receipts.pdf", **period).data.startswith(b"%PDF-")


def test_bruno_has_his_receipts_and_nobody_elses(client, cast, davi):
    bruno = people.sign_in(client, cast.bruno)
    assert "R$\xa0400,00" in bruno.get("/portal/sol/receipts?from=2020-01-01").text
    assert bruno.get("/portal/sol/receipts.pdf").data.startswith(b"%PDF-")
    assert bruno.get("/portal/lua/receipts").status_code == 404
    assert bruno.get(f"/w/sol/debtors/{davi.id}/statement").status_code == 403
    carla = people.sign_in(client, cast.carla)
    for path in ("receipts", f"debtors/{davi.id}/statement.pdf"):
        assert carla.get(f"/w/sol/{path}").status_code == 404
    assert carla.get(f"/w/lua/debtors/{davi.id}/statement").status_code == 404
