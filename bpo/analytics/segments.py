"""A part of a book: the receivables of some debtors, of a class, a tag or an amount band."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from bpo.analytics.frames import Entries, Flags, Frames, Receivables

Columns = TypeVar("Columns", Receivables, Entries)

BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("to_200", 0, 200_00),
    ("to_1000", 200_01, 1_000_00),
    ("to_5000", 1_000_01, 5_000_00),
    ("to_20000", 5_000_01, 20_000_00),
    ("over_20000", 20_000_01, None),
)
"""Bands of the face amount in centavos: name, first, last."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a debtor is known by; `analyst`: who spoke with the debtor last."""

    name: str
    risk_class: str | None
    tags: tuple[str, ...]
    analyst: str | None = None


def split(frames: Frames, by: str, debtors: Mapping[int, Traits]) -> dict[str, Flags]:
    """Which receivables belong to each value of `by`: `class`, `tag`, `band`, `debtor`, `analyst`.

    A debtor without a class, tag or analyst is under `-`; one with two tags is under both.
    """
    titles = frames.receivables
    if by == "band":
        return {
            name: (titles.amount >= first) & (titles.amount <= (last or titles.amount.max()))
            for name, first, last in BANDS
            if len(titles.amount)
        }
    known = [debtors.get(int(number), _NOBODY) for number in titles.debtor_ids]
    values = [_values(by, int(n), one) for n, one in zip(titles.debtor_ids, known, strict=True)]
    places: dict[str, list[int]] = {}
    for place, row in enumerate(values):
        for value in row:
            places.setdefault(value, []).append(place)
    return {value: _marked(len(known), places[value])[titles.debtor] for value in sorted(places)}


def by_name(frames: Frames, names: Mapping[int, str]) -> dict[str, Flags]:
    """Which receivables, by id, have each of the names; those without one are under `-`."""
    told = [names.get(int(number), "-") for number in frames.receivables.ids]
    known = np.asarray(told, dtype=object)
    return {name: known == name for name in sorted(set(told))}


def only(frames: Frames, which: Flags) -> Frames:
    """The book of the chosen receivables alone; every figure can be counted on it."""
    titles, entries = frames.receivables, frames.entries
    place = np.cumsum(which) - 1
    kept = which[entries.receivable]
    chosen = _where(titles, which, apart="debtor_ids")
    left = replace(_where(entries, kept), receivable=place[entries.receivable[kept]])
    return Frames(chosen, left, frames.names)


def _where(columns: Columns, which: Flags, apart: str = "") -> Columns:
    """Every column but `apart` at the chosen positions; one added later is not forgotten."""
    names = [column.name for column in fields(columns) if column.name != apart]
    return replace(columns, **{name: getattr(columns, name)[which] for name in names})


def _values(by: str, number: int, one: Traits) -> tuple[str, ...]:
    if by == "tag":
        return one.tags or ("-",)
    if by == "analyst":
        return (one.analyst or "-",)
    return (str(number),) if by == "debtor" else (one.risk_class or "-",)


def _marked(size: int, places: list[int]) -> Flags:
    marks = np.zeros(size, dtype=np.bool_)
    marks[places] = True
    return marks


_NOBODY = Traits("", None, ())
