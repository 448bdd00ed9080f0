"""The month for the board: what followed its reminders, as the dashboard tells it of that month."""

import csv
import random
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from bpo.analytics import charts, monthly
from bpo.analytics.recovery import Effect
from bpo.db import acting_as
from bpo.gateways import monthly as board
from bpo.gateways import reports as documents
from bpo.gateways import wording
from bpo.gateways.weekly.voice import Voice
from bpo.models import Entry, Receivable, TouchReceivable
from bpo.queries.insight import months
from tests.factories import debts, people, waiting
from tests.gateways.figures import IDENTITY

OCTOBER = monthly.month("2026-10")
WINDOW = timedelta(days=7)
STEPS = ("issue", "d-5", "d0", "d+5", "d+10")


@pytest.fixture
def written_to(session, cast, clock):
    """Fifteen debtors, written to at random through autumn, who pay in parts at random."""
    dice = random.Random(7)
    with acting_as(clock):
        for number in range(15):
            who = debts.debtor(session, cast.sol, f"Devedor {number}", reference=str(number))
            due = date(2026, 9, 20) + timedelta(days=dice.randrange(45))
            title = debts.receivable(session, who, str(number), due=due, cents=90_000)
            for back, step in zip(sorted(dice.sample(range(40), 4)), STEPS[1:], strict=True):
                waiting.touch(session, title, "sent", day=due + timedelta(days=back), step=step)
            for day in dice.sample(range(50), 3):
                cents = dice.randint(1, 30_000)
                debts.paid(session, title, cents, due + timedelta(days=day))
        yield session


def by_hand(session, place, first, last):
    """Money of the week after each message, before the next one, known by the last day."""
    rows = session.execute(
        select(TouchReceivable.receivable_id, waiting.Touch.planned_on, waiting.Touch.step_key)
        .join(waiting.Touch, waiting.Touch.id == TouchReceivable.touch_id)
        .where(TouchReceivable.workspace_id == place)
    ).all()
    found = {}
    for title, day, step in rows:
        if first <= day <= last:
            later = [other for same, other, _ in rows if same == title and other > day]
            until = min([*later, day + WINDOW + timedelta(days=1)])
            entries = session.scalars(select(Entry).where(Entry.receivable_id == title))
            found[step] = found.get(step, 0) + sum(
                one.principal_cents
                for one in entries
                if day <= one.on_day < until and one.on_day <= last
            )
    return found


def paper(told, locale="pt_BR") -> str:
    """What the report is drawn from."""
    voice, palette = Voice(locale), charts.Palette()
    page = documents.monthly_frame(told, IDENTITY, voice) | board.page(told, voice, palette)
    return documents.html("reports/monthly.html", page, locale, 3).replace("\xa0", " ")


def test_the_board_reads_of_each_step_what_the_dashboard_says_of_the_month(
    written_to, client, cast
):
    told = months.of(written_to, cast.sol, OCTOBER, date(2026, 11, 20))
    counted = {one.name: one.recovered_cents for one in told.steps}
    assert counted == by_hand(written_to, cast.sol.id, OCTOBER.first, OCTOBER.last)
    assert sum(counted.values()) > 0
    people.sign_in(client, cast.ana)
    room = f"/w/{cast.sol.slug}/analysis/recovery"
    file = client.get(f"{room}.csv?span=month&day=2026-10-31").text.lstrip("\ufeff")
    rows = [
        row for row in csv.DictReader(StringIO(file), delimiter=";") if row["De"] == "Por etapa"
    ]
    shown = [(row["Faturas"], row["Entrou depois"]) for row in rows]
    assert shown == [
        (str(one.invoices), f"{one.recovered_cents / 100:.2f}".replace(".", ","))
        for one in told.steps
    ]
    screen = client.get(f"{room}?span=month&day=2026-10-31").text.replace("\xa0", " ")
    assert "01/10/2026" in screen
    _, _, last = paper(told).split("<pdf:nextpage />")
    for one in told.steps:
        for amount in (one.told_cents, one.recovered_cents):
            written = wording.money(amount, "pt_BR").replace("\xa0", " ")
            assert written in screen
            assert written in last


def test_money_that_came_after_the_month_is_not_in_it_when_it_is_looked_at_later(
    written_to, cast, clock
):
    before = months.of(written_to, cast.sol, OCTOBER, date(2026, 10, 31)).steps
    for title in written_to.scalars(select(Receivable)).all():
        debts.paid(written_to, title, 5_00, date(2026, 11, 1))
    assert months.of(written_to, cast.sol, OCTOBER, date(2026, 11, 28)).steps == before


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [("pt_BR", "Nenhuma campanha escreveu a ninguém"), ("en", "No campaign wrote to anybody")],
)
def test_a_month_in_which_no_campaign_ran_says_so(here, cast, locale, sentence):
    told = months.of(here, cast.sol, OCTOBER, date(2026, 10, 31))
    assert told.steps == ()
    assert sentence in paper(told, locale)


def test_steps_beyond_what_the_page_holds_are_told_together(here, cast):
    month = months.of(here, cast.sol, OCTOBER, date(2026, 10, 31))
    steps = tuple(Effect(f"d+{n}", 1, 1_000 * (20 - n), 100, 1.0) for n in range(20))
    page = board.page(replace(month, steps=steps), Voice("pt_BR"), charts.Palette())
    names = [row.name for row in page["steps"][-3:]]
    assert names == ["9 dias depois de vencer", "10 dias depois de vencer", "Outras etapas"]
    assert (len(page["steps"]), page["steps"][-1].invoices) == (12, "9")
    assert page["steps_total"].replace("\xa0", " ") == "R$ 20,00"
