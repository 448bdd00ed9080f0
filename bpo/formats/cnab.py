"""Return files of boletos (CNAB): what is common to the layouts of 240 and of 400 columns.

A return file tells what happened to boletos at a bank. Only some of the events are money; which
ones differs by bank and layout. Lines come trimmed, padded, with accents, or all in one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from bpo.formats import banks
from bpo.formats.problems import Code, Level, Problem
from bpo.kernel.text import Phrase

_HEAD_400 = re.compile(rb"[ \t\r\n]*0[0-9](?:RETORNO|REMESSA|.{7}[0-9]{2}COBRAN)", re.DOTALL)
_HEAD_240 = re.compile(rb"[ \t\r\n]*[0-9]{3}00000[ 0-9]")
_FIRST_LINE = 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one boleto. Money in centavos, absent days None, absent text empty.

    `occurrence` is the bank's code of two characters, `is_payment` whether it is money received.
    `bank_reference` is the bank's number of the boleto (nosso número), `creditor_reference` what
    the creditor called it (seu número). `repeat` counts equal events of the file, from 1.
    """

    line: int
    bank: str
    occurrence: str
    is_payment: bool
    bank_reference: str
    creditor_reference: str
    event_date: date | None
    due_date: date | None
    credit_date: date | None
    title_cents: int
    paid_cents: int
    interest_cents: int
    discount_cents: int
    payer_document: str = ""
    payer_name: str = ""
    repeat: int = 1

    @property
    def identity(self) -> tuple[str, str, str, str, date | None, int, int]:
        """What makes it the same event in another file."""
        return (
            self.bank, self.occurrence, self.bank_reference, self.creditor_reference,
            self.event_date, self.paid_cents, self.repeat,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A return file read: the bank of its header, its events in order, and its problems."""

    bank: str
    created: date | None
    events: tuple[Event, ...]
    problems: tuple[Problem, ...]


class Columns:
    """One line and what could not be read in it; places are counted from 1, as manuals do."""

    def __init__(self, line: int, text: str) -> None:
        self.line = line
        self.raw = text
        self.problems: list[Problem] = []

    def text(self, first: int, last: int) -> str:
        """The characters from `first` to `last` without blanks around; zeros alone are none."""
        value = self.raw[first - 1 : last].strip()
        return value if value.strip("0") else ""

    def digits(self, first: int, last: int, name: str) -> int:
        """An amount in centavos; blank is 0, anything else but digits a problem of the line."""
        value = self.raw[first - 1 : last].strip()
        if not value:
            return 0
        if not (value.isascii() and value.isdigit()):
            self._tell(name, Code.AMOUNT, Phrase("The amount {value} cannot be read.", value=value))
            return 0
        return int(value)

    def day(
        self, first: int, last: int, name: str, order: str = "dmy", level: Level = Level.WARNING
    ) -> date | None:
        """A day, None for blanks and zeros; one that does not exist is left open with a remark.

        `level` rejects the line instead: where the day of the event is wrong, a line has been
        shifted, and its amounts are wrong with it.
        """
        value = self.raw[first - 1 : last]
        found = banks.day(value, order)
        if found is None and not banks.is_no_day(value):
            self._tell(
                name,
                Code.DATE,
                Phrase("The date {value} does not exist.", value=value.strip()),
                level,
            )
        return found

    @property
    def is_rejected(self) -> bool:
        """Whether something without which the line says nothing could not be read."""
        return any(problem.level is Level.REJECT for problem in self.problems)

    def _tell(self, name: str, code: Code, message: Phrase, level: Level = Level.REJECT) -> None:
        self.problems.append(Problem(self.line, name, code, message, level))


def width_of(content: bytes) -> int | None:
    """240 or 400 when the first line is a header of that layout, else None."""
    first = content[:_FIRST_LINE].removeprefix(b"\xef\xbb\xbf")
    if _HEAD_400.match(first):
        return 400
    return 240 if _HEAD_240.match(first) else None


def lines(content: bytes, width: int, limit: int) -> list[tuple[int, str]]:
    """The lines with their numbers, padded to `width`; blank ones are left out.

    A file without line ends is cut by its width.
    """
    text = banks.decoded(content, limit)
    parts = [part.rstrip("\r") for part in text.split("\n")]
    if len(parts) == 1 and len(text) > 2 * width:
        parts = [text[start : start + width] for start in range(0, len(text), width)]
    return [(number, part.ljust(width)) for number, part in enumerate(parts, 1) if part.strip()]


def uncut(
    rows: list[tuple[int, str]], kind: Callable[[str], str], last: str, least: int
) -> tuple[list[tuple[int, str]], list[Problem]]:
    """The rows that may be read when the file is cut off, and what to say of it.

    A file ends with a line of the kind `last`. Where that is missing, a last line that is shorter
    than all others of its kind, or than `least`, lacks some of its digits: it is left out, since
    half an amount reads like another amount.
    """
    number, text = rows[-1]
    if kind(text) == last:
        return rows, []
    whole = Phrase("The file is cut off: its end is missing. Download it again.")
    problems = [Problem(number, "file", Code.DAMAGED, whole, Level.WARNING)]
    like = [len(row.rstrip()) for _, row in rows[:-1] if kind(row) == kind(text)]
    if len(text.rstrip()) >= min(like, default=least):
        return rows, problems
    half = Phrase("The file ends within this line.")
    return rows[:-1], [*problems, Problem(number, "file", Code.DAMAGED, half)]


def numbered(events: list[Event]) -> Iterator[Event]:
    """The events with their number among equal ones."""
    seen: Counter[tuple[object, ...]] = Counter()
    for event in events:
        key = event.identity[:-1]
        seen[key] += 1
        yield replace(event, repeat=seen[key]) if seen[key] > 1 else event
