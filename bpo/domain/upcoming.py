"""Which step comes next to a debtor to whom nothing is said today, and nothing forbids it."""

from collections.abc import Iterator
from datetime import date, timedelta

from bpo.domain.agenda import Agenda
from bpo.domain.reasons import Code, Reason
from bpo.domain.steps import Moment
from bpo.domain.touches import Debtor, Open

_BEFORE = frozenset({Moment.PRE_DUE, Moment.INSTALLMENT})
_SINCE = frozenset({Moment.DUE_DAY, Moment.OVERDUE, Moment.INSTALLMENT})


def reason(debtor: Debtor, agenda: Agenda) -> Reason:
    """The first step that any receivable not late yet waits for, with its day; else COMPLETED.

    The day is that of the step itself: caps and hours may still move the contact.
    """
    early = [item for item in debtor.open if item.effective_due >= agenda.today]
    days = [found for item in early for found in _steps(debtor, item, agenda)]
    ahead = min((found for found in days if found[0] > agenda.today), default=None)
    return Reason(Code.WAITING, ahead[1], ahead[0]) if ahead else Reason(Code.COMPLETED)


def _steps(debtor: Debtor, item: Open, agenda: Agenda) -> Iterator[tuple[date, str]]:
    """The days of the steps about a receivable whose due date has not passed, with their keys."""
    due, risk_class = item.effective_due, debtor.risk_class
    planned = item.agreement is not None and agenda.speaks_of_plans(debtor)
    for step in agenda.steps:
        offset = step.offset_for(risk_class)
        if (step.moment == Moment.INSTALLMENT) != planned or (
            risk_class or ""
        ) in step.skip_classes:
            continue
        if step.moment == Moment.ISSUE and item.issue >= agenda.running_since:
            yield agenda.following(item.issue + timedelta(days=offset)), step.key
        elif step.moment in _BEFORE and offset < 0:
            yield agenda.day_before(due, offset), step.key
        elif step.moment in _SINCE:
            yield agenda.following(due + timedelta(days=offset)), step.key
