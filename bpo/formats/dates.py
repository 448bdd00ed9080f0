"""Dates as files write them, and the one order of day, month and year of a whole file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bpo.formats.cells import BLANKS, Cell, text
from bpo.formats.problems import Ambiguous


class Order(StrEnum):
    """The order of day, month and year where the writing leaves it open."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


UNREADABLE = date.min

TOLERATED_SHARE = 10
"""A second order proven by at most one date in this many is a slip of single rows, not a habit."""

_TIME = (
    r"(?:[T ,]+\d{1,2}[:h]\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AP]M)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_PARTS = re.compile(rf"(\d{{1,4}})([-/.\s])(\d{{1,2}})\2(\d{{1,4}}){_TIME}", re.IGNORECASE)
_COMPACT = re.compile(rf"(\d{{8}})(?:\.0+)?{_TIME}", re.IGNORECASE)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_NAMED = (
    re.compile(
        r"(?P<d>\d{1,2})(?:[-/. ]|\s+de\s+)(?P<m>[a-zç]{3,9})"
        rf"\.?(?:[-/., ]+|\s+de\s+)(?P<y>\d{{4}}|\d{{2}}){_TIME}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<m>[a-zç]{{3,9}})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}}){_TIME}",
        re.IGNORECASE,
    ),
)
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan january janeiro",
            "feb february fev fevereiro",
            "mar march março marco",
            "apr april abr abril",
            "may mai maio",
            "jun june junho",
            "jul july julho",
            "aug august ago agosto",
            "sep sept september set setembro",
            "oct october out outubro",
            "nov november novembro",
            "dec december dez dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_EMPTY_DAYS = frozenset(
    {(0, 0, 0), (1, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 0), (1900, 1, 1)}
)
_FIRST_YEAR, _LAST_YEAR = 1950, 2150
_SERIAL_ORIGIN = date(1899, 12, 30)
_SERIALS = range(20_000, 90_000)
_CENTURY_TURN = 70

Candidates = dict[Order, date]


@dataclass(frozen=True, slots=True)
class Decision:
    """The order of one file; `mixed` when another order is also in use in it.

    `other` is the order that the remaining dates prove, None when there are none.
    """

    order: Order
    other: Order | None = None
    mixed: bool = False


class Reader(dict[Cell, date | None]):
    """Cell to date under one decision: None for a blank, `UNREADABLE` for what is no such date.

    Reads each distinct cell once; index it or map its `__getitem__` over a column.
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision

    def __missing__(self, cell: Cell) -> date | None:
        day = None if is_blank(cell) else candidates(cell).get(self.decision.order, UNREADABLE)
        self[cell] = day
        return day

    def is_open(self, cell: Cell) -> bool:
        """Whether a cell of a file that mixes two orders is a different day in the other one."""
        if self.decision.other is None:
            return False
        found = candidates(cell)
        other = found.get(self.decision.other)
        return other is not None and found.get(self.decision.order) not in (None, other)

    def is_settled(self, cell: Cell) -> bool:
        """Whether a cell can be read in the file's order and not in the other one."""
        found = candidates(cell)
        return self.decision.order in found and self.decision.other not in found


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds no date: nothing, a dash, a null word, or a program's zero date."""
    if not isinstance(cell, str):
        return cell is None or cell == 0
    plain = cell.strip()
    return plain.lower() in BLANKS or plain == "0" or _is_zero_day(plain)


def candidates(cell: Cell) -> Candidates:
    """The day that a cell means under each order; years outside 1950 to 2150 do not count.

    ISO dates, spreadsheet serials and named months mean one day under every order.
    """
    if isinstance(cell, datetime):
        return _certain(cell.date())
    if isinstance(cell, date):
        return _certain(cell)
    text = "" if cell is None else str(cell).strip()
    if match := _PARTS.fullmatch(text):
        return _from_parts(match[1], match[3], match[4])
    if match := _COMPACT.fullmatch(text):
        return _from_compact(match[1])
    if match := _SERIAL.fullmatch(text):
        return _from_serial(int(match[1]))
    return _from_words(text)


