"""The debtors of an imported file: matched, created, and what the file adds to them."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from psycopg import Cursor
from psycopg.types.json import Json

from bpo.domain.intake import findings
from bpo.domain.intake.findings import Code, Finding, Met
from bpo.domain.intake.matching import Known, Named, Register
from bpo.domain.intake.rows import Field
from bpo.formats import copying
from bpo.kernel import documents
from bpo.kernel.text import Phrase, number_key, searchable
from bpo.services.intake.imports_stage import Person

_RESERVE = "SELECT nextval('debtors_id_seq') FROM generate_series(1, %s)"
_MAP = """
CREATE TEMP TABLE IF NOT EXISTS import_debtors (no int PRIMARY KEY, id bigint, is_new boolean)
ON COMMIT DELETE ROWS;
TRUNCATE import_debtors
"""
_FACTS = """
json_to_recordset(%(facts)s) AS f (id bigint, reference text, reference_key text, document text,
    name text, search_name text, kind text, city text, state text, extra jsonb)
"""
_CREATE = f"""
INSERT INTO debtors (workspace_id, id, reference, reference_key, document, name, search_name, kind,
    consumer, city, state, extra, import_id)
SELECT %(workspace)s, id, reference, reference_key, document, coalesce(name, reference),
    search_name, coalesce(kind, 'company'), kind IS NOT DISTINCT FROM 'person', city, state, extra,
    %(import)s
FROM {_FACTS}
"""
_FILL_BLANKS = f"""
UPDATE debtors d
SET reference = coalesce(f.reference, d.reference),
    reference_key = coalesce(f.reference_key, d.reference_key),
    document = coalesce(d.document, f.document),
    kind = CASE WHEN d.document IS NULL AND f.document IS NOT NULL
        THEN coalesce(f.kind, d.kind) ELSE d.kind END,
    name = CASE WHEN d.name = d.reference THEN coalesce(f.name, d.name) ELSE d.name END,
    search_name = CASE WHEN d.name = d.reference AND f.name IS NOT NULL
        THEN f.search_name ELSE d.search_name END,
    city = coalesce(d.city, f.city), state = coalesce(d.state, f.state),
    extra = f.extra || d.extra,
    import_id = CASE WHEN d.import_id = %(import)s THEN d.import_id END
FROM {_FACTS}
WHERE d.workspace_id = %(workspace)s AND d.id = f.id
  AND (f.reference <> d.reference
    OR (d.document IS NULL AND f.document IS NOT NULL)
    OR (d.name = d.reference AND f.name IS NOT NULL AND f.name <> d.name)
    OR (d.city IS NULL AND f.city IS NOT NULL) OR (d.state IS NULL AND f.state IS NOT NULL)
    OR NOT f.extra <@ d.extra AND f.extra || d.extra <> d.extra)
RETURNING d.id
"""
_REACHED = """
SELECT debtor_id, channel, address, position FROM contacts
WHERE workspace_id = %(workspace)s AND debtor_id = ANY (%(debtors)s)
"""
_REMOVED = """
SELECT subject_id, detail ->> 'channel', detail ->> 'address' FROM audit_entries
WHERE workspace_id = %(workspace)s AND subject_kind = 'debtor' AND subject_id = ANY (%(debtors)s)
  AND action = 'contact.remove'
"""
_ADD_CONTACTS = """
INSERT INTO contacts (workspace_id, debtor_id, channel, address, position)
SELECT %(workspace)s, f.*
FROM json_to_recordset(%(contacts)s)
    AS f (debtor_id bigint, channel text, address text, position int)
