"""A debtor's story told day by day: what is planned, what is sent, what is paid, what is missed."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from bpo.domain.reminders import planning
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign
from bpo.domain.reminders.contact import Place
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.touches import Debtor, Open, Past, Plan, Touch
from bpo.kernel import clock
from bpo.kernel.calendar import Calendar

ALL = frozenset({"email", "sms", "whatsapp"})
EVERY_DAY = Place(Calendar("none"))
BRAZIL = Place(Calendar("br"))


def day(text: str) -> date:
    return date.fromisoformat(text)


def invoice(id: int, due: str, cents: int = 10_000, issue: str | None = None, **more) -> Open:
    """An open receivable, due on a business day unless the story says otherwise."""
    issued = day(issue) if issue else day(due) - timedelta(days=60)
    effective = more.pop("effective_due", BRAZIL.calendar.effective_due(day(due)))
    return Open(id, issued, day(due), effective, cents, **more)


@dataclass
class Story:
    """One debtor of one campaign; `run` plans a day and, unless told not to, sends the plan."""

    campaign: Campaign = field(default_factory=lambda: Campaign(7, DEFAULT_REGUA, date(2026, 1, 1)))
    rules: Rules = field(default_factory=Rules)
    place: Place = BRAZIL
    available: frozenset[str] = ALL
    ahead: tuple[Campaign, ...] = ()
    reachable: frozenset[str] = ALL
    opted_out: frozenset[str] = frozenset()
    state: str | None = "SP"
    risk_class: str | None = None
    consumer: bool = False
    open: list[Open] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    past: list[Past] = field(default_factory=list)
    others: list[date] = field(default_factory=list)
    settled: list[tuple[date, date]] = field(default_factory=list)
    keys: set = field(default_factory=set)
    sent: list[Touch] = field(default_factory=list)

    def debtor(self, today: date) -> Debtor:
        own = {(p.planned_on, p.step_key) for p in self.past if p.planned_on < today}
        contacts = [d for d, key in own if "task" not in key and key not in ("d+15", "d+60")]
        return Debtor(
            1,
            tuple(self.open),
            self.state,
            self.risk_class,
            self.consumer,
            self.reachable,
            self.opted_out,
            tuple(self.holds),
            tuple(self.past),
            (*contacts, *self.others),
            tuple(self.settled),
        )

    @property
    def voice(self) -> Voice:
        return Voice(self.campaign, self.rules, self.place, self.available, self.ahead)

    def plan(self, today: date | str, **options) -> Plan:
        today = day(today) if isinstance(today, str) else today
        options = {"known_until": today} | options
        return planning.plan([self.debtor(today)], self.voice, today, **options)

    def run(self, today: date | str, *, send: bool = True) -> list[str]:
        """Plan and send one day; gives `step:channel` of what is new."""
        today = day(today) if isinstance(today, str) else today
        new = [touch for touch in self.plan(today).touches if touch.key not in self.keys]
        self.keys |= {touch.key for touch in new}
        self.sent += new
        done = today if send else None
        for t in new:
            self.past.append(Past(t.step_key, t.anchor_kind, t.anchor_id, t.cycle, today, done))
        return [f"{touch.step_key}:{touch.channel}" for touch in new]

    def live(self, first: str, last: str, *, missing: tuple[str, ...] = ()) -> dict[str, list[str]]:
        """Every day from first to last but the missing ones; the days on which something left."""
        log, today, off = {}, day(first), {day(text) for text in missing}
        while today <= day(last):
            said = [] if today in off else self.run(today)
            if said:
                log[today.isoformat()] = said
            today += timedelta(days=1)
        return log

    def why(self, today: str, **options) -> list[str]:
        """The codes of the reasons for silence."""
        skips = self.plan(today, **options).skips
        return [str(code) for skip in skips for code in skip.codes]

    def pay(self, id: int, on: str) -> None:
        """Settle a receivable in full."""
        paid = next(item for item in self.open if item.id == id)
        self.open.remove(paid)
        if paid.effective_due < day(on):
            self.settled.append((paid.effective_due, day(on)))


def local(touch: Touch) -> str:
    """The wall time of a touch in Brasília."""
    return clock.local_time(touch.scheduled_at, BRAZIL.zone).strftime("%Y-%m-%dT%H:%M")
