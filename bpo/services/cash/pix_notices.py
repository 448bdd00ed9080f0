"""Pix that arrived, as the creditor's bank reports it: each becomes a payment or waits, once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.gateways.pix.notices import Notice
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import NotFound
from bpo.queries.people import workspaces
from bpo.services.cash import bank_lines
from bpo.services.cash.bank_lines import Taken


def take_in(workspace_id: int, notices: Sequence[Notice], *, now: datetime) -> Taken:
    """Store notices that are new and match them; one told again, by its endToEndId, does nothing.

    Raises NotFound for a company that is closed or none.
    """
    actor = actors.system([workspace_id], name="Pix")
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None or not workspace.active:
            raise NotFound("This page does not exist or is not yours to see")
        return taken(session, actor, workspace_id, notices, now=now, zone=workspace.time_zone)


def taken(
    session: Session,
    actor: Actor,
    workspace_id: int,
    notices: Sequence[Notice],
    *,
    now: datetime,
    zone: str,
) -> Taken:
    """The same within the caller's unit. `zone` is the company's."""
    today = clock.local_day(now, zone)
    rows = [
        bank_lines.row_of_pix(
            workspace_id,
            one.end_to_end_id,
            on_day=min(clock.local_day(one.at, zone), today),
            amount_cents=one.cents,
            txid=one.txid,
            memo=one.words,
            payer_name=one.payer_name,
            payer_document=one.payer_document,
        )
        for one in {one.end_to_end_id: one for one in notices}.values()
    ]
    return bank_lines.take_notices(session, actor, workspace_id, rows, today=today, now=now)
