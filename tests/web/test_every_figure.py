"""A walk over the dashboards: each figure on them is found again in facts that are counted by hand.

What a page shows and the walk does not expect fails by the name of its place (see `shown`): a new
figure comes with its own check.
"""

from bpo.kernel import actor as actors
from bpo.services.insight import snapshots as keeping
from tests.factories import people
from tests.web import expected_figures as expected
from tests.web import expected_portfolio, shown
from tests.web import expected_rooms as rooms
from tests.web.by_hand import money
from tests.web.expected_figures import Words
from tests.web.figures_book import world  # noqa: F401

MODEL = ("Previsto em quatro semanas", "Previsto", "Mínimo", "Máximo")
"""What the company's model expects; the figures of the page of the forecast are its own walk."""


def keep(books, now) -> None:
    """The night between, for each company."""
    for book in books:
        program = actors.system([book.place.id], name="clock")
        keeping.refresh(program, book.place.id, book.day, now=now)


def read(client, path: str) -> dict[str, list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return shown.by_place(answer.text)


def compare(told: dict[str, list[str]], facts: expected.Expected, where: str) -> None:
    """Every figure that is shown is expected, and every expected one is shown."""
    unknown = {place: texts for place, texts in told.items() if place not in facts}
    assert unknown == {}, f"{where} shows figures that no walk checks"
    missing = {p: texts for p, texts in facts.items() if texts and p not in told}
    assert {p for p, texts in missing.items() if not isinstance(texts, Words)} == set(), where
    wrong = {p: (texts, facts[p]) for p, texts in told.items() if facts[p] != texts}
    assert wrong == {}, where


def test_every_figure_is_found_again_in_facts(client, world):  # noqa: F811
    cast, now, (lua, sol) = world
    people.sign_in(client, cast.marta)
    for kept in (False, True):
        if kept:
            keep((lua, sol), now)
        told = read(client, "/office/portfolio?sort=name")
        to_do = told["Carteira / A fazer"]
        facts = expected_portfolio.portfolio((lua, sol), ("Carla", "Ana"), now, to_do)
        compare(told, facts, f"portfolio, kept {kept}")
        told = read(client, "/w/sol")
        model(told)
        whole = told.pop("O que foi feito")
        assert whole[: len(expected.done(sol))] == expected.done(sol), whole
        asked = told.pop("Espera pelo cliente")
        assert asked[0] == money(150_00)
        compare(told, expected.overview(sol), f"overview, kept {kept}")
        told = read(client, "/w/sol/analysis")
        compare(told, expected.analysis(sol), f"analysis, kept {kept}")
    for by in ("tag", "band", "debtor", "analyst", "step"):
        told = read(client, f"/w/sol/analysis?split={by}")
        table = {place: texts for place, texts in told.items() if place.startswith("Por parte")}
        for name in ("Faixa", "Valor", "Etapa", "Última etapa"):
            table.pop(f"Por parte da carteira / {name}", None)
        compare(table, expected.parts(sol, by), by)
    told = read(client, "/w/sol/analysis/patterns")
    compare(told, rooms.patterns(sol), "patterns")
    told = read(client, "/w/sol/analysis/recovery")
    compare(told, rooms.recovery(sol, {cast.ana.id: "Ana"}), "recovery")
    compare(read(client, "/w/sol/analysis/waiting"), rooms.waiting(sol), "waiting")


def test_the_portal_tells_the_same(client, world):  # noqa: F811
    cast, _, (_, sol) = world
    people.sign_in(client, cast.bruno)
    told = read(client, "/portal/sol")
    model(told)
    whole = told.pop("O que fizemos por você")
    assert whole[: len(expected.done(sol))] == expected.done(sol)
    assert told.pop("O que depende de você")[0] == money(150_00)
    assert told.pop("alert") == ["1 pergunta espera a sua decisão"]
    facts = expected.overview(sol)
    compare(told, {p: t for p, t in facts.items() if not p.startswith("Outros números")}, "portal")


def model(told: dict[str, list[str]]) -> None:
    """Take out what the model expects: four weeks, and their sum at the head."""
    head = told.pop("Previsto em quatro semanas")
    columns = [told.pop(f"Entradas, semana a semana / {name}") for name in MODEL[1:]]
    likely, low, high = ([cents(text) for text in column[8:]] for column in columns)
    assert [cents(text) for text in head] == [sum(likely)]
    assert all(a <= b <= c for a, b, c in zip(low, likely, high, strict=True))


def cents(text: str) -> int:
    return int("".join(sign for sign in text if sign.isdigit() or sign == "-"))
