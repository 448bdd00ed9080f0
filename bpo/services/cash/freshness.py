"""Saying through which day the payments of a client company are known."""

from datetime import date, datetime

from sqlalchemy import insert

from bpo.db import after_commit, unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import FreshnessMark
from bpo.queries.people import workspaces
from bpo.services.people import audit

BY_PERSON = "person"


def confirm(
    actor: Actor, workspace_id: int, known_until: date, *, now: datetime, queue: Queue
) -> date:
    """A person says that every payment through a day is recorded; what waited for it may go.

    Returns the day. Raises BadInput for a day that has not come.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None:
            raise NotFound("There is no such workspace")
        if known_until > clock.local_day(now, workspace.time_zone):
            raise BadInput("Payments of a day to come cannot be known", field="known_until")
        session.execute(
            insert(FreshnessMark).values(
                workspace_id=workspace_id,
                known_until=known_until,
                source=BY_PERSON,
                recorded_at=now,
                recorded_by=actor.user_id,
            )
        )
        audit.record(
            session,
            actor,
            workspace_id,
            "payments.confirm",
            now=now,
            known_until=known_until.isoformat(),
        )
        after_commit(session, lambda: queue.put(Job.SEND_DELIVERIES, workspace_id))
    return known_until
