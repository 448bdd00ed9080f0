"""Every figure of a dashboard leads to what is behind it, and the page there says the same figure.

A figure that leads nowhere fails by the name of its place.
"""

import re
from datetime import timedelta

import pytest

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.services.insight import scores
from tests.factories import people
from tests.web import shown
from tests.web.expected_figures import done
from tests.web.figures_book import world  # noqa: F401

ROOMS = (
    "/office/portfolio?sort=name",
    "/w/sol",
    "/w/sol/analysis",
    "/w/sol/analysis?by=class&is=C&split=band",
    "/w/sol/analysis/patterns",
    "/w/sol/analysis/recovery",
    "/w/sol/analysis/waiting",
)
SAID = re.compile(r"-?R\$ [\d.]+,\d\d|[\d.]+(?:,\d+)?%?")
DERIVED = (
    "Carteira / Cliente",
    "%",
    "Atraso médio",
    "Dias de atraso",
    "Devedores",
    "Atrasados",
    ", note",
    "Mínimo",
    "Máximo",
    "A vencer",
    "Previsto",
)
"""Ends of places whose figures are reckoned from the others of their line, or are those of the
model, which the page of the forecast tells."""
ALONE = (
    "page-head",
    "page: headline",
    "O que foi feito",  # each of its lines has a test of its own
    "O que rolou para a frente, note",
    "A idade do que há a receber, note",
    "Quem mais deve em atraso, note",
    "Dias de vendas a receber (DSO), note",
    "DSO por esgotamento",  # made of months, each of which the table of months leads to
    "Espera pelo cliente",
    "Dinheiro a conciliar",  # its lines are looked through one by one
    "filter: ",
)
"""What says in words the figures that stand beside it, one by one."""
WORDS = ("Semana de", "Idade então", "/ Idade", "/ ", "/ Nome", "Por valor / Nome")
EMPTY = ("–", "0", "R$ 0,00")


def visible(html: str) -> str:
    plain = re.sub(r"<(svg|script|style).*?</\1>|<[^>]+>", " ", html, flags=re.S)
    return " ".join(plain.replace("&nbsp;", " ").replace("\xa0", " ").split())


@pytest.fixture
def opened(client):
    """Pages by address, each asked for once."""
    pages: dict[str, str] = {}

    def get(path: str) -> str:
        if path not in pages:
            answer = client.get(path)
            assert answer.status_code == 200, path
            pages[path] = answer.text
        return pages[path]

    return get


def test_every_figure_leads_to_a_page_that_says_it(client, world, opened):  # noqa: F811
    cast, now, (_, sol) = world
    with acting_as(actors.system([sol.place.id], name="test")):
        scores.refresh(actors.system([sol.place.id], name="clock"), sol.place.id, sol.day, now=now)
    people.sign_in(client, cast.marta)
    lost, differing, followed = {}, {}, set()
    for room in ROOMS:
        for one in firsts(shown.figures(opened(room))):
            if one.place.startswith(ALONE) or one.place.endswith(WORDS):
                continue
            if one.link is None:
                lost[room, one.place] = one.text
                continue
            figure = SAID.search(one.text.replace("67%", "66,7%"))
            if figure is None or one.place.endswith(DERIVED) or (one.place, figure[0]) in followed:
                continue
            followed.add((one.place, figure[0]))
            if not says(opened(one.link.partition("#")[0]), figure[0]):
                differing[room, one.place, one.link] = one.text
    assert (lost, differing) == ({}, {})


