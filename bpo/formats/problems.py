"""What is wrong with a file that was read: problems of rows, and doubts about a whole file."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


class Code(StrEnum):
    """The stable word of a problem, for programs."""

    COLUMNS = "columns"
    REQUOTED = "requoted"
    MISSING = "missing"
    DAMAGED = "damaged"
    DATE = "date"
    DATE_ORDER = "date_order"
    AMOUNT = "amount"
    NEGATIVE = "negative"
    DOCUMENT = "document"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    INSTALLMENT = "installment"
    DUE_BEFORE_ISSUE = "due_before_issue"
    PAID_BEFORE_ISSUE = "paid_before_issue"
    CHECK_DIGIT = "check_digit"
    TOTAL = "total"
    NOT_ISSUED = "not_issued"
    NOTHING = "nothing"


class Level(StrEnum):
    """Whether the row was left out, or taken with a remark."""

    REJECT = "reject"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one row; `line` is the line an editor shows, or the row of a worksheet."""

    line: int
    field: str | None
    code: Code
    message: Phrase
    level: Level = Level.REJECT


class Ambiguous(BadInput):
    """A file that can be read in two ways; `option` decides, `choices` are its values."""

    code = "ambiguous"

    def __init__(
        self,
        template: str,
        *,
        option: str,
        choices: tuple[str, ...],
        field: str | None = None,
        **params: Any,
    ) -> None:
        self.option = option
        self.choices = choices
        super().__init__(template, field=field, option=option, **params)
