"""Which column of a table means what: by its name, and by its values where that leaves doubt."""

import re
from collections.abc import Callable, Mapping, Sequence, Set

from bpo.domain.intake import rows_names as names
from bpo.domain.intake.rows_keys import is_shortened
from bpo.domain.intake.rows_records import Field, Kind
from bpo.formats.cells import BLANKS
from bpo.kernel import documents
from bpo.kernel.errors import BadInput
from bpo.kernel.text import searchable

Columns = dict[Field, int]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_MONEY_SIGN = re.compile(r"\(?\b(?:R\$|BRL)\)?", re.IGNORECASE)
_DAY = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}(?:[ T].*)?")
_AMOUNT = re.compile(r"R\$ ?\d[\d.,]*|\d[\d.]*,\d\d|\d[\d,]*\.\d\d?")
_CODE = re.compile(r"(?=.*\d)[\w./-]+")

_KNOWN = frozenset(names.RANKS) | names.PEOPLE | names.PAPERS | names.SETTLED
_KEYS = frozenset({Field.DEBTOR_REF, Field.DEBTOR_DOCUMENT})


def folded(name: str) -> str:
    """A column's name for comparison: lower case, no accents, punctuation or filler words.

    A filler stays where it makes the name: `Pago em` is `pagoem`, a day, and not `pago`.
    """
    plain = searchable(_CAMEL.sub(" ", _MONEY_SIGN.sub(" ", name)))
    words = _WORD.findall(plain)
    whole = "".join(words)
    if whole in names.RANKS:
        return whole
    return "".join(word for word in words if word not in names.FILLERS) or whole


def known(row: Sequence[str]) -> int:
    """How many different names of columns a row holds: the header is the row with most."""
    return len({name for cell in row if len(cell) < 60 and (name := folded(cell)) in _KNOWN})


def recognise(
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    chosen: Mapping[str, str] | None = None,
) -> Columns:
    """The column of each field, by its position.

    `samples` are some rows as text, which settle whether `Cliente` holds codes, documents or names
    and whether `Documento` is of the debtor or of the receivable. `chosen` gives columns by name
    (`{"due_date": "Venc."}`), a blank name for no column; it goes before what is recognised. Raises
    `BadInput` for a field or column that does not exist.
    """
    columns, ignored = _chosen(header, chosen or {})
    taken = set(columns.values())
    found = ["" if at in taken else folded(name) for at, name in enumerate(header)]
    ranked = sorted(
        (*names.RANKS[name], at) for at, name in enumerate(found) if name in names.RANKS
    )
    meant = [(field, at) for _, field, at in ranked]
    meant += [
        (field, at)
        for at, name in enumerate(found)
        if (field := _doubtful(name, columns.keys() | dict(meant), [row[at] for row in samples]))
    ]
    for field, at in meant:
        if field not in ignored:
            columns.setdefault(field, at)
    if Field.AMOUNT not in columns and Field.AMOUNT not in ignored and Field.BALANCE in columns:
        columns[Field.AMOUNT] = columns.pop(Field.BALANCE)
    return columns


def detect_kind(columns: Columns) -> Kind | None:
    """What the rows are, from the fields found; None when they are nothing known."""
    has_debtor = bool(_KEYS & columns.keys())
    if has_debtor and {Field.DUE_DATE, Field.AMOUNT} <= columns.keys():
        return Kind.RECEIVABLES
    if (has_debtor or Field.NUMBER in columns) and _is_paid(columns):
        return Kind.PAYMENTS
    money = {Field.DUE_DATE, Field.AMOUNT, Field.NUMBER, Field.PAID_DATE, Field.PAID_AMOUNT}
    if has_debtor and not money & columns.keys():
        return Kind.DEBTORS
    return None


