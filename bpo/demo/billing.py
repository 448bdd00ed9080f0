"""What a client company charged in eighteen months: one way of billing for each kind of trade."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from bpo.demo import habits
from bpo.demo.habits import Habit
from bpo.demo.ledger import Book, Debtor, Title
from bpo.demo.trades import Billing
from bpo.kernel import money
from bpo.kernel.calendar import same_day_next_month

MONTHS = 18
_MONTH_NAMES = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)
_RAISE_PCT = 6
_RAISED_MONTHS_AGO = 10


def charge(rng: Random, book: Book) -> list[Title]:
    """Every title issued from eighteen months ago to today, numbered in the order of issue."""
    found: list[tuple[Title, int]] = []
    first = same_day_next_month(book.today, -MONTHS)
    for place, debtor in enumerate(book.debtors):
        own = Random(f"{rng.random()}:{debtor.reference}")
        for title in _WAYS[book.company.trade.billing](own, book, debtor):
            if max(first, _begins(book, debtor)) <= title.issue <= _ends(book, debtor):
                found.append((title, place))
    found.sort(key=lambda pair: (pair[0].issue, pair[1], pair[0].installment or 0))
    titles = [title for title, _ in found]
    _number(rng, book.company.trade.number, titles)
    return titles


def _begins(book: Book, debtor: Debtor) -> date:
    """New debtors have a short past; some others joined on the way."""
    if debtor.habit is Habit.NEW:
        return book.today - timedelta(days=habits.NEW_DAYS)
    return same_day_next_month(book.today, -MONTHS) + timedelta(days=debtor.joined_days)


def _ends(book: Book, debtor: Debtor) -> date:
    """Nothing is sold for long to who does not pay."""
    if debtor.habit is Habit.STOPPED:
        return book.today - timedelta(days=habits.STOPPED_DAYS - 75)
    if debtor.habit is Habit.LAPSED:
        return book.today - timedelta(days=habits.LAPSED_DAYS - 30)
    return book.today if book.calendar.is_open(book.today) else book.yesterday


def _monthly(rng: Random, book: Book, debtor: Debtor) -> Iterator[Title]:
    trade = book.company.trade
    due_day, goods = rng.choice(trade.due_days), rng.choice(trade.goods)
    term = rng.choice(trade.terms)
    for ago in range(MONTHS, -3, -1):
        due = same_day_next_month(book.today.replace(day=1), -ago).replace(day=due_day)
        cents = debtor.usual_cents
        if ago > _RAISED_MONTHS_AGO:
            cents = round(cents / (100 + _RAISE_PCT)) * 100
        words = f"{goods}, {_MONTH_NAMES[due.month - 1]} de {due.year}"
        yield _title(book, debtor, due - timedelta(days=term), due, cents, words)


def _deliveries(rng: Random, book: Book, debtor: Debtor) -> Iterator[Title]:
    trade = book.company.trade
    term, pause = rng.choice(trade.terms), 30.4 / rng.uniform(*trade.rhythm)
    ago = MONTHS * 30.5 + rng.random() * pause
    while ago >= 0:
        issue = book.today - timedelta(days=round(ago))
        cents = round(debtor.usual_cents * rng.lognormvariate(0, 0.28))
        words = rng.choice(trade.goods)
        yield _title(book, debtor, issue, issue + timedelta(days=term), cents, words)
        ago -= max(pause * rng.uniform(0.75, 1.25), 2)


def _orders(rng: Random, book: Book, debtor: Debtor) -> Iterator[Title]:
    """Orders paid in one to three titles, 28, 42 and 56 days after the sale and the like."""
    trade = book.company.trade
    term, pause = rng.choice(trade.terms), 30.4 / rng.uniform(*trade.rhythm)
    ago = MONTHS * 30.5 + rng.random() * pause
    while ago >= 0:
        issue = book.today - timedelta(days=round(ago))
        cents = round(debtor.usual_cents * rng.lognormvariate(0, 0.35))
        count = rng.choice((1, 1, 2, 2, 3))
        words = rng.choice(trade.goods)
        for number, part in enumerate(money.split(cents, count), start=1):
            due = issue + timedelta(days=term - 14 * (count > 2) + 14 * (number - 1))
            yield _title(book, debtor, issue, due, part, words, number, count)
        ago -= max(pause * rng.uniform(0.6, 1.4), 3)


def _treatments(rng: Random, book: Book, debtor: Debtor) -> Iterator[Title]:
    """Contracts in monthly instalments, the first a few days after signing."""
    trade = book.company.trade
    for at in _signings(rng, book, debtor):
        issue = book.today - timedelta(days=at)
        count = rng.choice((2, 2, 3, 3, 4, 5))
        words, first = rng.choice(trade.goods), issue + timedelta(days=rng.choice((5, 7, 10)))
        cents = debtor.usual_cents * count
        for number, part in enumerate(money.split(cents, count), start=1):
            due = same_day_next_month(first, number - 1)
            yield _title(book, debtor, issue, due, part, words, number, count)


def _signings(rng: Random, book: Book, debtor: Debtor) -> list[int]:
    """Days ago on which contracts were signed; who stopped paying signed one just before."""
    least, most = book.company.trade.rhythm
    found = [rng.randrange(3, MONTHS * 30) for _ in range(rng.randint(int(least), int(most)))]
    if debtor.habit is Habit.NEW:
        found = [rng.randrange(1, habits.NEW_DAYS - 5)]
    if debtor.habit is Habit.STOPPED:
        found.append(habits.STOPPED_DAYS + 25)
    if debtor.habit is Habit.LAPSED:
        found.append(habits.LAPSED_DAYS + 45)
    return found


_WAYS: dict[Billing, Callable[[Random, Book, Debtor], Iterator[Title]]] = {
    Billing.MONTHLY: _monthly,
    Billing.DELIVERIES: _deliveries,
    Billing.ORDERS: _orders,
    Billing.TREATMENTS: _treatments,
}


def _title(
    book: Book,
    debtor: Debtor,
    issue: date,
    due: date,
    cents: int,
    description: str,
    installment: int | None = None,
    installments: int | None = None,
) -> Title:
    """A title issued on a business day, under the policy in force then."""
    issue = book.calendar.preceding(issue)
    ages = [(book.today - issue).days <= terms.days_ago for terms in book.company.terms]
    only = installments == 1
    return Title(
        debtor=debtor,
        number="",
        description=description,
        issue=issue,
        due=max(due, issue),
        effective=book.calendar.effective_due(max(due, issue)),
        cents=cents,
        terms=max(sum(ages) - 1, 0),
        installment=None if only else installment,
        installments=None if only else installments,
    )


def _number(rng: Random, pattern: str, titles: list[Title]) -> None:
    """Numbers of the creditor's own series; the instalments of one sale share theirs."""
    number, before = rng.randrange(1_200, 18_000), None
    for title in titles:
        sale = (title.debtor.reference, title.issue, title.description, title.installments)
        if before != sale or not title.installments:
            number += 1
        part = f"/{title.installment}" if title.installments else ""
        title.number = pattern.format(number=number) + part
        before = sale
