"""Files that a company's system exports, written in the test, and their imports."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from bpo.domain.intake import import_choices
from bpo.gateways.queue import MemoryQueue
from bpo.kernel import actor as actors
from bpo.models import Import, Workspace
from bpo.services.intake import imports

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HEAD = "cliente;cnpj;nome;email;numero;emissao;vencimento;valor;data pagamento;valor pago"


def rows(*lines: str, head: str = HEAD) -> bytes:
    """A file with a head and these rows."""
    return "\n".join((head, *lines, "")).encode()


def taken(
    workspace: Workspace,
    content: bytes,
    *,
    queue: MemoryQueue | None = None,
    known_until: date | None = None,
    name: str = "titulos.csv",
    date_order: str | None = "dmy",
    now: datetime = NOW,
    **choices: str,
) -> Import:
    """The import of a file, asked for and done; its dates are day/month/year."""
    program = actors.system([workspace.id], name="tests")
    queue = queue or MemoryQueue()
    row = imports.submit(
        program,
        workspace.id,
        name,
        content,
        import_choices.read(date_order=date_order, **choices),  # type: ignore[arg-type]
        now=now,
        queue=queue,
        known_until=known_until,
    )
    return imports.apply(program, workspace.id, row.id, now=now, queue=queue)


def counts(row: Import) -> tuple[int, int, int]:
    """Rows applied, unchanged and rejected."""
    assert row.state == "applied", row.error
    assert row.total == row.applied + row.unchanged + row.rejected
    return row.applied, row.unchanged, row.rejected


def remarks(row: Import) -> list[tuple[int, str, str]]:
    """Line, code and level of everything said about rows."""
    return [(line, code, level) for line, _, code, level, *_ in row.problems["items"]]


def refreshed(session: Session) -> None:
    """Let the session read again what was written past it."""
    session.expire_all()
