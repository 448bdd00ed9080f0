"""Which recorded debtor the rows of a file mean: by customer number, else by CPF or CNPJ."""

from collections.abc import Iterable
from typing import NamedTuple

from bpo.domain.intake.rows_keys import register_number
from bpo.kernel.text import number_key


class Known(NamedTuple):
    """A recorded debtor. Without a customer number the document stands for it."""

    id: int
    reference: str
    document: str | None

    @property
    def has_number(self) -> bool:
        """Whether the debtor has a customer number of its own."""
        return self.reference != self.document


class Named(NamedTuple):
    """A debtor as a file names it: see `rows_records.ReceivableRow`."""

    key: str
    ref: str
    document: str | None

    @property
    def has_number(self) -> bool:
        """Whether the file gives a customer number."""
        return self.ref != self.document


class Register:
    """The debtors of a workspace as they are found, those of the file at hand included.

    A customer number decides, leading zeros apart; a document decides where there is no number, on
    either side. So two numbers with one CPF or CNPJ stay two debtors: a guardian with two pupils,
    an owner with two flats, or a shop's own CNPJ in place of those it does not know. Names decide
    nothing. Documents in `ignored` (the creditor's own) are nobody's.
    """

    def __init__(self, known: Iterable[Known] = (), ignored: Iterable[str] = ()) -> None:
        self._ignored = frozenset(ignored)
        self._debtors: dict[int, Known] = {}
        self._references: dict[str, int] = {}
        self._keys: dict[str, int] = {}
        self._documents: dict[str, int] = {}
        for debtor in known:
            self.put(debtor)

    def put(self, debtor: Known) -> None:
        """Let a debtor be found as it is now; who came first keeps a number or a document."""
        self._debtors[debtor.id] = debtor
        self._references.setdefault(debtor.reference, debtor.id)
        self._keys.setdefault(number_key(debtor.reference), debtor.id)
        if debtor.document:
            self._documents.setdefault(debtor.document, debtor.id)

    def by_id(self, debtor_id: int) -> Known:
        """A debtor that was put here."""
        return self._debtors[debtor_id]

    def find(self, named: Named) -> Known | None:
        """The debtor meant, None for a new one."""
        found = self._references.get(named.ref) or self._keys.get(number_key(named.ref))
        if found:
            return self._debtors[found]
        same = self._holder(self._document(named) or register_number(named.ref))
        return same if same and not (named.has_number and same.has_number) else None

    def new_document(self, debtor: Known | None, named: Named) -> str | None:
        """The document that a debtor gains: one of its own, and not yet anybody's."""
        document = self._document(named)
        free = document is not None and document not in self._documents
        return document if free and not (debtor and debtor.document) else None

    def other_holder(self, debtor: Known | None, named: Named) -> Known | None:
        """Another debtor who already has the document that the file gives this one."""
        holder = self._holder(self._document(named))
        return holder if holder and (debtor is None or holder.id != debtor.id) else None

    def _document(self, named: Named) -> str | None:
        return None if named.document in self._ignored else named.document

    def _holder(self, document: str | None) -> Known | None:
        return self._debtors[self._documents[document]] if document in self._documents else None
