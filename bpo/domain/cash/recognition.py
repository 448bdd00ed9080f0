"""Whether money that a bank tells is a payment that is recorded already."""

from datetime import date
from typing import NamedTuple

from bpo.domain.cash import pix_references
from bpo.domain.cash.pix_references import Kind
from bpo.domain.cash.reconciliation import LEAST_REFERENCE, Book, Credit
from bpo.kernel.text import number_key


class Settled(NamedTuple):
    """A receivable that a payment went to, as banks name it."""

    id: int
    number_key: str
    boleto_free_field: str = ""


class Standing(NamedTuple):
    """A payment that stands. `told_by`: the sources (`ofx`, `cnab`, `pix`) that have told it."""

    id: int
    debtor_id: int
    paid_on: date
    told_by: frozenset[str] = frozenset()
    settled: tuple[Settled, ...] = ()


def recognises(book: Book, credit: Credit, payment: Standing, *, names_only: bool) -> int:
    """How surely a credit and a recorded payment of its amount are the same money; 0: not.

    3: the bank names a receivable that the payment settled, 2: it names the debtor, 1: it names
    nobody, which says nothing when `names_only`.
    """
    if any(_names(credit, one) for one in payment.settled):
        return 3
    debtors = book.identified(credit) | book.named_by_title(credit)
    if payment.debtor_id in debtors:
        return 2
    return 0 if debtors or names_only else 1


def _names(credit: Credit, settled: Settled) -> bool:
    """Whether the bank names this very receivable: by our Pix code, its boleto or its number."""
    reference = pix_references.parse(credit.txid)
    if reference and reference.kind is Kind.RECEIVABLE:
        return reference.id == settled.id
    digits = credit.bank_reference.lstrip("0")
    if len(digits) >= LEAST_REFERENCE and digits.isdigit() and digits in settled.boleto_free_field:
        return True
    return (
        bool(credit.creditor_reference)
        and number_key(credit.creditor_reference) == settled.number_key
    )
