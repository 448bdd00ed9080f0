"""The expected loss is one number: on the screen, in files, on paper, from the command."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest

from bpo.analytics import charts, losses, monthly
from bpo.db import acting_as
from bpo.gateways import monthly as board
from bpo.gateways import reports as documents
from bpo.gateways import wording
from bpo.gateways.weekly.voice import Voice
from bpo.kernel import actor as actors
from bpo.queries.insight import analysis, facts, months
from bpo.queries.insight.analysis import Chosen
from tests.factories import debts, people
from tests.gateways.figures import IDENTITY

TODAY = date(2026, 11, 20)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture(params=["own", "usual"])
def by(request, session, cast):
    """Each month four titles: two paid in time, one a month late, one never; a year, or less."""
    months_known = 14 if request.param == "own" else 9
    with acting_as(actors.system([cast.sol.id], name="tests")):
        davi = debts.debtor(session, cast.sol)
        for back in range(months_known):
            due = date(2026, 11, 15) - timedelta(days=30 * back)
            for number, after in enumerate((0, 0, 32, None)):
                title = debts.receivable(session, davi, f"{back}-{number}", due=due, cents=333_33)
                if after is not None and due + timedelta(days=after) <= TODAY:
                    debts.paid(session, title, 333_33, due + timedelta(days=after))
        session.commit()
        yield request.param


def shown(client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    return unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\xa0", " ")


def rows(client, path: str) -> list[dict[str, str]]:
    text = client.get(path).text.lstrip("﻿")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_one_number_by_one_set_of_rates_wherever_it_is_told(session, client, cast, by):
    figures, loss = analysis.practice(session, cast.sol.id, TODAY)
    assert loss.rates.own == (by == "own")
    assert figures["expected_loss_cents"] == loss.total_cents > 0
    assert loss.rates == losses.rates(facts.load(session, cast.sol.id), TODAY)

    people.sign_in(client, cast.ana)
    place = f"/w/{cast.sol.slug}"
    told = {"own": "pelos doze meses da própria empresa", "usual": "por partes usuais"}[by]
    total = wording.money(loss.total_cents, "pt_BR").replace("\xa0", " ")
    for path in ("analysis", "figures/expected_loss_cents"):
        page = shown(client, f"{place}/{path}?day={TODAY}")
        assert total in page
        assert told in page
    for line in loss.lines:
        share = wording.percent(line.share_pct, "pt_BR", 3)
        assert share in page
        assert wording.money(line.lost_cents, "pt_BR").replace("\xa0", " ") in page
        if line.roll:
            rates = (line.roll.own_pct, line.roll.usual_pct, line.roll.rate_pct)
            row = " ".join(wording.percent(rate, "pt_BR") for rate in rates if rate is not None)
            assert row in " ".join(page.split())

    found = [
        row
        for row in rows(client, f"{place}/analysis.csv?day={TODAY}")
        if row["Indicador"].startswith("Perda esperada")
    ]
    assert [row["Valor"] for row in found] == [
        f"{loss.total_cents / 100:.2f}".replace(".", ","),
        *(f"{line.share_pct:.4f}".replace(".", ",") for line in loss.lines),
    ]
    assert all(told in row["Indicador"] for row in found[1:])
    behind = rows(client, f"{place}/figures/expected_loss_cents.csv?day={TODAY}")
    assert {row["Por quais partes"] for row in behind} == {told}
    shares = {
        f"{line.share_pct:.4f}".replace(".", ",") for line in loss.lines if line.balance_cents
    }
    assert {row["Parte perdida"] for row in behind} == shares

    month = months.of(session, cast.sol, monthly.month("2026-11"), TODAY)
    assert sum(one.lost_cents for one in month.lost) == loss.total_cents
    voice, palette = Voice("pt_BR"), charts.Palette()
    page = documents.monthly_frame(month, IDENTITY, voice) | board.page(month, voice, palette)
    paper = documents.html("reports/monthly.html", page, "pt_BR", 3).replace("\xa0", " ")
    assert total in paper
    for line in loss.lines:
        assert line.roll is None or wording.percent(line.roll.rate_pct, "pt_BR") in paper
    assert ("por partes usuais" in paper) == (by == "usual")


def test_a_part_of_the_book_is_counted_by_the_rates_of_the_whole(session, cast, by):
    part = analysis.of(session, cast.sol.id, TODAY, Chosen("band", "to_1000"), "class")
    whole = analysis.of(session, cast.sol.id, TODAY, Chosen(), "class")
    assert part.loss == whole.loss
    none = analysis.of(session, cast.sol.id, TODAY, Chosen("band", "to_200"), "class")
    assert (none.loss.rates, none.loss.total_cents) == (whole.loss.rates, 0)
