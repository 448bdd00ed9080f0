"""Attaching documents to debtors and receivables, and taking them out of sight again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, literal_column, null
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.intake import attachments as rules
from bpo.domain.intake.attachments import Kind
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.models import Attachment
from bpo.queries.books import receivables
from bpo.queries.intake import attachments as stored
from bpo.queries.people import debtors
from bpo.services.people import audit, files


@dataclass(frozen=True, slots=True)
class Bond:
    """What ties a stored file to a debtor, and to a receivable when it is about that.

    `sha256` is the file's; `import_id` names the import that brought it.
    """

    debtor_id: int
    receivable_id: int | None
    kind: Kind
    file_id: int
    sha256: str
    import_id: int | None = None
    created_by: int | None = None


def attach(session: Session, workspace_id: int, bonds: Sequence[Bond]) -> int:
    """Tie stored files to whom they are about, in one statement; joins the caller's unit.

    A content that is already there is left as it is, and comes back into sight when it had been
    removed. Returns how many are new.
    """
    if not bonds:
        return 0
    given = insert(Attachment).values([_columns(workspace_id, bond) for bond in bonds])
    back = given.on_conflict_do_update(
        index_elements=["workspace_id", "debtor_id", "receivable_id", "sha256"],
        set_={"hidden_at": null(), "hidden_by": null(), "kind": given.excluded.kind},
    )
    fresh = session.scalars(back.returning(literal_column("xmax = 0", Boolean)))
    return sum(fresh)


def add(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    receivable_id: int | None,
    kind: Kind,
    filename: str,
    content: bytes,
    *,
    now: datetime,
) -> None:
    """Keep a file as a document. Raises BadInput for one that cannot be, and NotFound."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    accepted = rules.examine(filename, content)
    with unit_of_work(actor) as session:
        _check(session, workspace_id, debtor_id, receivable_id)
        file = files.put(session, workspace_id, accepted.name, accepted.media_type, content)
        bond = Bond(debtor_id, receivable_id, kind, file.id, file.sha256, created_by=actor.user_id)
        attach(session, workspace_id, [bond])
        audit.record(
            session,
            actor,
            workspace_id,
            "attachment.add",
            now=now,
            subject=_subject(debtor_id, receivable_id),
            kind=kind.value,
            filename=file.name,
            sha256=file.sha256,
        )


def remove(actor: Actor, workspace_id: int, attachment_id: int, *, now: datetime) -> Attachment:
    """Take a document out of sight; nothing sends or shows it any more. Raises NotFound."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _found(session, workspace_id, attachment_id)
        if row.hidden_at is None:
            row.hidden_at, row.hidden_by = now, actor.user_id
            _note(session, actor, row, "attachment.remove", now)
    return row


def restore(actor: Actor, workspace_id: int, attachment_id: int, *, now: datetime) -> Attachment:
    """Bring a removed document back. Raises NotFound."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _found(session, workspace_id, attachment_id)
        if row.hidden_at is not None:
            row.hidden_at = row.hidden_by = None
            _note(session, actor, row, "attachment.restore", now)
    return row


def _columns(workspace_id: int, bond: Bond) -> dict[str, object]:
    return {
        "workspace_id": workspace_id,
        "debtor_id": bond.debtor_id,
        "receivable_id": bond.receivable_id,
        "kind": bond.kind.value,
        "file_id": bond.file_id,
        "sha256": bond.sha256,
        "import_id": bond.import_id,
        "created_by": bond.created_by,
    }


def _check(session: Session, workspace_id: int, debtor_id: int, receivable_id: int | None) -> None:
    """That the debtor is there, and that the receivable is the debtor's."""
    if debtors.by_id(session, workspace_id, debtor_id) is None:
        raise NotFound("There is no such debtor")
    if receivable_id is not None:
        row = receivables.by_id(session, workspace_id, receivable_id)
        if row is None or row.debtor_id != debtor_id:
            raise NotFound("There is no such receivable")


def _found(session: Session, workspace_id: int, attachment_id: int) -> Attachment:
    row = stored.by_id(session, workspace_id, attachment_id)
    if row is None:
        raise NotFound("There is no such document")
    return row


def _subject(debtor_id: int, receivable_id: int | None) -> tuple[str, int]:
    return ("receivable", receivable_id) if receivable_id else ("debtor", debtor_id)


def _note(session: Session, actor: Actor, row: Attachment, action: str, now: datetime) -> None:
    audit.record(
        session,
        actor,
        row.workspace_id,
        action,
        now=now,
        subject=_subject(row.debtor_id, row.receivable_id),
        kind=row.kind,
        sha256=row.sha256,
    )
