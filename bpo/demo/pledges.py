"""Promises: those the story needs and those that calls bring, judged by what was then paid."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bpo.demo.ledger import Book, Debtor, Note, Promise, Title
from bpo.demo.stage import Stage
from bpo.domain.desk import promises as rules
from bpo.domain.desk.promises import State

_SOON_DAYS = 18
_WORDS = (
    "Vai pagar no dia combinado.",
    "Disse que o setor financeiro já programou o pagamento.",
    "Pediu desculpas pelo atraso e confirmou a data.",
    "Recebe no começo da semana e paga em seguida.",
)


def scripted(stage: Stage) -> None:
    """A promise running, one for today, two broken and one kept, if somebody fits."""
    book = stage.book
    ahead = book.calendar.add_business_days(book.today, 3)
    today = book.calendar.following(book.today)
    lately, before = (8, book.days_ago(3)), (24, book.days_ago(19))
    for made_ago, promised_for in ((1, ahead), (3, today), lately, before):
        made_on = book.days_ago(made_ago)
        title = next(_quiet(stage, made_on, promised_for), None)
        if title:
            debtor = stage.take(title.debtor)
            _promise(stage.rng, book, debtor, made_on, promised_for, owed(book, debtor, made_on))
    _kept(stage)


def agreed(rng: Random, book: Book, debtor: Debtor, day: date) -> Promise | None:
    """What a debtor promises in a call on a day: what they were going to do anyway, or hope to.

    None when they promise nothing, or a promise is running.
    """
    if any(p.debtor is debtor and _runs(p, day) for p in book.promises):
        return None
    coming = next((p for p in book.payments if p.debtor is debtor and p.paid_on > day), None)
    if coming and not coming.reverses and (coming.paid_on - day).days <= _SOON_DAYS:
        said = rng.random() < 0.7
        return _promise(rng, book, debtor, day, coming.paid_on, coming.cents) if said else None
    cents = owed(book, debtor, day)
    if cents and rng.random() < 0.5:
        hoped = book.calendar.following(day + timedelta(days=rng.randint(3, 8)))
        return _promise(rng, book, debtor, day, hoped, cents)
    return None


def owed(book: Book, debtor: Debtor, day: date) -> int:
    """What a debtor had overdue at the end of a day, in centavos."""
    after = day + timedelta(days=1)
    own = (t for t in book.titles if t.debtor is debtor and t.effective < day)
    return sum(title.open_before(after) for title in own)


def _quiet(stage: Stage, since: date, until: date) -> Iterator[Title]:
    """Titles late already at a day, of debtors who paid nothing from then until another."""
    end = stage.book.calendar.add_business_days(until, 1)
    payers = {id(p.debtor) for p in stage.book.payments if since <= p.paid_on <= end}
    for title in stage.late(5, 120):
        if title.effective < since and id(title.debtor) not in payers:
            yield title


def _kept(stage: Stage) -> None:
    book = stage.book
    for payment in stage.recent(2, 20):
        title, entry = payment.lines[0]
        made_on = book.calendar.add_business_days(payment.paid_on, -3)
        if made_on > title.effective and book.started and made_on > book.started:
            stage.take(payment.debtor)
            _promise(stage.rng, book, payment.debtor, made_on, entry.on, payment.cents)
            return


def _runs(promise: Promise, day: date) -> bool:
    return promise.settled_on is None or promise.settled_on > day


def _promise(
    rng: Random, book: Book, debtor: Debtor, made_on: date, promised_for: date, cents: int
) -> Promise:
    words = rng.choice(_WORDS)
    promise = Promise(debtor, cents, made_on, promised_for, State.ACTIVE, note=words)
    _judge(book, promise)
    book.promises.append(promise)
    book.notes.append(Note(debtor, "call", made_on, words, "will_pay"))
    return promise


def _judge(book: Book, promise: Promise) -> None:
    """Look every morning, as the program does; what was paid yesterday is known today."""
    made = rules.Promise(promise.cents, promise.made_on, promise.promised_for)
    paid = [(p.paid_on, p.cents) for p in book.payments if p.debtor is promise.debtor]
    day = book.calendar.add_business_days(promise.made_on, 1)
    while day < book.today and promise.state is State.ACTIVE:
        known = [(on, cents) for on, cents in paid if on < day]
        state = rules.judge(made, known, day, book.calendar)
        if state is not State.ACTIVE:
            promise.state, promise.settled_on = state, day
        day = book.calendar.add_business_days(day, 1)
