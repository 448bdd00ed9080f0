"""Figures of the dashboards in files and where they lead; on screen, see `test_every_figure`.

The facts are counted here by hand, from plain rows, so that a mistake which screen, file and
`analytics` share would still be seen.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bpo.db import acting_as
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import Entry, Receivable
from bpo.services import snapshots as keeping
from tests.factories import debts, people, waiting

TITLES = (  # days since it fell due, centavos, (days ago, centavos) of payments
    (-12, 410_00, ()),
    (4, 325_17, ((2, 100_00),)),
    (4, 1_200_00, ((9, 400_00), (0, 150_05))),
    (18, 90_33, ((0, 90_33),)),
    (45, 700_00, ()),
    (75, 333_31, ((70, 33_31),)),
    (130, 2_468_00, ((8, 68_00),)),
    (200, 555_00, ((190, 555_00),)),
)


@dataclass(frozen=True)
class Told:
    """What the facts of a company come to today, in centavos."""

    open: int
    overdue: int
    over_90: int
    sales: int
    week: int
    was_overdue: int

    @property
    def share(self) -> float:
        return self.overdue * 100 / self.open

    @property
    def dso(self) -> float:
        return self.open * 90 / self.sales


@pytest.fixture
def walk(session, client):
    """Two companies with a book each, told from what the night kept."""
    cast = people.cast(session)
    now = datetime.now(UTC)
    day = clock.local_day(now, cast.sol.time_zone)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        for place, times in ((cast.sol, 1), (cast.lua, 3)):
            for number, (late, cents, money) in enumerate(TITLES):
                who = debts.debtor(session, place, f"Devedor {number}", reference=str(number))
                due = day - timedelta(days=late)
                title = debts.receivable(session, who, str(number), due=due, cents=cents * times)
                for ago, paid in money:
                    debts.paid(session, title, paid * times, day - timedelta(days=ago))
        for state in ("kept", "kept", "broken"):
            waiting.promise(session, who, 10_00, day, state=state, settled_on=day)
        for place in (cast.sol, cast.lua):
            program = actors.system([place.id], name="clock")
            keeping.refresh(program, place.id, day, now=now)
        yield cast, day


def told(session, place, day: date) -> Told:
    titles = session.scalars(select(Receivable).where(Receivable.workspace_id == place.id)).all()
    entries = session.scalars(select(Entry).where(Entry.workspace_id == place.id)).all()
    monday = day - timedelta(days=day.weekday())
    before = monday - timedelta(days=1)

    def left(title, on) -> int:
        paid = (
            e.principal_cents for e in entries if e.receivable_id == title.id and e.on_day <= on
        )
        return title.amount_cents - sum(paid) if title.issue_date <= on else 0

    def late(on) -> int:
        return sum(left(title, on) for title in titles if title.effective_due_date < on)

    return Told(
        open=sum(left(title, day) for title in titles),
        overdue=late(day),
        over_90=sum(left(t, day) for t in titles if (day - t.due_date).days > 90),
        sales=sum(t.amount_cents for t in titles if 0 <= (day - t.issue_date).days < 90),
        week=sum(e.principal_cents for e in entries if e.on_day >= monday),
        was_overdue=late(before),
    )


def visible(html: str) -> str:
    plain = re.sub(r"<(svg|script|style).*?</\1>|<[^>]+>", " ", html, flags=re.S)
    return " ".join(unescape(plain).replace("\xa0", " ").split())


def money(cents: int) -> str:
    return wording.money(cents, "pt_BR").replace("\xa0", " ")


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def table(html: str, label: str) -> list[list[str]]:
    """The cells of a table by its caption, as HTML."""
    caption = f'<caption class="visually-hidden">{label}</caption>'
    found = html[html.index(caption) :].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", found.partition("<tbody>")[2], flags=re.S)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.S) for row in rows]


def heads(html: str) -> dict[str, str]:
    """The figures at the head of a page, as HTML by name."""
    pattern = r'class="figure-name"><span>([^<]+)</span>.*?class="figure-value[^"]*">(.*?)</div>'
    return dict(re.findall(pattern, html, flags=re.S))


def leads(client, cell: str) -> str:
    """What stands at the head of the page that a figure leads to."""
    (path,) = re.findall(r'<a [^>]*href="([^"]+)"', cell)
    return visible(page(client, unescape(path)))


def cells(client, path: str) -> tuple[list[list[str]], list[list[object]]]:
    """A file in both forms, whose rows must be the same."""
    text = client.get(path.replace(".xlsx", ".csv")).get_data(as_text=True).lstrip("\ufeff")
    book = load_workbook(io.BytesIO(client.get(path).get_data()), read_only=True)
    sheet = [list(row) for row in book.active.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(text), delimiter=";")), sheet


def same(written: str, value: object) -> bool:
    """Whether a cell of a CSV and one of a workbook say the same."""
    if value is None:
        return written == ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return abs(float(written.replace(".", "").replace(",", ".")) - value) < 1e-6
    if isinstance(value, date):
        return written in (f"{value:%d/%m/%Y}", f"{value:%Y-%m-%d}")
    return written == str(value)


FILES = (
    "/office/portfolio.xlsx?sort=name",
    "/w/sol/analysis.xlsx",
    "/w/sol/analysis/patterns.xlsx",
    "/w/sol/analysis/waiting.xlsx",
    "/w/sol/figures/overdue_cents.xlsx",
)


def test_each_file_says_the_same_in_both_forms_and_obeys_the_filter(client, session, walk):
    cast, day = walk
    people.sign_in(client, cast.marta)
    for path in FILES:
        text, sheet = cells(client, path)
        assert len(text) == len(sheet) > 1
        for written, values in zip(text, sheet, strict=True):
            differing = [(w, v) for w, v in zip(written, values, strict=True) if not same(w, v)]
            assert differing == [], path
    text, _sheet = cells(client, "/office/portfolio.xlsx?analyst=Ana")
    row = dict(zip(text[0], text[1], strict=True))
    with acting_as(actors.system([cast.sol.id], name="test")):
        fact = told(session, cast.sol, day)
    assert len(text) == 2
    assert row["Em aberto"] == f"{fact.open / 100:.2f}".replace(".", ",")
    assert row["Em atraso"] == f"{fact.overdue / 100:.2f}".replace(".", ",")
    assert row["DSO"] == f"{fact.dso:.4f}".replace(".", ",")


def test_figures_lead_to_pages_that_say_them(client, session, walk):
    cast, _day = walk
    people.sign_in(client, cast.ana)
    html = page(client, "/w/sol")
    for name in ("Recebido na semana", "Em atraso", "DSO"):
        figure = visible(heads(html)[name]).removesuffix(" dias")
        assert figure in leads(client, heads(html)[name]), name
    for row in table(html, "Entradas, semana a semana")[:8]:
        assert visible(row[1]) in leads(client, row[1])
    ages = re.findall(r"<dd>(<a.*?</a>)", html.partition("ageing-key")[2].partition("</dl>")[0])
    assert len(ages) == 5
    for cell in ages:
        assert visible(cell) in leads(client, cell)


def test_where_money_waits_leads_to_the_lists_of_what_waits(client, session, walk):
    cast, day = walk
    people.sign_in(client, cast.ana)
    with acting_as(actors.system([cast.sol.id], name="test")):
        fact = told(session, cast.sol, day)
        title = session.scalars(
            select(Receivable).where(
                Receivable.workspace_id == cast.sol.id, Receivable.number == "4"
            )
        ).one()
        waiting.dispute(session, title, day)
    html = page(client, "/w/sol/analysis/waiting")
    rows = table(html, "Onde o dinheiro espera")
    assert sum(int(re.sub(r"\D", "", visible(row[3]))) for row in rows) == fact.overdue
    assert visible(rows[0][3]) == money(title.amount_cents)
    assert money(title.amount_cents) in leads(client, rows[0][0])
    for row in rows:
        leads(client, row[0])
    assert money(fact.overdue) in leads(client, heads(html)["Em atraso"])


def test_an_empty_company_has_sentences_in_place_of_empty_charts(client, session):
    cast = people.cast(session)
    for person, path in ((cast.ana, "/w/sol"), (cast.bruno, "/portal/sol")):
        people.sign_in(client, person)
        text = visible(page(client, path))
        assert "Nenhum dinheiro entrou ainda." in text
        assert "Contado a partir das primeiras vendas." in text
