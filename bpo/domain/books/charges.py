"""Late fine, late interest and early-payment discount of one receivable, exact to the day."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from bpo.domain.books.contracts import Discount, Terms
from bpo.domain.books.contracts import InterestBase as InterestBase
from bpo.domain.books.legal_rates import LegalRates
from bpo.domain.books.receivables import Entry, EntryKind, Receivable, known
from bpo.kernel.text import Phrase

_MONTH = 30
_MIN_TOLERANCE = 2
_TAKEN = EntryKind.AGREEMENT
_NEVER_OWED = frozenset({EntryKind.REBATE, EntryKind.WITHDRAWAL})


class Segment(NamedTuple):
    """Interest on one open principal over the days in (`since`, `until`], in centavos.

    `correction_cents` is what an agreed index of prices adds for the same days.
    """

    principal_cents: int
    since: date
    until: date
    interest_cents: int
    correction_cents: int = 0

    @property
    def total_cents(self) -> int:
        """Interest and correction."""
        return self.interest_cents + self.correction_cents

    @property
    def days(self) -> int:
        """Days counted; the last one is included."""
        return (self.until - self.since).days


class AmountDue(NamedTuple):
    """What settles a receivable on a day, in centavos, less what was settled by the end of it.

    `interest_cents` holds monetary correction too, where the contract agrees on any. `days_late`
    counts from the original due date, 0 while not overdue. A discount is only for a payment that
    settles the whole.
    """

    principal_cents: int
    fine_cents: int
    interest_cents: int
    discount_cents: int
    days_late: int
    day: date
    receivable: Receivable
    terms: Terms

    @property
    def total_cents(self) -> int:
        """Principal and charges less discount."""
        return self.principal_cents + self.fine_cents + self.interest_cents - self.discount_cents

    @property
    def steps(self) -> tuple[Phrase, ...]:
        """The amount explained line by line, the total last."""
        return tuple(_explained(self))


def amount_due(receivable: Receivable, terms: Terms, day: date) -> AmountDue:
    """What is due on `day`, with the entries dated on or before it taken off.

    The fine is charged once, on the principal open on the first overdue day. Interest is simple,
    `monthly_rate / 30` a day on the open principal, counted from the terms' base date, the payment
    day included, in one segment per change of principal. Each component is rounded half up. Nothing
    is charged while `day` is within the effective due date and the days of grace. A rebate or
    a withdrawal reduces the title itself, so charges never count it. Charges left open by a payment
    that went to the principal first remain due.
    """
    if receivable.entries:
        return _with_entries(receivable, terms, day)
    principal, late_from = receivable.amount_cents, receivable.effective_due_date
    if day <= late_from:
        discount = _discount(receivable, terms, principal, day) if terms.discounts else 0
        return AmountDue(principal, 0, 0, discount, 0, day, receivable, terms)
    days = (day - receivable.due_date).days
    if terms.grace_days and (day - late_from).days <= terms.grace_days:
        return AmountDue(principal, 0, 0, 0, days, day, receivable, terms)
    since = receivable.due_date if terms.interest_base == "original" else late_from
    fine = fine_on(principal, terms)
    interest = _segment(principal, terms, since, day).total_cents
    return AmountDue(principal, fine, interest, 0, days, day, receivable, terms)


def segments(receivable: Receivable, terms: Terms, day: date) -> list[Segment]:
    """The spans over which interest ran up to `day`; empty while nothing is charged."""
    return list(_segments(receivable, terms, day)) if is_charged(receivable, terms, day) else []


def tolerance(days_late: int) -> int:
    """Centavos by which money received may differ from the amount due and still settle it.

    Banks round charges differently: R$ 0.02, or R$ 0.01 for each day late.
    """
    return max(_MIN_TOLERANCE, days_late)


def first_charged_day(receivable: Receivable, terms: Terms) -> date:
    """The first day on which paying costs more than the principal."""
    return receivable.effective_due_date + timedelta(days=terms.grace_days + 1)


def percent(rate: Decimal) -> Decimal:
    """A fraction as a percentage without trailing zeros: 0.0200 is 2."""
    shown = (rate * 100).normalize()
    return shown.quantize(Decimal(1)) if shown == shown.to_integral() else shown


def _with_entries(receivable: Receivable, terms: Terms, day: date) -> AmountDue:
    entries = known(receivable, day)
    principal = receivable.amount_cents - sum(entry.principal_cents for entry in entries)
    late = day > receivable.effective_due_date
    days = (day - receivable.due_date).days if late else 0
    if not is_charged(receivable, terms, day):
        discount = 0 if late else _discount(receivable, terms, principal, day)
        return AmountDue(principal, 0, 0, discount, days, day, receivable, terms)
    spans = list(_segments(receivable, terms, day))
    fine = fine_on(spans[0].principal_cents, terms) - sum(entry.fine_cents for entry in entries)
    interest = sum(span.total_cents for span in spans)
    interest -= sum(entry.interest_cents for entry in entries)
    # A bank that rounds up may have been paid more than these terms charge: nothing is owed back.
    return AmountDue(principal, max(fine, 0), max(interest, 0), 0, days, day, receivable, terms)


def is_charged(receivable: Receivable, terms: Terms, day: date) -> bool:
    """Whether charges are asked for on a day."""
    return (day - receivable.effective_due_date).days > terms.grace_days


def _segments(receivable: Receivable, terms: Terms, day: date) -> Iterator[Segment]:
    entries = _lasting(known(receivable, day))
    start = first_charged_day(receivable, terms)
    principal = receivable.amount_cents - sum(
        entry.principal_cents for entry in entries if _before_charges(entry, start)
    )
    original = terms.interest_base == InterestBase.ORIGINAL
    since = receivable.due_date if original else receivable.effective_due_date
    for entry in entries:
        if _before_charges(entry, start) or not entry.principal_cents:
            continue
        if entry.on > since:
            yield _segment(principal, terms, since, entry.on)
        principal, since = principal - entry.principal_cents, entry.on
    if day > since:
        yield _segment(principal, terms, since, day)


def _lasting(entries: list[Entry]) -> list[Entry]:
    """The entries with each agreement reduced to what it settled, on the day it took the title in.

    What a broken one gives back was owed all the time: charges run on from the original dates.
    """
    moves = [entry for entry in entries if entry.kind is _TAKEN]
    if all(entry.principal_cents > 0 for entry in moves):
        return entries
    return sorted([entry for entry in entries if entry.kind is not _TAKEN] + _netted(moves))


def _netted(moves: list[Entry]) -> list[Entry]:
    """Takings less what was given back of each; a title is in one agreement at a time."""
    kept: list[Entry] = []
    inside = False
    while moves:
        today = [entry for entry in moves if entry.on == moves[0].on]
        back = [entry for entry in today if entry.principal_cents < 0]
        one = min(back) if inside and back else max(today)
        moves.remove(one)
        if inside and back:
            settled = kept[-1].principal_cents + one.principal_cents
            kept[-1] = kept[-1]._replace(principal_cents=settled)
        else:
            kept.append(one)
        inside = not (inside and back)
    return kept


def _before_charges(entry: Entry, start: date) -> bool:
    return entry.on < start or entry.kind in _NEVER_OWED


def _segment(principal: int, terms: Terms, since: date, until: date) -> Segment:
    principal = max(principal, 0)
    interest = _interest(principal, terms, since, until)
    index = terms.correction
    correction = index.amount(principal, since, until) if index else 0
    return Segment(principal, since, until, interest, correction)


def fine_on(principal: int, terms: Terms) -> int:
    """The fine on an open principal, in centavos."""
    numerator, denominator = _ratio(terms.fine_rate)
    return (2 * principal * numerator + denominator) // (2 * denominator)


def _interest(principal: int, terms: Terms, since: date, until: date) -> int:
    if terms.legal_rates is not None:
        return terms.legal_rates.interest(principal, since, until)
    days = (until - since).days
    numerator, denominator = _ratio(terms.monthly_rate)
    denominator *= _MONTH
    return (2 * principal * numerator * days + denominator) // (2 * denominator)


@lru_cache(maxsize=1024)
def _ratio(rate: Decimal) -> tuple[int, int]:
    return rate.as_integer_ratio()


def _discount(receivable: Receivable, terms: Terms, principal: int, day: date) -> int:
    """The best discount still open on `day`.

    Its last day counts back from the effective due date when the terms extend dates, otherwise
    from the due date; a discount until the due date itself always holds while payment is in time.
    """
    return max((_worth(d, principal) for d in _granted(receivable, terms, day)), default=0)


def _granted(receivable: Receivable, terms: Terms, day: date) -> list[Discount]:
    return [d for d in terms.discounts if day <= discount_until(receivable, terms, d)]


def discount_until(receivable: Receivable, terms: Terms, discount: Discount) -> date:
    """The last day on which a discount is given."""
    extended = terms.interest_base == InterestBase.EXTENDED or not discount.days_before
    reference = receivable.effective_due_date if extended else receivable.due_date
    return reference - timedelta(days=discount.days_before)


def best_discount(due: AmountDue) -> Discount:
    """The discount that an amount due is given. Raises ValueError when there is none."""
    granted = _granted(due.receivable, due.terms, due.day)
    return max(granted, key=lambda discount: _worth(discount, due.principal_cents))


def _worth(discount: Discount, principal: int) -> int:
    if discount.cents:
        return min(discount.cents, principal)
    numerator, denominator = _ratio(discount.rate)
    return (2 * principal * numerator + denominator) // (2 * denominator)


def _explained(due: AmountDue) -> Iterator[Phrase]:
    receivable, terms = due.receivable, due.terms
    yield Phrase(
        "Original amount {amount_cents}, due on {due_date}",
        amount_cents=receivable.amount_cents,
        due_date=receivable.due_date,
    )
    for entry in known(receivable, due.day):
        yield _entry_phrase(entry)
    if due.discount_cents:
        yield _discount_phrase(due)
    if is_charged(receivable, terms, due.day):
        yield from _charge_phrases(due)
    elif receivable.due_date < due.day <= receivable.effective_due_date:
        yield Phrase(
            "The due date fell on a closed day: paying by {effective_due_date} is in time",
            effective_due_date=receivable.effective_due_date,
        )
    elif due.days_late:
        yield Phrase(
            "Within the days of grace ({grace_days}): no charges", grace_days=terms.grace_days
        )
    yield Phrase("Total to pay on {day}: {total_cents}", day=due.day, total_cents=due.total_cents)


_ENTRY_PHRASES = {
    EntryKind.PAYMENT: "Paid on {day}: {entry_cents}",
    EntryKind.REVERSAL: "Payment given back on {day}: {entry_cents}",
    EntryKind.REBATE: "Rebate on {day}: {entry_cents}",
    EntryKind.DISCOUNT: "Discount on {day}: {entry_cents}",
    EntryKind.WRITE_OFF: "Written off on {day}: {entry_cents}",
    EntryKind.WITHDRAWAL: "Withdrawn on {day}: {entry_cents}",
    EntryKind.AGREEMENT: "Taken into an agreement on {day}: {entry_cents}",
    EntryKind.WAIVER: "Charges waived on {day}: {entry_cents}",
}


def _entry_phrase(entry: Entry) -> Phrase:
    settled = entry.principal_cents + entry.fine_cents + entry.interest_cents
    if entry.kind is _TAKEN and settled < 0:
        return Phrase(
            "Back from an agreement that ended on {day}: {entry_cents}",
            day=entry.on,
            entry_cents=-settled,
        )
    return Phrase(_ENTRY_PHRASES[entry.kind], day=entry.on, entry_cents=settled)


def _discount_phrase(due: AmountDue) -> Phrase:
    return Phrase(
        "Early-payment discount until {until}: {discount_cents}",
        until=discount_until(due.receivable, due.terms, best_discount(due)),
        discount_cents=due.discount_cents,
    )


def _charge_phrases(due: AmountDue) -> Iterator[Phrase]:
    receivable, terms = due.receivable, due.terms
    spans = segments(receivable, terms, due.day)
    fine = fine_on(spans[0].principal_cents, terms)
    if fine:
        yield Phrase(
            "Late fine of {fine_pct} on {principal_cents}, once: {fine_cents}",
            fine_pct=percent(terms.fine_rate),
            principal_cents=spans[0].principal_cents,
            fine_cents=fine,
        )
    for span in spans:
        if terms.legal_rates is not None:
            yield from _legal_phrases(span, terms.legal_rates)
        elif span.interest_cents:
            yield _interest_phrase(span, terms)
        if span.correction_cents:
            yield _correction_phrase(span, terms)
    charged = fine + sum(span.total_cents for span in spans)
    settled = sum(entry.fine_cents + entry.interest_cents for entry in known(receivable, due.day))
    excess = due.fine_cents + due.interest_cents - (charged - settled)
    if excess:
        yield Phrase("Charges already paid above these terms: {excess_cents}", excess_cents=excess)


def _correction_phrase(span: Segment, terms: Terms) -> Phrase:
    assert terms.correction
    return Phrase(
        "Monetary correction by the {index} on {principal_cents}, from {since} to {until}:"
        " {correction_cents}",
        index=terms.correction.label,
        principal_cents=span.principal_cents,
        since=span.since,
        until=span.until,
        correction_cents=span.correction_cents,
    )


def _legal_phrases(span: Segment, rates: LegalRates) -> Iterator[Phrase]:
    yield Phrase(
        "Legal interest (Civil Code, art. 406) on {principal_cents}, from {since} to {until},"
        " each month at its published rate: {interest_cents}",
        principal_cents=span.principal_cents,
        since=span.since,
        until=span.until,
        interest_cents=span.interest_cents,
    )
    for month in rates.missing(span.since, span.until):
        yield Phrase(
            "The legal rate of {month} has not been entered: that of the last month before it"
            " counts",
            month=month,
        )


def _interest_phrase(span: Segment, terms: Terms) -> Phrase:
    return Phrase(
        "Interest of {monthly_pct} a month on {principal_cents}, one day since {since}:"
        " {interest_cents}"
        if span.days == 1
        else "Interest of {monthly_pct} a month on {principal_cents}, {interest_days} days"
        " since {since}: {interest_cents}",
        monthly_pct=percent(terms.monthly_rate),
        principal_cents=span.principal_cents,
        interest_days=span.days,
        since=span.since,
        interest_cents=span.interest_cents,
    )
