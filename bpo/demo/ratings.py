"""The class that each debtor had on a day, by the rules that class the real ones."""

from collections import defaultdict
from datetime import date

from bpo.demo.ledger import Book, Title
from bpo.demo.paying import money
from bpo.domain.books.receivables import EntryKind
from bpo.domain.deals import behaviour, risk
from bpo.domain.deals.behaviour import History, Move, Record


def rate(book: Book, day: date) -> None:
    """Class every debtor by what had happened until the end of a day."""
    records: dict[int, list[Record]] = defaultdict(list)
    for title in book.titles:
        records[id(title.debtor)].append(_record(title))
    for debtor in book.debtors:
        history = History(tuple(records[id(debtor)]))
        rating = risk.classify(behaviour.observe(history, day))
        debtor.risk_class = rating.risk_class.value


def _record(title: Title) -> Record:
    moves = tuple(
        Move(e.on, e.principal_cents, money(e), e.kind is EntryKind.WITHDRAWAL)
        for e in title.entries
    )
    return Record(title.id, title.issue, title.due, title.effective, title.cents, moves)
