"""Long lists of the office: their place in the address, and their export as a spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zlib import crc32

from flask import Response, g, request
from flask_babel import gettext as _

from bpo.domain.desk import bulk_acts
from bpo.domain.people import access
from bpo.formats import sheets
from bpo.kernel import clock, text
from bpo.kernel.text import Phrase
from bpo.queries.people.keyset import Asked, Page
from bpo.web import documents, forms, language

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BUCKETS = {
    "1-30": (1, 30),
    "31-60": (31, 60),
    "61-90": (61, 90),
    "91-180": (91, 180),
    "181": (181, None),
}
"""Days late of the filter by age: from, to inclusive."""


@dataclass(frozen=True, slots=True)
class Around:
    """The addresses' parts for the pages before and after this one."""

    before: str | None
    after: str | None


def today() -> date:
    """The day on the workspace's clock."""
    return clock.local_day(g.now, g.workspace.time_zone)


def asked(wanted: object) -> Asked:
    """The place in the list that the address names; it only holds for the same filters."""
    return Asked(_place("after", wanted), _place("before", wanted))


def around(page: Page[Any], wanted: object) -> Around:
    """What the links to the neighbouring pages carry."""
    mark = _mark(wanted)
    return Around(
        mark + page.before if page.before else None, mark + page.after if page.after else None
    )


def late(query: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Days late from and to, as the query of an address asks."""
    return BUCKETS.get(query.get("late", ""), (None, None))


def spreadsheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Rows of the workspace as a file that spreadsheets open as it is (see `file_of`)."""
    return file_of(f"{g.workspace.slug}-{text.slug(name)}-{today().isoformat()}", head, rows)


def file_of(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Rows as a file that spreadsheets in the reader's language open as it is.

    A workbook when the address ends in `.xlsx`, CSV otherwise. It is written before the answer
    begins: rows may still read, and a server sends what is streamed when the request is over.
    """
    if request.path.endswith(".xlsx"):
        return documents.download(f"{name}.xlsx", WORKBOOK, sheets.workbook(head, rows))
    separator = ";" if language.current() == "pt_BR" else ","
    answer = Response("".join(sheets.lines(head, rows, separator)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def amount(cents: int | None) -> sheets.Number:
    """Centavos as the reader's spreadsheet wants them."""
    return sheets.amount(cents, "," if language.current() == "pt_BR" else ".")


def day(name: str, query: Mapping[str, str] | None = None) -> date | None:
    """A day of the address, or of another's query; None for one that cannot be read."""
    asked = forms.asked() if query is None else forms.Typed(query, language.current())
    return forms.attempt(lambda: asked.day(name)).result


def late_options() -> list[tuple[str, str]]:
    """The ages to choose from."""
    return [
        (key, _("%(first)s to %(last)s days", first=first, last=last))
        if last
        else (key, _("More than %(days)s days", days=first - 1))
        for key, (first, last) in BUCKETS.items()
    ]


def acts() -> list[tuple[str, Phrase]]:
    """The acts on many rows that this reader may do, for the bar under a list."""
    return [
        (kind.value, label)
        for kind, label in bulk_acts.LABELS.items()
        if access.may(g.actor, bulk_acts.NEEDS[kind])
    ]


def _place(name: str, wanted: object) -> str | None:
    mark, value = _mark(wanted), request.args.get(name, "")
    return value.removeprefix(mark) if value.startswith(mark) else None


def _mark(wanted: object) -> str:
    return f"{crc32(repr(wanted).encode()):08x}."
