"""Whatever a file holds: the books add up, and the same file again changes nothing."""

import csv
import io
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Debtor, Entry, Payment, Receivable
from tests.factories import people
from tests.factories.tables import counts, taken

HEAD = ["cliente", "cnpj", "nome", "email", "numero", "emissao", "vencimento", "valor"]
HEAD += ["data pagamento", "valor pago", "observação interna"]
DOCUMENTS = ("", "11222333000181", "19131243000197", "52998224725", "123")
BASE = date(2026, 9, 1)
slugs = count(1)

days = st.integers(0, 120).map(lambda n: f"{BASE + timedelta(days=n):%d/%m/%Y}")
amounts = st.sampled_from(["100,00", "40,00", "1.234,56", "0,01", "", "-5,00", "x"])
texts = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=8)
row = st.tuples(
    st.sampled_from(["C1", "C2", "0C1", "7", "007", ""]),
    st.sampled_from(DOCUMENTS),
    texts,
    st.sampled_from(["", "a@x.example", "b@x.example;c@x.example", "não tem"]),
    st.sampled_from(["F1", "0F1", "F2", "3", "03", "", "\\N", "a\tb"]),
    days,
    days,
    amounts,
    st.one_of(st.just(""), days),
    amounts,
    texts,
)


@pytest.fixture
def book(session):
    """A way to start an empty book."""

    def started():
        return people.workspace(f"sol{next(slugs)}")

    return started


def written(rows):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([HEAD, *rows])
    return out.getvalue().encode()


def total(session, place, column):
    query = select(func.coalesce(func.sum(column), 0))
    return int(session.scalar(query.where(column.class_.workspace_id == place.id)))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(row, min_size=1, max_size=12), others=st.lists(row, max_size=6))
def test_the_books_add_up_and_a_repeat_changes_nothing(session, book, rows, others):
    place = book()
    with acting_as(actors.system([place.id])):
        content = written(rows)
        done = counts(taken(place, content))
        assert sum(done) == len([line for line in rows if any(cell.strip() for cell in line)])
        _adds_up(session, place)
        debtors = total(session, place, Debtor.id)
        assert counts(taken(place, content))[0] == 0
        _adds_up(session, place)
        if others:
            counts(taken(place, written(others)))
            _adds_up(session, place)
        assert total(session, place, Debtor.id) >= debtors


def _adds_up(session, place):
    settled = total(session, place, Receivable.settled_cents)
    principal = total(session, place, Entry.principal_cents)
    charges = total(session, place, Entry.interest_cents)
    assert settled == principal
    rebates = session.scalar(
        select(func.coalesce(func.sum(Entry.principal_cents), 0)).where(
            Entry.workspace_id == place.id, Entry.payment_id.is_(None)
        )
    )
    assert principal + charges - rebates <= total(session, place, Payment.amount_cents)
    wrong = session.scalars(
        select(Receivable.id).where(
            Receivable.workspace_id == place.id,
            (Receivable.settled_cents == Receivable.amount_cents)
            != Receivable.settled_on.is_not(None),
        )
    ).all()
    assert wrong == []
