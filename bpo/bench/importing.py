"""`bench import`: a CSV of receivables with their payments, from bytes to committed rows.

With the row policies and every key on, through the same use case as any import; `limit_copy` is a
bare COPY of the same rows into a table without keys, in the same run.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bpo.bench import ground, meter
from bpo.bench.ground import Ground
from bpo.db import acting_as
from bpo.domain.intake import incoming
from bpo.domain.intake.rows import Choices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.kernel.errors import Conflict
from bpo.services.intake import imports

WORKSPACE = 1
ROWS_PER_DEBTOR = 10
TODAY = date(2026, 11, 24)
NOON = datetime.combine(TODAY, time(15, 0), UTC)
HEAD = "cliente;nome;email;numero;emissao;vencimento;valor;data pagamento;valor pago"

Tell = Callable[[dict[str, Any]], None]


def run(rows: int, tell: Tell) -> None:
    """Measure the phases `read` (bytes to rows), `import` (bytes to committed rows), `repeat` (the
    same file again, all unchanged) and `limit_copy`; `tell` gets one row a phase as it ends."""
    content = table(rows)
    with ground.prepared() as here:
        here.owner.execute(_WORKSPACE)
        here.owner.execute(_POLICY)
        here.settle()
        _read(content, rows, tell)
        for name in ("import", "repeat"):
            _import(name, content, tell)
            here.settle()
        _limit(here, content, rows, tell)


def table(rows: int) -> bytes:
    """A CSV of `rows` receivables, ten a debtor, two of three paid, some late and with charges."""
    lines = [HEAD]
    for number in range(1, rows + 1):
        debtor = 1 + number % max(rows // ROWS_PER_DEBTOR, 1)
        issue = date(2025, 1, 2) + timedelta(days=number % 600)
        due = issue + timedelta(days=30)
        cents = 50_00 + number * 37 % 5_000_00
        paid = due + timedelta(days=number % 9 - 3) if number % 3 else None
        money = cents + (cents * 2 // 100 if paid and paid > due else 0)
        lines.append(
            f"{debtor};Cliente Número {debtor};cliente{debtor}@debtor.example;NF-{number:08};"
            f"{issue:%d/%m/%Y};{due:%d/%m/%Y};{cents // 100},{cents % 100:02};"
            + (f"{paid:%d/%m/%Y};{money // 100},{money % 100:02}" if paid else ";")
        )
    return "\n".join((*lines, "")).encode()


def _read(content: bytes, rows: int, tell: Tell) -> None:
    with meter.phase("read", rows) as phase:
        (part,) = incoming.examine(content, Choices()).parts
        phase.n = sum(len(parsed.rows) for parsed in part.read(None))
    tell(phase.row())


def _import(name: str, content: bytes, tell: Tell) -> None:
    program = actors.system([WORKSPACE], name="bench")
    queue = MemoryQueue()
    with acting_as(program), meter.phase(name, 0) as phase:
        row = imports.submit(
            program, WORKSPACE, "bench.csv", content, Choices(), now=NOON, queue=queue
        )
        row = imports.apply(program, WORKSPACE, row.id, now=NOON, queue=queue)
        phase.n = row.total
    done = row.applied if name == "import" else row.unchanged
    if done != row.total:
        raise Conflict("The file was not taken as it should be: {state}", state=row.state)
    tell(phase.row())


def _limit(here: Ground, content: bytes, rows: int, tell: Tell) -> None:
    """The same lines copied bare: no keys, no policies, no second table."""
    columns = ", ".join(f"{name.replace(' ', '_')} text" for name in HEAD.split(";"))
    here.owner.execute(f"CREATE TABLE limit_copy ({columns})")
    copy = "COPY limit_copy FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';')"
    with (
        meter.phase("limit_copy", rows) as phase,
        here.owner.cursor() as cursor,
        cursor.copy(copy) as stream,
    ):
        stream.write(content)
    tell(phase.row())


_WORKSPACE = (
    "INSERT INTO workspaces (id, slug, name, legal_name) OVERRIDING SYSTEM VALUE"
    " VALUES (1, 'bench', 'Loja do Sol', 'Loja do Sol Ltda')"
)
_POLICY = (
    "INSERT INTO policy_versions (workspace_id, id, version, effective_from, terms)"
    " OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, '2020-01-01', '{}')"
)
