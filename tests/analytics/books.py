"""Books of receivables with known truth, drawn at random, and real ones, as frames.

Four kinds are the population that the product's table was drawn from (decision 0009): payers with a
usual delay, payers who are late by chance (both `habits`, whose level drifts), payers with good and
hard times (`changing`), and payers short of money who pay the oldest first (`short`). A fifth, not
among them: payers who wait for their day of the month (`paydays`).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpo.analytics import frames
from bpo.analytics.frames import Frames
from bpo.world import people
from bpo.world.parameters import World

START = 15_000
"""The first day of a drawn book, in days from 1970-01-01."""
LENGTH = 730


@dataclass(frozen=True)
class Book:
    """Titles by position; `settled` is -1 where a title is never paid."""

    debtor: npt.NDArray[np.int64]
    issue: npt.NDArray[np.int64]
    due: npt.NDArray[np.int64]
    settled: npt.NDArray[np.int64]
    cents: npt.NDArray[np.int64]

    @property
    def late(self) -> npt.NDArray[np.bool_]:
        return (self.settled < 0) | (self.settled > self.due)

    def frames(self) -> Frames:
        ids = np.arange(len(self.debtor))
        paid = self.settled >= 0
        titles = {
            "receivable_id": ids,
            "debtor_id": self.debtor,
            "issue_date": _days(self.issue),
            "due_date": _days(self.due),
            "effective_due_date": _days(self.due),
            "amount_cents": self.cents,
        }
        entries = {
            "receivable_id": ids[paid],
            "on": _days(self.settled[paid]),
            "kind": pd.Categorical(["payment"] * int(paid.sum())),
            "principal_cents": self.cents[paid],
        }
        return frames.build(pd.DataFrame(titles), pd.DataFrame(entries))


def day(number: int) -> date:
    """The date of a day of a drawn book, counted from its first."""
    return frames.day_of(START + number)


def habits(seed: int, *, by_chance: bool, drift: float = 0.35) -> Book:
    """20 to 120 debtors over two years; late by habit or `by_chance`; the level walks at random."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(0, drift, LENGTH))
    centre, between, by_size = rng.normal(-2, 6), rng.uniform(5, 14), rng.normal(0, 1.5)
    rows: list[tuple[Any, ...]] = []
    for debtor in range(int(rng.integers(20, 120))):
        usual, spread, term = rng.normal(centre, between), rng.uniform(3, 12), rng.choice([15, 30])
        chance, tail = rng.beta(0.6, 1.4), rng.uniform(4, 25)
        issue = np.arange(rng.integers(0, LENGTH // 2), LENGTH, rng.choice([10, 15, 30]))
        size = rng.normal(size=len(issue))
        if by_chance:
            is_late = rng.random(len(issue)) < _moved(chance, walk[issue] * 0.08)
            early, slow = -rng.exponential(4, len(issue)), rng.exponential(tail, len(issue))
            delay = np.where(is_late, 1 + slow, early)
        else:
            delay = usual + walk[issue] + by_size * size * 0.4 + rng.normal(0, spread, len(issue))
        cents = np.exp(rng.normal(11, 0.8) + 0.4 * size)
        rows.extend(zip([debtor] * len(issue), issue, issue + term, delay, cents, strict=True))
    return _book(rows)


def _moved(chance: float, by: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + (1 - chance) / max(chance, 0.01) * np.exp(-by)))


def _book(rows: Sequence[tuple[Any, ...]]) -> Book:
    table = np.array(rows, dtype=np.float64)
    debtor, issue, due = (table[:, place].astype(np.int64) for place in range(3))
    settled = np.maximum(issue, np.rint(due + table[:, 3]).astype(np.int64))
    cents = table[:, 4].astype(np.int64).clip(1)
    return Book(debtor, issue + START, due + START, settled + START, cents)


def changing(seed: int) -> Book:
    """20 to 120 debtors over two years, each with good and hard times of some months."""
    rng = np.random.default_rng(10_000 + seed)
    trouble, recovery = rng.uniform(0.01, 0.06), rng.uniform(0.08, 0.3)
    rows: list[tuple[Any, ...]] = []
    for debtor in range(int(rng.integers(20, 120))):
        good, bad, term = rng.beta(1, 7), rng.beta(5, 2), rng.choice([15, 30])
        tail = rng.uniform(8, 30)
        issue = np.arange(rng.integers(0, LENGTH // 2), LENGTH, rng.choice([10, 15, 30]))
        hard = _times(rng, trouble, recovery)[(issue + term) // 30]
        is_late = rng.random(len(issue)) < np.where(hard, bad, good)
        slow = 1 + rng.exponential(np.where(hard, tail * 2, tail / 2))
        delay = np.where(is_late, slow, -rng.exponential(4, len(issue)))
        size = rng.normal(size=len(issue))
        cents = np.exp(rng.normal(11, 0.8) + 0.4 * size)
        rows.extend(zip([debtor] * len(issue), issue, issue + term, delay, cents, strict=True))
    return _book(rows)


def _times(rng: np.random.Generator, trouble: float, recovery: float) -> npt.NDArray[np.bool_]:
    """Whether each month is a hard one."""
    hard = np.empty(LENGTH // 30 + 4, dtype=np.bool_)
    hard[0] = rng.random() < trouble / (trouble + recovery)
    for month in range(1, len(hard)):
        chance = 1 - recovery if hard[month - 1] else trouble
        hard[month] = rng.random() < chance
    return hard


def paydays(seed: int) -> Book:
    """20 to 120 debtors over two years; some pay on the first payday after they are ready to."""
    rng = np.random.default_rng(20_000 + seed)
    paydays, bound = rng.choice([5, 7, 10, 15, 20], 2, replace=False), rng.uniform(0.3, 1)
    rows: list[tuple[Any, ...]] = []
    for debtor in range(int(rng.integers(20, 120))):
        usual, spread, term = rng.normal(0, 6), rng.uniform(3, 10), rng.choice([15, 30])
        waits, payday = rng.random() < bound, int(rng.choice(paydays))
        issue = np.arange(rng.integers(0, LENGTH // 2), LENGTH, rng.choice([10, 15, 30]))
        ready = np.rint(issue + term + usual + rng.normal(0, spread, len(issue)))
        paid = np.maximum(issue, ready).astype(np.int64)
        paid = _next_payday(paid, payday) if waits else paid
        cents = np.exp(rng.normal(11, 0.8) + 0.4 * rng.normal(size=len(issue)))
        due = issue + term
        rows.extend(zip([debtor] * len(issue), issue, due, paid - due, cents, strict=True))
    return _book(rows)


def _next_payday(number: npt.NDArray[np.int64], payday: int) -> npt.NDArray[np.int64]:
    """The first day of this number in a month on or after each day of the book."""
    days = _days(number + START)
    this = days.astype("datetime64[M]").astype("datetime64[D]") + (payday - 1)
    following = (days.astype("datetime64[M]") + 1).astype("datetime64[D]") + (payday - 1)
    found: npt.NDArray[np.int64] = np.where(this >= days, this, following).astype(np.int64) - START
    return found


def short(world: World, seed: int, count: int = 150) -> Frames:
    """The bills of a world's debtors, and what they paid of them until its today."""
    titles: list[tuple[Any, ...]] = []
    entries: list[tuple[Any, ...]] = []
    for debtor, person in enumerate(people.population(world, count, seed)):
        for bill in person.file.invoices:
            entries.extend((len(titles), on, "payment", cents) for on, cents in bill.paid)
            titles.append((len(titles), debtor, bill.issued, bill.due, bill.due, bill.cents))
    known = [entry for entry in entries if entry[1] <= people.TODAY]
    return frames.build(
        pd.DataFrame(titles, columns=list(frames.RECEIVABLES)),
        pd.DataFrame(known, columns=list(frames.ENTRIES)).astype({"kind": "category"}),
    )


def ibm(shared_data: Path) -> Book:
    """IBM's sample of receivables, all settled."""
    with (shared_data / "datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    customers = sorted({row["customerID"] for row in rows})

    def days(column: str) -> npt.NDArray[np.int64]:
        parts = [tuple(map(int, row[column].split("/"))) for row in rows]
        return np.array([frames.ordinal(date(year, month, day)) for month, day, year in parts])

    return Book(
        np.array([customers.index(row["customerID"]) for row in rows]),
        days("InvoiceDate"),
        days("DueDate"),
        days("SettledDate"),
        np.array([round(float(row["InvoiceAmount"]) * 100) for row in rows]),
    )


def _days(numbers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    return numbers.astype("datetime64[D]")