def decide(counts: Mapping[Cell, int], wanted: Order | None = None) -> Decision:
    """The order in which most dates can be read; `counts` has every cell of all date columns.

    A date that exists under one order alone (25/03, 03/25) is a proof. Two-digit years are read
    year first only when nothing else fits. The decision is mixed when more than one proof in
    `TOLERATED_SHARE` speaks for another order. `wanted` decides alone. Raises `Ambiguous` when two
    orders fit equally well and give different days.
    """
    if wanted is not None:
        return Decision(wanted)
    votes = [
        (cell, candidates(cell), count) for cell, count in counts.items() if not is_blank(cell)
    ]
    fits = {order: sum(count for _, found, count in votes if order in found) for order in Order}
    best = max(fits.values())
    order = _winner([order for order in Order if fits[order] == best], votes)
    against = {
        other: sum(count for _, found, count in votes if other in found and order not in found)
        for other in Order
    }
    other = max(against, key=lambda other: against[other])
    if not against[other]:
        return Decision(order)
    proofs = sum(count for _, found, count in votes if order in found and other not in found)
    return Decision(order, other, against[other] * TOLERATED_SHARE > proofs + against[other])


def _winner(tied: list[Order], votes: list[tuple[Cell, Candidates, int]]) -> Order:
    if len(tied) == 1:
        return tied[0]
    if all(len(_days(found, tied)) == 1 for _, found, _ in votes):
        return Order.YMD if all(len(found) == len(Order) for _, found, _ in votes) else tied[0]
    if Order.YMD in tied:
        return _winner([order for order in tied if order is not Order.YMD], votes)
    example = next(cell for cell, found, _ in votes if len(_days(found, tied)) > 1)
    raise Ambiguous(
        "The dates can be read as day/month/year and as month/day/year, {example} for one. "
        "Say which with --date-order dmy or --date-order mdy.",
        option="--date-order",
        choices=(Order.DMY, Order.MDY),
        field="date_order",
        example=text(example),
    )


def _days(found: Candidates, orders: Iterable[Order]) -> set[date | None]:
    return {found.get(order) for order in orders}


def _from_parts(first: str, middle: str, last: str) -> Candidates:
    if len(first) == 4 and len(last) <= 2:
        return _certain(_day(int(first), int(middle), int(last)))
    if len(first) > 2 or len(last) not in (1, 2, 4):
        return {}
    year = int(last) if len(last) == 4 else _century(int(last))
    found = {
        Order.DMY: _day(year, int(middle), int(first)),
        Order.MDY: _day(year, int(first), int(middle)),
    }
    if len(last) <= 2 and len(first) == 2:
        found[Order.YMD] = _day(_century(int(first)), int(middle), int(last))
    return {order: day for order, day in found.items() if day is not None}


def _from_compact(digits: str) -> Candidates:
    if year_first := _day(int(digits[:4]), int(digits[4:6]), int(digits[6:])):
        return _certain(year_first)
    return _from_parts(digits[:2], digits[2:4], digits[4:])


def _from_serial(number: int) -> Candidates:
    return _certain(_SERIAL_ORIGIN + timedelta(days=number)) if number in _SERIALS else {}


def _from_words(text: str) -> Candidates:
    for pattern in _NAMED:
        match = pattern.fullmatch(text)
        month = _MONTHS.get(match["m"].lower()) if match else None
        if match and month:
            year = int(match["y"])
            return _certain(_day(year if year > 99 else _century(year), month, int(match["d"])))
    return {}


def _certain(day: date | None) -> Candidates:
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return {}
    return dict.fromkeys(Order, day)


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _century(year: int) -> int:
    return year + (2000 if year < _CENTURY_TURN else 1900)


def _is_zero_day(text: str) -> bool:
    match = _PARTS.fullmatch(text)
    if match is None:
        return False
    first, middle, last = int(match[1]), int(match[3]), int(match[4])
    return (first, middle, last) in _EMPTY_DAYS or (last, middle, first) in _EMPTY_DAYS
