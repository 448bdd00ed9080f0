"""A walk over the reports: each amount stands on a dashboard of its day or is counted by hand.

The dashboards have a walk of their own (`test_every_figure`), against facts.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from io import BytesIO
from itertools import accumulate, pairwise

from pypdf import PdfReader

from bpo.analytics import monthly, weekly
from bpo.db import acting_as, db
from bpo.gateways import reports
from bpo.kernel import actor as actors
from bpo.queries.insight import dossiers, figures, months
from bpo.services.insight.reports import identity_of
from tests.factories import people
from tests.web import shown
from tests.web.by_hand import Book, money
from tests.web.figures_book import world  # noqa: F401

AMOUNT = re.compile(r"R\$\s?-?[\d.]+,\d\d(?!\d)")
ROOMS = ("", "/analysis", "/forecast", "/figures/expected_loss_cents")
STEPS = "/analysis/recovery?span=month"


def amounts(text: str) -> set[str]:
    return {found.replace("\xa0", " ") for found in AMOUNT.findall(text)}


def said(cents: Iterable[int]) -> set[str]:
    return amounts(" ".join(map(money, cents)))


def written(document: bytes) -> set[str]:
    return amounts(" ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages))


def test_every_amount_of_a_report_is_found_again(client, world):  # noqa: F811
    cast, _, (_, sol) = world
    people.sign_in(client, cast.marta)
    seen = {path: client.get(f"/w/sol{path}").text for path in (*ROOMS, STEPS)}
    screens = set().union(*(amounts(text) for text in seen.values()))
    with acting_as(actors.system([sol.place.id], name="test")):
        session, who = db.session(), identity_of(sol.place, "BPO")
        week = figures.week(session, sol.place, weekly.week_of(sol.day), sol.day)
        month = months.of(session, sol.place, monthly.month_of(sol.day), sol.day)
        files = {one: dossiers.of(session, sol.place, one, sol.day) for one in sol.debtors}

    told = amounts(reports.weekly_html(week, who, "pt_BR"))
    assert len(told) > 10
    assert told - screens == set(), "weekly"
    told = written(reports.monthly_pdf(month, who, "pt_BR"))
    assert len(told) > 20
    assert told - screens - said(year(sol)) - said(steps(seen[STEPS])) == set(), "monthly"
    for one, found in files.items():
        page = f"/w/sol/debtors/{one}"
        mine = amounts(client.get(page).text) | amounts(client.get(f"{page}/statement").text)
        told = written(reports.dossier_pdf(found, who, "pt_BR"))
        assert told - mine - said([paid(sol, one)]) == set(), f"dossier of {one}"


def year(sol: Book) -> Iterator[int]:
    """What the board reads of twelve months: each, what changed, a usual one, and what was late."""
    ends = [_first(sol.day, ago) - timedelta(days=1) for ago in range(12, -1, -1)] + [sol.day]
    sums = [
        (sol.open(day), sol.overdue(day), sol.issued(first, day), sol.received(first, day))
        for day in ends
        for first in [day.replace(day=1)]
    ]
    yield from (cents for each in sums for cents in each)
    for before, after in pairwise(sums):
        yield from (abs(a - b) for a, b in zip(before, after, strict=True))
    past = [received for left, _, _, received in sums[1:-1] if left or received]
    yield round(sum(past) / len(past))
    then = ends[-2]
    late = [title for title in sol.open_titles(then) if sol.late(title, then) > 0]
    agreed = sum(
        entry.principal_cents
        for title in late
        for entry in sol.entries[title.id]
        if entry.kind == "agreement" and then < entry.on_day <= sol.day
    )
    yield sum(sol.left(title, then) - sol.left(title, sol.day) for title in late) - agreed


def _first(day: date, ago: int) -> date:
    months_since = day.year * 12 + day.month - 1 - ago
    return date(months_since // 12, months_since % 12 + 1, 1)


def steps(text: str) -> Iterator[int]:
    """All steps of the month together, and those that the paper tells as the others."""
    columns = shown.by_place(text)
    for name in ("Cobrado", "Entrou depois"):
        cents = [_cents(one) for one in columns.get(f"Por etapa / {name}", ())]
        yield from accumulate(sorted(cents))


def _cents(text: str) -> int:
    return int("".join(sign for sign in text if sign.isdigit()))


def paid(sol: Book, debtor: int) -> int:
    """All that came in from a debtor."""
    came = sol.came(date(2000, 1, 1), sol.day)
    return sum(cents for title, _, cents in came if title.debtor_id == debtor)
