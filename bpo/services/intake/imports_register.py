"""A register of debtors taken in: who is new, and what it says otherwise than the books."""

from dataclasses import dataclass

from psycopg.types.json import Json

from bpo.domain.intake.findings import Finding
from bpo.domain.intake.rows import DebtorRow
from bpo.domain.people import addresses
from bpo.kernel.text import searchable
from bpo.services.intake.imports_debtors import Debtors
from bpo.services.intake.imports_stage import Person

_FOLLOW = """
UPDATE debtors d
SET name = coalesce(s.name, d.name),
    search_name = CASE WHEN s.name IS NULL THEN d.search_name ELSE s.search_name END,
    kind = coalesce(s.kind, d.kind),
    consumer = d.consumer OR s.kind IS NOT DISTINCT FROM 'person' AND d.kind <> 'person',
    city = coalesce(s.city, d.city), state = coalesce(s.state, d.state),
    extra = d.extra || s.extra
FROM json_to_recordset(%(rows)s)
    AS s (id bigint, name text, search_name text, kind text, city text, state text, extra jsonb)
WHERE d.workspace_id = %(workspace)s AND d.id = s.id
  AND (s.name <> d.name OR s.kind <> d.kind OR s.city IS NOT NULL AND s.city IS DISTINCT FROM d.city
    OR s.state IS NOT NULL AND s.state IS DISTINCT FROM d.state OR NOT s.extra <@ d.extra)
RETURNING d.id
"""


@dataclass(slots=True)
class RegisterOfDebtors:
    """Takes a register in, piece by piece; `applied` counts the rows that changed something.

    The register is the creditor's own: what it says of a name, a kind or a place goes before what
    is recorded. Blanks change nothing, and numbers and documents stay.
    """

    debtors: Debtors
    applied: int = 0
    _met: int = 0

    def prepare(self) -> None:
        """Make the temporary table."""
        self.debtors.prepare()

    def take(self, rows: list[DebtorRow]) -> list[Finding]:
        """Write some rows; returns what is to be said about them."""
        people = [_person(no, row) for no, row in enumerate(rows, start=self._met)]
        self._met += len(rows)
        self.debtors.changed.clear()
        remarks = self.debtors.take(people)
        self._follow(people, rows)
        ids = [self.debtors.ids[person.no] for person in people]
        self.applied += sum(number in self.debtors.changed for number in ids)
        return remarks

    def _follow(self, people: list[Person], rows: list[DebtorRow]) -> None:
        said = [
            {
                "id": self.debtors.ids[one.no],
                "name": one.name,
                "search_name": searchable(one.name or ""),
                "kind": one.kind,
                "city": one.city,
                "state": one.state,
                "extra": row.extra,
            }
            for one, row in zip(people, rows, strict=True)
        ]
        where = {"workspace": self.debtors.workspace_id, "rows": Json(said)}
        found = self.debtors.cursor.execute(_FOLLOW, where).fetchall()
        self.debtors.changed.update(number for (number,) in found)


def _person(no: int, row: DebtorRow) -> Person:
    reach = addresses.reachable(row.email, row.phone)
    return Person(
        no,
        row.line,
        row.debtor_key,
        row.debtor_ref,
        row.debtor_document,
        row.debtor_name,
        row.debtor_kind,
        row.address,
        row.city,
        row.state,
        row.postal_code,
        reach,
    )
