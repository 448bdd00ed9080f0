"""The facts of a workspace read in bulk: the published sample, and facts just as written."""

import csv
import json
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import insert

from bpo.analytics import aging, collection
from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Debtor, Entry, Payment, Receivable
from bpo.queries.insight import figures
from tests.factories import debts, people

MONTH_ENDS = ["2012-06-30", "2013-03-31", "2013-09-30"]


@pytest.fixture
def sol(session):
    return people.workspace(calendar="none")


@pytest.fixture
def here(session, sol):
    with acting_as(actors.system([sol.id], name="tests")):
        yield session


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007


def _store_sample(session, workspace, path) -> None:
    """The public sample of 2,466 settled invoices, row by row into the tables."""
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    numbers = sorted({row["customerID"] for row in rows})
    named = [
        {"reference": n, "reference_key": n, "name": n, "search_name": n.lower()} for n in numbers
    ]
    ids = session.scalars(
        insert(Debtor).returning(Debtor.id, sort_by_parameter_order=True),
        [{"workspace_id": workspace.id, **one} for one in named],
    ).all()
    debtor = dict(zip(numbers, ids, strict=True))
    titles, payments, entries = [], [], []
    for number, row in enumerate(rows, 1):
        cents, owner = int(Decimal(row["InvoiceAmount"]) * 100), debtor[row["customerID"]]
        due, settled = _day(row["DueDate"]), _day(row["SettledDate"])
        place = {"workspace_id": workspace.id}
        titles.append(
            place
            | {"id": number, "debtor_id": owner, "number": row["invoiceNumber"]}
            | {"number_key": row["invoiceNumber"], "issue_date": _day(row["InvoiceDate"])}
            | {"due_date": due, "effective_due_date": due, "amount_cents": cents}
        )
        payments.append(
            place
            | {"id": number, "debtor_id": owner, "amount_cents": cents, "paid_on": settled}
            | {"source": "test"}
        )
        entries.append(
            place
            | {"receivable_id": number, "payment_id": number, "kind": "payment"}
            | {"on_day": settled, "principal_cents": cents}
        )
    session.execute(insert(Receivable), titles)
    session.execute(insert(Payment), payments)
    session.execute(insert(Entry), entries)


@pytest.fixture
def sample(here, sol, shared_data):
    path = shared_data / "datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable.csv"
    _store_sample(here, sol, path)
    return here


def test_the_stored_sample_gives_the_published_figures(sample, sol, shared_data):
    goldens = json.loads((shared_data / "vectors/metrics_goldens_ibm.json").read_text())
    found = {
        end: figures.metrics(sample, sol.id, date.fromisoformat(end)).as_json()
        for end in MONTH_ENDS
    }
    assert found == {end: goldens[end] for end in MONTH_ENDS}


def test_a_workspace_without_facts_has_empty_figures(here, sol):
    found = figures.metrics(here, sol.id, date(2026, 11, 23))
    assert (found.open_cents, found.dso_simple_90, found.delinq_gt0_pct) == (0, None, None)


def test_facts_are_read_as_they_were_written(here, sol):
    davi = debts.debtor(here, sol)
    title = debts.receivable(here, davi, due=date(2026, 10, 31), issue=date(1999, 12, 31), cents=9)
    payment = debts.paid(here, title, 4, date(2026, 11, 3))
    here.add(
        Entry(
            workspace_id=sol.id,
            receivable_id=title.id,
            kind="rebate",
            on_day=date(2026, 11, 4),
            principal_cents=2,
            fine_cents=1,
            interest_cents=5,
        )
    )
    here.commit()
    facts = figures.load(here, sol.id)
    assert facts.receivables.ids.tolist() == [title.id]
    assert facts.receivables.debtor_ids.tolist() == [davi.id]
    days = [facts.receivables.issue, facts.receivables.due, facts.receivables.effective]
    read = [day.astype("datetime64[D]").tolist() for day in days]
    assert read == [[title.issue_date], [title.due_date], [title.effective_due_date]]
    assert facts.entries.on.astype("datetime64[D]").tolist() == [
        date(2026, 11, 3),
        date(2026, 11, 4),
    ]
    assert facts.entries.principal.tolist() == [4, 2]
    assert facts.entries.charges.tolist() == [0, 6]
    assert facts.entries.money.tolist() == [True, False]
    assert facts.entries.payment[0] == payment.id
    assert facts.entries.payment[1] < 0
    assert collection.balances(facts, date(2026, 11, 3)).tolist() == [5]


def test_carlas_facts_are_not_read(session, sol):
    lua = people.workspace("lua", "Oficina Lua")
    with acting_as(actors.system([sol.id, lua.id])):
        debts.receivable(session, debts.debtor(session, lua), due=date(2026, 11, 1))
        assert figures.load(session, sol.id).receivables.ids.size == 0
    with acting_as(actors.system([sol.id])):
        assert figures.load(session, lua.id).receivables.ids.size == 0


def test_top_debtors_carry_their_names(here, sol):
    for number, name in enumerate(("Café São João", "Davi"), 1):
        owed_by = debts.debtor(here, sol, name, reference=str(number), email=None)
        debts.receivable(here, owed_by, due=date(2026, 10, number), cents=100 * number)
    span = figures.weekly.week("2026-W47")
    told = figures.week(here, sol, span, date(2026, 11, 20))
    assert [row.name for row in told.top_debtors] == ["Davi", "Café São João"]
    ranked = aging.by_debtor(figures.load(here, sol.id), date(2026, 11, 20))
    assert np.array_equal(ranked["overdue_cents"], [200, 100])
