"""Receivables of an imported file: new ones in bulk, recorded ones compared row by row."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import Cursor
from sqlalchemy.orm import Session

from bpo.domain.intake import findings, restatements
from bpo.domain.intake.findings import Code, Finding, Met
from bpo.domain.intake.restatements import Recorded, Stated
from bpo.domain.intake.rows import Field
from bpo.kernel.actor import Actor
from bpo.kernel.text import Phrase
from bpo.services.intake import imports_books as books
from bpo.services.intake.imports_books import Books, Dates, Money, Part
from bpo.services.intake.imports_debtors import Debtors
from bpo.services.intake.imports_stage import Piece

STAGE = (
    "line, debtor_no, number, number_key, description, installment, installments, issue_date,"
    " due_date, effective_due_date, amount_cents, policy_version_id, extra, paid_on, paid_cents,"
    " principal_cents, interest_cents, untold_cents"
)
"""The columns that a piece of a file fills, in the order of `imports_stage`."""

_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS import_stage (
    line int, debtor_no int, number text, number_key text, description text, installment int,
    installments int, issue_date date, due_date date, effective_due_date date,
    amount_cents bigint, policy_version_id bigint, extra jsonb, paid_on date, paid_cents bigint,
    principal_cents bigint, interest_cents bigint, untold_cents bigint,
    id bigint DEFAULT nextval('receivables_id_seq'),
    payment_id bigint DEFAULT nextval('payments_id_seq'),
    recorded_id bigint
) ON COMMIT DELETE ROWS
"""
_MATCH = """
UPDATE import_stage s SET recorded_id = r.id
FROM import_debtors d, receivables r
WHERE d.no = s.debtor_no AND (%(merged)s OR NOT d.is_new)
  AND r.workspace_id = %(workspace)s AND r.debtor_id = d.id AND r.number_key = s.number_key
"""
_KEEP_ISSUE = """
UPDATE import_stage s
SET issue_date = CASE WHEN r.due_date = s.due_date THEN r.issue_date
    ELSE least(r.issue_date, s.due_date) END
FROM receivables r
WHERE r.workspace_id = %(workspace)s AND r.id = s.recorded_id
"""
"""A file that does not tell the day of issue says nothing against the one recorded."""

