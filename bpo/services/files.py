"""Stored files: bytes kept in the database, so that any worker on any host can read them."""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.kernel.errors import NotFound
from bpo.models import StoredFile


def put(
    session: Session, workspace_id: int, name: str, media_type: str, content: bytes
) -> StoredFile:
    """Keep a file of a workspace, in the transaction that refers to it."""
    file = StoredFile(
        workspace_id=workspace_id,
        name=name,
        media_type=media_type,
        sha256=fingerprint(content),
        size=len(content),
        content=content,
    )
    session.add(file)
    session.flush()
    return file


def read(session: Session, workspace_id: int, file_id: int) -> bytes:
    """The bytes of a file. Raises NotFound."""
    content = session.scalar(
        select(StoredFile.content).where(
            StoredFile.workspace_id == workspace_id, StoredFile.id == file_id
        )
    )
    if content is None:
        raise NotFound("There is no such file")
    return content


def fingerprint(content: bytes) -> str:
    """What tells whether two files are the same: the SHA-256 of their bytes, in hexadecimal."""
    return sha256(content).hexdigest()
