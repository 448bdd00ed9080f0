"""Whom a campaign speaks to: by who the debtors are, and by how much they owe since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bpo.domain.reminders.touches import Debtor, Open
from bpo.kernel.errors import BadInput

OLDEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a campaign speaks to; an empty choice means everybody.

    `minimum_cents`: a message about less than this is not worth sending. `consumers`: only final
    consumers (True), only others (False). `owing_from`, `owing_to`: all that the debtor owes, in
    centavos, both ends included. `late_from`, `late_to`: the age of the debt, in days since the
    oldest open receivable fell due (effective date; 0: nothing is overdue), both ends included.
    `first_purchase`: only those who have bought once (True), only those who bought before (False).
    """

    minimum_cents: int = 0
    classes: frozenset[str] = frozenset()
    consumers: bool | None = None
    with_tags: frozenset[str] = frozenset()
    without_tags: frozenset[str] = frozenset()
    owing_from: int = 0
    owing_to: int | None = None
    late_from: int = 0
    late_to: int | None = None
    first_purchase: bool | None = None

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is left out, neither by who they are nor by what they owe."""
        asks_who = self.classes or self.with_tags or self.without_tags
        chooses = self.consumers is not None or self.first_purchase is not None
        return not (asks_who or chooses or self._weighs)

    @property
    def _weighs(self) -> bool:
        ends = self.owing_to is not None or self.late_to is not None
        return bool(self.owing_from or self.late_from or ends)

    def includes(self, debtor: Debtor, today: date) -> bool:
        """Whether a debtor is spoken to about what is open on a day."""
        return self.knows(debtor) and (not self._weighs or self._fits(debtor.open, today))

    def knows(self, debtor: Debtor) -> bool:
        """Whether a debtor belongs here by who it is, whatever is open: asked for receipts."""
        if self.classes and debtor.risk_class not in self.classes:
            return False
        if self.consumers is not None and debtor.consumer != self.consumers:
            return False
        if self.first_purchase is not None and debtor.first_purchase != self.first_purchase:
            return False
        own = debtor.tags
        return not own & self.without_tags and (not self.with_tags or bool(own & self.with_tags))

    def _fits(self, open: Sequence[Open], today: date) -> bool:
        owed = sum([item.open_cents for item in open])
        if owed < self.owing_from or (self.owing_to is not None and owed > self.owing_to):
            return False
        oldest = min([item.effective_due for item in open], default=today)
        age = max((today - oldest).days, 0)
        return age >= self.late_from and (self.late_to is None or age <= self.late_to)


EVERYBODY = Audience()


def check(audience: Audience) -> None:
    """Raises BadInput by field when nobody could ever be in an audience."""
    if audience.minimum_cents < 0:
        raise BadInput("The smallest amount cannot be negative", field="minimum_cents")
    if audience.owing_from < 0 or (audience.owing_to or 0) < 0:
        raise BadInput("The smallest amount cannot be negative", field="owing_from")
    if audience.owing_to is not None and audience.owing_to < audience.owing_from:
        raise BadInput("The largest amount is below the smallest", field="owing_to")
    for name in ("late_from", "late_to"):
        if not 0 <= (getattr(audience, name) or 0) <= OLDEST_DAYS:
            raise BadInput("Give a number of days", field=name)
    if audience.late_to is not None and audience.late_to < audience.late_from:
        raise BadInput("The last day is before the first", field="late_to")


def to_json(audience: Audience) -> dict[str, Any]:
    """An audience as plain JSON values; what came later is left out while nobody chose it."""
    row = {
        "minimum_cents": audience.minimum_cents,
        "classes": sorted(audience.classes),
        "consumers": audience.consumers,
        "with_tags": sorted(audience.with_tags),
        "without_tags": sorted(audience.without_tags),
    }
    later = {
        "owing_from": audience.owing_from or None,
        "owing_to": audience.owing_to,
        "late_from": audience.late_from or None,
        "late_to": audience.late_to,
        "first_purchase": audience.first_purchase,
    }
    return row | {name: value for name, value in later.items() if value is not None}


def from_json(row: Mapping[str, Any]) -> Audience:
    """The audience of stored JSON; raises TypeError or ValueError when it cannot be read."""
    return Audience(
        int(row.get("minimum_cents", 0)),
        frozenset(row.get("classes", ())),
        row.get("consumers"),
        frozenset(row.get("with_tags", ())),
        frozenset(row.get("without_tags", ())),
        int(row.get("owing_from") or 0),
        _whole(row.get("owing_to")),
        int(row.get("late_from") or 0),
        _whole(row.get("late_to")),
        row.get("first_purchase"),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
