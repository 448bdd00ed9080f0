"""The portfolio says in SQL what the figures say of each client alone, on random books."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from bpo.analytics import weekly
from bpo.db import acting_as
from bpo.domain.books.receivables import EntryKind
from bpo.kernel import actor as actors
from bpo.models import (
    CarriedFigures,
    Debtor,
    Entry,
    Payment,
    Promise,
    Receivable,
    ReportDelivery,
    ReportRun,
)
from bpo.queries.books import balances, standings
from bpo.queries.insight import figures, portfolio, snapshots
from bpo.services.insight import snapshots as keeping
from tests import counting
from tests.factories import debts, people

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
OTHERS = [kind for kind in EntryKind if kind not in ("payment", "reversal", "waiver")]


def random_book(session, workspace, seed: int, size: int = 150, until=date.max) -> None:
    """Receivables around today, settled in full, in part, twice and given back, some later."""
    dice = random.Random(seed)
    owner = {"workspace_id": workspace.id}
    debtor = session.scalar(
        insert(Debtor)
        .values(reference="1", reference_key="1", name="Davi", search_name="davi", **owner)
        .returning(Debtor.id)
    )
    for number in range(1, size + 1):
        issue = TODAY + timedelta(days=dice.randint(-420, 10))
        due = issue + timedelta(days=dice.randint(0, 60))
        amount = dice.randint(1, 90_000_00)
        title = session.scalar(
            insert(Receivable)
            .values(
                debtor_id=debtor,
                number=str(number),
                number_key=str(number),
                issue_date=issue,
                due_date=due,
                effective_due_date=due + timedelta(days=dice.choice([0, 0, 1, 2])),
                amount_cents=amount,
                **owner,
            )
            .returning(Receivable.id)
        )
        _settle(session, dice, owner, debtor, title, amount, due, until)


def _settle(session, dice, owner, debtor, title, left, due, until) -> None:
    def enter(kind, cents, on, reverses=None):
        payment = None
        if kind in ("payment", "reversal"):
            values = {"debtor_id": debtor, "amount_cents": cents, "paid_on": min(on, until)}
            values |= {"source": "test", "reverses_id": reverses}
            payment = session.scalar(
                insert(Payment).values(**values, **owner).returning(Payment.id)
            )
        charges = dice.choice([0, 0, 7]) if kind == "payment" else 0
        session.execute(
            insert(Entry).values(
                receivable_id=title,
                payment_id=payment,
                kind=kind,
                on_day=min(on, until),
                principal_cents=cents,
                interest_cents=charges,
                **owner,
            )
        )
        return payment

    on = due + timedelta(days=dice.randint(-20, 60))
    for _ in range(dice.choice([0, 1, 1, 1, 2, 3])):
        if not left:
            break
        cents = dice.choice([left, dice.randint(1, left)])
        kind = dice.choice(["payment", "payment", "payment", dice.choice(OTHERS)])
        payment = enter(str(kind), cents, on)
        left -= cents
        if kind == "payment" and dice.random() < 0.15:
            enter("reversal", -cents, on + timedelta(days=dice.randint(0, 9)), payment)
            left += cents
        on += timedelta(days=dice.randint(0, 30))


@pytest.fixture
def places(session):
    return [people.workspace(f"w{n}", f"Empresa {n}") for n in range(3)]


@pytest.fixture
def here(session, places):
    with acting_as(actors.system([place.id for place in places], name="tests")):
        yield session


@pytest.mark.parametrize("kept", [False, True], ids=["from facts", "from snapshots"])
@pytest.mark.parametrize("seed", range(2))
def test_the_row_of_a_client_is_its_own_report(here, places, seed, kept):
    """With snapshots, one company has them, and the other a fact dated back since."""
    for number, place in enumerate(places[:2]):
        random_book(here, place, seed * 10 + number, until=TODAY if kept else date.max)
    here.commit()
    if kept:
        for place in places:
            keeping.refresh(actors.system([place.id], name="clock"), place.id, TODAY, now=NOW)
        debts.receivable(here, debts.debtor(here, places[1]), "late", due=TODAY)
        days = {place.id: TODAY for place in places}
        assert snapshots.right(here, days) == {places[0].id}
        assert set(standings.known(here, _asked(places))) == {places[0].id}
    rows = portfolio.rows(here, places, NOW)
    for row, place in zip(rows, places, strict=True):
        told = figures.week(here, place, weekly.week_of(TODAY), TODAY)
        assert (row.balances.open_cents, row.balances.open_count) == (
            told.open_cents,
            told.open_count,
        )
        assert row.aging == tuple(told.aging_cents.values())
        assert (row.overdue_cents, row.overdue_pct) == (told.overdue_cents, told.overdue_pct)
        assert row.overdue_change_cents == told.overdue_change_cents
        assert (row.dso, row.dso_change) == (told.dso, told.dso_change)
        assert row.received_weeks == tuple(week.cents for week in told.received_weeks)
        assert row.received_week_cents == told.received_week.cents


def _asked(places) -> dict:
    before = TODAY - timedelta(days=TODAY.weekday() + 1)
    count = len(places)
    return {
        "places": [one.id for one in places],
        "days": [TODAY] * count,
        "before": [before] * count,
    }


@pytest.mark.parametrize("seed", range(3))
def test_what_moved_today_is_added_to_what_was_carried_into_the_day(here, places, seed):
    """The largest debtor pays, another buys, an undone import never was: as from the facts."""
    dice, place = random.Random(seed), places[0]
    book = []
    for number in range(24):
        who = debts.debtor(here, place, f"D{number}", reference=str(number))
        for title in range(2):
            due, cents = TODAY - timedelta(days=dice.randint(-29, 120)), dice.randint(1, 900_00)
            issued = due - timedelta(days=41)
            row = debts.receivable(
                here, who, f"{number}-{title}", due=due, cents=cents, issue=issued
            )
            book.append((who, row))
    here.commit()
    clerk = actors.system([place.id], name="clock")
    keeping.refresh(clerk, place.id, TODAY, now=NOW)
    book.sort(key=lambda one: -one[1].amount_cents)
    for _, row in book[: (3, 12, 47)[seed]]:
        debts.paid(here, row, dice.choice([row.amount_cents, 1]), TODAY)
    for who, cents in ((book[-1][0], 2_000_00), (book[5][0], 10_00)):
        debts.receivable(here, who, f"new-{cents}", due=TODAY, cents=cents, issue=TODAY)
    undone = debts.receivable(here, book[0][0], "undone", due=TODAY, cents=70_00, issue=TODAY)
    here.add(
        Entry(
            workspace_id=place.id,
            receivable_id=undone.id,
            kind=EntryKind.WITHDRAWAL,
            on_day=TODAY,
            principal_cents=70_00,
        )
    )
    here.commit()
    asked = _asked(places[:1])
    quick = balances.of(here, asked)
    assert place.id in standings.known(here, asked) or seed == 2
    here.query(CarriedFigures).delete()
    assert balances.of(here, asked) == quick


def test_promises_reports_freshness_and_people_are_told(here, places):
    first = places[0]
    davi = debts.debtor(here, first)
    for state, ended in (("kept", 1), ("kept", 89), ("broken", 3), ("kept", 90), ("active", 0)):
        here.add(
            Promise(
                workspace_id=first.id,
                debtor_id=davi.id,
                amount_cents=1,
                made_on=TODAY - timedelta(days=100),
                promised_for=TODAY - timedelta(days=ended),
                state=state,
                settled_on=TODAY - timedelta(days=ended) if state != "active" else None,
            )
        )
    debts.fresh(here, first, TODAY, NOW)
    people.user(here, "Ana", people.Role.ANALYST, first)
    for number, (week, state) in enumerate((("2026-W46", "done"), ("2026-W47", "built"))):
        run = ReportRun(
            workspace_id=first.id,
            kind="weekly",
            scheduled=True,
            slot=NOW - timedelta(days=14 - 7 * number),
            period=week,
            as_of=TODAY,
            state=state,
        )
        here.add(run)
        here.flush()
        for name, outcome in (("a", "sent"), ("b", "refused")):
            here.add(
                ReportDelivery(workspace_id=first.id, run_id=run.id, recipient=name, state=outcome)
            )
    here.commit()
    row, other, _ = portfolio.rows(here, places, NOW)
    assert (row.kept, row.promises, row.kept_pct) == (2, 3, 66.6667)
    assert (row.known_until, row.stale, row.analysts) == (TODAY, False, ("Ana",))
    assert (row.report.week, row.report.recipients) == ("2026-W47", 2)
    assert (row.report.sent, row.report.trouble) == (1, 1)
    assert (other.report, other.known_until, other.stale) == (None, None, True)
    assert (other.overdue_pct, other.dso, other.kept_pct) == (None, None, None)
    assert other.campaigns == {"awaiting_go": 1}


def test_as_many_queries_for_three_clients_as_for_one(here, places):
    def asked(some) -> int:
        with counting.statements() as said:
            portfolio.rows(here, some, NOW)
        return len(said)

    asked(places)
    assert 12 < asked(places[:1]) == asked(places)
