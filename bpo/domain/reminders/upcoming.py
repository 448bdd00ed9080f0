"""Which step comes next to a debtor to whom nothing is said today, and what will keep it silent."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bpo.domain.reminders import holds
from bpo.domain.reminders.agenda import Agenda
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import Moment
from bpo.domain.reminders.touches import Debtor, Open

_BEFORE = frozenset({Moment.PRE_DUE, Moment.INSTALLMENT})
_SINCE = frozenset({Moment.DUE_DAY, Moment.OVERDUE, Moment.INSTALLMENT})


def reason(debtor: Debtor, agenda: Agenda) -> Reason:
    """The first step that any receivable not late yet waits for, with its day; else COMPLETED.

    The day is that of the step itself: caps and hours may still move the contact. Where every
    receivable with steps to come is paused beyond them, the reason is the pause.
    """
    early = [item for item in debtor.open if item.effective_due >= agenda.today]
    days = [
        (*found, item.hold)
        for item in early
        for found in _steps(debtor, item, agenda)
        if found[0] > agenda.today
    ]
    free = [(day, key) for day, key, hold in days if hold is None or not holds.is_active(hold, day)]
    if free:
        day, key = min(free)
        return Reason(Code.WAITING, key, day)
    paused = [hold for *_, hold in days if hold is not None]
    return holds.standing(paused, agenda.today)[0] if paused else Reason(Code.COMPLETED)


def foreseen(debtor: Debtor, reasons: Iterable[Reason], agenda: Agenda) -> list[Reason]:
    """The reasons; a step whose day will find the debtor outside the audience, with another
    campaign or paused gives way to what will keep it silent then."""
    moments = {step.key: step.moment for step in agenda.steps}
    found: dict[Reason, None] = {}
    for reason in reasons:
        moment = moments.get(reason.step)
        stops: list[Reason] = []
        if reason.code == Code.WAITING and reason.on is not None and moment is not None:
            stops = _silent_on(debtor, moment, reason.on, agenda)
        found |= dict.fromkeys([one._replace(step=reason.step) for one in stops] or [reason])
    return list(found)


def _silent_on(debtor: Debtor, moment: Moment, day: date, agenda: Agenda) -> list[Reason]:
    if not agenda.campaign.audience.includes(debtor, day):
        return [Reason(Code.AUDIENCE)]
    other = next((one for one in agenda.ahead if one.takes(debtor, moment, day)), None)
    if other is not None:
        return [Reason(Code.ASSIGNED, by=other.name)]
    return holds.standing(debtor.holds, day, document=moment == Moment.ISSUE)


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
