"""Who of a book has no part in the story yet."""

from collections.abc import Iterator
from random import Random

from bpo.demo.ledger import Book, Debtor, Payment, Title


class Stage:
    """A book with those of its debtors who have no part yet."""

    def __init__(self, rng: Random, book: Book) -> None:
        self.rng, self.book = rng, book
        self._busy: set[int] = set()

    def late(self, least: int, most: int) -> Iterator[Title]:
        """Overdue titles of free debtors, the oldest first within the span of days."""
        for title in self.book.overdue(least, most):
            if self._is_free(title.debtor):
                yield title

    def recent(self, first: int, last: int) -> Iterator[Payment]:
        """Plain payments of free debtors, made that many business days ago."""
        since, until = self.book.days_ago(last), self.book.days_ago(first)
        for payment in self.book.payments:
            plain = len(payment.lines) == 1 and not payment.reverses
            if since <= payment.paid_on <= until and plain and self._is_free(payment.debtor):
                yield payment

    def take(self, debtor: Debtor) -> Debtor:
        """Give a debtor a part, the only one."""
        self._busy.add(id(debtor))
        return debtor

    def _is_free(self, debtor: Debtor) -> bool:
        return id(debtor) not in self._busy and "cliente-chave" not in debtor.tags
