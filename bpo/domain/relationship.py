"""Staying close: a word without debt in it after a payment, to those with whom all is well."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from bpo.domain import contact, holds
from bpo.domain.agenda import Agenda
from bpo.domain.campaigns import Campaign
from bpo.domain.contact_rules import Rules
from bpo.domain.receipts import Paid
from bpo.domain.steps import AnchorKind, Moment, Step
from bpo.domain.touches import Debtor, Touch

QUIET_DAYS = 90
"""Whoever was greeted hears no greeting for so long, however often they pay."""
_ONLY_CYCLE = 1


def step_of(campaign: Campaign) -> Step | None:
    """The step of a campaign that greets; None while it has none, or it is switched off."""
    greets = (s for s in campaign.steps if s.moment == Moment.RELATIONSHIP and not s.off)
    return next(greets, None)


def plan(
    payments: Iterable[Paid],
    campaign: Campaign,
    rules: Rules,
    place: contact.Place,
    today: date,
    *,
    available: frozenset[str],
    busy: Collection[int] = (),
    ahead: Sequence[Campaign] = (),
) -> list[Touch]:
    """The greetings of a day; `payments` has the newest payment of each debtor.

    Only after payments made while the campaign runs, within the step's grace, and to nobody who
    owes anything overdue, is under a hold, a promise or a dispute, was greeted in the last
    `QUIET_DAYS`, or hears something else today (`busy`). The caps of contact apply: a greeting is
    owed to nobody. Nothing on days that are not business days.
    """
    step = step_of(campaign)
    if step is None or not place.calendar.is_open(today):
        return []
    agenda = Agenda(campaign, rules, place, today, available, ahead=ahead)
    found: list[Touch] = []
    for paid in payments:
        if paid.debtor.id not in busy and _is_timely(paid, step, agenda):
            found += _greeting(paid, step, agenda)
    return found


def all_is_well(debtor: Debtor, today: date) -> bool:
    """Whether nothing stands between a debtor and the company: no pause, nothing overdue."""
    held = any(item.hold is not None for item in debtor.open)
    overdue = any(item.effective_due < today for item in debtor.open)
    return not (held or overdue or holds.standing(debtor.holds, today))


def _is_timely(paid: Paid, step: Step, agenda: Agenda) -> bool:
    if paid.paid_on < agenda.running_since or paid.paid_cents <= 0:
        return False
    offset = step.offset_for(paid.debtor.risk_class)
    day = agenda.following(paid.paid_on + timedelta(days=offset))
    return day <= agenda.today <= agenda.following(day + timedelta(days=step.grace_days))


def _greeting(paid: Paid, step: Step, agenda: Agenda) -> Iterable[Touch]:
    debtor, today = paid.debtor, agenda.today
    if (debtor.risk_class or "") in step.skip_classes or not all_is_well(debtor, today):
        return
    if not agenda.campaign.audience.knows(debtor) or agenda.taken_by(debtor, step.moment):
        return
    if _was_greeted(paid, step, today) or _hears_more(debtor, step, today):
        return
    reach = agenda.reach(step, debtor)
    if not reach.channels:
        return
    slot = agenda.slot(debtor.state, reach.channels)
    if contact.capped(debtor.contacts, slot.day, agenda.rules):
        return
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


def _was_greeted(paid: Paid, step: Step, today: date) -> bool:
    since = today - timedelta(days=QUIET_DAYS)
    return any(
        past.anchor_kind == AnchorKind.GREETING
        and since < past.planned_on
        and not (past.planned_on == today and past.anchor_id == paid.id)
        for past in paid.debtor.past
    )


def _hears_more(debtor: Debtor, step: Step, today: date) -> bool:
    """Whether this campaign has planned something else for the debtor today."""
    return any(past.planned_on == today and past.step_key != step.key for past in debtor.past)
