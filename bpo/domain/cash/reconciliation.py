"""Which receivables a credit at the bank is for, how sure that is, and why, in words.

A credit is **certain** when something that names one receivable and nothing else (the code of our
Pix, the bank's number of its boleto, the creditor's own number beside the value of the title, or
the payer's document) points to receivables that ask for exactly this amount, within
`max(R$ 0,02, R$ 0,01 x days late)`, because banks round late charges differently. Names and amounts
alone never make certain. Everything that is likely is proposed to a person, with its reasons.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import NamedTuple

from bpo.domain.cash import pix_references
from bpo.domain.cash.allocation import Owed
from bpo.domain.cash.pix_references import Kind
from bpo.kernel.text import Phrase, number_key, searchable

MOST_PROPOSALS = 3
SEARCHED_SUMS = 12
"""How many receivables of one debtor are tried together: pairs among the oldest so many."""
LEAST_NUMBER = 4
"""A number shorter than this in a memo proves nothing."""

LEAST_REFERENCE = 5
"""A bank's number shorter than this proves nothing."""

_WORD = re.compile(r"[a-z0-9]+")
_NUMBERS = re.compile(r"\d[\d./-]*\d|\d")
_COMMON = frozenset(
    {"de", "da", "do", "das", "dos", "ltda", "me", "eireli", "epp", "sa", "comercio", "servicos"}
    | {"industria", "pix", "recebido", "ted", "doc", "transf", "transferencia", "credito"}
    | {"deposito", "pagamento", "recebimento", "cobranca"}
)


class Credit(NamedTuple):
    """Money that came in, as the bank tells it. `title_cents`: the title's value in a return file.

    `by_hand`: a person has undone a match of it, so that nothing is applied by itself.
    """

    id: int
    amount_cents: int
    on: date
    memo: str = ""
    payer_name: str = ""
    payer_document: str = ""
    txid: str = ""
    bank_reference: str = ""
    creditor_reference: str = ""
    title_cents: int | None = None
    by_hand: bool = False


class Title(NamedTuple):
    """An open receivable. `boleto_free_field`: the bank's own 25 digits of its boleto, or empty."""

    id: int
    debtor_id: int
    number_key: str
    due_date: date
    amount_cents: int
    open_cents: int
    boleto_free_field: str = ""


