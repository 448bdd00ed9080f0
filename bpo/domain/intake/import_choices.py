"""What a person decided about a file, as text from a form or a command and as JSON."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from bpo.domain.intake.rows import Choices, Field, Kind
from bpo.formats.amounts import Mark
from bpo.formats.dates import Order
from bpo.kernel.errors import BadInput

Word = TypeVar("Word", bound=StrEnum)

_PEOPLE = (Field.DEBTOR_REF, Field.DEBTOR_DOCUMENT, Field.DEBTOR_NAME)
_PLACES = (
    Field.DEBTOR_KIND,
    Field.EMAIL,
    Field.PHONE,
    Field.ADDRESS,
    Field.CITY,
    Field.STATE,
    Field.POSTAL_CODE,
)
MAIN_FIELDS: Mapping[str, tuple[Field, ...]] = {
    Kind.RECEIVABLES: (
        *_PEOPLE,
        Field.NUMBER,
        Field.ISSUE_DATE,
        Field.DUE_DATE,
        Field.AMOUNT,
        Field.PAID_DATE,
        Field.PAID_AMOUNT,
    ),
    Kind.PAYMENTS: (
        *_PEOPLE,
        Field.NUMBER,
        Field.PAID_DATE,
        Field.PAID_AMOUNT,
        Field.AMOUNT,
    ),
    Kind.DEBTORS: (*_PEOPLE, Field.EMAIL, Field.PHONE),
}
"""What the columns of each kind of file mean first of all, in the order of asking."""

MORE_FIELDS: Mapping[str, tuple[Field, ...]] = {
    Kind.RECEIVABLES: (
        Field.BALANCE,
        Field.INSTALLMENT,
        Field.INSTALLMENTS,
        *_PLACES,
        Field.CURRENCY,
        Field.DESCRIPTION,
        Field.BOLETO_LINE,
    ),
    Kind.PAYMENTS: (Field.INSTALLMENT, Field.DESCRIPTION),
    Kind.DEBTORS: tuple(place for place in _PLACES if place not in (Field.EMAIL, Field.PHONE)),
}
"""What they may mean besides."""


def read(
    kind: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    date_order: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Choices:
    """Choices from texts; blank means undecided. Raises BadInput naming the wrong one.

    In `mapping` a blank column means that the file has none for the field.
    """
    return Choices(
        _one_of(Kind, "kind", kind),
        encoding or None,
        separator or None,
        _one_of(Mark, "decimal", decimal),
        _one_of(Order, "date_order", date_order),
        {str(_one_of(Field, "mapping", name)): column for name, column in (mapping or {}).items()},
    )


def to_json(choices: Choices) -> dict[str, Any]:
    """What was decided, the rest left out."""
    decided = {
        "kind": choices.kind,
        "encoding": choices.encoding,
        "separator": choices.separator,
        "decimal": choices.decimal,
        "date_order": choices.date_order,
        "mapping": dict(choices.mapping) or None,
    }
    return {name: value for name, value in decided.items() if value is not None}


def from_json(data: Mapping[str, Any]) -> Choices:
    """The choices that `to_json` wrote; other keys are passed over."""
    names = ("kind", "encoding", "separator", "decimal", "date_order", "mapping")
    return read(**{name: data[name] for name in names if name in data})


def _one_of(words: type[Word], field: str, text: str | None) -> Word | None:
    if not text:
        return None
    try:
        return words(text)
    except ValueError:
        raise BadInput(
            "{value} is not one of {choices}", field=field, value=text, choices=", ".join(words)
        ) from None
