"""Why an amount is what it is: one row a change, in the order of days, each with the sum so far."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from bpo.domain.books import charges, legal_rates
from bpo.domain.books.charges import AmountDue, Segment
from bpo.domain.books.receivables import Entry, EntryKind, known
from bpo.kernel.text import Phrase

_MONTH = 30


class Kind(StrEnum):
    """What a row is about."""

    AMOUNT = "amount"
    MOVEMENT = "movement"
    FINE = "fine"
    INTEREST = "interest"
    CORRECTION = "correction"
    DISCOUNT = "discount"
    EXCESS = "excess"


class Row(NamedTuple):
    """One change of what is asked for, in centavos, and the sum after it.

    `days` are those in (`since`, `until`] that were counted on `base_cents`; `rate` is a fraction
    of a month (of the base for a fine or a discount), and `cents` is the base times `factor`, the
    rounding of a whole segment falling on its last month. `supposed`: the rate of this month is
    not known yet, and that of an earlier one was taken.
    """

    kind: Kind
    label: Phrase
    since: date
    until: date
    cents: int
    days: int = 0
    base_cents: int | None = None
    rate: Decimal | None = None
    factor: Decimal | None = None
    supposed: bool = False
    total_cents: int = 0


class Part(NamedTuple):
    """A month's share of a rate that is published month by month."""

    since: date
    until: date
    rate: Decimal
    factor: Decimal
    supposed: bool


LABELS = {
    EntryKind.PAYMENT: Phrase("Payment"),
    EntryKind.REVERSAL: Phrase("Payment undone"),
    EntryKind.REBATE: Phrase("Rebate"),
    EntryKind.DISCOUNT: Phrase("Discount"),
    EntryKind.WRITE_OFF: Phrase("Written off"),
    EntryKind.WITHDRAWAL: Phrase("Withdrawn"),
    EntryKind.WAIVER: Phrase("Charges waived"),
    EntryKind.AGREEMENT: Phrase("Agreement"),
}


def rows(due: AmountDue) -> tuple[Row, ...]:
    """The amount due on a day as a table; the last sum is `due.total_cents`, to the centavo."""
    first = Row(
        Kind.AMOUNT,
        Phrase("Original amount"),
        due.receivable.due_date,
        due.receivable.due_date,
        due.receivable.amount_cents,
    )
    moves = sorted((*_charged(due), *_moved(due)), key=lambda row: (row.until, _PLACE[row.kind]))
    found = [first, *moves, *_discounted(due)]
    excess = due.total_cents - sum(row.cents for row in found)
    if excess:
        label = Phrase("Charges already paid above these terms")
        found.append(Row(Kind.EXCESS, label, due.day, due.day, excess))
    return tuple(_running(found))


_PLACE = {kind: place for place, kind in enumerate((Kind.FINE, Kind.INTEREST, Kind.CORRECTION))}
_PLACE[Kind.MOVEMENT] = len(_PLACE)


def _running(found: Iterable[Row]) -> Iterator[Row]:
    total = 0
    for row in found:
        total += row.cents
        yield row._replace(total_cents=total)


def _moved(due: AmountDue) -> Iterator[Row]:
    for entry in known(due.receivable, due.day):
        cents = entry.principal_cents + entry.fine_cents + entry.interest_cents
        yield Row(Kind.MOVEMENT, _label(entry, cents), entry.on, entry.on, -cents)


def _label(entry: Entry, cents: int) -> Phrase:
    if entry.kind in (EntryKind.PAYMENT, EntryKind.REVERSAL) or cents >= 0:
        return LABELS[entry.kind]
    return Phrase("{what}, undone", what=LABELS[entry.kind])


def _charged(due: AmountDue) -> Iterator[Row]:
    spans = charges.segments(due.receivable, due.terms, due.day)
    if not spans:
        return
    base, rate = spans[0].principal_cents, due.terms.fine_rate
    fine = charges.fine_on(base, due.terms)
    if fine:
        on = charges.first_charged_day(due.receivable, due.terms)
        label = Phrase("Late fine, once")
        yield Row(Kind.FINE, label, on, on, fine, 0, base, rate, rate)
    for span in spans:
        if span.interest_cents:
            yield from _interest(span, due)
        if span.correction_cents:
            yield from _corrected(span, due)


def _interest(span: Segment, due: AmountDue) -> Iterator[Row]:
    legal = due.terms.legal_rates
    if legal is None:
        rate = due.terms.monthly_rate
        parts = [Part(span.since, span.until, rate, rate * span.days / _MONTH, False)]
        return _monthly(Kind.INTEREST, Phrase("Late interest"), span, parts, span.interest_cents)
    parts = [
        Part(
            since,
            until,
            legal.of(month),
            legal.interest_factor(since, until),
            month not in legal.by_month,
        )
        for month, since, until in _months(span)
    ]
    label = Phrase("Legal interest (Civil Code, art. 406)")
    return _monthly(Kind.INTEREST, label, span, parts, span.interest_cents)


def _corrected(span: Segment, due: AmountDue) -> Iterator[Row]:
    index = due.terms.correction
    assert index
    label = Phrase("Monetary correction by the {index}", index=index.label)
    parts = [
        Part(
            since,
            until,
            index.of(month),
            index.growth(span.since, until) - index.growth(span.since, since),
            month not in index.by_month,
        )
        for month, since, until in _months(span)
    ]
    return _monthly(Kind.CORRECTION, label, span, parts, span.correction_cents)


def _monthly(
    kind: Kind, label: Phrase, span: Segment, parts: Sequence[Part], cents: int
) -> Iterator[Row]:
    """A row a part; each rounded on its way, so that all of them come to the segment's `cents`."""
    told, factor = 0, Decimal(0)
    for place, part in enumerate(parts, 1):
        factor += part.factor
        sum_so_far = cents if place == len(parts) else _rounded(span.principal_cents * factor)
        yield Row(
            kind,
            label,
            part.since,
            part.until,
            sum_so_far - told,
            (part.until - part.since).days,
            span.principal_cents,
            part.rate,
            part.factor,
            part.supposed,
        )
        told = sum_so_far


def _months(span: Segment) -> Iterator[tuple[date, date, date]]:
    """The months of a segment: the first day of each, and the part of it in (since, until]."""
    since = span.since
    for month, days in legal_rates.spread(span.since, span.until):
        until = date.fromordinal(since.toordinal() + days)
        yield month, since, until
        since = until


def _discounted(due: AmountDue) -> Iterator[Row]:
    if due.discount_cents:
        best = charges.best_discount(due)
        label = Phrase(
            "Early-payment discount, until {until}",
            until=charges.discount_until(due.receivable, due.terms, best),
        )
        rate = None if best.cents else best.rate
        yield Row(
            Kind.DISCOUNT,
            label,
            due.day,
            due.day,
            -due.discount_cents,
            0,
            due.principal_cents,
            rate,
            rate,
        )


def _rounded(cents: Decimal) -> int:
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP))
