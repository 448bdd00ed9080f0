"""Real files, to the row and the centavo."""

from collections import Counter
from datetime import date
from pathlib import Path

from bpo.domain.intake import rows
from bpo.domain.intake.rows import Code, Kind, Level
from bpo.domain.intake.rows_records import DebtorKind, DebtorRow, ReceivableRow
from bpo.formats.dates import Order

IBM = "datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable.csv"
IBM_COPY = "datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable.ddmmyyyy-variant.csv"
DISTRIBUTOR = "datasets/highradius/open_invoices_nulldata.csv"
CHARGES = "datasets/datarisk/base_pagamentos_teste.csv"
REGISTER = "datasets/datarisk/base_cadastral.csv"


def parsed(folder: Path, name: str) -> rows.Table:
    return rows.parse((folder / name).read_bytes())


def receivables(table: rows.Table) -> list[ReceivableRow]:
    assert table.kind is Kind.RECEIVABLES
    return [row for row in table.rows if isinstance(row, ReceivableRow)]


def codes(table: rows.Table) -> Counter[tuple[Code, Level]]:
    return Counter((problem.code, problem.level) for problem in table.problems)


def test_the_settled_invoices_and_their_copy_with_other_dates_say_the_same(
    shared_data: Path,
) -> None:
    original, copy = parsed(shared_data, IBM), parsed(shared_data, IBM_COPY)
    assert original.options.date_order is Order.MDY
    assert copy.options.date_order is Order.DMY
    assert not original.problems
    assert not copy.problems
    facts = [
        {
            (r.debtor_key, r.number_key, r.issue_date, r.due_date, r.amount_cents, r.paid_date)
            for r in receivables(table)
        }
        for table in (original, copy)
    ]
    assert len(facts[0]) == 2466
    assert facts[0] == facts[1]
    assert sum(row.amount_cents for row in receivables(original)) == 14770318
    assert all(row.paid_cents == row.amount_cents for row in receivables(original))
    for row in receivables(original):
        assert row.paid_date is not None
        assert (row.paid_date - row.issue_date).days == int(row.extra["DaysToSettle"])
    assert Counter(row.extra["Disputed"] for row in receivables(original)) == {
        "No": 1905,
        "Yes": 561,
    }


def test_the_open_invoices_of_a_distributor(shared_data: Path) -> None:
    table = parsed(shared_data, DISTRIBUTOR)
    open_invoices = receivables(table)
    assert (table.total, len(open_invoices), table.rejected) == (9681, 9681, 0)
    assert codes(table) == {(Code.DUE_BEFORE_ISSUE, Level.WARNING): 27}
    assert table.options.date_order is Order.DMY
    assert sum(row.amount_cents for row in open_invoices) == 31042785934
    assert all(row.paid_date is None for row in open_invoices)
    names = {(row.debtor_key, row.debtor_name) for row in open_invoices}
    assert len(names) == len({row.debtor_key for row in open_invoices}) == 553
    assert open_invoices[0].issue_date == date(2020, 3, 30)


def test_the_charges_of_a_brazilian_company(shared_data: Path) -> None:
    table = parsed(shared_data, CHARGES)
    charges = receivables(table)
    assert (table.total, len(charges), table.rejected) == (12275, 12133, 142)
    assert codes(table) == {
        (Code.MISSING, Level.REJECT): 131,
        (Code.DUPLICATE, Level.REJECT): 11,
        (Code.DUE_BEFORE_ISSUE, Level.WARNING): 2,
    }
    assert len({problem.line for problem in table.problems}) == 144
    assert sum(row.amount_cents for row in charges) == 79928032895
    assert charges[0].debtor_ref == "5058298901476893676"


def test_the_register_of_the_same_company(shared_data: Path) -> None:
    table = parsed(shared_data, REGISTER)
    assert (table.kind, table.total, table.problems) == (Kind.DEBTORS, 1315, [])
    debtors = [row for row in table.rows if isinstance(row, DebtorRow)]
    assert len({row.debtor_key for row in debtors}) == 1315
    assert sum(row.debtor_kind is DebtorKind.PERSON for row in debtors) == 66
    assert debtors[0].extra["SEGMENTO_INDUSTRIAL"] == "Serviços"
