"""Reminders of an agreement's instalments: each by its own due date, apart from the old debt's."""

from collections.abc import Sequence
from datetime import timedelta

from bpo.domain.reminders import cadence
from bpo.domain.reminders.agenda import Agenda, Turn
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import AnchorKind, Step
from bpo.domain.reminders.touches import Debtor, Offer, Open, Past

_ONLY_CYCLE = 1
_NOTHING = Turn(None, (), (), ())


def offers(
    debtor: Debtor, items: Sequence[Open], agenda: Agenda
) -> tuple[list[Offer], list[Reason]]:
    """The steps of today, one message per instalment, the longest due first.

    Before the due date a step keeps its turn until the next one's day, and the day itself belongs
    to its own step. After it none is skipped: the next step comes at the later of due + offset and
    the previous step's completion + the gap between the two.
    """
    found: list[Offer] = []
    reasons: list[Reason] = []
    for item in sorted(items, key=lambda one: (one.effective_due, one.id)):
        code = cadence.obstacle(item, agenda)
        turn = _turn(debtor, item, agenda) if code is None else _silent(code)
        reasons += turn.reasons
        if turn.step is None:
            continue
        reach = agenda.reach(turn.step, debtor)
        if reach.channels:
            remarks = (*turn.remarks, *reach.reasons)
            kind = AnchorKind.INSTALLMENT
            found.append(
                Offer(kind, item.id, _ONLY_CYCLE, turn.step, reach.channels, (item,), remarks)
            )
        else:
            reasons += reach.reasons
    return found, reasons


def _silent(code: Code) -> Turn:
    return Turn(None, (), (), (Reason(code),))


def _turn(debtor: Debtor, item: Open, agenda: Agenda) -> Turn:
    past = [
        one
        for one in debtor.past
        if one.anchor_kind == AnchorKind.INSTALLMENT.value
        and one.anchor_id == item.id
        and one.planned_on < agenda.today
    ]
    mine = sorted(
        (
            step.as_for(debtor.risk_class)
            for step in agenda.plan_steps
            if (debtor.risk_class or "") not in step.skip_classes
        ),
        key=lambda step: step.offset,
    )
    if item.effective_due < agenda.today:
        late = [step for step in mine if step.offset > 0]
        return _late(item, late, past, agenda)
    return _coming(item, [step for step in mine if step.offset <= 0], past, agenda)


def _coming(item: Open, steps: Sequence[Step], past: Sequence[Past], agenda: Agenda) -> Turn:
    on_day = item.effective_due == agenda.today
    come = [
        step
        for step in steps
        if (step.offset == 0) is on_day
        and (on_day or agenda.day_before(item.effective_due, step.offset) <= agenda.today)
    ]
    if come and come[-1].key not in {one.step_key for one in past}:
        return Turn(come[-1], (), (), ())
    ahead = [step for step in steps if step not in come]
    if not ahead or on_day:
        return _NOTHING
    day = agenda.day_before(item.effective_due, ahead[0].offset)
    return Turn(None, (), (), (Reason(Code.WAITING, ahead[0].key, day),))


def _late(item: Open, ladder: Sequence[Step], past: Sequence[Past], agenda: Agenda) -> Turn:
    keys = [step.key for step in ladder]
    done = [one for one in past if one.step_key in keys]
    last = max((keys.index(one.step_key) for one in done), default=-1)
    if last + 1 >= len(ladder):
        return _silent(Code.COMPLETED)
    step = ladder[last + 1]
    day = item.effective_due + timedelta(days=step.offset)
    if last >= 0:
        completed = [one.completed_on for one in done if one.completed_on]
        if not completed:
            return Turn(None, (), (), (Reason(Code.IN_FLIGHT, ladder[last].key),))
        day = max(day, max(completed) + timedelta(days=step.offset - ladder[last].offset))
    own, day = day, agenda.following(day)
    if day > agenda.today:
        return Turn(None, (), (), (Reason(Code.WAITING, step.key, day),))
    return Turn(step, (), agenda.moved(step, own, day), ())
