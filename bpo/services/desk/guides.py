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
from bpo.domain.writing import sightings
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.kernel.text import slug
from bpo.models import Guide as GuideRow
from bpo.models import Workspace
from bpo.queries.desk import guides as stored
from bpo.queries.people import workspaces
from bpo.services.people import audit

_ROOT = paths.TEMPLATES / "guides"


def in_force(session: Session, workspace: Workspace) -> list[Guide]:
    """Every guide of a company in its language, its own in place of the product's, by title."""
    return _merged(workspace.locale, stored.own(session, workspace.id, workspace.locale))


def _merged(locale: str, rows: Sequence[GuideRow]) -> list[Guide]:
    own = {row.key: row for row in rows}
    found = [guide for guide in shipped(locale) if guide.key not in own]
    found += [_own(row) for row in own.values()]
    return sorted(found, key=lambda guide: (guide.reader, guide.title))


def _own(row: GuideRow) -> Guide:
    return Guide(row.key, Reader(row.reader), row.title, row.body, tuple(row.places), is_own=True)


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
    found = of_key(session, workspace.id, workspace.locale, key)
    if found is None:
        raise NotFound("There is no such guide")
    return found


def of_key(session: Session, workspace_id: int, locale: str, key: str) -> Guide | None:
    """The guide in force under a key; None where there is none."""
    row = stored.one(session, workspace_id, key, locale)
    if row is not None:
        return _own(row)
    return next((guide for guide in shipped(locale) if guide.key == key), None)


def sighting(guide: Guide) -> str:
    """The name of a guide as it is, which a form brings back (`sightings`)."""
    return sightings.of_content([guide.reader, guide.title, guide.body, sorted(guide.places)])


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
    seen: str | None = None,
) -> str:
    """Keep a guide as the company's own; a new one gets its key from its title. Returns the key.

    What is there already in these words is left as it is. Raises Conflict when it is no longer what
    was `seen`, by its name, and for a new one whose title another has.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace.id)
    title, body = guides.checked(title, body)
    is_new, key = not key, key or slug(title)[:40]
    if not key:
        raise BadInput("Fill in this field", field="title")
    workspace_id, locale = workspace.id, workspace.locale
    wished = Guide(key, reader, title, body, tuple(sorted(set(places))))
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        there = of_key(session, workspace_id, locale, key)
        if there and sighting(there) == sighting(wished):
            return key
        if there and is_new:
            raise Conflict("There is a guide with this title already", field="title")
        sightings.require(sighting(there) if there else "", seen)
        _write(session, actor, workspace_id, locale, wished, now)
        audit.record(session, actor, workspace_id, "guide.save", now=now, about=key)
    return key


def _write(
    session: Session, actor: Actor, workspace_id: int, locale: str, wished: Guide, now: datetime
) -> None:
    values = {
        "reader": wished.reader.value,
        "title": wished.title,
        "body": wished.body,
        "places": list(wished.places),
        "updated_at": now,
        "updated_by": actor.user_id,
    }
    session.execute(
        insert(GuideRow)
        .values(workspace_id=workspace_id, key=wished.key, locale=locale, **values)
        .on_conflict_do_update(index_elements=["workspace_id", "key", "locale"], set_=values)
    )


def drop(
    actor: Actor, workspace: Workspace, key: str, *, now: datetime, seen: str | None = None
) -> None:
    """Take the company's own guide away; the product's of its key shows again.

    Raises Conflict when it is no longer what was `seen`, by its name.
    """
    access.require(actor, Permission.EDIT_CAMPAIGN, workspace.id)
    workspace_id, locale = workspace.id, workspace.locale
    with unit_of_work(actor) as session:
        workspaces.locked(session, workspace_id)
        row = stored.one(session, workspace_id, key, locale)
        if row is None:
            raise NotFound("There is no such guide")
        if seen and seen != sighting(_own(row)):
            raise Conflict("Somebody has changed this guide since you looked: read it first")
        session.execute(
            delete(GuideRow).where(
                GuideRow.workspace_id == workspace_id,
                GuideRow.key == key,
                GuideRow.locale == locale,
            )
        )
        audit.record(session, actor, workspace_id, "guide.drop", now=now, about=key)