"""


@dataclass(slots=True)
class Facts:
    """What a file adds to a debtor; None where it says nothing."""

    id: int
    reference: str | None
    document: str | None
    name: str | None
    kind: str | None
    city: str | None
    state: str | None
    extra: dict[str, str]


class _Address(NamedTuple):
    """An address of a debtor on a channel."""

    debtor_id: int
    channel: str
    address: str


@dataclass(slots=True)
class Debtors:
    """The debtors of a workspace while a file is taken in.

    `import_debtors` maps the file's debtors (`Person.no`) to ids. `has_merged`: two of the file's
    turned out to be one. `changed` gathers who was created or gained something.
    """

    cursor: Cursor[Any]
    workspace_id: int
    register: Register
    import_id: int
    ids: dict[int, int] = field(default_factory=dict)
    has_known: bool = False
    has_merged: bool = False
    changed: set[int] = field(default_factory=set)
    _taken: set[int] = field(default_factory=set)
    _doubted: set[tuple[int, str | None]] = field(default_factory=set)
    _created: set[int] = field(default_factory=set)
    _met: set[_Address] = field(default_factory=set)

    def prepare(self) -> None:
        """Make the temporary table."""
        self.cursor.execute(_MAP)

    def take(self, people: Sequence[Person]) -> list[Finding]:
        """Match or create some debtors of the file, and add what it says about them."""
        if not people:
            return []
        spare = iter(self._reserved(len({person.no for person in people} - self.ids.keys())))
        created: dict[int, Facts] = {}
        told: dict[int, Facts] = {}
        mapped, remarks = [], []
        for person in people:
            named = Named(person.key, person.ref, person.document)
            debtor = self._found(person, named)
            if (person.no, person.document) not in self._doubted:
                self._doubted.add((person.no, person.document))
                remarks += _doubts(self.register, debtor, named, person.line)
            document = self.register.new_document(debtor, named)
            if debtor is None:
                debtor = Known(next(spare), person.ref, document)
                created[debtor.id] = _facts(debtor.id, person.ref, document, person)
            else:
                adopted = named.has_number and not debtor.has_number
                number = person.ref if adopted else None
                facts = _facts(debtor.id, number, document, person)
                _merge(created.get(debtor.id) or told.setdefault(debtor.id, facts), facts)
                debtor = debtor._replace(
                    reference=number or debtor.reference, document=debtor.document or document
                )
            self.register.put(debtor)
            if person.no not in self.ids:
                mapped.append(self._mapped(person.no, debtor.id, debtor.id in created))
        self._write(created.values(), told.values(), mapped)
        self._created.update(created)
        self.changed.update(created)
        return remarks + self._reach(people)

    def _found(self, person: Person, named: Named) -> Known | None:
        known = self.ids.get(person.no)
        return self.register.by_id(known) if known else self.register.find(named)

    def _mapped(self, no: int, debtor_id: int, is_new: bool) -> tuple[int, int, bool]:
        self.has_known = self.has_known or not is_new
        self.has_merged = self.has_merged or debtor_id in self._taken
        self._taken.add(debtor_id)
        self.ids[no] = debtor_id
        return no, debtor_id, is_new

    def _reserved(self, count: int) -> list[int]:
        return [number for (number,) in self.cursor.execute(_RESERVE, [count]).fetchall()]

    def _write(
        self,
        created: Collection[Facts],
        told: Collection[Facts],
        mapped: Sequence[tuple[int, int, bool]],
    ) -> None:
        copy(
            self.cursor, "import_debtors", [copying.plain(one) for one in zip(*mapped, strict=True)]
        )
        if created:
            self.cursor.execute(_CREATE, self._where(facts=_written(created)))
        if told:
            where = self._where(facts=_written(told))
            found = self.cursor.execute(_FILL_BLANKS, where).fetchall()
            self.changed.update(number for (number,) in found)

    def _reach(self, people: Sequence[Person]) -> list[Finding]:
        """Add the ways to reach debtors that are not there yet."""
        wanted: dict[_Address, None] = {}
        remarks = []
        for person in people:
            remarks += [
                findings.warn(person.line, Field.EMAIL, Met.CONTACT, fault)
                for fault in person.reach.faults
            ]
            debtor_id = self.ids[person.no]
            for one in person.reach.good:
                wanted[_Address(debtor_id, one.channel.value, one.address)] = None
        fresh = [address for address in wanted if address not in self._met]
        self._met.update(fresh)
        self._add_contacts(fresh)
        return remarks

    def _add_contacts(self, fresh: Sequence[_Address]) -> None:
        """Write contacts after those already there; what a person took off stays off."""
        known, last = self._known_contacts({one.debtor_id for one in fresh})
        rows = []
        for one in fresh:
            if one not in known:
                last[one.debtor_id] += 1
                rows.append((*one, last[one.debtor_id]))
        if rows:
            names = ("debtor_id", "channel", "address", "position")
            contacts = [dict(zip(names, row, strict=True)) for row in rows]
            self.cursor.execute(_ADD_CONTACTS, self._where(contacts=Json(contacts)))
        self.changed.update(row[0] for row in rows)

    def _known_contacts(self, ids: set[int]) -> tuple[set[_Address], Counter[int]]:
        """Contacts that debtors have or had, and the last position of each debtor's."""
        last = Counter(dict.fromkeys(ids, -1))
        asked = self._where(debtors=sorted(ids - self._created))
        if not asked["debtors"]:
            return set(), last
        known = set()
        for *address, position in self.cursor.execute(_REACHED, asked).fetchall():
            known.add(_Address(*address))
            last[address[0]] = max(last[address[0]], position)
        removed = self.cursor.execute(_REMOVED, asked).fetchall()
        return known | {_Address(*address) for address in removed}, last

    def _where(self, **more: Any) -> dict[str, Any]:
        return {"workspace": self.workspace_id, "import": self.import_id} | more


