"""The legal rate of default interest, for contracts that agree on none, month by month.

Civil Code art. 406 as changed by Law 14.905/2024: Selic less the IPCA, never below zero. The rate
of each month is published by the Central Bank with six decimals (Resolution CMN 5.171/2024);
interest is simple and pro rata: each day of a month bears its share of the month's rate.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, DecimalException

from bpo.kernel.errors import BadInput

FIRST_MONTH = date(2024, 8, 1)
"""The law is in force since 30 August 2024."""

LARGEST = Decimal("0.10")
Check = Callable[[date, Decimal], tuple[date, Decimal]]
"""Gives a month and its rate back, or raises BadInput."""


@dataclass(frozen=True, slots=True)
class LegalRates:
    """Rates as fractions of a month (`Decimal("0.008")` is 0.8%), by the first day of the month."""

    by_month: Mapping[date, Decimal] = field(default_factory=dict)

    def of(self, month: date) -> Decimal:
        """The rate of a month; one not entered yet bears that of the last month before it.

        Zero when no earlier month is known either.
        """
        known = self.by_month.get(month)
        if known is not None:
            return known
        earlier = [one for one in self.by_month if one < month]
        return self.by_month[max(earlier)] if earlier else Decimal(0)

    def interest(self, principal_cents: int, since: date, until: date) -> int:
        """Interest in centavos over the days in (`since`, `until`], rounded half up once."""
        exact = principal_cents * self.interest_factor(since, until)
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    def interest_factor(self, since: date, until: date) -> Decimal:
        """The share of a principal that the days in (`since`, `until`] bear."""
        return sum(
            (
                self.of(month) * days / monthrange(month.year, month.month)[1]
                for month, days in spread(since, until)
            ),
            Decimal(0),
        )

    def missing(self, since: date, until: date) -> tuple[date, ...]:
        """The months of the days in (`since`, `until`] whose rate was not entered."""
        return tuple(month for month, _ in spread(since, until) if month not in self.by_month)


def spread(since: date, until: date) -> Iterator[tuple[date, int]]:
    """The days in (`since`, `until`] by month: its first day, and how many of its days."""
    day = since + timedelta(days=1)
    while day <= until:
        last = day.replace(day=monthrange(day.year, day.month)[1])
        end = min(last, until)
        yield day.replace(day=1), (end - day).days + 1
        day = end + timedelta(days=1)


def read(text: str, check: Check | None = None) -> list[tuple[date, Decimal]]:
    """Months and rates pasted as lines of `2026-11;0,823456` or `11/2026 0.823456` (per cent).

    Raises BadInput naming the line that cannot be read, the month that comes twice, or a rate that
    no month has had: `check` says so, for the legal rate unless another is given.
    """
    found: dict[date, Decimal] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            month, rate = _line(line, number, check or checked)
            if month in found:
                raise BadInput("Line {line}: this month comes twice", field="rates", line=number)
            found[month] = rate
    if not found:
        raise BadInput("Give at least one month and its rate", field="rates")
    return sorted(found.items())


def checked(month: date, rate: Decimal) -> tuple[date, Decimal]:
    """A month and its rate. Raises BadInput for what cannot be a legal rate."""
    if month.replace(day=1) < FIRST_MONTH:
        raise BadInput("The legal rate exists since August 2024", field="rates")
    if not 0 <= rate <= LARGEST:
        raise BadInput("A legal rate lies between 0% and 10% a month", field="rates")
    return month.replace(day=1), rate


def by_month(rows: Iterable[tuple[date, Decimal]]) -> LegalRates:
    """Rates read from rows."""
    return LegalRates(dict(rows))


def _line(line: str, number: int, check: Check) -> tuple[date, Decimal]:
    parts = line.replace(";", " ").replace("\t", " ").replace("%", " ").split()
    try:
        month, rate = parts
        return check(_month(month), Decimal(rate.replace(",", ".")) / 100)
    except (ValueError, DecimalException) as error:
        raise BadInput(
            "Line {line} is not a month and a rate: {text}", field="rates", line=number, text=line
        ) from error


def _month(text: str) -> date:
    first, _, second = text.replace("/", "-").partition("-")
    year, month = (first, second) if len(first) == 4 else (second, first)
    return date(int(year), int(month), 1)
