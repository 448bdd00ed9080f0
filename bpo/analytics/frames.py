"""The two frames every figure is made of: receivables and their dated entries, checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpo.domain.books.receivables import MONEY, EntryKind

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RECEIVABLES = (
    "receivable_id",
    "debtor_id",
    "issue_date",
    "due_date",
    "effective_due_date",
    "amount_cents",
)
ENTRIES = ("receivable_id", "on", "kind", "principal_cents")

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class Receivables:
    """One position per receivable; days are counted from 1970-01-01, amounts are centavos.

    `debtor` is a position in `debtor_ids`. `sold` is the amount, 0 for an instalment of an
    agreement: what it stands for was sold before.
    """

    ids: Integers
    debtor: Integers
    debtor_ids: Integers
    issue: Integers
    due: Integers
    effective: Integers
    amount: Integers
    sold: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """One position per entry; `receivable` is a position in `Receivables`.

    `principal` reduces the balance; `charges` is fine and interest paid besides. `money` is true
    for payments and their reversals, `receipt` for payments alone, `withdrawn` for withdrawals,
    `agreed` for what went into an agreement, `given_up` for write-offs; entries of one payment
    share `payment`.
    """

    receivable: Integers
    on: Integers
    principal: Integers
    charges: Integers
    money: Flags
    receipt: Flags
    withdrawn: Flags
    agreed: Flags
    given_up: Flags
    payment: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """The facts of one workspace, from which any past day can be rebuilt."""

    receivables: Receivables
    entries: Entries
    names: Mapping[int, str] = field(default_factory=dict)


def build(
    receivables: pd.DataFrame, entries: pd.DataFrame, names: Mapping[int, str] | None = None
) -> Frames:
    """Check the frames of a workspace and make them ready for counting.

    `receivables`: receivable_id, debtor_id, issue_date, due_date, effective_due_date, amount_cents
    and, when known, renegotiated (1 for an instalment of an agreement, else 0).
    `entries`: receivable_id, on, kind (an `EntryKind`), principal_cents and, when known,
    charges_cents (fine and interest paid besides) and payment_id. Ids and amounts are integers,
    dates datetime64 or `date`. `names` are the debtors' names by id.

    What was withdrawn whole on the day of its issue never was, and is left out with its entries: an
    import that was undone and taken again counts once. What came back on a later day was all along.

    Raises ValueError when a column is missing, is not of whole numbers or has gaps, when an entry
    belongs to no receivable, or when entries settle more than the receivable's amount.
    """
    _require(receivables, RECEIVABLES, "receivables")
    _require(entries, ENTRIES, "entries")
    receivables, entries = _that_were(receivables, entries)
    titles = _receivables(receivables)
    return Frames(titles, _entries(entries, titles), names or {})


def _that_were(
    receivables: pd.DataFrame, entries: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frames without what was withdrawn whole on the day of its issue and stayed so."""
    withdrawn = entries[entries["kind"] == str(EntryKind.WITHDRAWAL)].reset_index(drop=True)
    if withdrawn.empty:
        return receivables, entries
    facts = receivables[["receivable_id", "issue_date", "amount_cents"]]
    at_issue = withdrawn.merge(facts, on="receivable_id", how="left")
    days = np.asarray(at_issue["on"], dtype="datetime64[D]")
    at_issue = at_issue[days <= np.asarray(at_issue["issue_date"], dtype="datetime64[D]")]
    sums = at_issue.groupby("receivable_id").agg({"principal_cents": "sum", "amount_cents": "max"})
    later = withdrawn.index.difference(at_issue.index)
    came_back = withdrawn.loc[later, "receivable_id"]
    never = sums.index[sums["principal_cents"] == sums["amount_cents"]].difference(came_back)
    return (
        receivables[~receivables["receivable_id"].isin(never)],
        entries[~entries["receivable_id"].isin(never)],
    )


def ordinal(day: date) -> int:
    """The day as it is counted in frames: days from 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The date of a counted day."""
    return date.fromordinal(int(number) + _EPOCH)


def balances(frames: Frames, day: date) -> Integers:
    """Open principal of each receivable at the end of `day`, in centavos; 0 before its issue."""
    titles, entries = frames.receivables, frames.entries
    known = entries.on <= ordinal(day)
    open_ = titles.amount.copy()
    np.subtract.at(open_, entries.receivable[known], entries.principal[known])
    open_[titles.issue > ordinal(day)] = 0
    return open_


