"""Thanks after a payment: one message per debtor for all that has been paid since the last one."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from bpo.domain.reminders import holds
from bpo.domain.reminders.agenda import Agenda, Voice
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import AnchorKind, Moment, Step
from bpo.domain.reminders.touches import Debtor, Touch

_ONLY_CYCLE = 1


class Paid(NamedTuple):
    """A payment not thanked for yet: newer (by id) than the anchor of the debtor's last thanks.

    `debtor` needs no open receivables.
    """

    id: int
    paid_on: date
    paid_cents: int
    debtor: Debtor


def plan(
    payments: Iterable[Paid],
    voice: Voice,
    today: date,
) -> list[Touch]:
    """The thanks of a day, anchored on the newest payment of each debtor.

    Payments come grouped by debtor. Only those made while the campaign runs and within the step's
    grace. A receipt is owed, not a contact that asks for something: no cap applies, and among holds
    a promise or an agreement does not stop it. Nothing on days that are not business days.
    """
    step = _step_of(voice.campaign)
    if step is None or not voice.place.calendar.is_open(today):
        return []
    agenda = Agenda(voice, today)
    touches: list[Touch] = []
    for _, group in groupby(payments, key=lambda paid: paid.debtor.id):
        worth = [paid for paid in group if is_timely(paid, step, agenda)]
        if worth:
            touches += _thanks(worth, step, agenda)
    return touches


def silences(
    payments: Iterable[Paid],
    voice: Voice,
    today: date,
) -> dict[int, list[Reason]]:
    """Why no thanks go out today for payments that are owed some, by debtor; see `plan`."""
    step = _step_of(voice.campaign)
    if step is None or not voice.place.calendar.is_open(today):
        return {}
    agenda = Agenda(voice, today)
    found: dict[int, list[Reason]] = {}
    for debtor_id, group in groupby(payments, key=lambda paid: paid.debtor.id):
        owed = list(group)
        if any(is_timely(paid, step, agenda) for paid in owed):
            found[debtor_id] = _obstacles(owed[0].debtor, step, agenda)
        else:
            found[debtor_id] = _waits(owed, step, agenda)
    return {debtor_id: reasons for debtor_id, reasons in found.items() if reasons}


def _step_of(campaign: Campaign) -> Step | None:
    return next((s for s in campaign.steps if s.moment == Moment.PAYMENT and not s.off), None)


def day_of(paid: Paid, step: Step, agenda: Agenda) -> date | None:
    """The day on which a payment is followed by a word; None for what the campaign did not see."""
    if paid.paid_on < agenda.running_since or paid.paid_cents <= 0:
        return None
    offset = step.offset_for(paid.debtor.risk_class)
    return agenda.following(paid.paid_on + timedelta(days=offset))


def is_timely(paid: Paid, step: Step, agenda: Agenda) -> bool:
    """Whether a word that follows a payment is due today, or late by no more than its grace."""
    day = day_of(paid, step, agenda)
    if day is None:
        return False
    return day <= agenda.today <= agenda.following(day + timedelta(days=step.grace_days))


def not_theirs(debtor: Debtor, step: Step, agenda: Agenda) -> list[Reason]:
    """Why a word that follows a payment is none for this debtor, whatever stands open."""
    if (debtor.risk_class or "") in step.skip_classes:
        return [Reason(Code.LEFT_OUT, step.key)]
    if not agenda.campaign.audience.knows(debtor):
        return [Reason(Code.AUDIENCE, step.key)]
    other = agenda.taken_by(debtor, step.moment)
    return [Reason(Code.ASSIGNED, step.key, by=other.name)] if other is not None else []


def _waits(owed: Iterable[Paid], step: Step, agenda: Agenda) -> list[Reason]:
    days = [day_of(paid, step, agenda) for paid in owed]
    coming = min((day for day in days if day and day > agenda.today), default=None)
    return [Reason(Code.WAITING, step.key, coming)] if coming else []


def _obstacles(debtor: Debtor, step: Step, agenda: Agenda) -> list[Reason]:
    others = not_theirs(debtor, step, agenda)
    if others:
        return others
    standing = holds.standing(debtor.holds, agenda.today, document=True)
    stops = [reason for reason in standing if reason.code != Code.PAYMENT_SEEN]
    reach = agenda.reach(step, debtor)
    return [reason._replace(step=step.key) for reason in stops] or (
        [] if reach.channels else list(reach.reasons)
    )


def _thanks(payments: Sequence[Paid], step: Step, agenda: Agenda) -> Iterable[Touch]:
    debtor = payments[0].debtor
    if _obstacles(debtor, step, agenda):
        return
    reach = agenda.reach(step, debtor)
    slot = agenda.slot(debtor.state, reach.channels)
    for channel, instant in slot.instants:
        yield Touch(
            debtor.id,
            agenda.campaign.id,
            AnchorKind.PAYMENT,
            max(paid.id for paid in payments),
            _ONLY_CYCLE,
            step.key,
            channel,
            step.template,
            agenda.today,
            instant,
            (),
            sum(paid.paid_cents for paid in payments),
            (*reach.reasons, *slot.moved),
        )