_DROP_TWINS = """
DELETE FROM import_stage s
USING import_debtors d, import_debtors e, import_stage first
WHERE d.no = s.debtor_no AND e.no = first.debtor_no AND d.id = e.id
  AND first.number_key = s.number_key AND first.line < s.line
RETURNING s.line
"""
_DROP_REPEATS = """
DELETE FROM import_stage s USING receivables r
WHERE r.workspace_id = %(workspace)s AND r.id = s.recorded_id AND r.import_id = %(import)s
RETURNING s.line
"""
_DIFFERING = """
SELECT s.line, r.id, r.debtor_id, r.issue_date, r.due_date, r.effective_due_date, r.amount_cents,
    s.issue_date, s.due_date, s.effective_due_date, s.amount_cents,
    r.settled_cents, r.settled_on, r.import_id IS NOT NULL, s.paid_on, s.paid_cents, s.untold_cents
FROM import_stage s
JOIN receivables r ON r.workspace_id = %(workspace)s AND r.id = s.recorded_id
WHERE (r.issue_date, r.due_date, r.amount_cents)
        IS DISTINCT FROM (s.issue_date, s.due_date, s.amount_cents)
   OR (s.paid_on IS NOT NULL AND r.settled_on IS DISTINCT FROM s.paid_on)
   OR s.untold_cents > r.settled_cents
ORDER BY r.id
FOR NO KEY UPDATE OF r
"""
_ENTRIES = """
SELECT receivable_id,
    coalesce(sum(principal_cents + fine_cents + interest_cents)
        FILTER (WHERE kind IN ('payment', 'reversal')), 0)::bigint
    + coalesce(sum(principal_cents)
        FILTER (WHERE kind = 'rebate' AND import_id IS NOT NULL), 0)::bigint
FROM entries
WHERE workspace_id = %(workspace)s AND receivable_id = ANY (%(ids)s)
GROUP BY receivable_id
"""
_REFRESH = """
UPDATE receivables r
SET extra = r.extra || s.extra, description = coalesce(s.description, r.description)
FROM import_stage s
WHERE r.workspace_id = %(workspace)s AND r.id = s.recorded_id
  AND (NOT s.extra <@ r.extra OR s.description <> coalesce(r.description, ''))
"""
_RECEIVABLES = """
INSERT INTO receivables (workspace_id, id, debtor_id, number, number_key, description, installment,
    installments, issue_date, due_date, effective_due_date, amount_cents, settled_cents,
    settled_on, policy_version_id, import_id, extra)
SELECT %(workspace)s, s.id, d.id, s.number, s.number_key, s.description, s.installment,
    s.installments, s.issue_date, s.due_date, s.effective_due_date, s.amount_cents,
    coalesce(s.principal_cents, s.untold_cents),
    CASE WHEN s.amount_cents = coalesce(s.principal_cents, s.untold_cents)
        THEN coalesce(s.paid_on, %(today)s) END,
    s.policy_version_id, %(import)s, s.extra
FROM import_stage s JOIN import_debtors d ON d.no = s.debtor_no
WHERE s.recorded_id IS NULL
"""
_PAYMENTS = f"""
INSERT INTO payments (workspace_id, id, debtor_id, amount_cents, paid_on, source, idempotency_key,
    import_id)
SELECT %(workspace)s, s.payment_id, d.id, s.paid_cents, s.paid_on, '{books.SOURCE}',
    '{books.SOURCE}:' || s.id || ':' || s.paid_on || ':' || s.paid_cents, %(import)s
FROM import_stage s JOIN import_debtors d ON d.no = s.debtor_no
WHERE s.recorded_id IS NULL AND s.paid_on IS NOT NULL
"""
_SETTLE = """
INSERT INTO entries (workspace_id, receivable_id, payment_id, import_id, kind, on_day,
    principal_cents, interest_cents, reason)
SELECT %(workspace)s, id, payment_id, NULL::bigint, 'payment', paid_on, principal_cents,
    interest_cents, NULL
FROM import_stage
WHERE recorded_id IS NULL AND paid_on IS NOT NULL
UNION ALL
SELECT %(workspace)s, id, NULL, %(import)s, 'rebate', %(today)s, untold_cents, 0, %(reason)s
FROM import_stage
WHERE recorded_id IS NULL AND untold_cents > 0
"""
_BOLETOS = """
INSERT INTO boletos (workspace_id, receivable_id, line)
SELECT %(workspace)s, r.id, b.boleto
FROM unnest(%(lines)s::int[], %(boletos)s::text[]) AS b (line, boleto)
JOIN import_stage s ON s.line = b.line
JOIN receivables r ON r.workspace_id = %(workspace)s AND r.id = coalesce(s.recorded_id, s.id)
  AND (r.due_date, r.amount_cents) = (s.due_date, s.amount_cents)
ON CONFLICT (workspace_id, receivable_id) DO UPDATE SET line = excluded.line
WHERE boletos.created_by IS NULL AND boletos.line <> excluded.line
"""
"""What a person typed stays; the books may differ from a row that was not taken."""


class _Row(NamedTuple):
    """A row of the file beside the receivable that it means."""

    line: int
    receivable_id: int
    debtor_id: int
    recorded: Dates
    stated: Dates
    settled_cents: int
    settled_on: date | None
    is_imported: bool
    paid_on: date | None
    paid_cents: int | None
    untold_cents: int

    @property
    def key(self) -> str:
        """What the row's payment would be booked under."""
        assert self.paid_on is not None
        assert self.paid_cents is not None
        return books.key(self.receivable_id, self.paid_on, self.paid_cents)


