"""Each figure on the dashboards is found again in facts, in files and in what it is made of."""

import csv
import io
import re
from contextvars import Context
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from bpo.analytics import collection, losses, parts
from bpo.analytics.definitions import DEFINITIONS
from bpo.db import acting_as
from bpo.gateways import wording
from bpo.kernel import actor as actors
from bpo.models import Debtor, Dispute, Receivable
from bpo.queries.insight import bottlenecks, facts, patterns
from bpo.services.insight import snapshots as keeping
from tests import counting
from tests.factories import debts, people, waiting
from tests.queries.test_portfolio import TODAY, random_book

ROOMS = ("analysis", "analysis/patterns", "analysis/recovery", "analysis/waiting")
FILES = [f"{room}.{kind}" for room in ROOMS for kind in ("csv", "xlsx")]
FIGURES = [f"figures/{key}" for key in parts.KEYS] + ["figures/open_cents.csv"]
PATTERN = "analysis/patterns/weekday/1"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def program(cast):
    return actors.system([cast.sol.id, cast.lua.id], name="tests")


@pytest.fixture
def book(session, cast, program):
    """Random facts until TODAY; all pages are asked for as of that day."""
    with acting_as(program):
        random_book(session, cast.sol, 11, size=80, until=TODAY)
        debtor = session.scalars(select(Debtor).where(Debtor.workspace_id == cast.sol.id)).first()
        debtor.risk_class, debtor.tags = "C", ["atacado"]
        session.commit()
        yield facts.load(session, cast.sol.id)


