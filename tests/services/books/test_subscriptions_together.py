"""Two clocks ring for recurring charges at the same instant, with real commits."""

import threading
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from bpo.db import acting_as, db
from bpo.domain.books.subscriptions import Every, Price, Terms
from bpo.kernel import actor as actors
from bpo.models import AuditEntry, Receivable, SubscriptionPeriod
from bpo.queries.people import workspaces
from bpo.services.books import subscription_issuing, subscriptions
from tests.factories import debts, people

TODAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
BEGAN = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)
CLOCKS, SUBSCRIPTIONS = 4, 5


def test_what_several_clocks_issue_at_once_is_issued_once(fresh_app):
    with fresh_app.app_context():
        place = people.workspace().id
        program = actors.system([place], name="clock")
        first = date(2026, 9, 30)
        terms = Terms(Every.MONTHLY, first, first, (Price(first, 100_00),))
        with acting_as(program):
            workspace = workspaces.by_id(db.session(), place)
            for number in range(SUBSCRIPTIONS):
                debtor = debts.debtor(db.session(), workspace, reference=f"C{number}")
                subscriptions.begin(program, place, debtor.id, "Mensalidade", terms, now=BEGAN)
            db.session.remove()
            issued = _at_once(fresh_app, program, place)
            session = db.session()
            count = session.scalar(select(func.count()).select_from(SubscriptionPeriod))
            assert count == SUBSCRIPTIONS * 3
            assert sum(issued) == count
            assert session.scalar(select(func.count()).select_from(Receivable)) == count
            told = session.scalars(
                select(AuditEntry.detail).where(AuditEntry.action == "subscription.issue")
            ).all()
            assert sum(one["count"] for one in told) == count


def _at_once(app, program, place):
    """How many receivables each clock says that it has issued."""
    start, issued, errors = threading.Barrier(CLOCKS), [], []

    def ring():
        with app.app_context():
            try:
                start.wait(10)
                done = subscription_issuing.issue(program, place, TODAY, now=NOON)
                issued.append(len(done))
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=ring) for _ in range(CLOCKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors, errors
    return issued