@dataclass(slots=True)
class Receivables:
    """Takes a file of receivables in, piece by piece; `applied` counts rows that changed things.

    `reason` is what rebates say that only a balance tells.
    """

    session: Session
    cursor: Cursor[Any]
    actor: Actor
    workspace_id: int
    import_id: int
    debtors: Debtors
    now: datetime
    today: date
    reason: str
    applied: int = 0
    _books: Books = field(init=False)

    def __post_init__(self) -> None:
        self._books = Books(self.cursor, self.workspace_id, self.import_id)

    def prepare(self) -> None:
        """Make the temporary tables."""
        self.cursor.execute(_TABLE)
        self.debtors.prepare()

    def take(self, piece: Piece) -> list[Finding]:
        """Write one piece of the file; returns what is to be said about its rows."""
        remarks = self.debtors.take(piece.people)
        with self.cursor.copy(f"COPY import_stage ({STAGE}) FROM STDIN".encode()) as stream:
            stream.write(piece.data)
        if self.debtors.has_known or self.debtors.has_merged:
            remarks += self._compare(piece)
        self._insert()
        if piece.boletos:
            lines, boletos = map(list, zip(*piece.boletos, strict=True))
            self.cursor.execute(_BOLETOS, self._where(lines=lines, boletos=boletos))
        self.cursor.execute("TRUNCATE import_stage")
        return remarks

    def _insert(self) -> None:
        """The receivables that are new, and what the file says was paid of them."""
        where = self._where(today=self.today, reason=self.reason)
        self.applied += max(self.cursor.execute(_RECEIVABLES, where).rowcount, 0)
        self.cursor.execute(_PAYMENTS, where)
        self.cursor.execute(_SETTLE, where)

    def _compare(self, piece: Piece) -> list[Finding]:
        """What the file says of receivables that are recorded already."""
        merged = self.debtors.has_merged
        remarks = self._dropped(_DROP_TWINS) if merged else []
        self.cursor.execute(_MATCH, self._where(merged=merged))
        if merged:
            remarks += self._dropped(_DROP_REPEATS)
        if not piece.tells_issue:
            self.cursor.execute(_KEEP_ISSUE, self._where())
        rows = [_read(row) for row in self.cursor.execute(_DIFFERING, self._where()).fetchall()]
        if rows:
            remarks += self._decide(rows)
        self.cursor.execute(_REFRESH, self._where())
        return remarks

    def _decide(self, rows: list[_Row]) -> list[Finding]:
        ids = [row.receivable_id for row in rows]
        received = dict(self.cursor.execute(_ENTRIES, self._where(ids=ids)).fetchall())
        repeated = self._books.known({row.key for row in rows if row.paid_on})
        remarks = []
        for row in rows:
            recorded = _recorded(row, received, row.paid_on is not None and row.key in repeated)
            remarks += self._settle(row, recorded)
        self._books.write(self.session, self.actor, self.now)
        return remarks

    def _settle(self, row: _Row, recorded: Recorded) -> list[Finding]:
        """Do what the rules say about one row."""
        verdict = restatements.decide(recorded, _stated(row))
        if verdict.is_revised:
            self._books.revise(row.receivable_id, row.recorded, row.stated)
        dates = row.stated if verdict.is_revised else row.recorded
        if verdict.money_cents:
            assert row.paid_on is not None
            money = Money(row.debtor_id, verdict.money_cents, row.paid_on, row.key)
            left = dates.amount_cents - row.settled_cents
            late = row.paid_on > dates.effective_due_date
            self._books.pay(money, [Part(row.receivable_id, left, late)])
        if verdict.rebate_cents:
            day = row.paid_on or self.today
            self._books.rebate(row.receivable_id, verdict.rebate_cents, day, self.reason)
        self.applied += verdict.is_applied
        if verdict.remark is None:
            return []
        tell = findings.reject if verdict.is_rejected else findings.warn
        code = Code.CONFLICT if verdict.is_conflict else Met.SETTLED
        return [tell(row.line, None, code, verdict.remark)]

    def _dropped(self, statement: str) -> list[Finding]:
        self.cursor.execute(statement, self._where())
        message = Phrase("The file holds this receivable twice, of one and the same customer.")
        return [
            findings.reject(line, Field.NUMBER, Code.DUPLICATE, message)
            for (line,) in self.cursor.fetchall()
        ]

    def _where(self, **more: Any) -> dict[str, Any]:
        return {"workspace": self.workspace_id, "import": self.import_id} | more


def _read(row: tuple[Any, ...]) -> _Row:
    return _Row._make((*row[:3], Dates(*row[3:7]), Dates(*row[7:11]), *row[11:]))


def _recorded(row: _Row, received: dict[int, int], is_repeated: bool) -> Recorded:
    return Recorded(
        row.recorded.issue_date,
        row.recorded.due_date,
        row.recorded.amount_cents,
        row.settled_cents,
        row.settled_on,
        received.get(row.receivable_id, 0),
        is_touched=row.receivable_id in received,
        is_imported=row.is_imported,
        is_repeated=is_repeated,
    )


def _stated(row: _Row) -> Stated:
    dates = row.stated
    return Stated(
        dates.issue_date,
        dates.due_date,
        dates.amount_cents,
        row.paid_on,
        row.paid_cents,
        row.untold_cents,
    )