def words(client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    plain = re.sub(r"<[^>]+>", "\n", page.text)
    return unescape(plain).replace("\xa0", " ")


def written(key: str, value) -> str:
    unit = DEFINITIONS[key].unit
    if value is None:
        return "–"
    if unit == "cents":
        return wording.money(value, "pt_BR", "BRL").replace("\xa0", " ")
    if unit == "pct":
        return wording.percent(value, "pt_BR").replace("\xa0", " ")
    return wording.number(value, "pt_BR", 0 if unit == "count" else 1)


def rows_of(client, path: str) -> list[dict[str, str]]:
    text = client.get(path).get_data(as_text=True).lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def cents(text: str) -> int:
    return int(text.replace(",", "")) if text else 0


@pytest.mark.parametrize("kept", [False, True], ids=["facts", "snapshots"])
def test_every_figure_on_the_dashboard_is_that_of_the_facts(client, cast, program, book, kept):
    if kept:
        keeping.refresh(program, cast.sol.id, TODAY, now=people.NOW)
    people.sign_in(client, cast.ana)
    page = words(client, f"/w/{cast.sol.slug}/analysis?day={TODAY}&split=debtor")
    told = collection.metrics(book, TODAY).as_json()
    for key, value in told.items():
        if key != "aging_cents":
            assert written(key, value) in page, key
    for value in told["aging_cents"].values():
        assert written("open_cents", value) in page
    file = rows_of(client, f"/w/{cast.sol.slug}/analysis.csv?day={TODAY}")
    exact = [row["Valor"] for row in file]
    assert cents(exact[0]) == told["open_cents"]
    assert f"{told['dso_simple_90']:.4f}".replace(".", ",") in exact


def test_each_figure_leads_down_to_receivables_that_come_to_it(client, cast, book):
    people.sign_in(client, cast.ana)
    for key in parts.KEYS:
        path = f"/w/{cast.sol.slug}/figures/{key}"
        found = parts.of(book, key, TODAY, losses.rates(book, TODAY))
        page = words(client, f"{path}?day={TODAY}")
        name = "aging_cents" if key.startswith("aging_") else key
        name = "roll_pct" if key.startswith("roll_") else name
        assert written(name, found.value) in page, key
        rows = rows_of(client, f"{path}.csv?day={TODAY}")
        assert len(rows) == sum(len(part.title) for part in found.parts)
        assert sum(cents(row["Valor"]) for row in rows) == sum(p.total for p in found.parts), key


def test_a_part_of_the_book_has_figures_of_its_own(client, cast, book):
    people.sign_in(client, cast.ana)
    whole = collection.metrics(book, TODAY)
    by_class = words(client, f"/w/{cast.sol.slug}/analysis?day={TODAY}&by=class&is=C")
    assert written("open_cents", whole.open_cents) in by_class
    nobody = words(client, f"/w/{cast.sol.slug}/figures/open_cents?day={TODAY}&by=tag&is=varejo")
    assert "R$ 0,00" in nobody
    for odd in ("by=<b>&is=x", "by=class", "split=nothing&part=9999&page=-3", "page=77&part=x"):
        assert client.get(f"/w/{cast.sol.slug}/figures/cei_month?{odd}").status_code == 200
        assert client.get(f"/w/{cast.sol.slug}/analysis?{odd}").status_code == 200
    assert client.get(f"/w/{cast.sol.slug}/figures/nothing").status_code == 404


def test_patterns_are_those_of_a_count_by_hand(session, cast, program, book):
    with acting_as(program):
        found = patterns.of(session, cast.sol.id, TODAY)
        titles = session.scalars(
            select(Receivable).where(
                Receivable.workspace_id == cast.sol.id,
                Receivable.due_date > TODAY - patterns.SPAN,
                Receivable.effective_due_date < TODAY,
                Receivable.issue_date <= TODAY,
            )
        ).all()
    late = [t for t in titles if (t.settled_on or date.max) > t.effective_due_date]
    for kind in ("band", "weekday", "part", "purchase"):
        some = found.groups[kind]
        assert sum(one.count for one in some) == len(titles)
        assert sum(one.late_cents for one in some) == sum(t.amount_cents for t in late)
    monday = next(one for one in found.groups["weekday"] if one.value == "1")
    assert monday.count == sum(t.due_date.weekday() == 0 for t in titles)
    first = collection.money_within(book, TODAY - patterns.SPAN + timedelta(days=1), TODAY)
    money = int((book.entries.principal + book.entries.charges)[first].sum())
    assert sum(one.cents for one in found.paid) == money
    (again,) = found.repeaters
    assert (again.count, again.late_count) == (len(titles), len(late))


def test_each_pattern_leads_down_to_its_receivables(client, session, cast, program, book):
    with acting_as(program):
        found = patterns.of(session, cast.sol.id, TODAY)
    people.sign_in(client, cast.ana)
    for kind, some in found.groups.items():
        for one in some:
            path = f"/w/{cast.sol.slug}/analysis/patterns/{kind}/{one.value}"
            rows = rows_of(client, f"{path}.csv?day={TODAY}")
            assert len(rows) == one.count, path
            assert sum(cents(row["Valor"]) for row in rows) == one.cents, path
    page = words(client, f"{path}?day={TODAY}&page=99")
    assert written("open_cents", one.late_cents) in page
    assert f"{one.late_count} de {one.count}" in page
    for nothing in ("weekday/8", "band/huge", "colour/red"):
        path = f"/w/{cast.sol.slug}/analysis/patterns/{nothing}"
        assert client.get(path).status_code == 404, nothing


def test_where_money_waits_is_the_overdue_balance_each_once(session, cast, program, book):
    with acting_as(program):
        row = session.scalars(
            select(Receivable).where(
                Receivable.workspace_id == cast.sol.id,
                Receivable.settled_on.is_(None),
                Receivable.effective_due_date < TODAY,
            )
        ).first()
        place = {"workspace_id": cast.sol.id, "debtor_id": row.debtor_id}
        session.add(Dispute(receivable_id=row.id, reason="quality", opened_on=TODAY, **place))
        session.commit()
        waiting, unmatched = bottlenecks.of(session, cast.sol.id, TODAY)
    metrics = collection.metrics(book, TODAY)
    overdue = metrics.open_cents - metrics.aging_cents["current"]
    assert sum(one.cents for one in waiting) == overdue
    by_place = {one.where: one for one in waiting}
    assert by_place["dispute"].cents == row.amount_cents - row.settled_cents
    assert set(by_place) == {"dispute", "no_contact"}
    assert (unmatched.count, unmatched.cents) == (0, 0)


def test_what_came_after_each_step_is_told_in_the_order_of_their_days(
    client, cast, program, session
):
    with acting_as(program):
        davi = debts.debtor(session, cast.sol)
        title = debts.receivable(session, davi, due=TODAY - timedelta(days=30), cents=100_00)
        for step, back in (("d+10", 20), ("d-5", 35), ("issue", 60), ("d+5", 25)):
            waiting.touch(session, title, "sent", day=TODAY - timedelta(days=back), step=step)
        debts.paid(session, title, 40_00, TODAY - timedelta(days=22))
        debts.paid(session, title, 60_00, TODAY - timedelta(days=2))
    people.sign_in(client, cast.ana)
    rows = rows_of(client, f"/w/{cast.sol.slug}/analysis/recovery.csv?day={TODAY}")
    steps = [(row["Nome"], cents(row["Entrou depois"])) for row in rows if row["De"] == "Por etapa"]
    assert steps == [("Na emissão", 0), ("D-5", 0), ("D+5", 40_00), ("D+10", 0)]
    page = words(client, f"/w/{cast.sol.slug}/analysis/recovery?day={TODAY}")
    assert [page.index(f"\n{name}\n") for name, _ in steps] == sorted(
        page.index(f"\n{name}\n") for name, _ in steps
    )


@pytest.mark.parametrize("path", [*ROOMS, *FILES, *FIGURES[-2:], PATTERN, f"{PATTERN}.csv"])
def test_another_company_s_analyst_finds_nothing(client, cast, path):
    people.sign_in(client, cast.carla)
    assert client.get(f"/w/{cast.sol.slug}/{path}").status_code == 404


def test_the_rooms_open_on_an_empty_company_and_for_files(client, cast):
    people.sign_in(client, cast.ana)
    for path in (*ROOMS, *FILES):
        assert client.get(f"/w/{cast.sol.slug}/{path}").status_code == 200, path


def test_as_many_queries_for_a_large_book_as_for_a_small_one(client, cast, program, session, book):
    people.sign_in(client, cast.ana)

    def asked() -> dict[str, int]:
        found = {}
        for room in ("", *(f"/{room}" for room in (*ROOMS, "forecast"))):
            with counting.statements() as said:
                assert client.get(f"/w/{cast.sol.slug}{room}").status_code == 200
            found[room] = len(said)
        return found

    asked()
    few = asked()
    with acting_as(program):
        for number in range(2, 4):
            more = debts.debtor(session, cast.sol, f"Devedor {number}", reference=str(number))
            for title in range(12):
                due = TODAY - timedelta(days=10 * title)
                debts.receivable(session, more, f"{number}-{title}", due=due)
        session.commit()
    asked()
    assert asked() == few
    assert max(few.values()) < 40


@pytest.mark.parametrize("path", [*FILES[::2], "figures/open_cents.csv"])
def test_a_file_is_whole_when_the_request_is_over(client, cast, book, path):
    people.sign_in(client, cast.ana)
    answer = Context().run(client.get, f"/w/sol/{path}?day={TODAY.isoformat()}")
    assert answer.get_data(as_text=True).splitlines()
