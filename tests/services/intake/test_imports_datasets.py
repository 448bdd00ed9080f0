"""Real files through the whole import, to the row and the centavo."""

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Debtor, Entry, Receivable
from tests.factories import people
from tests.factories.tables import counts, remarks, taken

IBM = "datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable.csv"
IBM_COPY = "datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable.ddmmyyyy-variant.csv"
DISTRIBUTOR = "datasets/highradius/open_invoices_nulldata.csv"
CHARGES = "datasets/datarisk/base_pagamentos_teste.csv"
REGISTER = "datasets/datarisk/base_cadastral.csv"


@pytest.fixture
def sol(session):
    place = people.workspace(calendar="none")
    with acting_as(actors.system([place.id], name="test")):
        yield place


def given(sol, folder, name):
    return taken(sol, (folder / name).read_bytes(), date_order=None)


def total(session, column):
    return session.scalar(select(func.sum(column)))


def test_the_settled_invoices_and_their_copy_with_other_dates_are_the_same_book(
    session, sol, shared_data
):
    assert counts(given(sol, shared_data, IBM)) == (2466, 0, 0)
    assert total(session, Receivable.amount_cents) == 14770318
    assert total(session, Receivable.settled_cents) == total(session, Entry.principal_cents)
    assert total(session, Entry.principal_cents) == 14770318
    assert counts(given(sol, shared_data, IBM_COPY)) == (0, 2466, 0)


def test_the_open_invoices_of_a_distributor(session, sol, shared_data):
    row = given(sol, shared_data, DISTRIBUTOR)
    assert counts(row) == (9681, 0, 0)
    assert {(code, level) for _, code, level in remarks(row)} == {("due_before_issue", "warning")}
    assert session.scalar(select(func.count()).select_from(Debtor)) == 553
    assert total(session, Receivable.amount_cents) == 31042785934
    assert total(session, Receivable.settled_cents) == 0


def test_the_charges_and_the_register_of_a_brazilian_company(session, sol, shared_data):
    charges = given(sol, shared_data, CHARGES)
    assert counts(charges) == (12133, 0, 142)
    assert len({line for line, _, level in remarks(charges) if level == "reject"}) == 142
    assert total(session, Receivable.amount_cents) == 79928032895
    assert counts(given(sol, shared_data, REGISTER)) == (1315, 0, 0)
    assert counts(given(sol, shared_data, CHARGES)) == (0, 12133, 142)
    assert counts(given(sol, shared_data, REGISTER)) == (0, 1315, 0)
