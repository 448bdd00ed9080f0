"""Tables of receivables, payments or debtors looked at, in text or in a workbook."""

from bpo.domain.intake import rows
from bpo.domain.intake.inspection.given import Given, Inspection, Record
from bpo.domain.intake.rows import DebtorRow, PaymentRow, ReceivableRow, Row

KINDS = ("csv", "xlsx")


def recognises(_: Given) -> bool:
    """Whatever is nothing else is tried as a table; `inspect` refuses what is none."""
    return True


def inspect(given: Given) -> Inspection:
    """A record for each row that would be taken.

    Raises BadInput for what is no table, and Ambiguous when it can be read in two ways.
    """
    table = rows.parse(given.content, given.choices)
    records = [_record(row) for row in table.rows]
    return Inspection(table.options.file_kind.value, records, table.problems, valid=bool(records))


def _record(row: Row) -> Record:
    settled = _settled(row)
    owed = row if isinstance(row, ReceivableRow) else None
    return {
        "debtor_ref": row.debtor_ref,
        "debtor_name": row.debtor_name,
        "number": None if isinstance(row, DebtorRow) else row.number,
        "issue_date": owed.issue_date if owed else None,
        "due_date": owed.due_date if owed else None,
        "amount_cents": owed.amount_cents if owed else None,
        **settled,
    }


def _settled(row: Row) -> Record:
    if isinstance(row, ReceivableRow):
        return {"paid_date": row.paid_date, "paid_cents": row.paid_cents}
    if isinstance(row, PaymentRow):
        return {"paid_date": row.paid_date, "paid_cents": row.amount_cents}
    return {"paid_date": None, "paid_cents": None}