def missing(kind: Kind, columns: Columns) -> list[Field]:
    """The fields that a table of this kind cannot do without and lacks."""
    needed = {
        Kind.RECEIVABLES: [Field.DUE_DATE, Field.AMOUNT],
        Kind.PAYMENTS: [Field.PAID_DATE],
        Kind.DEBTORS: [],
    }[kind]
    lacking = [field for field in needed if field not in columns]
    if not _KEYS & columns.keys() and (kind is not Kind.PAYMENTS or Field.NUMBER not in columns):
        lacking.insert(0, Field.DEBTOR_REF)
    if kind is Kind.PAYMENTS and not {Field.AMOUNT, Field.PAID_AMOUNT} & columns.keys():
        lacking.append(Field.PAID_AMOUNT)
    return lacking


def _chosen(header: Sequence[str], chosen: Mapping[str, str]) -> tuple[Columns, set[Field]]:
    columns: Columns = {}
    ignored: set[Field] = set()
    for name, column in chosen.items():
        if name not in set(Field):
            raise BadInput("{name} is not a field that a column can have.", name=name)
        if column:
            columns[Field(name)] = _position(header, column)
        else:
            ignored.add(Field(name))
    return columns, ignored


def _position(header: Sequence[str], column: str) -> int:
    if column in header:
        return list(header).index(column)
    similar = [at for at, name in enumerate(header) if folded(name) == folded(column)]
    if len(similar) != 1:
        raise BadInput(
            "The table has no column {column}. Its columns are: {columns}.",
            column=column,
            columns=", ".join(filter(None, header)),
        )
    return similar[0]


def _doubtful(name: str, fields: Set[Field], values: Sequence[str]) -> Field | None:
    """The field of a column whose name alone does not tell."""
    if name in names.PEOPLE:
        return _debtor_field(values)
    if name in names.PAPERS:
        of_debtor = _share(values, documents.is_valid) > 0.5
        return Field.DEBTOR_DOCUMENT if of_debtor else Field.NUMBER
    if name in names.DAYS:
        return Field.ISSUE_DATE if Field.DUE_DATE in fields else Field.PAID_DATE
    if name in names.CODES and not fields & {Field.DUE_DATE, Field.PAID_DATE, *_KEYS}:
        return Field.DEBTOR_REF
    if name in names.SETTLED:
        return _settled_field(values)
    if name in names.KINDS and _share(values, _is_kind) == 1:
        return Field.DEBTOR_KIND
    return None


def _debtor_field(values: Sequence[str]) -> Field:
    if _share(values, documents.is_valid) > 0.5:
        return Field.DEBTOR_DOCUMENT
    return Field.DEBTOR_REF if _share(values, _is_code) > 0.5 else Field.DEBTOR_NAME


def _settled_field(values: Sequence[str]) -> Field | None:
    """`Pagamento` holds days, amounts, or the way in which somebody paid."""
    if _share(values, _is_day) > 0.5:
        return Field.PAID_DATE
    return Field.PAID_AMOUNT if _share(values, _is_amount) > 0.5 else None


def without_own(places: Mapping[int, str]) -> dict[int, str]:
    """Columns without those that our own list of debtors derives from the books."""
    found = {at: folded(name) for at, name in places.items()}
    if names.OWN.isdisjoint(found.values()):
        return dict(places)
    ours = names.OWN | names.DERIVED
    return {at: name for at, name in places.items() if found[at] not in ours}


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    filled = [value for value in values if value.lower() not in BLANKS]
    return sum(map(test, filled)) / len(filled) if filled else 0.0


def _is_day(value: str) -> bool:
    return _DAY.fullmatch(value.strip()) is not None


def _is_amount(value: str) -> bool:
    return _AMOUNT.fullmatch(value.strip()) is not None


def _is_code(value: str) -> bool:
    return _CODE.fullmatch(value) is not None or is_shortened(value)


def _is_kind(value: str) -> bool:
    return set(_WORD.findall(searchable(value))) <= names.KIND_VALUES


def _is_paid(columns: Columns) -> bool:
    money = columns.keys() & {Field.AMOUNT, Field.PAID_AMOUNT}
    return Field.PAID_DATE in columns and bool(money)
