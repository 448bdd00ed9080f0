"""The overdue steps of a debtor: where the debtor stands, and the step that comes next."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bpo.domain.reminders import holds
from bpo.domain.reminders.agenda import Agenda, Ladder, Turn
from bpo.domain.reminders.campaigns import Entry, Reanchor
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import AnchorKind
from bpo.domain.reminders.touches import Debtor, Offer, Open, Past

_ONE_DAY = timedelta(days=1)


class Position(NamedTuple):
    """Where a debtor stands in a cycle: the last step done (-1: none) and when it was completed.

    `in_flight`: that step has not gone out yet. `reentry`: the ladder is joined anew by the age of
    the debt today, because of `RESTART` or because the policy no longer has the steps done.
    """

    cycle: int
    last: int = -1
    completed: date | None = None
    in_flight: bool = False
    reentry: bool = False
    remarks: tuple[Reason, ...] = ()


_BEGINNING = Position(1)


def next_step(
    debtor: Debtor, late: Sequence[Open], due_today: Iterable[Open], agenda: Agenda
) -> tuple[Offer | None, list[Reason]]:
    """The overdue step that speaks today, or why none does.

    `late`: the receivables whose effective due date has passed. The oldest (on a tie the largest)
    carries the steps; the message lists all that is due. The next step is the one after the last
    one done in this cycle; its day is the later of due + offset and the previous step's completion
    + the gap between the two. A step that no channel can reach is passed over with its reasons.
    """
    items = [item for item in late if obstacle(item, agenda) is None]
    if not items:
        codes = dict.fromkeys(obstacle(item, agenda) or Code.HOLD for item in late)
        return None, [Reason(code) for code in codes]
    if len(items) > 1:
        items.sort(key=_age)
    carrier = items[0]
    start = max(carrier.effective_due, carrier.issue)
    if debtor.past or debtor.elsewhere:
        cycle, turn = _turn_of(debtor, late, carrier, start, agenda)
    else:
        cycle, turn = 1, _first_turn(debtor, carrier, start, agenda)
    if turn.step is None:
        return None, list(turn.reasons)
    listed = (*items, *[item for item in due_today if obstacle(item, agenda) is None])
    kind = AnchorKind.DEBTOR
    offer = Offer(kind, debtor.id, cycle, turn.step, turn.channels, listed, turn.remarks)
    return offer, list(turn.reasons)


def obstacle(item: Open, agenda: Agenda) -> Code | None:
    """Why a receivable is left out of reminders; None when it belongs in them."""
    if item.hold is not None and holds.is_active(item.hold, agenda.today):
        return holds.code(item.hold)
    if item.effective_due < agenda.barred_before:
        return Code.TIME_BARRED
    return Code.RECENT_ISSUE if item.issue > agenda.quiet_from else None


def _age(item: Open) -> tuple[date, int, int]:
    return item.effective_due, -item.open_cents, item.id


def _first_turn(debtor: Debtor, carrier: Open, start: date, agenda: Agenda) -> Turn:
    """The turn of a debtor never contacted, the same for all who are alike in what decides it."""
    key = (debtor.risk_class, start, carrier.known_on, debtor.reachable, debtor.opted_out)
    turn = agenda.first_turns.get(key)
    if turn is None:
        turn = _turn(debtor, _BEGINNING, carrier, start, agenda)
        agenda.first_turns[key] = turn
    return turn


def _turn_of(
    debtor: Debtor, late: Sequence[Open], carrier: Open, start: date, agenda: Agenda
) -> tuple[int, Turn]:
    ladder = agenda.ladder(debtor.risk_class)
    position = _position(debtor, late, start, ladder, agenda)
    if position is _BEGINNING:
        return 1, _first_turn(debtor, carrier, start, agenda)
    if position.in_flight:
        waits = Reason(Code.IN_FLIGHT, ladder.steps[position.last].key)
        return position.cycle, Turn(None, (), (), (waits,))
    return position.cycle, _turn(debtor, position, carrier, start, agenda)


def _turn(debtor: Debtor, position: Position, carrier: Open, start: date, agenda: Agenda) -> Turn:
    """The next required step that can reach the debtor, if its day is here; others are passed."""
    ladder = agenda.ladder(debtor.risk_class)
    index, remarks = _next_index(position, carrier, start, ladder, agenda)
    passed: tuple[Reason, ...] = ()
    for candidate in range(index, len(ladder.steps)):
        step = ladder.steps[candidate]
        own = _day_of(candidate, position, start, ladder, agenda)
        day = agenda.following(own)
        if day > agenda.today:
            return Turn(None, (), (), (*passed, Reason(Code.WAITING, step.key, day)))
        reach = agenda.reach(step, debtor)
        if reach.channels:
            missed = agenda.moved(step, own, day)
            return Turn(step, reach.channels, (*remarks, *missed, *reach.reasons), passed)
        passed += reach.reasons
    return Turn(None, (), (), passed or (Reason(Code.COMPLETED),))


def _next_index(
    position: Position, carrier: Open, start: date, ladder: Ladder, agenda: Agenda
) -> tuple[int, tuple[Reason, ...]]:
    """The index of the next required step, and why the ladder is joined there."""
    if position.last >= 0:
        return position.last + 1, position.remarks
    if agenda.campaign.entry == Entry.FIRST and position.completed is None:
        return 0, position.remarks
    learnt = max(agenda.running_since, carrier.known_on or agenda.running_since)
    age = (agenda.today if position.reentry else min(learnt, agenda.today)) - start
    index = 0
    for candidate, offset in enumerate(ladder.offsets):
        if offset <= age.days and ladder.steps[candidate].opens:
            index = candidate
    entered = (Reason(Code.ENTERED, ladder.steps[index].key, start),) if index else ()
    return index, (*position.remarks, *entered)


def _day_of(index: int, position: Position, start: date, ladder: Ladder, agenda: Agenda) -> date:
    day = start + timedelta(days=ladder.offsets[index])
    if position.completed is None:
        return day
    done = ladder.offsets[position.last] if position.last >= 0 else ladder.offsets[index] - 1
    spaced = position.completed + timedelta(days=ladder.offsets[index] - done)
    if agenda.campaign.reanchor == Reanchor.RETIME and _reanchored(position, start, ladder):
        return spaced
    return max(day, spaced)


def _position(
    debtor: Debtor, late: Sequence[Open], start: date, ladder: Ladder, agenda: Agenda
) -> Position:
    rows = [p for p in debtor.past if p.anchor_kind == "debtor" and p.planned_on < agenda.today]
    if not rows:
        return _joined(debtor.elsewhere, start)
    cycle = max(row.cycle for row in rows)
    rows = [row for row in rows if row.cycle == cycle]
    since = max(row.completed_on or row.planned_on for row in rows)
    if _was_clear(late, debtor.settled, since, agenda.today):
        return Position(cycle + 1, remarks=(Reason(Code.NEW_CYCLE, "", since),))
    position = _within(cycle, rows, ladder)
    if position.in_flight or not _reanchored(position, start, ladder):
        return position
    remark = (Reason(Code.REANCHORED, "", position.completed),)
    if agenda.campaign.reanchor == Reanchor.RESTART:
        return Position(cycle + 1, reentry=True, remarks=remark)
    return position._replace(remarks=remark)


def _joined(elsewhere: date | None, start: date) -> Position:
    """A debt that another campaign has spoken about is not told again that it has just fallen due:
    the ladder is joined by its age."""
    if elsewhere is None or start >= elsewhere:
        return _BEGINNING
    remark = Reason(Code.MOVED, "", elsewhere)
    return Position(1, completed=elsewhere, reentry=True, remarks=(remark,))


def _within(cycle: int, rows: Sequence[Past], ladder: Ladder) -> Position:
    """The furthest step of a cycle; steps that the policy no longer has only mark their day."""
    last = max(ladder.positions.get(row.step_key, -1) for row in rows)
    completed = [row.completed_on for row in rows if row.completed_on]
    here = [row for row in rows if ladder.positions.get(row.step_key, -1) == last]
    in_flight = last >= 0 and not any(row.completed_on for row in here)
    return Position(cycle, last, max(completed, default=None), in_flight, reentry=last < 0)


def _reanchored(position: Position, start: date, ladder: Ladder) -> bool:
    """Whether the last step done could not yet have been due for the present carrier."""
    if position.last < 0 or position.completed is None:
        return False
    return start + timedelta(days=ladder.offsets[position.last]) > position.completed


def _was_clear(
    late: Sequence[Open], settled: Iterable[tuple[date, date]], since: date, today: date
) -> bool:
    """Whether the debtor ended a day from `since` to yesterday with nothing overdue."""
    first_late = min(item.effective_due for item in late)
    if first_late < since:
        return False
    spans = sorted((due + _ONE_DAY, on - _ONE_DAY) for due, on in settled if on > since)
    covered = since - _ONE_DAY
    for begins, ends in spans:
        if begins <= covered + _ONE_DAY and ends > covered:
            covered = ends
    return first_late > covered and covered < today - _ONE_DAY
