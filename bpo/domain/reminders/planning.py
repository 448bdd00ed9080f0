"""The reminder engine: who is contacted on a day, about what, when and why, and who is not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from bpo.domain.reminders import agreement_steps, cadence, contact, dated, holds, upcoming
from bpo.domain.reminders.agenda import Agenda, Voice
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.reasons import HELD, ORDINARY, Code, Reason
from bpo.domain.reminders.steps import BY_PERSON, AnchorKind, Channel, Moment, Step
from bpo.domain.reminders.touches import Debtor, Offer, Open, Plan, Skip, Touch
from bpo.kernel.text import Phrase

HORIZON_DAYS = 180


class NextContact(NamedTuple):
    """When the program would next contact a debtor if nothing changed, and why not before.

    `because`: of today or, when today is closed, of the next business day. `on` is None when it
    would not within `HORIZON_DAYS`. `step` is that of the campaign that speaks.
    """

    on: date | None
    step_key: str
    channels: tuple[Channel, ...]
    because: tuple[Reason, ...]
    step: Step | None = None


def plan(
    debtors: Iterable[Debtor],
    voice: Voice,
    today: date,
    *,
    known_until: date | None = None,
    earliest: datetime | None = None,
    explain: bool = False,
) -> Plan:
    """What a voice says on `today` to each debtor, and why it keeps silent where it does.

    The same facts always give the same touches, in the order of the debtors. A step already planned
    today is found again, so a repeat adds nothing to what a unique key holds. At most the day's cap
    of contacts: overdue before due today before due soon before new invoices. On a day that is not
    a business day nothing is planned: steps move to the next one (pre-due: to the previous one).

    `known_until`: the day through which payments are known; when too old there is a warning, as the
    gate stops sending, not planning. `earliest`: no touch is scheduled before this instant (UTC).
    `explain`: debtors whose silence is ordinary get a skip too.
    """
    agenda = Agenda(voice, today, earliest)
    warnings = _warnings(agenda, known_until)
    if not voice.place.calendar.is_open(today):
        return Plan([], _closed(debtors, agenda) if explain else [], warnings)
    touches: list[Touch] = []
    skips: list[Skip] = []
    for debtor in debtors:
        _plan_debtor(debtor, agenda, touches, skips, explain)
    return Plan(touches, skips, warnings)


def next_contact(debtor: Debtor, voice: Voice, today: date) -> NextContact:
    """The day of the next contact and what stands in its way today: the plan run forward."""
    return next_contacts([debtor], voice, today)[debtor.id]


def next_contacts(debtors: Iterable[Debtor], voice: Voice, today: date) -> dict[int, NextContact]:
    """As `next_contact`, for several debtors, by id: each day is planned once for all of them."""
    waiting = {debtor.id: debtor for debtor in debtors}
    because: dict[int, tuple[Reason, ...]] = {}
    found: dict[int, NextContact] = {}
    known = {step.key: step for step in voice.campaign.steps}
    first_open = voice.place.calendar.following(today)
    for distance in range(HORIZON_DAYS):
        day = today + timedelta(days=distance)
        made = plan(waiting.values(), voice, day, explain=day <= first_open)
        if not distance:
            because = {skip.debtor_id: skip.reasons for skip in made.skips}
            waiting = {number: one for number, one in waiting.items() if one.open}
        for debtor_id, touches in _by_debtor(made.touches).items():
            waiting.pop(debtor_id, None)
            found[debtor_id] = _first(touches, day, today, because.get(debtor_id, ()), known)
        if distance and day == first_open:
            because |= {s.debtor_id: s.reasons for s in made.skips if s.debtor_id in waiting}
        if not waiting:
            break
    return {number: NextContact(None, "", (), why) for number, why in because.items()} | found


def _first(
    touches: Sequence[Touch],
    day: date,
    today: date,
    because: tuple[Reason, ...],
    known: Mapping[str, Step],
) -> NextContact:
    first = touches[0]
    waits = (Reason(Code.WAITING, first.step_key, day),) if day > today else ()
    channels = tuple(touch.channel for touch in touches)
    why = because or waits or first.reasons
    return NextContact(day, first.step_key, channels, why, known.get(first.step_key))


def _by_debtor(touches: Iterable[Touch]) -> dict[int, list[Touch]]:
    found: dict[int, list[Touch]] = {}
    for touch in touches:
        found.setdefault(touch.debtor_id, []).append(touch)
    return found


def _warnings(agenda: Agenda, known_until: date | None) -> list[Phrase]:
    place, today = agenda.place, agenda.today
    warnings = []
    if not place.calendar.is_open(today):
        following = place.calendar.following(today)
        warnings.append(
            Phrase(
                "{today} is not a business day: steps move to {following}",
                today=today,
                following=following,
            )
        )
    if known_until is None:
        warnings.append(Phrase("No payment data yet: nothing is sent until some is imported"))
    elif not contact.is_fresh(known_until, today, agenda.rules, place.calendar):
        warnings.append(
            Phrase(
                "Payments are known until {known_until} only: nothing is sent until newer data"
                " is imported",
                known_until=known_until,
            )
        )
    return warnings


def _closed(debtors: Iterable[Debtor], agenda: Agenda) -> list[Skip]:
    following = agenda.place.calendar.following(agenda.today)
    reasons = (Reason(Code.CLOSED_DAY, "", following),)
    return [Skip(debtor.id, reasons, following) for debtor in debtors]


def _plan_debtor(
    debtor: Debtor, agenda: Agenda, touches: list[Touch], skips: list[Skip], explain: bool
) -> None:
    offers, reasons = _offers(debtor, agenda)
    if offers and agenda.ahead:
        offers, assigned = _own(debtor, offers, agenda)
        reasons += assigned
    if offers and (agenda.is_choosy or debtor.holds):
        offers, stopped = _allowed(debtor, offers, agenda)
        reasons += stopped
    if offers:
        before = len(touches)
        reasons += _spoken(debtor, offers, agenda, touches)
        if len(touches) > before:
            return
    if explain and all(reason.code == Code.COMPLETED for reason in reasons):
        coming = upcoming.reason(debtor, agenda)
        reasons = [coming] if coming.code != Code.COMPLETED or not reasons else reasons
    if explain and (debtor.holds or agenda.ahead or agenda.is_choosy):
        reasons = upcoming.foreseen(debtor, reasons, agenda)
    if reasons and (explain or not ORDINARY.issuperset([reason.code for reason in reasons])):
        skips.append(left_in_peace(debtor.id, reasons))


def left_in_peace(debtor_id: int, reasons: Iterable[Reason]) -> Skip:
    """A silence with the next chance: the first day that a reason points to, or the day after a
    pause ends."""
    reasons = tuple(reasons)
    days = [
        reason.on + timedelta(days=1) if reason.code in HELD else reason.on
        for reason in reasons
        if reason.on is not None
    ]
    return Skip(debtor_id, reasons, min(days, default=None))


def _offers(debtor: Debtor, agenda: Agenda) -> tuple[list[Offer], list[Reason]]:
    """The steps whose time has come, most urgent first, and why others keep silent."""
    today, risk_class = agenda.today, debtor.risk_class
    known, issues = agenda.dated(risk_class), agenda.issue_step is not None
    late: list[Open] = []
    speaking: list[Open] = []
    issued: list[Open] = []
    agreed: list[Open] = []
    for item in debtor.open:
        if item.agreement is not None and agenda.speaks_of_plans(debtor):
            agreed.append(item)
            continue
        due = item.effective_due
        if due < today:
            late.append(item)
            continue
        if (known[due] if due in known else agenda.step_for(due, risk_class)) is not None:
            speaking.append(item)
        if issues and agenda.issues(item.issue, risk_class):
            issued.append(item)
    offers: list[Offer] = []
    reasons: list[Reason] = []
    if agreed:
        offers, reasons = agreement_steps.offers(debtor, agreed, agenda)
    if late:
        due_today = [item for item in speaking if item.effective_due == today]
        offer, silent = cadence.next_step(debtor, late, due_today, agenda)
        reasons += silent
        if offer:
            offers.append(offer)
    if speaking or issued:
        more, silent = dated.offers(debtor, speaking, issued, agenda)
        offers += more
        reasons += silent
    if not debtor.open:
        reasons.append(Reason(Code.NOTHING_DUE))
    return offers, reasons


def _own(debtor: Debtor, offers: list[Offer], agenda: Agenda) -> tuple[list[Offer], list[Reason]]:
    """The offers that no campaign ahead has taken."""
    free, reasons = [], []
    for offer in offers:
        other = agenda.taken_by(debtor, offer.step.moment)
        if other is None:
            free.append(offer)
        else:
            reasons.append(Reason(Code.ASSIGNED, offer.step.key, by=other.name))
    return free, reasons


def _allowed(
    debtor: Debtor, offers: list[Offer], agenda: Agenda
) -> tuple[list[Offer], list[Reason]]:
    """The offers left by audience, hold-out, holds and the smallest amount."""
    campaign = agenda.campaign
    audience = campaign.audience
    if not audience.is_everybody and not audience.includes(debtor, agenda.today):
        return [], [Reason(Code.AUDIENCE)]
    reasons: list[Reason] = []
    if debtor.holds:
        offers, reasons = _not_held(debtor, offers, agenda)
    if campaign.holdout_pct and is_held_out(campaign, debtor.id):
        stays = [offer for offer in offers if offer.kind != AnchorKind.DEBTOR]
        reasons += [Reason(Code.HOLDOUT)] * (len(stays) < len(offers))
        offers = stays
    if audience.minimum_cents:
        worth = [offer for offer in offers if _total(offer.items) >= audience.minimum_cents]
        reasons += [Reason(Code.BELOW_MINIMUM)] * (len(worth) < len(offers))
        offers = worth
    return offers, reasons


def is_held_out(campaign: Campaign, debtor_id: int) -> bool:
    """Whether a debtor is among those left without overdue messages, always the same ones."""
    return crc32(f"{campaign.id}:{debtor_id}".encode()) % 100 < campaign.holdout_pct


def _not_held(
    debtor: Debtor, offers: list[Offer], agenda: Agenda
) -> tuple[list[Offer], list[Reason]]:
    free, reasons = [], []
    for offer in offers:
        document = offer.step.moment == Moment.ISSUE
        standing = holds.standing(debtor.holds, agenda.today, document=document)
        if standing:
            reasons += [reason._replace(step=offer.step.key) for reason in standing]
        else:
            free.append(offer)
    return free, reasons


def _spoken(
    debtor: Debtor, offers: Sequence[Offer], agenda: Agenda, touches: list[Touch]
) -> list[Reason]:
    """Turn offers into touches as the caps allow; the reasons are those of the rest."""
    if len(offers) == 1 and not debtor.contacts and not debtor.past:
        _append(debtor, offers[0], agenda, touches)
        return []
    own = _planned_today(debtor, agenda)
    reasons: list[Reason] = []
    taken = sum(key[3] not in agenda.work_steps for key in own)
    covered: set[int] = set()
    for offer in offers:
        if covered.issuperset([item.id for item in offer.items]):
            reasons.append(Reason(Code.COVERED, offer.step.key))
            continue
        if not BY_PERSON.issuperset(offer.channels):
            again = (offer.kind, offer.anchor_id, offer.cycle, offer.step.key) in own
            cap = None if again else _cap(debtor, offer, taken, agenda)
            if cap:
                reasons.append(cap)
                continue
            taken += not again
            covered.update([item.id for item in offer.items])
        _append(debtor, offer, agenda, touches)
    return reasons


def _planned_today(debtor: Debtor, agenda: Agenda) -> set[tuple[str, int, int, str]]:
    return {
        (past.anchor_kind, past.anchor_id, past.cycle, past.step_key)
        for past in debtor.past
        if past.planned_on == agenda.today
    }


def _cap(debtor: Debtor, offer: Offer, taken: int, agenda: Agenda) -> Reason | None:
    if not taken and not debtor.contacts:
        return None
    day = agenda.slot(debtor.state, offer.channels).day
    cap = contact.capped((*debtor.contacts, *[day] * taken), day, agenda.rules)
    return cap._replace(step=offer.step.key) if cap else None


def _append(debtor: Debtor, offer: Offer, agenda: Agenda, touches: list[Touch]) -> None:
    slot = agenda.slot(debtor.state, offer.channels)
    items, step, campaign_id = offer.items, offer.step, agenda.campaign.id
    total = items[0].open_cents if len(items) == 1 else _total(items)
    remarks = (*offer.remarks, *slot.moved) if slot.moved else offer.remarks
    for channel, instant in slot.instants:
        touches.append(
            Touch(
                debtor.id,
                campaign_id,
                offer.kind,
                offer.anchor_id,
                offer.cycle,
                step.key,
                channel,
                step.template,
                agenda.today,
                instant,
                items,
                total,
                remarks,
            )
        )


def _total(items: Iterable[Open]) -> int:
    return sum([item.open_cents for item in items])
