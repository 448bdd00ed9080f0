"""What one day of a campaign has in common for all debtors, worked out once and looked up after."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bpo.domain.reminders import contact, steps
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import BY_PERSON, Channel, Moment, Step
from bpo.domain.reminders.touches import Debtor
from bpo.kernel import clock


class Ladder(NamedTuple):
    """The overdue steps of one class of payers, in order, with their offsets in days."""

    steps: tuple[Step, ...]
    offsets: tuple[int, ...]
    positions: Mapping[str, int]


class Reach(NamedTuple):
    """The channels by which a step can reach a debtor, and why not by others."""

    channels: tuple[Channel, ...]
    reasons: tuple[Reason, ...]


class Turn(NamedTuple):
    """The overdue step whose turn it is (None: none today), with remarks and reasons."""

    step: Step | None
    channels: tuple[Channel, ...]
    remarks: tuple[Reason, ...]
    reasons: tuple[Reason, ...]


class Slot(NamedTuple):
    """When each channel of a step goes out; all on one local `day`."""

    day: date
    instants: tuple[tuple[Channel, datetime], ...]
    moved: tuple[Reason, ...]


class Voice(NamedTuple):
    """A campaign as it speaks: under which rules, where, by which channels, behind which others.

    `available`: channels set up in the workspace; a channel that is not is never replaced unless
    the step names another. `ahead`: campaigns that speak before this one: a debtor belongs, for
    each moment (new invoice, before due, due day, overdue, instalment), to the first campaign with
    such a step and the debtor in its audience, and the others keep silent.
    """

    campaign: Campaign
    rules: Rules
    place: contact.Place
    available: frozenset[str]
    ahead: Sequence[Campaign] = ()


class Agenda:
    """A voice on one day: ladders by class, dated steps by date, slots by state."""

    def __init__(self, voice: Voice, today: date, earliest: datetime | None = None) -> None:
        self.campaign, self.rules, self.place, self.available, self.ahead = voice
        self.today, self.earliest = today, earliest
        campaign, rules, ahead = voice.campaign, voice.rules, voice.ahead
        self.running_since = min(campaign.running_since or today, today)
        self.barred_before = contact.barred_before(today, rules.limitation_years)
        self.quiet_from = today - timedelta(days=rules.quiet_after_issue_days)
        self.steps = tuple(step for step in campaign.steps if not step.off)
        self.issue_step = next((s for s in self.steps if s.moment == Moment.ISSUE), None)
        self.plan_steps = tuple(
            sorted(
                (step for step in self.steps if step.moment == Moment.INSTALLMENT),
                key=lambda step: step.offset,
            )
        )
        plans_elsewhere = any(s.moment == Moment.INSTALLMENT for a in ahead for s in a.steps)
        self.knows_plans = bool(self.plan_steps) or plans_elsewhere
        audience = campaign.audience
        self.is_choosy = not audience.is_everybody or audience.minimum_cents or campaign.holdout_pct
        self.work_steps = frozenset(
            step.key for step in campaign.steps if BY_PERSON.issuperset(step.channels)
        )
        self.first_turns: dict[tuple[object, ...], Turn] = {}
        self._ladders: dict[str | None, Ladder] = {}
        self._dated: dict[str | None, dict[date, Step | None]] = {}
        self._issue: dict[tuple[date, str | None], bool] = {}
        self._following: dict[date, date] = {}
        self._reach: dict[tuple[str, frozenset[str], frozenset[str]], Reach] = {}
        self._slots: dict[tuple[str | None, tuple[Channel, ...]], Slot] = {}

    def taken_by(self, debtor: Debtor, moment: Moment) -> Campaign | None:
        """The campaign ahead of this one whose it is to speak to a debtor at a moment."""
        return next((one for one in self.ahead if one.takes(debtor, moment, self.today)), None)

    def speaks_of_plans(self, debtor: Debtor) -> bool:
        """Whether an agreement's instalments have a cadence of their own, here or in a campaign
        ahead; where no campaign has such steps they are reminded of as anything else."""
        if not self.knows_plans:
            return False
        return bool(self.plan_steps) or self.taken_by(debtor, Moment.INSTALLMENT) is not None

    def ladder(self, risk_class: str | None) -> Ladder:
        """The overdue steps for a class."""
        found = self._ladders.get(risk_class)
        if found is None:
            ladder = steps.overdue(self.campaign.steps, risk_class)
            offsets = tuple(step.offset_for(risk_class) for step in ladder)
            positions = {step.key: position for position, step in enumerate(ladder)}
            found = self._ladders[risk_class] = Ladder(ladder, offsets, positions)
        return found

    def following(self, day: date) -> date:
        """The business day on which something falling on `day` happens."""
        found = self._following.get(day)
        if found is None:
            found = self._following[day] = self.place.calendar.following(day)
        return found

    def moved(self, step: Step, own: date, day: date) -> tuple[Reason, ...]:
        """Why a step speaks today and not on its own day: that was closed, so that it moved to
        `day`; or `day` went by while the campaign ran."""
        if self.running_since < day < self.today:
            return (Reason(Code.CAUGHT_UP, step.key, day),)
        shifted = day == self.today != own and self.running_since < own
        return (Reason(Code.SHIFTED, step.key, own),) if shifted else ()

    def dated(self, risk_class: str | None) -> dict[date, Step | None]:
        """Effective due date to its step of today, filled by `step_for` as dates come up."""
        return self._dated.setdefault(risk_class, {})

    def step_for(self, effective_due: date, risk_class: str | None) -> Step | None:
        """The pre-due or due-day step that speaks today about a date that has not passed.

        A step keeps its turn until the next one's day: a D-5 missed on its day is sent once until
        D-2 when D-1 is next. The day itself belongs to the due-day step alone.
        """
        known = self.dated(risk_class)
        known[effective_due] = step = self._step_for(effective_due, risk_class)
        return step

    def _step_for(self, effective_due: date, risk_class: str | None) -> Step | None:
        on_day = effective_due == self.today
        moment = Moment.DUE_DAY if on_day else Moment.PRE_DUE
        mine = [
            (step.offset_for(risk_class), step)
            for step in self.steps
            if step.moment == moment and (risk_class or "") not in step.skip_classes
        ]
        come = [
            (offset, position)
            for position, (offset, _) in enumerate(mine)
            if on_day or self.day_before(effective_due, offset) <= self.today
        ]
        return mine[max(come)[1]][1] if come else None

    def day_before(self, effective_due: date, offset: int) -> date:
        """The day of a pre-due step: moved to the previous business day when closed."""
        return self.place.calendar.preceding(effective_due + timedelta(days=offset))

    def issues(self, issue: date, risk_class: str | None) -> bool:
        """Whether invoices issued on `issue` are sent today to a class of payers.

        Only those issued while the campaign runs, until the step's grace is over.
        """
        found = self._issue.get((issue, risk_class))
        if found is None:
            found = self._issue[issue, risk_class] = self._issues(issue, risk_class)
        return found

    def _issues(self, issue: date, risk_class: str | None) -> bool:
        step = self.issue_step
        if step is None or issue < self.running_since or (risk_class or "") in step.skip_classes:
            return False
        day = self.following(issue + timedelta(days=step.offset_for(risk_class)))
        last = self.following(day + timedelta(days=step.grace_days))
        return day <= self.today <= last

    def reach(self, step: Step, debtor: Debtor) -> Reach:
        """By which channels a step can reach a debtor today."""
        key = (step.key, debtor.reachable, debtor.opted_out)
        found = self._reach.get(key)
        if found is None:
            found = self._reach[key] = self._reach_of(step, debtor)
        return found

    def _reach_of(self, step: Step, debtor: Debtor) -> Reach:
        usable, reasons = self._sorted_out(step, step.channels, debtor)
        if not usable and step.otherwise:
            usable, more = self._sorted_out(step, step.otherwise, debtor)
            reasons += [Reason(Code.OTHERWISE, step.key)] if usable else more
        return Reach(tuple(usable), tuple(reasons))

    def _sorted_out(
        self, step: Step, channels: Iterable[Channel], debtor: Debtor
    ) -> tuple[list[Channel], list[Reason]]:
        usable, reasons = [], []
        for channel in channels:
            code = self._obstacle(channel, debtor)
            if code is None:
                usable.append(channel)
            else:
                reasons.append(Reason(code, step.key))
        return usable, reasons

    def _obstacle(self, channel: Channel, debtor: Debtor) -> Code | None:
        if channel == Channel.TASK:
            return None
        if channel not in self.available:
            return Code.CHANNEL_UNAVAILABLE
        if channel in debtor.opted_out:
            return Code.OPT_OUT
        if channel in BY_PERSON or channel in debtor.reachable:
            return None
        return Code.NO_CONTACT

    def slot(self, state: str | None, channels: tuple[Channel, ...]) -> Slot:
        """When a contact on these channels goes out to a debtor of a state (UF)."""
        found = self._slots.get((state, channels))
        if found is None:
            found = self._slots[state, channels] = self._slot(state, channels)
        return found

    def _slot(self, state: str | None, channels: tuple[Channel, ...]) -> Slot:
        zone = self.place.zone_of(state)
        day = self.today
        while True:
            instants = [self._instant(channel, state, day) for channel in channels]
            last = max((clock.local_day(instant, zone) for instant in instants), default=day)
            if last == day:
                break
            day = last
        moved = () if day == self.today else (Reason(Code.OUTSIDE_HOURS, "", day),)
        return Slot(day, tuple(zip(channels, instants, strict=True)), moved)

    def _instant(self, channel: Channel, state: str | None, day: date) -> datetime:
        zone = self.place.zone_of(state)
        window = self.rules.window
        opens = clock.instant(day, (window.on(day) or window.weekdays).opens, zone)
        if channel in BY_PERSON:
            return opens
        start = max(opens, self.earliest) if self.earliest and day == self.today else opens
        return contact.opening(self.rules, channel, state, self.place, start)
