"""What waits for a person: contacts in every state, tasks, promises, disputes, notes."""

from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from bpo.models import (
    Debtor,
    Dispute,
    Message,
    Promise,
    Receivable,
    Task,
    Touch,
    TouchReceivable,
)

TASK_OF_STATE = {
    "uncertain": "send_uncertain",
    "refused": "address_refused",
    "failed": "send_failed",
    "sent": "call",
}


def touch(
    session: Session,
    title: Receivable,
    state: str = "uncertain",
    *,
    day: date,
    step: str = "d+5",
    channel: str = "email",
    message: bool = False,
    **columns: object,
) -> Touch:
    """A contact about one invoice, in some state, planned on a day."""
    instant = datetime.combine(day, time(12), UTC)
    given: dict[str, object] = {"attempts": 5 if state == "failed" else 1}
    if state in ("sent", "refused", "uncertain", "failed", "cancelled"):
        given["settled_at"] = instant
    if message:
        given["answer"] = "550 mailbox unavailable"
    found = Touch(
        workspace_id=title.workspace_id,
        debtor_id=title.debtor_id,
        anchor_kind="request",
        anchor_id=title.id,
        cycle=1,
        step_key=step,
        channel=channel,
        planned_on=day,
        scheduled_at=instant,
        total_cents=title.amount_cents,
        state=state,
        **(given | columns),
    )
    session.add(found)
    session.flush()
    session.add(
        TouchReceivable(
            workspace_id=title.workspace_id,
            touch_id=found.id,
            receivable_id=title.id,
            open_cents=title.amount_cents,
        )
    )
    if message:
        session.add(
            Message(
                workspace_id=title.workspace_id,
                touch_id=found.id,
                recipient="davi@example.org",
                subject="Fatura",
                template="something_wrong@pt_BR",
                body=b"",
                rendered_at=instant,
            )
        )
    session.commit()
    return found


def task(session: Session, about: Touch, kind: str | None = None, *, due: date) -> Task:
    """Work that a contact left to a person."""
    found = Task(
        workspace_id=about.workspace_id,
        kind=kind or TASK_OF_STATE[about.state],
        debtor_id=about.debtor_id,
        touch_id=about.id,
        due_on=due,
    )
    session.add(found)
    session.commit()
    return found


def act(session: Session, about: Debtor, kind: str, due: date, **detail: object) -> Task:
    """Work with a debtor that hangs on no contact."""
    found = Task(
        workspace_id=about.workspace_id,
        kind=kind,
        debtor_id=about.id,
        due_on=due,
        detail=detail,
    )
    session.add(found)
    session.commit()
    return found


def promise(
    session: Session, by: Debtor, cents: int, day: date, state: str = "active", **columns: object
) -> Promise:
    """A promise to pay for a day."""
    given = {"made_on": day} | columns
    found = Promise(
        workspace_id=by.workspace_id,
        debtor_id=by.id,
        amount_cents=cents,
        promised_for=day,
        state=state,
        **given,
    )
    session.add(found)
    session.commit()
    return found


def dispute(session: Session, title: Receivable, day: date, reason: str = "amount") -> Dispute:
    """An invoice that its debtor disagrees with."""
    found = Dispute(
        workspace_id=title.workspace_id,
        debtor_id=title.debtor_id,
        receivable_id=title.id,
        reason=reason,
        opened_on=day,
    )
    session.add(found)
    session.commit()
    return found
