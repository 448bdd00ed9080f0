"""The invented books: true to their own rules on whatever day they are made."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from bpo.demo import making, paying
from bpo.demo.companies import COMPANIES
from bpo.demo.diary import Diary
from bpo.demo.habits import Habit
from bpo.demo.ledger import Book
from bpo.demo.scenes import OVERPAID_CENTS
from bpo.domain.books.receivables import EntryKind
from bpo.domain.desk.disputes import State as DisputeState
from bpo.domain.desk.promises import State as PromiseState
from bpo.domain.intake import rows_records
from bpo.domain.people import workspaces
from bpo.domain.reminders import contact
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.deliveries import State
from bpo.kernel import clock, documents

DAYS = ("2026-11-23", "2026-12-26", "2027-01-01", "2027-02-28", "2027-03-31", "2028-02-29")
"""A Monday after a holiday, a Saturday, a holiday, ends of months, a leap day."""


def books(day: str = DAYS[0]) -> tuple[Book, ...]:
    return _books(day)


def diaries(day: str = DAYS[0]) -> tuple[Diary, ...]:
    return _diaries(day)


@cache
def _books(day: str) -> tuple[Book, ...]:
    now = datetime.fromisoformat(f"{day}T13:00").replace(tzinfo=UTC)
    found = tuple(making.book(company, now) for company in COMPANIES)
    for book in found:
        _number(book)
    return found


@cache
def _diaries(day: str) -> tuple[Diary, ...]:
    return tuple(making.diary(book, 1) for book in books(day))


def _number(book: Book) -> None:
    """What the database does: numbers in order."""
    for group in (book.files, book.debtors, book.titles, book.payments):
        for number, item in enumerate(group, start=1):
            item.id = number


on_any_day = pytest.mark.parametrize("day", DAYS)


def test_six_trades_with_papers_in_order():
    assert len({company.profile.trade for company in COMPANIES}) == 6
    assert len({company.profile.colour for company in COMPANIES}) == 6
    assert {company.profile.state for company in COMPANIES} >= {"SP", "RJ", "PE", "AM"}
    for company in COMPANIES:
        checked = workspaces.checked(company.profile)
        assert checked.cnpj == company.profile.cnpj
        assert checked.pix_key == company.profile.pix_key
    assert any(not company.profile.cnpj.isdecimal() for company in COMPANIES)


@on_any_day
def test_about_five_thousand_receivables_over_eighteen_months(day):
    titles = [title for book in books(day) for title in book.titles]
    assert 4_500 <= len(titles) <= 5_500
    today = books(day)[0].today
    assert max(title.issue for title in titles) <= today
    assert 500 < (today - min(title.issue for title in titles)).days < 560
    assert any(title.due > today for title in titles)


@on_any_day
def test_every_habit_is_there_and_shows(day):
    found = Counter(debtor.habit for book in books(day) for debtor in book.debtors)
    assert set(found) == set(Habit)
    for book in books(day):
        stopped = [t for t in book.overdue(150, 700) if t.debtor.habit is Habit.STOPPED]
        assert stopped or book.company.slug == "sorriso-do-parque"
        new = [t for t in book.titles if t.debtor.habit is Habit.NEW]
        assert all((book.today - title.issue).days <= 45 for title in new)


@on_any_day
def test_figures_look_like_those_of_real_companies(day):
    shares = []
    for book in books(day):
        owed = sum(title.open_cents for title in book.titles)
        late = sum(title.open_cents for title in book.overdue(1, 999))
        since = book.today - timedelta(days=90)
        sold = sum(title.cents for title in book.titles if title.issue > since)
        assert 20 <= owed / sold * 90 <= 75, book.company.slug
        shares.append(late / owed)
    assert all(0.05 <= share <= 0.45 for share in shares)
    assert sum(share <= 0.28 for share in shares) >= 4


def test_papers_and_addresses_are_valid_and_nobodys():
    for book in books():
        assert len({debtor.document for debtor in book.debtors}) == len(book.debtors)
        assert len({debtor.reference for debtor in book.debtors}) == len(book.debtors)
        for debtor in book.debtors:
            assert documents.is_valid(debtor.document)
            addresses = [c.address for c in debtor.contacts if c.channel == "email"]
            assert all(address.endswith(".example") for address in addresses)
            assert len({(c.channel, c.address) for c in debtor.contacts}) == len(debtor.contacts)


@on_any_day
def test_no_title_is_paid_before_it_was_issued_or_beyond_its_amount(day):
    for book in books(day):
        for title in book.titles:
            assert title.issue <= title.due <= title.effective
            assert title.effective == book.calendar.effective_due(title.due)
            assert 0 <= title.open_cents <= title.cents
            days = [entry.on for entry in title.entries]
            assert all(title.issue < day <= book.today for day in days)
            assert all(book.calendar.is_open(day) for day in days)


def test_payments_add_up_but_for_the_credit():
    for book in books():
        over = Counter(p.cents - sum(paying.money(e) for _, e in p.lines) for p in book.payments)
        assert set(over) <= {0, OVERPAID_CENTS}
        assert over[OVERPAID_CENTS] == 1
        assert [p.paid_on for p in book.payments] == sorted(p.paid_on for p in book.payments)


def test_the_story_has_every_scene():
    everything = books()
    diaries()
    kinds = {c.entry.kind for book in everything for c in book.corrections}
    assert {EntryKind.WITHDRAWAL, EntryKind.REBATE} <= kinds
    assert any(payment.reverses for book in everything for payment in book.payments)
    assert any(book.pauses for book in everything)
    promised = Counter(promise.state for book in everything for promise in book.promises)
    assert promised[PromiseState.ACTIVE] >= 4
    assert promised[PromiseState.KEPT] > promised[PromiseState.BROKEN] >= 4
    disputes = Counter(dispute.state for book in everything for dispute in book.disputes)
    assert disputes[DisputeState.OPEN] >= 4
    assert disputes[DisputeState.REJECTED] >= 1
    debtors = [debtor for book in everything for debtor in book.debtors]
    assert sum(not debtor.contacts for debtor in debtors) >= 4
    assert any(c.silent_since for debtor in debtors for c in debtor.contacts)
    giants = [d for d in debtors if "cliente-chave" in d.tags]
    assert len(giants) == 1


@on_any_day
def test_nobody_is_reminded_of_what_was_paid_or_outside_the_hours(day):
    for book, diary in zip(books(day), diaries(day), strict=True):
        place = contact.Place(book.calendar, book.zone)
        for made in diary.made:
            paid = [t for t in made.titles if t.settled_on and t.settled_on < made.touch.planned_on]
            assert paid == [t for t in paid if _reopened(t)]
            if made.address:
                channel, state = made.touch.channel, made.debtor.state
                assert contact.opening(Rules(), channel, state, place, made.at) == made.at
                assert clock.local_day(made.at, book.zone) < book.today
                silent = made.address.silent_since
                assert silent is None or made.touch.planned_on <= silent
                refused = made.address.refused_on
                assert refused is None or made.touch.planned_on <= refused


def _reopened(title) -> bool:
    return any(entry.kind is EntryKind.REVERSAL for entry in title.entries)


@on_any_day
def test_no_contact_is_made_twice_and_all_ends_occur(day):
    ends: Counter[State] = Counter()
    for diary in diaries(day):
        keys = Counter(made.touch.key for made in diary.made)
        assert max(keys.values(), default=1) == 1
        ends.update(made.state for made in diary.made)
    assert set(ends) == {
        State.SENT,
        State.CANCELLED,
        State.REFUSED,
        State.UNCERTAIN,
        State.FAILED,
    }
    assert ends[State.SENT] > 0.97 * ends.total()


def test_there_is_work_for_people():
    waiting = Counter(w.kind for diary in diaries() for w in diary.work if w.done_at is None)
    expected = {"call", "follow_up", "promise_broken", "address_refused", "send_failed"}
    assert set(waiting) >= expected | {"send_uncertain"}
    done = Counter(w.kind for diary in diaries() for w in diary.work if w.done_at)
    assert done["call"] > 30


def test_one_client_company_waits_for_a_go():
    waiting = [book.company.slug for book in books() if book.started is None]
    assert waiting == ["torre-sul"]
    assert diaries()[-1].made == []


@on_any_day
def test_files_tell_when_each_row_became_known(day):
    for book in books(day):
        assert all(title.file and title.known_on >= title.issue for title in book.titles)
        assert all(payment.file or payment.by_hand for payment in book.payments)
        fresh = max(file.known_until for file in book.files)
        assert contact.is_fresh(fresh, book.today, Rules(), book.calendar)
        assert any(file.findings for file in book.files)
        fields = {finding.field for file in book.files for finding in file.findings}
        assert fields <= set(rows_records.Field)


def test_the_same_day_gives_the_same_book():
    first = books(DAYS[1])
    again = _books.__wrapped__(DAYS[1])
    for one, other in zip(first, again, strict=True):
        assert one is not other
        assert [_told(t) for t in one.titles] == [_told(t) for t in other.titles]
        assert [d.name for d in one.debtors] == [d.name for d in other.debtors]
        paid = [[(p.id, p.cents, p.paid_on, p.method) for p in b.payments] for b in (one, other)]
        assert paid[0] == paid[1]


def _told(title) -> tuple[object, ...]:
    return title.number, title.debtor.name, title.issue, title.cents, tuple(title.entries)
