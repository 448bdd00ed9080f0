"""The files that brought everything: one when a client company came, then one each morning."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from random import Random

from bpo.demo.ledger import Book, File, Payment, Title
from bpo.domain.cash.payments import Method
from bpo.domain.intake import findings
from bpo.domain.intake.findings import Finding
from bpo.domain.intake.rows_records import Field
from bpo.formats.problems import Code
from bpo.kernel import clock
from bpo.kernel.text import Phrase

_MORNING = time(8, 5)
_FIRST_MORNING = time(10, 40)
_BY_HAND = frozenset({Method.CASH, Method.PIX})
_BY_HAND_SHARE = 0.05
_BAD_ROWS_SHARE = 0.06
_SPOILT = (
    (Field.DUE_DATE, Code.MISSING, Phrase("{column} is blank.", column="Vencimento")),
    (
        Field.DUE_DATE,
        Code.DATE,
        Phrase("{column}: {value} is not a date.", column="Vencimento", value="a combinar"),
    ),
    (
        Field.AMOUNT,
        Code.AMOUNT,
        Phrase("{column}: {value} is not an amount.", column="Valor", value="#REF!"),
    ),
    (Field.AMOUNT, Code.AMOUNT, Phrase("{column} is zero.", column="Valor")),
)


def bring(rng: Random, book: Book, now: datetime) -> None:
    """Say of every title and payment which file brought it, and when it became known.

    A file of a morning has what was issued until that day and paid until the day before. Today's
    came shortly before `now`. Money in cash, and some of the rest, was entered by people.
    """
    _choose_by_hand(rng, book)
    issued, paid = _by_morning(book)
    spans = [(title.known_on, title.settled_on or date.max) for title in book.titles]
    for day in _mornings(book):
        known = sum(known_on < day <= settled_on for known_on, settled_on in spans)
        _bring(rng, book, day, issued[day], paid[day], known, now)


def _mornings(book: Book) -> list[date]:
    """Business days since the client company came, and today whatever it is."""
    found = [book.taken_on]
    while found[-1] < book.yesterday:
        found.append(book.calendar.add_business_days(found[-1], 1))
    return [*found, book.today]


def _choose_by_hand(rng: Random, book: Book) -> None:
    for payment in book.payments:
        late = payment.paid_on > book.taken_on and payment.method in _BY_HAND
        if late and (payment.method is Method.CASH or rng.random() < _BY_HAND_SHARE):
            payment.by_hand = True


def _by_morning(book: Book) -> tuple[dict[date, list[Title]], dict[date, list[Payment]]]:
    issued: dict[date, list[Title]] = defaultdict(list)
    paid: dict[date, list[Payment]] = defaultdict(list)
    for title in book.titles:
        title.known_on = book.calendar.following(max(title.issue, book.taken_on))
        issued[title.known_on].append(title)
    for payment in book.payments:
        known_on = min(book.calendar.add_business_days(payment.paid_on, 1), book.today)
        if not payment.by_hand:
            paid[max(known_on, book.taken_on)].append(payment)
    return issued, paid


def _bring(
    rng: Random,
    book: Book,
    day: date,
    issued: list[Title],
    paid: list[Payment],
    known: int,
    now: datetime,
) -> None:
    first = day == book.taken_on
    at = clock.instant(day, _FIRST_MORNING if first else _MORNING, book.zone)
    at = min(at + timedelta(seconds=rng.randrange(900)), now - timedelta(minutes=2))
    applied = len(issued) + sum(len(payment.lines) for payment in paid)
    before = book.calendar.add_business_days(day, -1)
    name = f"{'historico' if first else 'titulos'}-{book.company.slug}-{day:%Y-%m-%d}.csv"
    file = File(name, at, before, applied, max(known - len(paid), 0), [])
    if first or rng.random() < _BAD_ROWS_SHARE:
        lines = sorted(rng.sample(range(2, max(file.total, 9)), rng.randint(1, 3)))
        file.findings = [_bad(rng, line) for line in lines]
    book.files.append(file)
    for title in issued:
        title.file = file
    for payment in paid:
        payment.file = file


def _bad(rng: Random, line: int) -> Finding:
    """A row that spreadsheets spoil now and then."""
    field, code, message = rng.choice(_SPOILT)
    return findings.reject(line, field, code, message)
