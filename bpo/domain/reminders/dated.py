"""Steps that hang on a date: new invoices, reminders before the due date and on the day itself."""

from collections.abc import Container, Iterable, Sequence
from datetime import date, timedelta

from bpo.domain.reminders import cadence, holds
from bpo.domain.reminders.agenda import Agenda
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import AnchorKind, Moment, Step
from bpo.domain.reminders.touches import Debtor, Offer, Open, day_number

_ONLY_CYCLE = 1


def offers(
    debtor: Debtor, speaking: Sequence[Open], issued: Sequence[Open], agenda: Agenda
) -> tuple[list[Offer], list[Reason]]:
    """The dated steps of today, one message per date: due today, then new invoices, then due soon.

    `speaking`: receivables whose due date has a step today; `issued`: those whose invoice is sent
    today. A step already taken for a date is not taken again, not even for a later receivable.
    """
    done = {
        (past.anchor_id, past.step_key)
        for past in debtor.past
        if past.anchor_kind == "due_date" and past.planned_on < agenda.today
    }
    found: list[Offer] = []
    reasons: list[Reason] = []
    if agenda.issue_step is not None:
        for issue, items in _by_date((item.issue, item) for item in issued):
            _offer(debtor, agenda.issue_step, issue, items, done, agenda, found, reasons)
    for due, items in _by_date((item.effective_due, item) for item in speaking):
        step = agenda.step_for(due, debtor.risk_class)
        if step is not None:
            _offer(debtor, step, due, items, done, agenda, found, reasons)
    found.sort(key=_not_due_today)
    return found, reasons


def _not_due_today(offer: Offer) -> bool:
    return offer.step.moment != Moment.DUE_DAY


def _by_date(pairs: Iterable[tuple[date, Open]]) -> list[tuple[date, list[Open]]]:
    groups: dict[date, list[Open]] = {}
    for day, item in pairs:
        groups.setdefault(day, []).append(item)
    return sorted(groups.items())


def _offer(
    debtor: Debtor,
    step: Step,
    day: date,
    items: Sequence[Open],
    done: set[tuple[int, str]],
    agenda: Agenda,
    found: list[Offer],
    reasons: list[Reason],
) -> None:
    anchor = day_number(day)
    if (anchor, step.key) in done:
        return
    fresh = _just_sent(debtor, agenda) if step.moment == Moment.PRE_DUE else ()
    stopped = [(item, _obstacle(item, step, fresh, agenda)) for item in items]
    listed = tuple(item for item, code in stopped if code is None)
    reach = agenda.reach(step, debtor)
    if not listed:
        codes = dict.fromkeys(code for _, code in stopped if code)
        reasons.extend(Reason(code, step.key) for code in codes)
    elif not reach.channels:
        reasons.extend(reach.reasons)
    else:
        remarks = (*_late(step.as_for(debtor.risk_class), day, agenda), *reach.reasons)
        kind = AnchorKind.DUE_DATE
        found.append(Offer(kind, anchor, _ONLY_CYCLE, step, reach.channels, listed, remarks))


def _just_sent(debtor: Debtor, agenda: Agenda) -> set[int]:
    """The issue dates whose invoices went out so recently that a reminder would come too soon."""
    if agenda.issue_step is None:
        return set()
    key = agenda.issue_step.key
    return {
        past.anchor_id
        for past in debtor.past
        if past.step_key == key and agenda.quiet_from < past.planned_on < agenda.today
    }


def _obstacle(item: Open, step: Step, fresh: Container[int], agenda: Agenda) -> Code | None:
    """A new invoice is let through by a promise; a recent one only stops reminders before due."""
    code = cadence.obstacle(item, agenda)
    if step.moment == Moment.PRE_DUE:
        return Code.RECENT_ISSUE if code is None and day_number(item.issue) in fresh else code
    passes = {Code.RECENT_ISSUE}
    if step.moment == Moment.ISSUE:
        passes |= holds.LETS_DOCUMENTS_PASS
    return None if code in passes else code


def _late(step: Step, day: date, agenda: Agenda) -> tuple[Reason, ...]:
    if step.moment != Moment.PRE_DUE:
        return ()
    own = day + timedelta(days=step.offset)
    return agenda.moved(step, own, agenda.day_before(day, step.offset))