def test_the_client_s_manager_sees_what_is_behind_the_figures_of_the_portal(
    client,
    world,  # noqa: F811
    opened,
):
    cast, _, _ = world
    people.sign_in(client, cast.bruno)
    followed = set()
    for one in firsts(shown.figures(opened("/portal/sol"))):
        if one.link and one.link.startswith("/portal/sol/figures") and "Quem" not in one.place:
            figure = SAID.search(one.text)
            if figure and not one.place.endswith((*DERIVED, *WORDS)):
                followed.add(one.place)
                assert says(opened(one.link), figure[0]), one
    assert len(followed) >= 10
    for path in ("expected_loss_cents", "roll_1-30", "nothing"):
        assert client.get(f"/portal/sol/figures/{path}").status_code == 404
    table = client.get("/portal/sol/figures/overdue_cents.csv").get_data(as_text=True)
    assert "Elisa" in table
    people.sign_in(client, cast.celia)
    assert client.get("/portal/sol/figures/open_cents").status_code == 404
    assert client.get("/portal/sol/figures/open_cents.xlsx").status_code == 404


DONE = ("O que foi feito", "O que fizemos por você")
DATED = re.compile(r"\d\d/\d\d(/\d{4})?")


@pytest.mark.parametrize("room", ["/w/sol", "/portal/sol"])
def test_each_line_of_what_was_done_leads_to_the_rows_that_it_counts(client, world, opened, room):  # noqa: F811
    cast, _, _ = world
    people.sign_in(client, cast.bruno if "portal" in room else cast.marta)
    followed = []
    for one in shown.figures(opened(room)):
        said = SAID.findall(DATED.sub("", one.text))
        if one.place in DONE and said:
            assert one.link, one
            assert all(says(opened(one.link), figure) for figure in said), one
            followed.append(one.text)
    assert len(followed) > 8
    assert any("pagamento" in text for text in followed), followed
    assert "Bento" in client.get(f"{room}/done/ended.csv").get_data(as_text=True)


def test_the_lists_of_what_was_done_hold_what_is_counted_by_hand(client, world, opened):  # noqa: F811
    cast, _, (_, sol) = world
    people.sign_in(client, cast.marta)
    since = sol.day - timedelta(days=60)
    kinds = ("reminders", "contacted", "calls", "promises", "ended", "unconfirmed")
    for kind, counted in zip(kinds, done(sol, since), strict=True):
        page = opened(f"/w/sol/done/{kind}?since={since}&day={sol.day}")
        assert all(says(page, figure) for figure in SAID.findall(counted)), (kind, counted)
    for kind in ("agreements", "payments"):
        assert opened(f"/w/sol/done/{kind}?day={sol.day}")
    assert client.get("/w/sol/done/nothing").status_code == 404
    people.sign_in(client, cast.celia)
    assert client.get("/portal/sol/done/calls").status_code == 404
    assert client.get("/portal/sol/expected").status_code == 404


def test_the_portal_says_of_which_invoices_four_weeks_and_debtors_are_made(
    client,
    world,  # noqa: F811
    opened,
):
    cast, _, (_, sol) = world
    people.sign_in(client, cast.bruno)
    found = [one for one in shown.figures(opened("/portal/sol")) if one.text not in EMPTY]
    (expected,) = [one for one in found if one.place == "Previsto em quatro semanas"]
    page = shown.by_place(opened(expected.link))
    for name in ("Semana a semana", "Fatura a fatura"):
        assert sum(map(cents, page[f"{name} / Previsto"])) == cents(expected.text)
    owed = [one for one in found if one.place == "Quem mais deve em atraso / Em atraso"]
    assert len(owed) == 7
    for one in owed:
        told = visible(opened(one.link))
        assert says(opened(one.link), one.text), one
        named = [debtor.name for debtor in sol.debtors.values() if debtor.name in told]
        assert [f"debtor={who}&" in one.link for who in sol.debtors].count(True) == len(named) == 1


def cents(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text))


def firsts(figures: list[shown.Figure]) -> list[shown.Figure]:
    """The first figure of each place that has something behind it; one loop makes the others."""
    some = [one for one in figures if not one.text.startswith(EMPTY)]
    return list({one.place: one for one in reversed(some)}.values())


def says(html: str, figure: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|,\d)", visible(html)) is not None