class Payer(NamedTuple):
    """A debtor, as far as a bank could name it; `document` without punctuation, or None."""

    id: int
    name: str
    document: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a credit may be for: receivables of one debtor in order, or none (kept as credit)."""

    debtor_id: int
    receivable_ids: tuple[int, ...]
    is_certain: bool
    weight: int
    reasons: tuple[Phrase, ...]


Asked = Callable[[Title, date], Owed]
"""What a receivable asks for on a day, with its tolerance."""


@dataclass(slots=True)
class Book:
    """The open receivables of a workspace and their debtors, indexed for matching.

    `asked` answers with the amount due; it is called for few of them alone. What one credit is
    certain to settle is no longer proposed for the next: `claim`.
    """

    titles: Sequence[Title]
    payers: Iterable[Payer]
    asked: Asked
    _by_id: dict[int, Title] = field(init=False)
    _by_debtor: dict[int, list[Title]] = field(init=False)
    _by_number: dict[str, list[Title]] = field(init=False)
    _by_cents: dict[int, list[Title]] = field(init=False)
    _by_boleto: list[Title] = field(init=False)
    _payers: dict[int, Payer] = field(init=False)
    _by_document: dict[str, list[Payer]] = field(init=False)
    _by_word: dict[str, set[int]] = field(init=False)
    _names: dict[int, frozenset[str]] = field(init=False)
    _claimed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_id = {title.id: title for title in self.titles}
        self._by_debtor, self._by_number = defaultdict(list), defaultdict(list)
        self._by_cents = defaultdict(list)
        for title in sorted(self.titles, key=lambda each: (each.due_date, each.id)):
            self._by_debtor[title.debtor_id].append(title)
            self._by_number[title.number_key].append(title)
            self._by_cents[title.open_cents].append(title)
        self._by_boleto = [title for title in self.titles if title.boleto_free_field]
        self._payers = {payer.id: payer for payer in self.payers}
        self._by_document, self._by_word, self._names = defaultdict(list), defaultdict(set), {}
        for payer in self._payers.values():
            if payer.document:
                self._by_document[payer.document].append(payer)
            self._names[payer.id] = _words(payer.name)
            for word in self._names[payer.id]:
                self._by_word[word].add(payer.id)

    def claim(self, proposal: Proposal) -> None:
        """Propose these receivables to no other credit."""
        self._claimed.update(proposal.receivable_ids)

    def title(self, number: int) -> Title | None:
        """An open receivable by its id, unless a credit has claimed it."""
        title = self._by_id.get(number)
        return title if title and number not in self._claimed else None

    def of_debtor(self, debtor_id: int) -> list[Title]:
        """The open receivables of a debtor, oldest first."""
        return self._free(self._by_debtor.get(debtor_id, ()))

    def numbered(self, key: str) -> list[Title]:
        """The open receivables with a number."""
        return self._free(self._by_number.get(key, ()))

    def worth(self, cents: int) -> list[Title]:
        """The open receivables with exactly this balance."""
        return self._free(self._by_cents.get(cents, ()))

    def of_boleto(self, reference: str) -> list[Title]:
        """Those whose boleto carries the bank's number in the field that is the bank's own."""
        return self._free(self._with_boleto(reference))

    def documented(self, document: str) -> list[Payer]:
        """The debtors with a document."""
        return self._by_document.get(document, [])

    def knows(self, debtor_id: int) -> bool:
        """Whether there is such a debtor."""
        return debtor_id in self._payers

    def identified(self, credit: Credit) -> set[int]:
        """The debtors that the bank names, by document or whole name; empty when it names none."""
        named = self.named(f"{credit.memo} {credit.payer_name}")
        return {payer.id for payer in (*self.documented(credit.payer_document), *named)}

    def named_by_title(self, credit: Credit) -> set[int]:
        """The debtors of what the bank names by a code of ours, a boleto or a number."""
        reference = pix_references.parse(credit.txid)
        if reference and reference.kind is Kind.DEBTOR:
            return {reference.id}
        named = reference.id if reference and reference.kind is Kind.RECEIVABLE else 0
        title = self._by_id.get(named)
        numbered = self._by_number.get(number_key(credit.creditor_reference), ())
        titles = [*([title] if title else ()), *self._with_boleto(credit.bank_reference)]
        return {
            one.debtor_id for one in (*titles, *(numbered if credit.creditor_reference else ()))
        }

    def named(self, text: str) -> list[Payer]:
        """The debtors whose whole name, of two words at least, stands in a text."""
        words = _words(text)
        near = {number for word in words for number in self._by_word.get(word, ())}
        return [
            self._payers[number]
            for number in sorted(near)
            if len(self._names[number]) > 1 and self._names[number] <= words
        ]

    def _with_boleto(self, reference: str) -> list[Title]:
        digits = reference.lstrip("0")
        if len(digits) < LEAST_REFERENCE or not digits.isdigit():
            return []
        return [title for title in self._by_boleto if digits in title.boleto_free_field]

    def _free(self, titles: Iterable[Title]) -> list[Title]:
        return [title for title in titles if title.id not in self._claimed]


def proposals(credit: Credit, book: Book) -> list[Proposal]:
    """What a credit may be for, the best first, at most `MOST_PROPOSALS`.

    At most one is certain, and then it is the only one.
    """
    found: dict[tuple[int, tuple[int, ...]], Proposal] = {}
    for one in (
        *_by_txid(credit, book),
        *_by_reference(credit, book),
        *_by_document(credit, book),
        *_by_name(credit, book),
        *_by_amount(credit, book),
    ):
        key = (one.debtor_id, one.receivable_ids)
        found[key] = _joined(found[key], one) if key in found else one
    ordered = sorted(found.values(), key=lambda one: (-one.weight, one.receivable_ids))
    certain = [one for one in ordered if one.is_certain]
    if len(certain) == 1 and not credit.by_hand and not _names_what_is_settled(credit, book):
        return certain
    doubtful = [
        Proposal(one.debtor_id, one.receivable_ids, False, one.weight, one.reasons)
        for one in ordered
    ]
    return doubtful[:MOST_PROPOSALS]


def likely_debtors(found: Sequence[Proposal]) -> tuple[int, ...]:
    """Whom the money is probably from: all reminders to them wait until a person has looked.

    Those of the weightiest proposals, when no more than three share that weight.
    """
    if not found:
        return ()
    ids = {one.debtor_id for one in found if one.weight == found[0].weight}
    return tuple(sorted(ids)) if len(ids) <= MOST_PROPOSALS else ()


def _names_what_is_settled(credit: Credit, book: Book) -> bool:
    """A code paid twice is money of its own: whose, and for what, is for a person to say."""
    reference = pix_references.parse(credit.txid)
    return bool(
        reference and reference.kind is Kind.RECEIVABLE and book.title(reference.id) is None
    )


def _by_txid(credit: Credit, book: Book) -> Iterable[Proposal]:
    reference = pix_references.parse(credit.txid)
    if reference is None:
        return
    if reference.kind is Kind.RECEIVABLE:
        title = book.title(reference.id)
        if title is None:
            return
        fits = _fits(credit, [title], book)
        why = Phrase("The Pix code of receivable {number}", number=title.number_key)
        part = credit.amount_cents < book.asked(title, credit.on).total_cents
        yield _proposal([title], fits or part, 100, why, _fit_phrase(fits, part=part))
    elif reference.kind is Kind.DEBTOR and book.knows(reference.id):
        titles = book.of_debtor(reference.id)
        fits = bool(titles) and _fits(credit, titles, book)
        why = Phrase("The Pix code of this debtor's whole balance")
        yield Proposal(
            reference.id,
            tuple(title.id for title in titles),
            fits,
            95,
            (why, _fit_phrase(fits)),
        )


def _by_reference(credit: Credit, book: Book) -> Iterable[Proposal]:
    for title in book.of_boleto(credit.bank_reference) if credit.bank_reference else ():
        fits = _fits(credit, [title], book)
        why = Phrase("The bank's number of its boleto: {number}", number=credit.bank_reference)
        yield _proposal([title], fits, 90, why, _fit_phrase(fits))
    if not credit.creditor_reference:
        return
    for title in book.numbered(number_key(credit.creditor_reference)):
        same = credit.title_cents == title.amount_cents
        fits = _fits(credit, [title], book)
        why = Phrase("The creditor's number in the return file: {number}", number=title.number_key)
        weight = 85 if same or fits else 60
        yield _proposal([title], same and credit.amount_cents > 0, weight, why, _fit_phrase(fits))


def _by_document(credit: Credit, book: Book) -> Iterable[Proposal]:
    document = re.sub(r"[^0-9A-Z]", "", credit.payer_document.upper())
    payers = book.documented(document) or book.documented(document.lstrip("0"))
    for padded in (document[-14:], document[-11:]):
        payers = payers or (book.documented(padded) if padded else [])
    for payer in payers:
        why = Phrase("The payer's document is this debtor's")
        yield from _of_debtor(credit, book, payer.id, why, 80, certain=len(payers) == 1)


def _by_name(credit: Credit, book: Book) -> Iterable[Proposal]:
    text = f"{credit.memo} {credit.payer_name}"
    for payer in book.named(text):
        why = Phrase("The bank names {name}", name=payer.name)
        yield from _of_debtor(credit, book, payer.id, why, 50, certain=False)


def _by_amount(credit: Credit, book: Book) -> Iterable[Proposal]:
    """A number in the memo beside its amount, or the one receivable that has this balance."""
    same = book.worth(credit.amount_cents)
    keys = {number_key(number) for number in _NUMBERS.findall(credit.memo)}
    for title in same:
        if title.number_key in keys and len(title.number_key) >= LEAST_NUMBER:
            why = Phrase("The number {number} stands in the bank's text", number=title.number_key)
            yield _proposal([title], False, 55, why, _fit_phrase(True))
    if len(same) == 1:
        why = Phrase("The only open receivable of exactly this amount")
        yield _proposal(same, False, 30, why)


def _of_debtor(
    credit: Credit, book: Book, debtor_id: int, why: Phrase, weight: int, *, certain: bool
) -> Iterable[Proposal]:
    """The receivables of one debtor that ask for this amount: one, all, or some of the oldest."""
    titles = book.of_debtor(debtor_id)
    fitting = list(_sums(credit, titles, book))
    for group in fitting:
        alone = certain and len(fitting) == 1
        yield _proposal(group, alone, weight, why, _fit_phrase(True, count=len(group)))
    if not fitting:
        ids = tuple(title.id for title in titles)
        yield Proposal(debtor_id, ids, False, weight - 20, (why, _fit_phrase(False)))


def _sums(credit: Credit, titles: list[Title], book: Book) -> Iterable[list[Title]]:
    singles = [[title] for title in titles if _fits(credit, [title], book)]
    if singles:
        yield from singles
        return
    heads = [titles[:count] for count in range(2, len(titles) + 1)]
    some = titles[:SEARCHED_SUMS]
    tried = set()
    for group in (*heads, *(list(pair) for pair in combinations(some, 2))):
        key = tuple(title.id for title in group)
        if key not in tried and _fits(credit, group, book):
            tried.add(key)
            yield group


def _fits(credit: Credit, titles: Sequence[Title], book: Book) -> bool:
    owed = [book.asked(title, credit.on) for title in titles]
    gap = credit.amount_cents - sum(one.total_cents for one in owed)
    return abs(gap) <= max((one.tolerance_cents for one in owed), default=0)


def _fit_phrase(fits: bool, *, part: bool = False, count: int = 1) -> Phrase:
    if fits and count > 1:
        return Phrase("{count} receivables together ask for this amount", count=count)
    if fits:
        return Phrase("It asks for this amount on that day")
    if part:
        return Phrase("A part of what it asks for on that day")
    return Phrase("The amount is another one")


def _proposal(titles: Sequence[Title], certain: bool, weight: int, *reasons: Phrase) -> Proposal:
    ids = tuple(title.id for title in titles)
    return Proposal(titles[0].debtor_id, ids, certain, weight, reasons)


def _joined(one: Proposal, other: Proposal) -> Proposal:
    """Two grounds for the same thing are stronger than one."""
    reasons = (*one.reasons, *(r for r in other.reasons if r not in one.reasons))
    return Proposal(
        one.debtor_id,
        one.receivable_ids,
        one.is_certain or other.is_certain,
        max(one.weight, other.weight) + 5,
        reasons,
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(searchable(text))) - _COMMON
