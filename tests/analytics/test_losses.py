"""What is lost of each age: a year worked by hand, too short a year, and random books."""

import calendar
from dataclasses import replace
from datetime import date

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

    Rolls: 40% of what is not due, 25% of what is up to 30 days late. Twelve of each have left, and
    of 31 to 60 days eleven, all of them paid: nothing of it rolls, so that nothing at all is lost.
    """
    known = losses.rates(ledger.build(year()), TODAY)
    assert known.own
    assert (known.first, known.last) == (date(2026, 2, 28), date(2027, 2, 28))
    young = [(one.left_cents, one.older_cents, one.left) for one in known.rolls]
    assert young == [
        (12 * 1_000_00, 12 * 400_00, 12),
        (11 * 400_00, 11 * 100_00, 11),
        (10 * 100_00, 0, 10),
    ]
    assert known.shares == (0, 0, 0, 25_000, 50_000, 50_000, 50_000, 100_000)


def ending(kind: str) -> list[Title]:
    """The first two titles end otherwise: their last 100.00 does so before it is 31 days late."""

    def changed(one: Title) -> Title:
        due, late, (_, _, cents) = one.entries
        return replace(one, entries=(due, late, (late[0], kind, cents)))

    story = year()
    return [*map(changed, story[:2]), *story[2:]]


@pytest.mark.parametrize("kind", ["payment", "agreement", "rebate"])
def test_what_is_settled_or_agreed_leaves_and_a_usual_share_ends_the_product(kind):
    """Only eight now left 31 to 60 days: 10% of them is lost, as usual.

    Up to 30 days: 9 of 44 hundreds grew older, times 10% is 2.045%. Not due: 40% of it is 0.818%.
    """
    known = losses.rates(ledger.build(ending(kind)), TODAY)
    assert [one.left for one in known.rolls] == [12, 11]
    assert known.shares[:4] == (818, 2_045, 10_000, 25_000)


def test_what_was_given_up_grows_older_all_the_same():
    """Two of ten in 31 to 60 days were given up and roll: 20% of 25% is 5%, then 1.25% and 0.5%."""
    known = losses.rates(ledger.build(ending("write_off")), TODAY)
    assert [one.left for one in known.rolls] == [12, 11, 10]
    assert known.shares[:4] == (500, 1_250, 5_000, 25_000)


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
    assert found.value == 2_00 + 1_25


ROLLS = st.lists(
    st.tuples(st.integers(1, 10**9), st.integers(0, 10**9)).map(
        lambda pair: losses.Roll(max(pair), min(pair), 10)
    ),
    min_size=losses.LEAST_AGES,
    max_size=len(MONTHLY) - 1,
)


@ledger.few
@given(ROLLS, st.lists(st.integers(0, 10**9), min_size=8, max_size=8))
def test_a_share_is_between_nothing_and_all_and_never_above_that_of_an_older_age(rolls, totals):
    shares = losses.shares(rolls)
    assert list(shares) == sorted(shares)
    assert (min(shares) >= 0, max(shares)) == (True, losses.WHOLE)
    found = losses.of(replace(USUAL, buckets=MONTHLY, shares=shares, rolls=tuple(rolls)), totals)
    assert 0 <= found.total_cents <= sum(totals)
    assert all(line.lost_cents <= line.balance_cents for line in found.lines)


def test_the_usual_shares_are_the_published_ones():
    assert USUAL.buckets == AGING_FINE
    assert [share / 1_000 for share in USUAL.shares] == [0.5, 2, 5, 10, 25, 50, 100]
