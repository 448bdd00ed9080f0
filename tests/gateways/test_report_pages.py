"""The pages of reports as who is handed them sees them: nothing cut off, parted or left alone."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from bpo.analytics.clients import ClientTotals, PortfolioFigures
from bpo.domain.books import charges
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Receivable
from bpo.domain.books.statements import Line, Move
from bpo.domain.insight.dossiers import Contacted, Dossier, Owed
from bpo.gateways import client_rows, pdf, reports
from bpo.gateways.weekly import details
from bpo.gateways.weekly.voice import Voice
from tests.gateways import figures
from tests.gateways.figures import AS_OF, IDENTITY

ENDLESS = "Distribuidoradealimentosebebidasirmaosvasconcelosdealbuquerquedonordeste"
RIGHT = 56 + 483
"""Where the paper of A4 reports ends, in points."""
HEADINGS = (
    "Who it is",
    "What is owed, and why",
    "The account: what was charged and what settled it",
    "Contacts",
    "Promises",
    "Disputes",
    "Agreements",
    "Documents that go with this dossier",
)
LINKS = reports.Links("https://portal.example/p/sol", "https://portal.example/me")


def owed(number: str, late: int) -> Owed:
    due = AS_OF - timedelta(days=late)
    title = Receivable(68_506, due, due)
    told = charges.amount_due(title, CollectionPolicy(), AS_OF)
    return Owed(number, due - timedelta(days=14), due, 68_506, told)


def moved(number: str, day: date) -> Line:
    return Line(Move(day, "issue", 1, number, ENDLESS, day, 68_506), 68_506)


def dossier(**changes: Any) -> Dossier:
    """A debtor with a name that has no blank, much that is owed, and a long account."""
    days = [AS_OF - timedelta(days=400 - n) for n in range(45)]
    plain = Dossier(
        debtor_id=1,
        name=ENDLESS,
        document="88.505.338/0001-46",
        reference=ENDLESS,
        place="Mogi das Cruzes - SP",
        addresses=(("email", f"{ENDLESS}@example.com"),),
        as_of=AS_OF,
        owed=tuple(
            owed(f"{n}-{ENDLESS}" if n % 9 == 0 else str(7000 + n), n + 2) for n in range(26)
        ),
        moves=tuple(moved(str(7000 + n), day) for n, day in enumerate(days)),
        contacts=(Contacted(AS_OF, "email", False, ("delivered",), ENDLESS),),
        promises=(),
        disputes=(),
        agreements=(),
        documents=(),
    )
    return replace(plain, **changes)


@dataclass(frozen=True)
class Page:
    """A page as it is read: its text with single blanks, and where each piece of it ends."""

    text: str
    ends: list[tuple[float, str]]


def read(document: bytes) -> list[Page]:
    return [_read(page) for page in PdfReader(BytesIO(document)).pages]


def _read(page: PageObject) -> Page:
    ends: list[tuple[float, str]] = []

    def note(text: str, _cm: Any, matrix: list[float], _font: Any, size: float) -> None:
        if text.strip():
            ends.append((matrix[4] + pdf.width_of(text.strip(), size=size), text))

    return Page(" ".join(page.extract_text(visitor_text=note).split()), ends)


def beyond(pages: list[Page]) -> list[str]:
    """What reaches over the right edge; faces narrower than the one measured get some room."""
    return [text for page in pages for end, text in page.ends if end > RIGHT * 1.03]


def drawn(told: Dossier) -> list[Page]:
    return read(reports.dossier_pdf(told, IDENTITY, "en"))


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return drawn(dossier())


def test_a_name_without_a_blank_goes_on_in_the_next_line(pages: list[Page]) -> None:
    whole = pages[0].text.replace(" ", "")
    assert whole.count(ENDLESS) >= 4
    assert f"0-{ENDLESS}" in whole
    assert beyond(pages) == []


def test_an_invoice_and_why_it_is_owed_stand_on_the_same_page(pages: list[Page]) -> None:
    short = [one for one in dossier().owed if len(one.number) < 9]
    told = 0
    for page in pages[: len([page for page in pages if HEADINGS[1] in page.text])]:
        here = [one for one in short if f" {one.number} " in page.text]
        assert all(f"{one.due.days_late} days since" in page.text for one in here)
        told += len(here)
    assert told == len(short)


def test_a_heading_is_never_alone_and_is_said_again(pages: list[Page]) -> None:
    assert len(pages) > 2
    for page in pages:
        before_foot = page.text.split("Sol Nascente Indústria")[0].rstrip()
        assert not before_foot.endswith(HEADINGS)
        assert any(f"{n}. {name}" in page.text for n, name in enumerate(HEADINGS, 1))
    account = [page.text for page in pages if HEADINGS[2] in page.text]
    assert len(account) > 1
    assert all("Balance" in text for text in account)


def test_each_page_says_whose_file_it_is(pages: list[Page]) -> None:
    for number, page in enumerate(pages, 1):
        assert "Collection dossier of Distri" in page.text
        assert f"page {number} of {len(pages)}" in page.text


def test_a_file_without_anything_says_so_under_each_heading() -> None:
    (page,) = drawn(dossier(owed=(), moves=(), contacts=(), addresses=()))
    assert page.text.count("None on file.") == 6
    assert "Nothing is owed." in page.text
    assert "Balance" not in page.text


def test_endless_names_leave_the_week_on_two_pages() -> None:
    names = tuple(replace(one, name=ENDLESS) for one in figures.weekly().top_debtors)
    identity = replace(figures.LONG, name=ENDLESS, legal_name=ENDLESS, bpo_name=ENDLESS)
    told = replace(figures.weekly(), top_debtors=names)
    found = read(reports.weekly_pdf(told, identity, "en"))
    assert len(found) == 2
    assert found[0].text.count("Distribuidoradealimentos") == 13
    assert found[0].text.count(ENDLESS) == 1
    assert beyond(found) == []


def test_a_week_without_money_to_come_has_no_range() -> None:
    assert (
        "0 to"
        not in details.coming_week(
            figures.nothing_yet().expected_weeks[0], Voice("en", "BRL")
        ).range
    )


def test_a_mail_breaks_a_name_that_is_wider_than_a_telephone() -> None:
    mail = reports.weekly_mail(figures.weekly(), replace(IDENTITY, name=ENDLESS), "en", LINKS)
    cells = [part.split(">")[0] for part in mail.html.split("<td")[1:]]
    assert cells
    assert all("overflow-wrap: anywhere" in cell for cell in cells)


def test_a_portfolio_without_a_client_is_told_in_words() -> None:
    nothing = PortfolioFigures(AS_OF, (), ClientTotals("BRL", 0, 0, 0, 0, 0, 0, None))
    text = PdfReader(BytesIO(client_rows.document(nothing, "Ponte", "en"))).pages[0].extract_text()
    assert "No client in reach." in text
    assert "Total" not in text
