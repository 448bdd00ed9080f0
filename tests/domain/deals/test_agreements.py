"""Agreements: which step may follow which, and where every centavo goes at each of them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bpo.domain.books import charges
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.receivables import Receivable, Status, balance, status
from bpo.domain.deals import agreements
from bpo.domain.deals.agreements import TRANSITIONS, Part, Progress, State
from bpo.kernel.errors import Conflict

DAY = date(2026, 11, 23)
POLICY = CollectionPolicy()


def test_every_state_can_be_reached_and_what_is_over_stays_over():
    reached = {State.DRAFT}.union(*TRANSITIONS.values())
    assert reached == set(State)
    assert {state for state, after in TRANSITIONS.items() if not after} == {
        State.BROKEN,
        State.REFUSED,
        State.EXPIRED,
        State.CANCELLED,
    }


@pytest.mark.parametrize("state", [s for s in State if State.ACCEPTED not in TRANSITIONS[s]])
def test_what_is_no_open_offer_cannot_be_accepted(state):
    with pytest.raises(Conflict, match="cannot become"):
        agreements.move(state, State.ACCEPTED)


def test_what_was_paid_settles_the_oldest_first_interest_before_fine_before_principal():
    taken = [
        Part(2, DAY, 100_00, 2_00, 1_00),
        Part(1, DAY - timedelta(days=30), 50_00, 1_00, 50),
    ]
    kept = {part.receivable_id: part for part in agreements.impute(taken, 60_00)}
    assert kept[1].total_cents == 51_50
    assert (kept[2].interest_cents, kept[2].fine_cents, kept[2].principal_cents) == (
        1_00,
        2_00,
        5_50,
    )
    back = {part.receivable_id: part for part in agreements.remainder(taken, 60_00)}
    assert back[1].total_cents == 0
    assert (back[2].principal_cents, back[2].fine_cents, back[2].interest_cents) == (94_50, 0, 0)


@pytest.mark.parametrize(
    ("seen", "day", "expected"),
    [
        (Progress(3, 0, DAY), DAY, State.ACCEPTED),
        (Progress(2, 1, DAY), DAY + timedelta(days=10), State.ACTIVE),
        (Progress(2, 1, DAY), DAY + timedelta(days=11), State.BROKEN),
        (Progress(1, 100_00, DAY), DAY + timedelta(days=90), State.ACTIVE),
        (Progress(0, 100_00), DAY, State.SETTLED),
    ],
    ids=["agreed", "late but in time", "broken", "nothing to give back", "paid off"],
)
def test_money_and_days_say_what_a_plan_is(seen, day, expected):
    assert agreements.judge(State.ACCEPTED, seen, day, 10, 100_00) is expected


def test_a_broken_plan_charges_on_from_the_original_dates_less_what_was_paid():
    """R$ 1.000 due on 14 October, agreed on 23 November, R$ 300 paid, broken 40 days later."""
    title = Receivable(1_000_00, date(2026, 10, 14), date(2026, 10, 14), (), 1)
    due = charges.amount_due(title, POLICY, DAY)
    part = Part(1, title.due_date, due.principal_cents, due.fine_cents, due.interest_cents)
    title = replace(title, entries=(agreements.taking(part, DAY),))
    assert charges.amount_due(title, POLICY, DAY + timedelta(days=9)).total_cents == 0
    assert status(title, DAY) is Status.RENEGOTIATED
    broken = DAY + timedelta(days=40)
    (back,) = agreements.remainder([part], 300_00)
    title = replace(title, entries=(*title.entries, agreements.giving_back(back, broken)))
    left = 1_000_00 - (300_00 - part.interest_cents - part.fine_cents)
    owed = charges.amount_due(title, POLICY, broken)
    assert balance(title, broken) == owed.principal_cents == left
    assert (owed.fine_cents, owed.interest_cents) == (0, round(left * 0.01 / 30 * 40))
    assert status(title, broken) is Status.OVERDUE
    assert any("Back from an agreement" in str(line.template) for line in owed.steps)
