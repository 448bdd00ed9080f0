"""Keeping the boleto of a receivable: its line is checked before it is shown to anybody."""

from datetime import datetime

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.formats import boleto
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Boleto, Receivable
from bpo.queries.books import boletos, receivables
from bpo.services.people import audit


def keep(
    actor: Actor, workspace_id: int, receivable_id: int, typed: str | None, *, now: datetime
) -> None:
    """Keep the line or bar code of a receivable's boleto; nothing typed takes it away.

    Raises BadInput for one whose check digits fail, or whose amount is another than the title's.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = receivables.by_id(session, workspace_id, receivable_id)
        if row is None:
            raise NotFound("There is no such receivable")
        kept = boletos.of_receivable(session, workspace_id, receivable_id)
        line = _checked(row, typed) if typed else None
        if line == (kept.line if kept else None):
            return
        if kept is not None:
            session.delete(kept)
            session.flush()
        if line is not None:
            session.add(
                Boleto(
                    workspace_id=workspace_id,
                    receivable_id=receivable_id,
                    line=line,
                    created_by=actor.user_id,
                )
            )
        audit.record(
            session,
            actor,
            workspace_id,
            "boleto.keep" if line else "boleto.remove",
            now=now,
            subject=("receivable", receivable_id),
            before=kept.line if kept else None,
            after=line,
        )


def _checked(row: Receivable, typed: str) -> str:
    try:
        read = boleto.parse(typed, row.issue_date)
    except BadInput as refusal:
        raise BadInput(refusal.phrase.template, field="boleto", **refusal.phrase.params) from None
    if not read.is_valid:
        raise BadInput("This boleto does not check: a digit is wrong or missing", field="boleto")
    if read.amount_cents and read.amount_cents != row.amount_cents:
        raise BadInput(
            "This boleto is about {amount_cents}, the receivable about {title_cents}",
            field="boleto",
            amount_cents=read.amount_cents,
            title_cents=row.amount_cents,
        )
    return read.digitable_line
