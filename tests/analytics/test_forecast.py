"""What should come in: on the due date without a history, by habit with one."""

from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import forecast
from tests.analytics import ledger
from tests.analytics.ledger import Title, day


def _payer(debtor: int, delay: int, count: int = 60) -> list[Title]:
    """A debtor who has always paid `delay` days after the due date."""
    return [
        Title(debtor, n, n + 10, 1_000, ((n + 10 + delay, "payment", 1_000),)) for n in range(count)
    ]


def test_without_a_history_each_balance_comes_on_its_due_date() -> None:
    story = [Title(1, 0, 12, 500), Title(1, 0, 20, 300), Title(1, 0, 2, 900)]
    weeks = forecast.expected_weeks(ledger.build(story), day(9))
    assert (weeks[0].first, weeks[0].last) == (day(10), day(16))
    assert [week.due_cents for week in weeks] == [500, 300, 0, 0]
    assert [week.expected_cents for week in weeks] == [500, 300, 0, 0]


def test_who_always_pays_ten_days_late_is_expected_ten_days_late() -> None:
    story = [*_payer(1, 10), Title(1, 90, 102, 5_000)]
    weeks = forecast.expected_weeks(ledger.build(story), day(100))
    assert [week.due_cents for week in weeks] == [5_000, 0, 0, 0]
    assert [week.expected_cents for week in weeks] == [0, 5_000, 0, 0]


def test_each_debtor_is_expected_by_their_own_habit() -> None:
    story = [*_payer(1, 0), *_payer(2, 20), Title(1, 90, 104, 500), Title(2, 90, 104, 700)]
    weeks = forecast.expected_weeks(ledger.build(story), day(100))
    assert [week.expected_cents for week in weeks] == [500, 0, 0, 700]


def test_the_overdue_are_expected_too() -> None:
    story = [*_payer(1, 20), Title(1, 60, 90, 700)]
    weeks = forecast.expected_weeks(ledger.build(story), day(100))
    assert weeks[0].due_cents == 0
    assert [week.expected_cents for week in weeks] == [0, 700, 0, 0]


def test_those_who_never_paid_make_the_rest_less_certain() -> None:
    paid = _payer(1, 5)
    unpaid = [Title(1, n, n + 10, 1_000) for n in range(60)]
    weeks = forecast.expected_weeks(
        ledger.build([*paid, *unpaid, Title(1, 90, 98, 10_000)]), day(99)
    )
    assert 4_000 < weeks[0].expected_cents < 6_000


def test_an_unknown_debtor_is_expected_as_the_others_pay() -> None:
    story = [*_payer(1, 10), Title(9, 90, 102, 5_000)]
    weeks = forecast.expected_weeks(ledger.build(story), day(100))
    assert [week.expected_cents for week in weeks] == [0, 5_000, 0, 0]


@ledger.few
@given(ledger.stories(), st.integers(0, 450))
def test_no_more_is_expected_than_is_open(story: list[Title], number: int) -> None:
    built = ledger.build([*_payer(1, 3), *story])
    weeks = forecast.expected_weeks(built, day(number))
    open_ = int(forecast.balances(built, day(number)).sum())
    assert all(week.expected_cents >= 0 for week in weeks)
    assert sum(week.expected_cents for week in weeks) <= open_ + len(weeks)


@ledger.few
@given(ledger.stories(), st.integers(0, 450))
def test_the_future_is_not_looked_at(story: list[Title], number: int) -> None:
    base = [*_payer(1, 3), *_payer(2, 18)]
    past = [
        Title(
            t.debtor,
            t.issue,
            t.due,
            t.cents,
            tuple(entry for entry in t.entries if entry[0] <= number),
            t.closed_days,
        )
        for t in [*base, *story]
        if t.issue <= number
    ]
    told = forecast.expected_weeks(ledger.build([*base, *story]), day(number))
    assert told == forecast.expected_weeks(ledger.build(past), day(number))
