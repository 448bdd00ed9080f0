"""What came in: every title settled, or not, by the habit of its debtor, charges to the centavo."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bpo.demo import habits
from bpo.demo.habits import Moment, Part
from bpo.demo.ledger import Book, Debtor, Payment, Title
from bpo.domain.books import charges, policies
from bpo.domain.books.receivables import MONEY, Entry, EntryKind
from bpo.domain.cash.payments import Method

_FAITHFUL = 0.85
"""How often a debtor pays in the usual way."""


def settle(rng: Random, book: Book) -> list[Payment]:
    """The payments of all titles up to this morning, oldest first; each title gets its entries.

    What a debtor pays on one day is one payment, for as many titles as there are.
    """
    usual = {debtor.reference: _method(rng, book) for debtor in book.debtors}
    lines: dict[tuple[date, str], list[tuple[Title, Entry]]] = defaultdict(list)
    for title in book.titles:
        for entry in _entries(rng, book, title, _known_before(book, usual[title.debtor.reference])):
            title.entries.append(entry)
            lines[entry.on, title.debtor.reference].append((title, entry))
    return [_payment(rng, book, lines[key], usual[key[1]]) for key in sorted(lines)]


def money(entry: Entry) -> int:
    """The money of an entry in centavos; a discount or a write-off is none."""
    if entry.kind not in MONEY:
        return 0
    return entry.principal_cents + entry.fine_cents + entry.interest_cents


def _known_before(book: Book, method: Method) -> date:
    """The first day whose payments are not known yet: Pix of the early morning is."""
    return book.today + timedelta(days=1) if method is Method.PIX else book.today


def _entries(rng: Random, book: Book, title: Title, end: date) -> Iterator[Entry]:
    for part in habits.parts(title.debtor.habit, rng, _moment(book, title)):
        day = _day(book, title, part)
        if day >= end:
            return
        yield from _paid(rng, book, title, part, day)


def _moment(book: Book, title: Title) -> Moment:
    age = (book.today - title.effective).days
    reminded = book.started is not None and title.effective >= book.started
    return Moment(title.effective, min(max(1 - age / 548, 0.0), 1.0), age, reminded)


def _day(book: Book, title: Title, part: Part) -> date:
    wished = title.effective + timedelta(days=part.delay)
    return book.calendar.following(max(wished, title.issue + timedelta(days=1)))


def _paid(rng: Random, book: Book, title: Title, part: Part, day: date) -> Iterator[Entry]:
    if part.share < 100 and not title.entries:
        yield Entry(day, EntryKind.PAYMENT, title.cents * part.share // 100)
        return
    policy = policies.for_debtor(book.policies[title.terms], consumer=title.debtor.consumer)
    due = charges.amount_due(title.facts, policy, day)
    charged = rng.random() * 100 < book.company.trade.charged_pct
    fine, interest = (due.fine_cents, due.interest_cents) if charged else (0, 0)
    principal = due.principal_cents - due.discount_cents
    yield Entry(day, EntryKind.PAYMENT, principal, fine, interest)
    if due.discount_cents:
        yield Entry(day, EntryKind.DISCOUNT, due.discount_cents)


def _method(rng: Random, book: Book) -> Method:
    methods = book.company.trade.methods
    return rng.choices(list(methods), weights=list(methods.values()))[0]


def _payment(rng: Random, book: Book, lines: list[tuple[Title, Entry]], usual: Method) -> Payment:
    debtor: Debtor = lines[0][0].debtor
    method = usual if rng.random() < _FAITHFUL else _method(rng, book)
    cents = sum(money(entry) for _, entry in lines)
    return Payment(debtor, cents, lines[0][1].on, method, lines)
