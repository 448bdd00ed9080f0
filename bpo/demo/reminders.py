"""The reminders of the past: every morning decided by the real engine from what was known then."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

from bpo.demo import answers
from bpo.demo.diary import Diary, Made, Run, Silence
from bpo.demo.ledger import Book, Debtor, Payment, Title
from bpo.domain.desk import promises
from bpo.domain.reminders import contact, planning, receipts, touches
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.deliveries import Cancelled, State
from bpo.domain.reminders.holds import Hold, HoldReason
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.steps import BY_PERSON
from bpo.domain.reminders.touches import Open, Past
from bpo.kernel import clock
from bpo.queries.reminders.book import CHANNEL_OF_CONTACT, CONTACT_MEMORY_DAYS

CHANNELS = frozenset({"email", "task", "letter"})
"""What the demonstration has set up; text messages are not."""

_PLANNED_AT = time(8, 30)
_SECONDS_EACH = 0.43
_THANKED_DAYS = 15


class Mornings:
    """The campaign of a book, run morning by morning."""

    def __init__(self, book: Book, campaign_id: int, caller: answers.Caller) -> None:
        assert book.started
        self.since = book.started
        self.book, self.caller, self.diary = book, caller, Diary()
        campaign = Campaign(campaign_id, DEFAULT_REGUA, running_since=book.started)
        place = contact.Place(book.calendar, book.zone)
        self.voice = Voice(campaign, Rules(), place, CHANNELS)
        self.fates = answers.Fates(book)
        self._by_id = {debtor.id: debtor for debtor in book.debtors}
        self._titles: dict[int, list[Title]] = defaultdict(list)
        self._settled_on = {title.id: title.settled_on for title in book.titles}
        self._disputed = {dispute.title.id: dispute for dispute in book.disputes}
        self._title: dict[int, Title] = {title.id: title for title in book.titles}
        self._past: dict[int, list[Past]] = defaultdict(list)
        self._contacts: dict[int, list[date]] = defaultdict(list)
        self._paid: dict[date, list[Payment]] = defaultdict(list)
        self._thanked: dict[int, int] = defaultdict(int)
        self._made: dict[tuple[object, ...], Made] = {}
        self._index()

    def _index(self) -> None:
        for title in self.book.titles:
            if (self._settled_on[title.id] or date.max) >= self.since:
                self._titles[title.debtor.id].append(title)
        for payment in self.book.payments:
            if payment.cents > 0 and not payment.undone:
                self._paid[payment.paid_on].append(payment)

    def run(self) -> Diary:
        """Every business day from the start to yesterday."""
        day = self.since
        while day < self.book.today:
            self._morning(day)
            day = self.book.calendar.add_business_days(day, 1)
        self.caller.follow_ups(self.diary)
        return self.diary

    def _morning(self, day: date) -> None:
        self.caller.morning(day, self.diary)
        known = [self._seen(debtor, day) for debtor in self.book.debtors]
        speaking = (debtor for debtor in known if debtor.open)
        plan = planning.plan(speaking, self.voice, day)
        thanks = receipts.plan(self._unthanked(known, day), self.voice, day)
        made = [*plan.touches, *thanks]
        for number, touch in enumerate(made):
            self._make(touch, day, number)
        for skip in plan.skips:
            debtor, codes = self._by_id[skip.debtor_id], [code.value for code in skip.codes]
            self.diary.silences.append(Silence(debtor, day, codes, skip.next_on))
        at = clock.instant(day, _PLANNED_AT, self.book.zone)
        self.diary.runs.append(Run(day, at, len(made), len(plan.skips)))

    def _make(self, touch: touches.Touch, day: date, number: int) -> None:
        debtor = self._by_id[touch.debtor_id]
        titles = [self._title[item.id] for item in touch.receivables]
        at = touch.scheduled_at + timedelta(seconds=20 + number * _SECONDS_EACH)
        made = Made(touch, debtor, titles, State.SENT, at)
        self._note(made)
        if self._is_paid(made, day):
            made.state, made.reason, made.attempts = State.CANCELLED, Cancelled.PAID.value, 0
            return
        if touch.channel in BY_PERSON:
            made.attempts = 0
            self.caller.hand_over(made, day, self.diary)
        else:
            made.address = next(c for c in debtor.contacts if _takes(c.channel, c.open_on(day)))
            self.fates.decide(made, day, self.diary)
            self._contacts[debtor.id].append(day)
        self._remember(made, day)

    def _note(self, made: Made) -> None:
        """A contact planned again takes the place of the one that was cancelled."""
        before = self._made.get(made.touch.key)
        if before is not None:
            self.diary.made.remove(before)
        self._made[made.touch.key] = made
        self.diary.made.append(made)

    def _is_paid(self, made: Made, day: date) -> bool:
        """Whether somebody wrote down, between planning and sending, that all was paid."""
        noted = any(p.by_hand and p.debtor is made.debtor for p in self._paid.get(day, ()))
        return (
            noted and bool(made.titles) and all(self._settled_on[t.id] == day for t in made.titles)
        )

    def _remember(self, made: Made, day: date) -> None:
        touch = made.touch
        past = Past(touch.step_key, touch.anchor_kind, touch.anchor_id, touch.cycle, day, day)
        self._past[touch.debtor_id].append(past)
        if not touch.receivables:
            self._thanked[touch.debtor_id] = touch.anchor_id

    def _unthanked(self, known: Iterable[touches.Debtor], day: date) -> list[Paid]:
        facts = {debtor.id: debtor for debtor in known}
        days = [day - timedelta(days=ago) for ago in range(_THANKED_DAYS, 0, -1)]
        found = [
            Paid(payment.id, payment.paid_on, payment.cents, facts[payment.debtor.id])
            for paid_on in days
            for payment in self._paid.get(paid_on, ())
            if payment.id > self._thanked[payment.debtor.id]
        ]
        return sorted(found, key=lambda paid: (paid.debtor.id, paid.id))

    def _seen(self, debtor: Debtor, day: date) -> touches.Debtor:
        """A debtor as the program saw them in the morning."""
        channels = {CHANNEL_OF_CONTACT[c] for c in debtor.channels(day)}
        silent = {
            CHANNEL_OF_CONTACT[c.channel]
            for c in debtor.contacts
            if c.silent_since is not None and c.silent_since < day
        }
        past = self._past.get(debtor.id, [])
        return touches.Debtor(
            debtor.id,
            [self._open(title, day) for title in self._standing(debtor, day)],
            debtor.state,
            debtor.risk_class,
            debtor.consumer,
            frozenset(channels),
            frozenset(silent - channels),
            self._holds(debtor, day),
            past,
            self._lately(debtor, day),
            self._settled(debtor, past, day),
        )

    def _standing(self, debtor: Debtor, day: date) -> Iterator[Title]:
        """Titles known and open when a day begins."""
        for title in self._titles[debtor.id]:
            stands = day <= (self._settled_on[title.id] or date.max)
            if stands and title.issue <= day and title.known_on <= day:
                yield title

    def _open(self, title: Title, day: date) -> Open:
        known_on = title.known_on if title.issue < title.known_on else None
        dispute = self._disputed.get(title.id)
        held = dispute and dispute.opened_on < day <= (dispute.closed_on or date.max)
        hold = Hold(HoldReason.DISPUTE) if held else None
        balance = title.open_before(day)
        return Open(title.id, title.issue, title.due, title.effective, balance, hold, known_on)

    def _holds(self, debtor: Debtor, day: date) -> tuple[Hold, ...]:
        own = [
            Hold(pause.reason, pause.starts_on, pause.until)
            for pause in self.book.pauses
            if pause.debtor is debtor and pause.starts_on < day
        ]
        for promise in self.book.promises:
            runs = promise.settled_on is None or promise.settled_on > day
            if promise.debtor is debtor and promise.made_on < day and runs:
                made = promises.Promise(promise.cents, promise.made_on, promise.promised_for)
                pause = promises.hold(made, self.book.calendar)
                own += [pause] if pause else []
        return tuple(own)

    def _lately(self, debtor: Debtor, day: date) -> list[date]:
        since = day - timedelta(days=CONTACT_MEMORY_DAYS)
        talks = [note.on for note in self.book.notes if note.debtor is debtor]
        return [on for on in (*self._contacts[debtor.id], *talks) if since <= on < day]

    def _settled(self, debtor: Debtor, past: list[Past], day: date) -> list[tuple[date, date]]:
        spoken = [p.planned_on for p in past if p.anchor_kind == "debtor"]
        if not spoken:
            return []
        last = max(spoken)
        settled = [(t.effective, self._settled_on[t.id]) for t in self._titles[debtor.id]]
        return [(due, on) for due, on in settled if on and due < on and last <= on < day]


def _takes(channel: str, open_: bool) -> bool:
    return channel == "email" and open_
