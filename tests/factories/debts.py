"""Davi the debtor and others who owe, their invoices, and campaigns that run."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.domain.reminders import steps
from bpo.domain.reminders.regua import THREE_STEPS
from bpo.domain.reminders.steps import Step
from bpo.kernel.text import number_key, searchable
from bpo.models import (
    Campaign,
    CampaignVersion,
    Contact,
    Debtor,
    Entry,
    FreshnessMark,
    Payment,
    Receivable,
    Workspace,
)
from bpo.queries.people import workspaces


def debtor(
    session: Session,
    workspace: Workspace,
    name: str = "Davi Lima",
    *,
    reference: str | None = None,
    email: str | None = "davi@example.org",
    **columns: object,
) -> Debtor:
    """Somebody who owes, reachable by e-mail."""
    key = reference or name
    given = {"kind": "person", "state": "SP"} | columns
    found = Debtor(
        workspace_id=workspace.id,
        reference=key,
        reference_key=number_key(key),
        name=name,
        search_name=searchable(name),
        **given,
    )
    session.add(found)
    session.flush()
    if email:
        session.add(
            Contact(workspace_id=workspace.id, debtor_id=found.id, channel="email", address=email)
        )
    session.commit()
    return found


def receivable(
    session: Session,
    owed_by: Debtor,
    number: str = "1001",
    *,
    due: date,
    cents: int = 100_00,
    issue: date | None = None,
) -> Receivable:
    """An invoice, due on a day."""
    workspace = workspaces.by_id(session, owed_by.workspace_id)
    assert workspace
    day = issue or due - timedelta(days=30)
    policy = workspaces.policy_on(session, workspace.id, date(2999, 1, 1))
    found = Receivable(
        workspace_id=owed_by.workspace_id,
        debtor_id=owed_by.id,
        number=number,
        number_key=number_key(number),
        issue_date=day,
        due_date=due,
        effective_due_date=workspaces.calendar(session, workspace).effective_due(due),
        amount_cents=cents,
        policy_version_id=policy.id if policy else None,
    )
    session.add(found)
    session.commit()
    return found


def paid(session: Session, title: Receivable, cents: int, day: date, interest: int = 0) -> Payment:
    """Money that came in and reduced an invoice; `interest` came besides."""
    payment = Payment(
        workspace_id=title.workspace_id,
        debtor_id=title.debtor_id,
        amount_cents=cents + interest,
        paid_on=day,
        source="test",
    )
    session.add(payment)
    session.flush()
    session.add(
        Entry(
            workspace_id=title.workspace_id,
            receivable_id=title.id,
            payment_id=payment.id,
            kind="payment",
            on_day=day,
            principal_cents=cents,
            interest_cents=interest,
        )
    )
    session.commit()
    session.refresh(title)
    return payment


def fresh(session: Session, workspace: Workspace, until: date, now: datetime) -> None:
    """Payments are known until a day."""
    session.add(
        FreshnessMark(workspace_id=workspace.id, known_until=until, source="test", recorded_at=now)
    )
    session.commit()


def running(
    session: Session,
    workspace: Workspace,
    ladder: tuple[Step, ...] = THREE_STEPS,
    *,
    since: datetime,
    entry: str = "first",
) -> Campaign:
    """The workspace's campaign with these steps, running since an instant."""
    row = session.scalars(select(Campaign).where(Campaign.workspace_id == workspace.id)).first()
    assert row
    row.version += 1
    row.state, row.started_at = "running", since
    session.add(
        CampaignVersion(
            workspace_id=workspace.id,
            campaign_id=row.id,
            version=row.version,
            steps=steps.to_json(ladder),
            options={"entry": entry},
        )
    )
    session.commit()
    return row


def many(session: Session, workspace: Workspace, count: int, *, due: date) -> None:
    """`count` debtors with an e-mail address and one invoice each."""
    for number in range(1, count + 1):
        address = f"cliente{number}@example.org"
        owed_by = debtor(session, workspace, f"Cliente {number}", email=address)
        receivable(session, owed_by, f"F{number}", due=due)
