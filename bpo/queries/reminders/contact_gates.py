"""The contact rules and the calendars of several client companies at once."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.domain.reminders import contact_rules
from bpo.domain.reminders.contact_rules import Rules
from bpo.kernel.calendar import Calendar
from bpo.models import ContactRules, LocalHoliday, Workspace


def rules(session: Session, places: Sequence[Workspace]) -> dict[int, tuple[Rules, Calendar]]:
    """The contact rules and the calendar of each client company, in two queries."""
    ids = [place.id for place in places]
    own, closed = _rules(session, ids), _local_holidays(session, ids)
    return {
        place.id: (
            own.get(place.id, Rules()),
            Calendar(place.calendar, place.year_end_closed, closed.get(place.id, frozenset())),
        )
        for place in places
    }


def _rules(session: Session, ids: list[int]) -> dict[int, Rules]:
    rows = session.scalars(select(ContactRules).where(ContactRules.workspace_id.in_(ids)))
    return {row.workspace_id: contact_rules.from_json(row.rules) for row in rows}


def _local_holidays(session: Session, ids: list[int]) -> dict[int, frozenset[date]]:
    found: dict[int, set[date]] = {}
    query = select(LocalHoliday.workspace_id, LocalHoliday.day)
    for place, day in session.execute(query.where(LocalHoliday.workspace_id.in_(ids))):
        found.setdefault(place, set()).add(day)
    return {place: frozenset(days) for place, days in found.items()}
