"""A walk over the reports: each figure on them is found again in facts that are counted by hand.

What a report prints and the walk does not expect fails by the name of its place (see `on_paper`),
so that a new figure comes with its own check. What the company's model expects is compared with
its dashboard; that has a walk of its own (`test_every_figure`).
"""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from pypdf import PdfReader

from bpo.analytics import monthly, weekly
from bpo.db import acting_as, db
from bpo.gateways import client_rows, reports
from bpo.gateways.reports import Links
from bpo.kernel import actor as actors
from bpo.queries.insight import dossiers, figures, months
from bpo.services.insight import portfolio_reports
from bpo.services.insight.reports import identity_of
from tests.factories import people
from tests.web import expected_dossiers, expected_reports, on_paper, shown
from tests.web.expected_reports import Ahead, Expected, Says, wrong
from tests.web.figures_book import world  # noqa: F401

DEFINITIONS = "Os números em detalhe / O que significa"
"""Digits of definitions, the 90 of DSO among them, are no figures of the company."""
LINKS = Links("https://bpo.example/portal", "https://bpo.example/mails")
BPO = "BPO"


@pytest.fixture
def drawn(monkeypatch):
    """What each document is drawn from, and what is printed on it."""
    pages: list[str] = []
    render = reports.pdf.render
    kept = lambda html, **more: (pages.append(html), render(html, **more))[1]  # noqa: E731
    monkeypatch.setattr(reports.pdf, "render", kept)

    def of(document: bytes) -> str:
        told = on_paper.digits(p.extract_text() for p in PdfReader(BytesIO(document)).pages)
        numbered = {str(number + 1) for number in range(len(PdfReader(BytesIO(document)).pages))}
        assert on_paper.digits([on_paper.words(pages[-1])]) | numbered == told | numbered
        return pages[-1]

    return of


def told_on(page: str) -> dict[str, list[str]]:
    told = on_paper.by_place(page)
    told.pop(DEFINITIONS, None)
    return told


def ahead(client) -> list[Ahead]:
    """The four weeks to come as the dashboard tells them."""
    told = shown.by_place(client.get("/w/sol").text)
    names = ("Previsto", "Mínimo", "Máximo")
    columns = [told[f"Entradas, semana a semana / {name}"][8:] for name in names]
    return [Ahead(*map(cents, week)) for week in zip(*columns, strict=True)]


def cents(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text))


def in_the_mail(facts: Expected) -> Expected:
    """A mail says the change and the note of a figure on one line."""
    both: Expected = {}
    for place, texts in facts.items():
        line = re.sub(", note$", ", change", place)
        parts = [*both.get(line, []), *texts]
        both[line] = [Says(*(f for t in parts for f in t.figures))] if ", " in line else parts
    return both


@pytest.fixture
def papers(client, world, drawn):  # noqa: F811
    """(name, what it prints, what the facts say) of every report and its mail."""
    cast, now, (lua, sol) = world
    people.sign_in(client, cast.marta)
    weeks = ahead(client)
    portfolio = shown.by_place(client.get("/office/portfolio?sort=name").text)
    names = sorted((lua.place.name, sol.place.name))
    waiting = dict(zip(names, portfolio["Carteira / A fazer"], strict=True))
    with acting_as(actors.system([lua.place.id, sol.place.id], name="test")):
        return list(_papers((lua, sol), weeks, waiting, now, drawn))


def _papers(books, weeks, waiting, now, drawn) -> Iterator[tuple[str, str, Expected]]:
    session, (_, sol) = db.session(), books
    who, day = identity_of(sol.place, BPO), sol.day
    week = figures.week(session, sol.place, weekly.week_of(day), day)
    month = months.of(session, sol.place, monthly.month_of(day), day)
    rows = portfolio_reports.figures(session, [book.place for book in books], now)
    pt = "pt_BR"
    yield "week", drawn(reports.weekly_pdf(week, who, pt)), expected_reports.weekly(sol, weeks)
    yield "month", drawn(reports.monthly_pdf(month, who, pt)), expected_reports.monthly(sol, weeks)
    facts = expected_dossiers.portfolio(books, BPO, now, waiting)
    yield "portfolio", drawn(client_rows.document(rows, BPO, pt)), facts
    for one, debtor in sol.debtors.items():
        file = drawn(reports.dossier_pdf(dossiers.of(session, sol.place, one, day), who, pt))
        yield debtor.name, file, expected_dossiers.dossier(sol, one)
    facts = in_the_mail(expected_reports.weekly_mail(sol, weeks))
    yield "mail of the week", reports.weekly_mail(week, who, pt, LINKS).html, facts
    facts = in_the_mail(expected_reports.monthly_mail(sol, weeks))
    yield "mail of the month", reports.monthly_mail(month, who, pt, LINKS).html, facts
    facts = in_the_mail(expected_dossiers.portfolio_mail(books, now))
    yield (
        "mail of the portfolio",
        client_rows.mail(rows, BPO, pt, "https://bpo.example").html,
        facts,
    )


def test_every_figure_of_a_report_is_found_again_and_none_can_be_wrong_unseen(papers):
    told = {name: told_on(page) for name, page, _ in papers}
    facts = {name: expected for name, _, expected in papers}
    assert {name: found for name in told if (found := wrong(told[name], facts[name]))} == {}
    assert sum(map(len, told["week"].values())) > 100
    for name in told:
        assert wrong(told[name] | {"A place of its own": ["12 faturas"]}, facts[name]), name
        for place, texts in planted(told[name]):
            assert wrong(told[name] | {place: texts}, facts[name]), (name, place, texts)


def planted(told: dict[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """The texts of a place with one figure changed in its last digit, for each figure."""
    for place, texts in told.items():
        for which, text in enumerate(texts):
            for figure in on_paper.found_in(text):
                at = max(n for n in range(figure.start(), figure.end()) if text[n].isdigit())
                other = f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"
                yield place, [*texts[:which], other, *texts[which + 1 :]]
