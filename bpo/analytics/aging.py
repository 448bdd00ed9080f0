"""Open balances by how late they are, for a workspace and for each of its debtors."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from bpo.analytics.frames import Frames, Integers, balances, days_late
from bpo.domain.books.receivables import AGING, Bucket


@dataclass(frozen=True, slots=True)
class Aging:
    """Open balance and number of open receivables by bucket, in the order of the buckets."""

    cents: dict[str, int]
    count: dict[str, int]


def totals(frames: Frames, as_of: date, buckets: tuple[Bucket, ...] = AGING) -> Aging:
    """The ageing of a workspace at the end of `as_of`, in centavos.

    Days late count from the original due date and are 0 until the effective due date; `90+` is
    more than 90. Receivables issued after `as_of` are not in it.
    """
    balance = balances(frames, as_of)
    place = places(days_late(frames, as_of), buckets)
    names = [bucket.name for bucket in buckets]
    cents = sums(place, balance, len(names))
    count = sums(place, (balance > 0).astype(np.int64), len(names))
    return Aging(
        dict(zip(names, cents.tolist(), strict=True)), dict(zip(names, count.tolist(), strict=True))
    )


def by_debtor(frames: Frames, as_of: date, buckets: tuple[Bucket, ...] = AGING) -> pd.DataFrame:
    """One row per debtor with an open balance, most overdue first.

    Columns: debtor_id, open_cents, open_count, one per bucket (centavos), overdue_cents,
    overdue_count, days_late (of the oldest overdue receivable, 0 when none). All int64.
    """
    titles = frames.receivables
    balance, late = balances(frames, as_of), days_late(frames, as_of)
    due = np.flatnonzero(balance > 0)
    debtor, balance, late = titles.debtor[due], balance[due], late[due]
    size = len(titles.debtor_ids)
    columns = {"debtor_id": titles.debtor_ids, "open_cents": sums(debtor, balance, size)}
    columns["open_count"] = sums(debtor, np.ones_like(debtor), size)
    columns |= _bucket_columns(debtor, balance, late, buckets, size)
    columns["overdue_cents"] = columns["open_cents"] - columns[buckets[0].name]
    columns["overdue_count"] = sums(debtor, (late > 0).astype(np.int64), size)
    columns["days_late"] = _latest(debtor, late, size)
    return _ranked(pd.DataFrame(columns))


def top_debtors(frames: Frames, as_of: date, count: int = 10) -> pd.DataFrame:
    """The debtors with most overdue, as rows of `by_debtor`; none without overdue."""
    ranked = by_debtor(frames, as_of)
    return ranked[ranked["overdue_cents"] > 0].head(count).reset_index(drop=True)


def _bucket_columns(
    debtor: Integers, balance: Integers, late: Integers, buckets: tuple[Bucket, ...], size: int
) -> dict[str, Integers]:
    wide = len(buckets)
    cells = sums(debtor * wide + places(late, buckets), balance, size * wide)
    table = cells.reshape(size, wide)
    return {bucket.name: table[:, place] for place, bucket in enumerate(buckets)}


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    order = ["overdue_cents", "open_cents", "debtor_id"]
    kept = table[table["open_cents"] > 0]
    return kept.sort_values(order, ascending=[False, False, True], ignore_index=True)


def places(late: Integers, buckets: tuple[Bucket, ...]) -> Integers:
    """The position of the bucket for each number of days late."""
    firsts = np.array([bucket.first for bucket in buckets], dtype=np.int64)
    return np.searchsorted(firsts, late, side="right") - 1


def sums(place: Integers, values: Integers, size: int) -> Integers:
    """The exact sum of the values at each of `size` places."""
    added = np.zeros(size, dtype=np.int64)
    np.add.at(added, place, values)
    return added


def _latest(place: Integers, values: Integers, size: int) -> Integers:
    latest = np.zeros(size, dtype=np.int64)
    np.maximum.at(latest, place, values)
    return latest
