"""Charges that banks really collected, against the contract fitted to each creditor."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from bpo.domain.books import charges
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Receivable

# Discounts, waivers and other contracts of the same creditor: no rule explains them.
UNEXPLAINED = {
    "c64602ba92f272b0",
    "9222b1f536dc055f",
    "c2391141383fac3e",
    "c24ed9544f5b4ed9",
    "eeef4dc0710a9377",
    "c3bd6de3432873e2",
    "922bed0352a8e0eb",
    "70865f3dd6c550b6",
    "8611dfaaf5c2919b",
}


def _cents(text: str) -> int:
    return int(Decimal(text) * 100)


def _explained(row: dict[str, str]) -> bool:
    policy = CollectionPolicy(
        fine_rate=Decimal(row["fine_rate"]), monthly_rate=Decimal(row["interest_month"])
    )
    receivable = Receivable(
        _cents(row["nominal"]),
        date.fromisoformat(row["due"]),
        date.fromisoformat(row["due_business"]),
    )
    due = charges.amount_due(receivable, policy, date.fromisoformat(row["paid"]))
    gap = abs(due.total_cents - _cents(row["paid_amount"]))
    return due.days_late == int(row["days_from_original_due"]) and gap <= charges.tolerance(
        due.days_late
    )


def test_what_was_really_paid_is_explained_but_for_nine(shared_data: Path) -> None:
    with (shared_data / "vectors/late_charge_real_examples.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    missed = {row["id_boleto"] for row in rows if not _explained(row)}
    assert len(rows) == 117
    assert missed == UNEXPLAINED
