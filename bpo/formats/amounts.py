"""Amounts of money as files write them, and the one decimal mark of a whole file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bpo.formats.cells import BLANKS, Cell
from bpo.formats.problems import Ambiguous


class Mark(StrEnum):
    """What stands between reais and centavos."""

    COMMA = ","
    POINT = "."


UNREADABLE = -(1 << 62)
LARGEST_CENTS = 10**15

_OTHER = {Mark.COMMA: Mark.POINT, Mark.POINT: Mark.COMMA}
_FRACTIONS = (
    {"": 0}
    | {str(tenths): tenths * 10 for tenths in range(10)}
    | {f"{cents:02}": cents for cents in range(100)}
)
_CURRENCY = r"(?:R\$|US\$|\$|BRL|USD|EUR|€)?"
_FIGURE = re.compile(
    rf"(?P<left>\()?\s*(?P<before>[-+−])?\s*{_CURRENCY}\s*(?P<inner>[-+−])?\s*"
    rf"(?P<digits>[\d.,'’\s]*\d[.,]?)\s*{_CURRENCY}\s*(?P<after>[-−])?\s*(?P<right>\))?",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?m)^[^\d\n.,]*[1-9]\d{0,2}(?:[.,]\d{3})[^\d\n.,]*$")


def _proof(mark: Mark) -> re.Pattern[str]:
    here, other = re.escape(mark), re.escape(_OTHER[mark])
    return re.compile(
        rf"(?m)^[^\d\n.,]*(?:\d{{1,3}}[ '’\xa0\u202f])*"
        rf"(?:\d{{1,3}}(?:{other}\d{{3}})+{here}\d*"
        rf"|\d{{1,3}}(?:{other}\d{{3}}){{2,}}"
        rf"|\d*{here}(?:\d{{1,2}}|\d{{4,}})"
        rf"|(?:\d{{4,}}|0+){here}\d{{3}})[^\d\n.,]*$"
    )


_GROUPED = re.compile(r"[.,]\d{3}[.,]\d{3}")
_PROOFS = {mark: _proof(mark) for mark in Mark}


def _proofs(mark: Mark, joined: str) -> int:
    if mark in joined or _GROUPED.search(joined):
        return len(_PROOFS[mark].findall(joined))
    return 0


@dataclass(slots=True)
class Evidence:
    """What the amounts seen so far say about the decimal mark."""

    comma: int = 0
    point: int = 0
    example: str | None = None

    def add(self, cells: Iterable[Cell]) -> None:
        """Count the proofs in a column: `1.234,56` and `0,5` prove the comma, `1.234` nothing."""
        joined = "\n".join([cell for cell in cells if isinstance(cell, str)])
        self.comma += _proofs(Mark.COMMA, joined)
        self.point += _proofs(Mark.POINT, joined)
        if self.example is None and (match := _OPEN.search(joined)):
            self.example = match[0].strip()


@dataclass(frozen=True, slots=True)
class Decision:
    """The decimal mark of one file; `mixed` when amounts with the other mark are also in it."""

    mark: Mark
    mixed: bool = False


def decide(evidence: Evidence, wanted: Mark | None = None) -> Decision:
    """The mark that most amounts prove. `wanted` decides alone.

    Raises `Ambiguous` when both are proven equally often, or neither while some amount (`1.234`)
    could be thousands or a fraction. Amounts without any mark need no decision.
    """
    if wanted is not None:
        return Decision(wanted)
    if evidence.comma != evidence.point:
        mark = Mark.COMMA if evidence.comma > evidence.point else Mark.POINT
        return Decision(mark, mixed=bool(evidence.comma and evidence.point))
    if evidence.comma or evidence.example is not None:
        raise Ambiguous(
            "The amounts can be read with a decimal comma and with a decimal point: {example}. "
            'Say which with --decimal "," or --decimal ".".',
            option="--decimal",
            choices=(Mark.COMMA, Mark.POINT),
            field="decimal",
            example=evidence.example or "1.234,56 / 1,234.56",
        )
    return Decision(Mark.COMMA)


class Reader:
    """Cell to centavos under one decision; `rounded` counts amounts with more than two decimals."""

    __slots__ = ("_mark", "decision", "rounded")

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.rounded = 0
        self._mark = str(decision.mark)

    def cents(self, cell: Cell) -> int | None:
        """Integer centavos; None for a blank, `UNREADABLE` for what is no amount.

        More than two decimals are rounded half up, away from zero, in integers; no float is used.
        """
        if type(cell) is str:
            whole, _, fraction = cell.partition(self._mark)
            if whole.isdigit() and whole.isascii() and fraction in _FRACTIONS and len(whole) < 13:
                return int(whole) * 100 + _FRACTIONS[fraction]
            return self._from_text(cell.strip())
        return self._from_number(cell)

    def column(self, cells: Iterable[Cell]) -> list[int | None]:
        """The centavos of a whole column."""
        return list(map(self.cents, cells))

    def is_open(self, cell: Cell) -> bool:
        """Whether an amount of a file with both marks could be thousands or a fraction."""
        return self.decision.mixed and isinstance(cell, str) and bool(_OPEN.match(cell.strip()))

    def _from_text(self, text: str) -> int | None:
        if text.lower() in BLANKS or text.upper() in ("R$", "R$ -"):
            return None
        match = _FIGURE.fullmatch(text)
        if match is None or (match["left"] is None) != (match["right"] is None):
            return UNREADABLE
        signs = [sign for sign in match.group("before", "inner", "after") if sign]
        if len(signs) + (match["left"] is not None) > 1:
            return UNREADABLE
        cents = self._unsigned(match["digits"])
        negative = match["left"] is not None or signs not in ([], ["+"])
        return -cents if negative and cents != UNREADABLE else cents

    def _unsigned(self, digits: str) -> int:
        whole, _, fraction = digits.partition(self._mark)
        groups = re.split(rf"[{re.escape(_OTHER[self.decision.mark])}'’\s]", whole)
        if len(groups) > 1 and not _are_thousands(groups):
            return UNREADABLE
        whole = "".join(groups) or "0"
        if not whole.isdigit() or (fraction and not fraction.isdigit()):
            return UNREADABLE
        if len(fraction) > 2 and fraction[2:].strip("0"):
            self.rounded += 1
        up = len(fraction) > 2 and fraction[2] >= "5"
        return _bounded(int(whole) * 100 + int(fraction[:2].ljust(2, "0")) + up)

    def _from_number(self, cell: Cell) -> int | None:
        if cell is None:
            return None
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return UNREADABLE
        cents = Decimal(repr(cell)) * 100
        if not cents.is_finite() or abs(cents) >= LARGEST_CENTS:
            return UNREADABLE
        return int(cents.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _are_thousands(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def _bounded(cents: int) -> int:
    return cents if cents < LARGEST_CENTS else UNREADABLE
