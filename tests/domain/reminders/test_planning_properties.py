"""Whatever days are run or missed: no step twice, none skipped, never above the caps."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.domain.reminders.campaigns import DEFAULT_REGUA, Campaign, Entry, Reanchor
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.touches import Open
from tests.domain.stories import BRAZIL, Story

START = date(2026, 3, 2)
DAYS = 70
LADDER = [step.key for step in DEFAULT_REGUA if step.moment == "overdue"]

invoices = st.lists(
    st.tuples(st.integers(-40, 60), st.integers(5, 40), st.integers(1, 100_000)),
    min_size=1,
    max_size=6,
)
ran = st.lists(st.booleans(), min_size=DAYS, max_size=DAYS)
payments = st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(0, 5)), max_size=6)


def book(rows: list[tuple[int, int, int]]) -> list[Open]:
    items = []
    for id, (shift, term, cents) in enumerate(rows):
        due = START + timedelta(days=shift)
        effective = BRAZIL.calendar.effective_due(due)
        items.append(Open(id, due - timedelta(days=term), due, effective, cents))
    return items


def live(davi: Story, days: list[bool], paid: list[tuple[int, int]]) -> None:
    for distance, runs in enumerate(days):
        today = START + timedelta(days=distance)
        for on, id in paid:
            if on == distance and any(item.id == id for item in davi.open):
                davi.pay(id, today.isoformat())
        if runs:
            davi.run(today)


@settings(deadline=None, max_examples=150)
@given(
    invoices,
    ran,
    payments,
    st.sampled_from(Entry),
    st.sampled_from(Reanchor),
    st.sampled_from([None, "A", "C"]),
)
def test_no_step_twice_none_skipped_and_never_above_the_caps(
    rows, days, paid, entry, rule, risk_class
):
    campaign = Campaign(7, DEFAULT_REGUA, START, entry=entry, reanchor=rule)
    davi = Story(campaign=campaign, open=book(rows), risk_class=risk_class)
    live(davi, days, paid)

    assert max(Counter(touch.key for touch in davi.sent).values(), default=1) == 1
    messages = {(t.planned_on, t.step_key, t.anchor) for t in davi.sent if t.channel != "task"}
    contacts = Counter(on for on, _, _ in messages)
    assert all(count <= 1 for count in contacts.values())
    assert all(
        sum(contacts[day - timedelta(days=n)] for n in range(7)) <= Rules().weekly_cap
        for day in list(contacts)
    )
    for cycle in {touch.cycle for touch in davi.sent if touch.anchor_kind == "debtor"}:
        steps = list(
            dict.fromkeys(
                t.step_key for t in davi.sent if t.anchor_kind == "debtor" and t.cycle == cycle
            )
        )
        begins = LADDER.index(steps[0])
        assert steps == LADDER[begins : begins + len(steps)]
        assert begins == 0 or entry == Entry.MATCHING


@settings(deadline=None, max_examples=100)
@given(invoices, ran, payments)
def test_only_what_is_open_and_due_is_listed_and_each_amount_adds_up(rows, days, paid):
    davi = Story(open=book(rows))
    gone: set[int] = set()
    for distance, runs in enumerate(days):
        today = START + timedelta(days=distance)
        for on, id in paid:
            if on == distance and id not in gone and id < len(rows):
                davi.pay(id, today.isoformat())
                gone.add(id)
        if not runs:
            continue
        for touch in davi.plan(today).touches:
            assert not gone & set(touch.receivable_ids)
            assert touch.total_cents == sum(item.open_cents for item in touch.receivables) > 0
            if touch.anchor_kind == "debtor":
                assert all(item.effective_due <= today for item in touch.receivables)
                late = {item.id for item in davi.open if item.effective_due < today}
                fresh = {item.id for item in davi.open if (today - item.issue).days < 2}
                assert late - fresh <= set(touch.receivable_ids)
        davi.run(today)


@settings(deadline=None, max_examples=60)
@given(invoices, ran)
def test_planning_twice_on_a_day_gives_the_same_keys_and_no_silence_is_unexplained(rows, days):
    davi = Story(open=book(rows))
    for distance, runs in enumerate(days):
        today = START + timedelta(days=distance)
        if runs:
            before = [touch.key for touch in davi.plan(today).touches]
            davi.run(today, send=distance % 3 == 0)
            assert [touch.key for touch in davi.plan(today).touches] == before
            assert davi.run(today) == []
        told = davi.plan(today, explain=True)
        assert told.touches or told.skips
        assert all(skip.reasons for skip in told.skips)
