"""Davi in trouble: an overdue invoice, a history that allows a plan, and agreements over it."""

from datetime import date, timedelta

from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import Receivable
from bpo.queries.deals import agreements as stored
from bpo.services.cash import payments
from bpo.services.deals import agreement_choices, agreement_judging, agreements
from tests.factories import debts
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)


def later(days):
    """The same hour, days after the story begins."""
    return NOW + timedelta(days=days)


def davi(session, workspace, **columns):
    """Six invoices paid on their days, one of R$ 1.000 overdue for forty days."""
    found = debts.debtor(session, workspace, reference="D-1", **columns)
    for ago in range(6):
        due = date(2026, 4 + ago, 15)
        title = debts.receivable(session, found, f"P{ago}", due=due, cents=300_00)
        debts.paid(session, title, 300_00, title.effective_due_date)
    debts.receivable(session, found, "1001", due=date(2026, 10, 14), cents=1_000_00)
    return found


def himself(debtor):
    """The debtor at the page."""
    return actors.debtor(debtor.workspace_id, debtor.id, name=debtor.name, address="203.0.113.9")


def choices(session, workspace, debtor, day=TODAY, monthly=None, actor=None):
    """What can be agreed to on a day."""
    who = actor or himself(debtor)
    with acting_as(who):
        return agreement_choices.of(session, who, workspace, debtor, day, monthly)


def plan(session, workspace, debtor, day=TODAY):
    """The choice with the most instalments among those of a day."""
    found = choices(session, workspace, debtor, day).choices
    return max(found, key=lambda one: len(one.terms.installments))


def agree(session, workspace, debtor, *, now=NOW, key="k1", choice=None, actor=None):
    """Accept a plan on the debtor's page."""
    day = clock.local_day(now, workspace.time_zone)
    chosen = choice or plan(session, workspace, debtor, day)
    return agreements.accept(
        actor or himself(debtor),
        workspace.id,
        debtor.id,
        chosen.fingerprint,
        key=key,
        now=now,
        evidence=agreements.Evidence(user_agent="Mozilla/5.0 (Android 15)"),
    ).agreement


def parts(session, agreement):
    """The instalments as they stand."""
    session.expire_all()
    return stored.installments(session, agreement.workspace_id, [agreement.id])


def pay(session, actor, agreement, position, *, now):
    """Pay one instalment to the centavo, late charges included."""
    row = parts(session, agreement)[position - 1]
    return payments.record(
        actor,
        agreement.workspace_id,
        agreement.debtor_id,
        row.amount_cents - row.settled_cents,
        now.date(),
        receivable_ids=[row.id],
        now=now,
    )


def judge(workspace, now):
    """Let the clock look at the agreements of a workspace."""
    program = actors.system([workspace.id], name="clock")
    return agreement_judging.judge(program, workspace.id, now.date(), now=now)


def original(session, debtor, number="1001"):
    """An original receivable, fresh."""
    query = select(Receivable).where(
        Receivable.workspace_id == debtor.workspace_id,
        Receivable.debtor_id == debtor.id,
        Receivable.number == number,
    )
    return session.scalars(query.execution_options(populate_existing=True)).one()
