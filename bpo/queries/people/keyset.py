"""Long lists a page at a time by the key of their order: the last page is as quick as the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, literal, tuple_
from sqlalchemy.orm import Session

SIZE = 50
_Row = TypeVar("_Row", bound=Row[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Order:
    """A list sorted by `key`, which is never null, then by `id`, both in one direction."""

    key: Any
    id: Any
    kind: type
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page: the rows after a place, or before one; neither: the first page.

    A place is the text that an earlier page gave; one that cannot be read is the beginning.
    """

    after: str | None = None
    before: str | None = None
    size: int = SIZE


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Rows in order, and the places of the pages around them; None where there is none."""

    rows: Sequence[_Row]
    before: str | None = None
    after: str | None = None


def page(
    session: Session, query: Select[*tuple[Any, ...]], order: Order, asked: Asked
) -> Page[Any]:
    """The rows of a query in an order; the last two columns of each row are the key and the id."""
    backwards = asked.before is not None
    place = _read(asked.before if backwards else asked.after, order)
    rising = order.falling is backwards
    query = query.add_columns(order.key.label("sort_key"), order.id.label("sort_id"))
    if place is not None:
        here = tuple_(order.key, order.id)
        there = tuple_(literal(place[0]), literal(place[1]))
        query = query.where(here > there if rising else here < there)
    sorted_by = (order.key, order.id) if rising else (order.key.desc(), order.id.desc())
    found = list(session.execute(query.order_by(*sorted_by).limit(asked.size + 1)).all())
    more, rows = len(found) > asked.size, found[: asked.size]
    if backwards:
        rows.reverse()
        return _page(rows, earlier=more, later=True)
    return _page(rows, earlier=place is not None, later=more)


def _page(rows: list[Row[*tuple[Any, ...]]], *, earlier: bool, later: bool) -> Page[Any]:
    return Page(
        rows,
        _written(rows[0]) if rows and earlier else None,
        _written(rows[-1]) if rows and later else None,
    )


def _written(row: Row[*tuple[Any, ...]]) -> str:
    return f"{row[-1]}~{row[-2]}"


def _read(place: str | None, order: Order) -> tuple[Any, int] | None:
    number, _, key = (place or "").partition("~")
    try:
        return (_key(key, order.kind), int(number)) if place else None
    except ValueError:
        return None


def _key(text: str, kind: type) -> Any:
    return date.fromisoformat(text) if kind is date else kind(text)
