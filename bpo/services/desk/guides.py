"""Guides for the team and for debtors: those that come with the product, and the company's own."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo import paths
from bpo.db import unit_of_work
from bpo.domain.desk import guides
from bpo.domain.desk.guides import Guide, Reader
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.kernel.text import slug
from bpo.models import Guide as GuideRow
from bpo.models import Workspace
from bpo.queries.desk import guides as stored
from bpo.services.people import audit

_ROOT = paths.TEMPLATES / "guides"


def in_force(session: Session, workspace: Workspace) -> list[Guide]:
    """Every guide of a company in its language, its own in place of the product's, by title."""
    return _merged(workspace.locale, stored.own(session, workspace.id, workspace.locale))


def _merged(locale: str, rows: Sequence[GuideRow]) -> list[Guide]:
    own = {row.key: row for row in rows}
    found = [guide for guide in shipped(locale) if guide.key not in own]
    found += [
        Guide(row.key, Reader(row.reader), row.title, row.body, tuple(row.places), is_own=True)
        for row in own.values()
    ]
    return sorted(found, key=lambda guide: (guide.reader, guide.title))


def beside(session: Session, workspace: Workspace, place: str, reader: Reader) -> list[Guide]:
    """The guides that help at one place."""
    return [
        guide
        for guide in in_force(session, workspace)
        if guide.reader is reader and place in guide.places
    ]


def for_work(
    session: Session, workspaces: Sequence[Workspace]
) -> dict[tuple[int, str], list[Guide]]:
    """The team's guides by company and place, for the lines of many companies: in one query."""
    own: dict[int, list[GuideRow]] = {}
    for row in stored.of_places(session, [place.id for place in workspaces]):
        own.setdefault(row.workspace_id, []).append(row)
    found: dict[tuple[int, str], list[Guide]] = {}
    for workspace in workspaces:
        rows = [row for row in own.get(workspace.id, []) if row.locale == workspace.locale]
        for guide in _merged(workspace.locale, rows):
            if guide.reader is Reader.TEAM:
                for place in guide.places:
                    found.setdefault((workspace.id, place), []).append(guide)
    return found


def find(session: Session, workspace: Workspace, key: str) -> Guide:
    """One guide. Raises NotFound."""
    for guide in in_force(session, workspace):
        if guide.key == key:
            return guide
    raise NotFound("There is no such guide")


@cache
def shipped(locale: str) -> tuple[Guide, ...]:
    """The guides that come with the product, in a language."""
    files = sorted((_ROOT / locale).glob("*.md"))
    return tuple(guides.parse(path.stem, path.read_text("utf-8")) for path in files)


def save(
    actor: Actor,
    workspace: Workspace,
    key: str,
    *,
    reader: Reader,
    title: str,
    body: str,
    places: tuple[str, ...],
    now: datetime,
) -> str:
    """Keep a guide as the company's own; a new one gets its key from its title. Returns the key."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace.id)
    title, body = guides.checked(title, body)
    key = key or slug(title)[:40]
    if not key:
        raise BadInput("Fill in this field", field="title")
    workspace_id, locale = workspace.id, workspace.locale
    values = {
        "reader": reader.value,
        "title": title,
        "body": body,
        "places": sorted(set(places)),
        "updated_at": now,
        "updated_by": actor.user_id,
    }
    with unit_of_work(actor) as session:
        session.execute(
            insert(GuideRow)
            .values(workspace_id=workspace_id, key=key, locale=locale, **values)
            .on_conflict_do_update(index_elements=["workspace_id", "key", "locale"], set_=values)
        )
        audit.record(session, actor, workspace_id, "guide.save", now=now, about=key)
    return key


def drop(actor: Actor, workspace: Workspace, key: str, *, now: datetime) -> None:
    """Take the company's own guide away; the product's of its key shows again."""
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace.id)
    workspace_id, locale = workspace.id, workspace.locale
    with unit_of_work(actor) as session:
        if stored.one(session, workspace_id, key, locale) is None:
            raise NotFound("There is no such guide")
        session.execute(
            delete(GuideRow).where(
                GuideRow.workspace_id == workspace_id,
                GuideRow.key == key,
                GuideRow.locale == locale,
            )
        )
        audit.record(session, actor, workspace_id, "guide.drop", now=now, about=key)