def copy(cursor: Cursor[Any], table: str, columns: Sequence[Iterable[str]]) -> int:
    """Copy written columns into a temporary table; returns the number of bytes."""
    data = copying.block(columns)
    if data:
        with cursor.copy(f"COPY {table} FROM STDIN".encode()) as stream:
            stream.write(data)
    return len(data)


def _facts(debtor_id: int, reference: str | None, document: str | None, person: Person) -> Facts:
    told = {"address": person.address, "postal_code": person.postal_code}
    extra = {name: value for name, value in told.items() if value}
    return Facts(
        debtor_id,
        reference,
        document,
        person.name,
        person.kind,
        person.city,
        person.state,
        extra,
    )


def _written(facts: Iterable[Facts]) -> Json:
    """Facts as the statements read them."""
    return Json(
        [
            {
                "id": one.id,
                "reference": one.reference,
                "reference_key": one.reference and number_key(one.reference),
                "document": one.document,
                "name": one.name,
                "search_name": searchable(one.name or one.reference or ""),
                "kind": one.kind,
                "city": one.city,
                "state": one.state,
                "extra": one.extra,
            }
            for one in facts
        ]
    )


def _merge(into: Facts, more: Facts) -> None:
    """Let later rows of the file fill what earlier ones left blank."""
    for name in ("reference", "document", "name", "kind", "city", "state"):
        if getattr(into, name) is None:
            setattr(into, name, getattr(more, name))
    into.extra = more.extra | into.extra


def _doubts(register: Register, debtor: Known | None, named: Named, line: int) -> list[Finding]:
    """What is odd about the document that a file gives a debtor."""
    holder = register.other_holder(debtor, named)
    if holder:
        message = Phrase(
            "The CPF or CNPJ {document} is already that of customer {reference}; this customer "
            "was recorded without it.",
            document=documents.formatted(named.document or ""),
            reference=holder.reference,
        )
    elif debtor and debtor.document and named.document not in (None, debtor.document):
        message = Phrase(
            "Customer {reference} is recorded with the CPF or CNPJ {recorded}, while the file "
            "says {document}; left as it was.",
            reference=debtor.reference,
            recorded=documents.formatted(debtor.document),
            document=documents.formatted(named.document or ""),
        )
    else:
        return []
    return [findings.warn(line, Field.DEBTOR_DOCUMENT, Code.DOCUMENT, message)]
