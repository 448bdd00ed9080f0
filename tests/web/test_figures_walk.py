"""Files of the dashboards: the same in both forms, as filtered, with the figures of the screen."""

import csv
import io
import re
from datetime import date

from openpyxl import load_workbook

from tests.factories import people
from tests.web import shown
from tests.web.by_hand import money
from tests.web.figures_book import world  # noqa: F401

FILES = (
    "/office/portfolio.xlsx?sort=name",
    "/w/sol/analysis.xlsx",
    "/w/sol/analysis.xlsx?by=class&is=C&split=band",
    "/w/sol/analysis/patterns.xlsx",
    "/w/sol/analysis/patterns/part/first.xlsx",
    "/w/sol/analysis/patterns/paid/3.xlsx",
    "/w/sol/analysis/recovery.xlsx?span=month",
    "/w/sol/analysis/recovery/step.xlsx?name=d%2B1",
    "/w/sol/analysis/waiting.xlsx",
    "/w/sol/analysis/waiting/reminders.xlsx",
    "/w/sol/figures/overdue_cents.xlsx?by=tag&is=vip",
    "/w/sol/figures/roll_1-30.xlsx",
    "/w/sol/commitments/promises_kept_pct.xlsx",
)
SCREENS = {  # what a file has in common with its screen: column there, places here
    "/w/sol/analysis/patterns": {
        "Faturas": ("Por [a-z ]+ / Faturas", "Primeira .* / Faturas"),
        "Valor atrasado": ("Por [a-z ]+ / Valor atrasado", "Primeira .* / Valor atrasado"),
    },
    "/w/sol/analysis/recovery": {
        "Faturas": (".* / Faturas",),
        "Cobrado": (".* / Cobrado",),
        "Entrou depois": (".* / Entrou depois",),
    },
    "/w/sol/analysis/waiting": {"Em atraso": ("Onde .* / Em atraso",)},
    "/office/portfolio": {
        "Em aberto": ("Carteira / Em aberto",),
        "Recebido na semana": ("Carteira / Recebido",),
    },
}
FILTERED = (
    "/office/portfolio?analyst=Ana&sort=name",
    "/office/portfolio?show=stale&q=lua",
    "/w/sol/analysis/recovery?span=month",
    "/w/sol/analysis/recovery?day={ago}",
    "/w/sol/analysis/patterns?day={ago}",
    "/w/sol/analysis/waiting",
)


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


def test_each_file_says_the_same_in_both_forms(client, world):  # noqa: F811
    people.sign_in(client, world[0].marta)
    for path in FILES:
        text, sheet = cells(client, path)
        assert len(text) == len(sheet) > 1, path
        for written, values in zip(text, sheet, strict=True):
            differing = [(w, v) for w, v in zip(written, values, strict=True) if not same(w, v)]
            assert differing == [], path


def test_a_file_holds_the_figures_of_its_screen_as_filtered(client, world):  # noqa: F811
    cast, _, (_, sol) = world
    people.sign_in(client, cast.marta)
    ago = sol.day.replace(day=1).isoformat()
    for address in FILTERED:
        path, _, asked = address.format(ago=ago).partition("?")
        screen = shown.by_place(client.get(f"{path}?{asked}").text)
        text = client.get(f"{path}.csv?{asked}").get_data(as_text=True).lstrip("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        for column, places in SCREENS[path].items():
            wanted = [p for p in screen if any(re.fullmatch(one, p) for one in places)]
            told = [text for place in wanted for text in screen[place]]
            assert rows, address
            assert sorted(said(row[column]) for row in rows) == sorted(told), (address, column)


def test_an_address_shows_the_same_to_whoever_else_opens_it(client, world):  # noqa: F811
    cast = world[0]
    for path in (
        "/w/sol/analysis?by=class&is=C&by=band&is=to_1000&split=debtor",
        "/w/sol/analysis/recovery?span=month",
        "/w/sol/figures/overdue_cents?by=class&is=C&by=band&is=to_1000",
    ):
        views = []
        for person in (cast.marta, cast.ana):
            people.sign_in(client, person)
            views.append(shown.by_place(client.get(path).text))
        assert views[0] == views[1]
        assert views[0]


def said(written: str) -> str:
    """A cell of a file as screens say it."""
    cents = re.fullmatch(r"(-?\d+),(\d\d)", written)
    return money(int(cents[1] + cents[2])) if cents else written


def test_an_empty_company_has_sentences_in_place_of_empty_charts(client, session):
    cast = people.cast(session)
    for person, path in ((cast.ana, "/w/sol"), (cast.bruno, "/portal/sol")):
        people.sign_in(client, person)
        text = client.get(path).text
        assert "Nenhum dinheiro entrou ainda." in text
        assert "Contado a partir das primeiras vendas." in text
