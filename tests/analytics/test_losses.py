"""What is lost of each age: a year worked by hand, too short a year, and random books."""

import calendar
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import losses, parts
from bpo.analytics.losses import MONTHLY, USUAL
from bpo.domain.books.receivables import AGING_FINE
from tests.analytics import ledger
from tests.analytics.ledger import START, Title

TODAY = date(2027, 3, 10)
"""The twelve months before are those from March 2026 to February 2027."""
TENTH = [(date(2026 + (1 + m) // 12, (1 + m) % 12 + 1, 10) - START).days for m in range(14)]
"""The tenth of each month from February 2026 on, in days of the story."""


def end_of_month(number: int) -> int:
    day = ledger.day(number)
    return number + calendar.monthrange(day.year, day.month)[1] - day.day


def year(*more: Title, months: range = range(13)) -> list[Title]:
    """Each month 1,000.00 is issued on the tenth and due on the tenth of the next.

    600.00 is paid on the due day. Of the 400.00 late at the month's end, 300.00 is paid in the next
    month, and 100.00, when it is up to 60 days late, in the month after that.
    """
    made = []
    for start, due in ((TENTH[m], TENTH[m + 1]) for m in months):
        late = end_of_month(due) + 5
        paid = ((due, "payment", 600_00), (late, "payment", 300_00), (late + 32, "payment", 100_00))
        made.append(Title(1, start, due, 1_000_00, paid))
    return [*made, *more]


def test_a_year_worked_by_hand():
    """Ages at month ends: not due 1,000.00; then 400.00 up to 30 days; then 100.00 up to 60.

    Rolls: 40% of what is not due, 25% of what is up to 30 days late. Ten have left 31 to 60 days,
    all of them paid: none rolled, and ten usual ones at 40% make it 20%. Nothing older left, so
    that usual rates speak.
    """
    known = losses.rates(ledger.build(year()), TODAY)
    assert known.own
    assert (known.first, known.last) == (date(2026, 2, 28), date(2027, 2, 28))
    young = [(one.left_cents, one.older_cents, one.left, one.own_pct) for one in known.rolls]
    assert young == [
        (12 * 1_000_00, 12 * 400_00, 12, 40),
        (11 * 400_00, 11 * 100_00, 11, 25),
        (10 * 100_00, 0, 10, 0),
        *[(0, 0, 0, None)] * 4,
    ]
    rates = [round(float(one.rate), 4) for one in known.rolls]
    assert rates == [
        round((12 * 0.40 + 10 * 0.25) / 22, 4),
        round((11 * 0.25 + 10 * 0.20) / 21, 4),
        0.20,
        *(round(young / old, 4) for young, old in pairwise((25, 35, 50, 70, 100))),
    ]
    assert known.shares == (375, 1_131, 5_000, 25_000, 35_000, 50_000, 70_000, 100_000)


def ending(kind: str) -> list[Title]:
    """The first two titles end otherwise: their last 100.00 does so before it is 31 days late."""

    def changed(one: Title) -> Title:
        due, late, (_, _, cents) = one.entries
        return replace(one, entries=(due, late, (late[0], kind, cents)))

    story = year()
    return [*map(changed, story[:2]), *story[2:]]


@pytest.mark.parametrize("kind", ["payment", "agreement", "rebate"])
def test_what_is_settled_or_agreed_leaves_and_says_less_of_older_ages(kind):
    """Up to 30 days: 9 of 44 hundreds grew older. Only eight now left 31 to 60 days."""
    known = losses.rates(ledger.build(ending(kind)), TODAY)
    assert [one.left for one in known.rolls[:4]] == [12, 11, 8, 0]
    rates = (12 * 0.4 + 2.5) / 22, (11 * 9 / 44 + 2.0) / 21, (8 * 0 + 10 * 0.4) / 18
    assert [float(one.rate) for one in known.rolls[:3]] == pytest.approx(rates)


def test_what_was_given_up_grows_older_all_the_same():
    """Two of ten in 31 to 60 days were given up and roll: with ten usual ones at 40% it is 30%.

    The two go on to over 180 days: (2 + 10 x 5/7) / 12 of what is 61 to 90 days late, and so on.
    """
    known = losses.rates(ledger.build(ending("write_off")), TODAY)
    assert [one.left for one in known.rolls] == [12, 11, 10, 2, 2, 2, 2]
    assert [one.own_pct for one in known.rolls[2:]] == [20, 100, 100, 100, 100]
    assert float(known.rolls[2].rate) == pytest.approx(0.3)
    assert known.shares[3] == round(
        100_000 * (2 + 50 / 7) * (2 + 7) * (2 + 50 / 7) * (2 + 7) / 12**4
    )


def test_few_balances_say_little_and_none_is_ever_sure():
    """Of one balance that left, 1 of 11; of a thousand, nearly all; never quite."""
    usual = losses.USUAL_RATES[2]
    for left, at_least in ((1, 0.05), (10, 0.45), (1000, 0.95)):
        none, all_ = (losses.Roll(100, older, left, usual) for older in (0, 100))
        assert 0 < none.rate < usual < all_.rate < 1
        assert all_.rate - none.rate == pytest.approx(left / (left + 10))
        assert all_.rate - none.rate > at_least
    assert losses.Roll(0, 0, 0, usual).rate == usual


def test_too_short_or_too_thin_a_year_is_counted_by_usual_shares():
    assert losses.rates(ledger.build(year(months=range(1, 13))), TODAY) == USUAL
    assert losses.rates(ledger.build(year()), date(2027, 2, 10)) == USUAL
    assert losses.rates(ledger.build([]), TODAY) == USUAL
    in_time = [replace(one, entries=((one.due, "payment", 1_000_00),)) for one in year()]
    thin = [one if number % 3 else in_time[number] for number, one in enumerate(year())]
    assert losses.rates(ledger.build(thin), TODAY) == USUAL


def test_the_figure_is_the_sum_of_its_ages_by_either_rates():
    book = ledger.build(ending("write_off"))
    for known in (USUAL, losses.rates(book, TODAY)):
        found = parts.of(book, parts.EXPECTED_LOSS, TODAY, known)
        assert found.value == found.loss.total_cents == sum(x.lost_cents for x in found.loss.lines)
        assert found.loss.balance_cents == parts.of(book, "open_cents", TODAY).value
    open_ = {line.bucket.name: line.balance_cents for line in found.loss.lines}
    assert (open_["current"], open_["1-30"], open_["31-60"]) == (400_00, 100_00, 0)
    assert found.value == sum(
        round(cents * share / 100_000)
        for cents, share in zip((400_00, 100_00), known.shares, strict=False)
    )


ROLLS = st.tuples(
    *(
        st.builds(
            lambda one, other, left, usual: losses.Roll(
                max(one, other), min(one, other), left, usual
            ),
            st.integers(1, 10**9),
            st.integers(0, 10**9),
            st.integers(1, 3_000),
            st.just(usual),
        )
        for usual in losses.USUAL_RATES
    )
)


@ledger.few
@given(ROLLS, st.lists(st.integers(0, 10**9), min_size=8, max_size=8))
def test_a_share_is_between_nothing_and_all_and_never_above_that_of_an_older_age(rolls, totals):
    shares = losses.shares(rolls)
    assert list(shares) == sorted(shares)
    assert len(shares) == len(MONTHLY)
    assert (min(shares) >= 0, max(shares)) == (True, losses.WHOLE)
    found = losses.of(replace(USUAL, buckets=MONTHLY, shares=shares, rolls=rolls), totals)
    assert 0 <= found.total_cents <= sum(totals)
    assert all(line.lost_cents <= line.balance_cents for line in found.lines)


def test_the_usual_shares_are_the_published_ones():
    assert USUAL.buckets == AGING_FINE
    assert [share / 1_000 for share in USUAL.shares] == [0.5, 2, 5, 10, 25, 50, 100]


def test_without_a_balance_that_left_the_shares_are_usual_ones_by_months():
    none = [losses.Roll(0, 0, 0, usual) for usual in losses.USUAL_RATES]
    shares = losses.shares(none)
    assert shares[:4] == (500, 2_000, 10_000, 25_000)
    assert sum(shares[4:7]) / 3 == pytest.approx(50_000, rel=0.05)
