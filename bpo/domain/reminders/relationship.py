"""Staying close: a word without debt in it after a payment, to those with whom all is well."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from bpo.domain.reminders import contact, holds, receipts
from bpo.domain.reminders.agenda import Agenda, Voice
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.steps import AnchorKind, Moment, Step
from bpo.domain.reminders.touches import Debtor, Touch

QUIET_DAYS = 90
"""Whoever was greeted hears no greeting for so long, however often they pay."""
_ONLY_CYCLE = 1


def step_of(campaign: Campaign) -> Step | None:
    """The step of a campaign that greets; None while it has none, or it is switched off."""
    greets = (s for s in campaign.steps if s.moment == Moment.RELATIONSHIP and not s.off)
    return next(greets, None)


def plan(
    payments: Iterable[Paid],
    voice: Voice,
    today: date,
    *,
    busy: Collection[int] = (),
) -> list[Touch]:
    """The greetings of a day; `payments` has the newest payment of each debtor.

    Only after payments made while the campaign runs, within the step's grace, and to nobody who
    owes anything overdue, is under a hold, a promise or a dispute, was greeted in the last
    `QUIET_DAYS`, or hears something else today (`busy`). The caps of contact apply: a greeting is
    owed to nobody. Nothing on days that are not business days.
    """
    step = step_of(voice.campaign)
    if step is None or not voice.place.calendar.is_open(today):
        return []
    agenda = Agenda(voice, today)
    found: list[Touch] = []
    for paid in payments:
        if paid.debtor.id not in busy and receipts.is_timely(paid, step, agenda):
            found += _greeting(paid, step, agenda)
    return found


def silences(
    payments: Iterable[Paid],
    voice: Voice,
    today: date,
) -> dict[int, list[Reason]]:
    """Why those who paid of late are not greeted today, by debtor; see `plan`.

    Whoever paid before the campaign ran or so long ago that the word's time is over is left out.
    """
    step = step_of(voice.campaign)
    if step is None or not voice.place.calendar.is_open(today):
        return {}
    agenda = Agenda(voice, today)
    found: dict[int, list[Reason]] = {}
    for paid in payments:
        day = receipts.day_of(paid, step, agenda)
        if day is not None and day > today:
            found[paid.debtor.id] = [Reason(Code.WAITING, step.key, day)]
        elif receipts.is_timely(paid, step, agenda):
            found[paid.debtor.id] = _obstacles(paid, step, agenda)
    return {debtor_id: reasons for debtor_id, reasons in found.items() if reasons}


def _obstacles(paid: Paid, step: Step, agenda: Agenda) -> list[Reason]:
    """What stands in the way of a greeting; who it is and what is open before what was said."""
    debtor, today = paid.debtor, agenda.today
    others = receipts.not_theirs(debtor, step, agenda)
    if others:
        return others
    troubles = [reason._replace(step=step.key) for reason in _troubles(debtor, today)]
    return troubles or _said(paid, step, today) or _out_of_reach(debtor, step, agenda)


def _troubles(debtor: Debtor, today: date) -> list[Reason]:
    """What is not well between a debtor and the company."""
    paused = [item.hold for item in debtor.open if item.hold is not None]
    found = [Reason(code) for code in dict.fromkeys(map(holds.code, paused))]
    if any(item.effective_due < today for item in debtor.open):
        found.append(Reason(Code.OVERDUE))
    return [*holds.standing(debtor.holds, today), *found]


def _said(paid: Paid, step: Step, today: date) -> list[Reason]:
    last = _last_greeted(paid, today)
    if last is not None and today - last < timedelta(days=QUIET_DAYS):
        return [Reason(Code.GREETED, step.key, last + timedelta(days=QUIET_DAYS))]
    return [Reason(Code.SPACING, step.key)] if _hears_more(paid.debtor, step, today) else []


def _out_of_reach(debtor: Debtor, step: Step, agenda: Agenda) -> list[Reason]:
    reach = agenda.reach(step, debtor)
    if not reach.channels:
        return list(reach.reasons)
    slot = agenda.slot(debtor.state, reach.channels)
    cap = contact.capped(debtor.contacts, slot.day, agenda.rules)
    return [cap._replace(step=step.key)] if cap else []


def _greeting(paid: Paid, step: Step, agenda: Agenda) -> Iterable[Touch]:
    debtor, today = paid.debtor, agenda.today
    if _obstacles(paid, step, agenda):
        return
    reach = agenda.reach(step, debtor)
    slot = agenda.slot(debtor.state, reach.channels)
    for channel, instant in slot.instants:
        yield Touch(
            debtor.id,
            agenda.campaign.id,
            AnchorKind.GREETING,
            paid.id,
            _ONLY_CYCLE,
            step.key,
            channel,
            step.template,
            today,
            instant,
            (),
            0,
            (*reach.reasons, *slot.moved),
        )


def _last_greeted(paid: Paid, today: date) -> date | None:
    """The day of the last greeting, the one of this payment today left aside."""
    days = [
        past.planned_on
        for past in paid.debtor.past
        if past.anchor_kind == AnchorKind.GREETING
        and not (past.planned_on == today and past.anchor_id == paid.id)
    ]
    return max(days, default=None)


def _hears_more(debtor: Debtor, step: Step, today: date) -> bool:
    """Whether this campaign has planned something else for the debtor today."""
    return any(past.planned_on == today and past.step_key != step.key for past in debtor.past)
