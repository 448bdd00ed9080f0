"""What a static Pix code is recognised by when its money arrives: the txid as a reference."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

_FORM = re.compile(r"(REC|CLI|ACO)(\d{1,15})D(\d{6})(?:X[0-9A-Z]*)?")
_CHARGE_LENGTH = 32


class Kind(StrEnum):
    """What a code asks for: one receivable, all that a debtor owed on a day, or all that is left
    of an agreement, paid off before its end."""

    RECEIVABLE = "REC"
    DEBTOR = "CLI"
    AGREEMENT = "ACO"


@dataclass(frozen=True, slots=True)
class Reference:
    """The thing a payment is for, by its id within the workspace, and the day of the amount."""

    kind: Kind
    id: int
    day: date

    @property
    def txid(self) -> str:
        """At most 25 letters and digits, such as `REC1042D261123`."""
        return f"{self.kind}{self.id}D{self.day:%y%m%d}"

    def charge_txid(self, mark: str) -> str:
        """The txid of a dynamic charge, 26 to 35 letters and digits, unique by `mark`.

        The same reference stands in front, so that its money is recognised in the same way.
        """
        return f"{self.txid}X{mark.upper()}".ljust(_CHARGE_LENGTH, "0")[:35]


def parse(txid: str) -> Reference | None:
    """The reference behind a txid of ours; None for any other."""
    match = _FORM.fullmatch(txid.strip().upper())
    if match is None:
        return None
    try:
        day = datetime.strptime(match[3], "%y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None
    return Reference(Kind(match[1]), int(match[2]), day)