def days_late(frames: Frames, day: date) -> Integers:
    """Days from the original due date at the end of `day`; 0 until the effective due date."""
    titles, today = frames.receivables, ordinal(day)
    return np.where(today > titles.effective, today - titles.due, 0)


def _receivables(frame: pd.DataFrame) -> Receivables:
    amount = _integers(frame, "amount_cents")
    again = _integers(frame, "renegotiated") if "renegotiated" in frame else _zeros(len(frame))
    debtors, debtor_ids = pd.factorize(_integers(frame, "debtor_id"))
    return Receivables(
        ids=_integers(frame, "receivable_id"),
        debtor=debtors.astype(np.int64),
        debtor_ids=np.asarray(debtor_ids, dtype=np.int64),
        issue=_days(frame, "issue_date"),
        due=_days(frame, "due_date"),
        effective=_days(frame, "effective_due_date"),
        amount=amount,
        sold=np.where(again > 0, 0, amount),
    )


def _entries(frame: pd.DataFrame, titles: Receivables) -> Entries:
    kind = frame["kind"].astype("category")
    receivable = _positions(_integers(frame, "receivable_id"), titles.ids)
    principal = _integers(frame, "principal_cents")
    _refuse_excess(titles, receivable, principal)
    size = len(frame)
    return Entries(
        receivable=receivable,
        on=_days(frame, "on"),
        principal=principal,
        charges=_integers(frame, "charges_cents") if "charges_cents" in frame else _zeros(size),
        money=_is_kind(kind, MONEY),
        receipt=_is_kind(kind, {EntryKind.PAYMENT}),
        withdrawn=_is_kind(kind, {EntryKind.WITHDRAWAL}),
        agreed=_is_kind(kind, {EntryKind.AGREEMENT}),
        given_up=_is_kind(kind, {EntryKind.WRITE_OFF}),
        payment=_payments(frame),
    )


def _payments(frame: pd.DataFrame) -> Integers:
    """The payment of each entry; without one, an entry stands for itself."""
    own = -1 - np.arange(len(frame), dtype=np.int64)
    if "payment_id" not in frame:
        return own
    known = pd.to_numeric(frame["payment_id"]).astype("Int64")
    filled = known.fillna(pd.Series(own, index=frame.index))
    return np.asarray(filled, dtype=np.int64)


def _require(frame: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    if missing := [column for column in columns if column not in frame]:
        raise ValueError(f"the {name} frame has no column {', '.join(missing)}")


def _integers(frame: pd.DataFrame, column: str) -> Integers:
    values = frame[column]
    if values.isna().any():
        raise ValueError(f"{column} has gaps")
    if len(values) and not pd.api.types.is_integer_dtype(values.dtype):
        raise ValueError(f"{column} is {values.dtype}, not whole numbers")
    return np.asarray(values, dtype=np.int64)


def _days(frame: pd.DataFrame, column: str) -> Integers:
    days: npt.NDArray[Any] = np.asarray(frame[column], dtype="datetime64[D]")
    if np.isnat(days).any():
        raise ValueError(f"{column} has gaps")
    return days.astype(np.int64)


def _is_kind(kind: "pd.Series[Any]", wanted: frozenset[EntryKind] | set[EntryKind]) -> Flags:
    unknown = set(map(str, kind.cat.categories)) - set(map(str, EntryKind))
    if unknown:
        raise ValueError(f"unknown kinds of entry: {', '.join(sorted(unknown))}")
    return kind.isin([str(item) for item in wanted]).to_numpy(np.bool_)


def _positions(ids: Integers, among: Integers) -> Integers:
    """Where each id stands in `among`."""
    order = np.argsort(among, kind="stable")
    place = np.searchsorted(among, ids, sorter=order).clip(max=max(len(among) - 1, 0))
    found = order[place] if len(among) else _zeros(len(ids))
    strangers = among[found] != ids if len(among) else np.ones(len(ids), dtype=np.bool_)
    if strangers.any():
        raise ValueError(f"entries of unknown receivable {ids[strangers][0]}")
    return np.asarray(found, dtype=np.int64)


def _refuse_excess(titles: Receivables, receivable: Integers, principal: Integers) -> None:
    left = titles.amount.copy()
    np.subtract.at(left, receivable, principal)
    if (left < 0).any():
        raise ValueError(f"entries exceed the amount of receivable {titles.ids[left < 0][0]}")


def _zeros(size: int) -> Integers:
    return np.zeros(size, dtype=np.int64)
