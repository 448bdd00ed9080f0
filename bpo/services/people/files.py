"""Stored files: bytes kept in the database, so that any worker on any host can read them."""

from collections.abc import Mapping
from hashlib import sha256

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.kernel.errors import NotFound
from bpo.models import StoredFile

_CONTENT = "SELECT content FROM stored_files WHERE workspace_id = %s AND id = %s"


def put(
    session: Session, workspace_id: int, name: str, media_type: str, content: bytes
) -> StoredFile:
    """Keep a file of a workspace, in the transaction that refers to it.

    The session lets go of what is returned: large contents need not stay in memory with it.
    """
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
    session.expunge(file)
    return file


def put_all(
    session: Session, workspace_id: int, contents: Mapping[str, tuple[str, str, bytes]]
) -> dict[str, int]:
    """Keep several files at once, given by fingerprint as name, media type and content.

    Returns the id of each by its fingerprint.
    """
    rows = [
        {
            "workspace_id": workspace_id,
            "name": name,
            "media_type": media_type,
            "sha256": sha256,
            "size": len(content),
            "content": content,
        }
        for sha256, (name, media_type, content) in contents.items()
    ]
    if not rows:
        return {}
    statement = insert(StoredFile).returning(StoredFile.sha256, StoredFile.id)
    found = session.execute(statement, rows).all()
    return {row.sha256: row.id for row in found}


def read(session: Session, workspace_id: int, file_id: int) -> bytes:
    """The bytes of a file. Raises NotFound."""
    with driver(session).cursor(binary=True) as cursor:
        found = cursor.execute(_CONTENT, (workspace_id, file_id)).fetchone()
    if found is None:
        raise NotFound("There is no such file")
    return bytes(found[0])


def fingerprint(content: bytes) -> str:
    """What tells whether two files are the same: the SHA-256 of their bytes, in hexadecimal."""
    return sha256(content).hexdigest()
