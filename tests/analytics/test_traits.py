"""What is known of a payer on a day: nothing that was not yet known, and everything that was."""

from dataclasses import fields

import numpy as np
from hypothesis import given, settings

from bpo.analytics import past, traits
from bpo.analytics.frames import ordinal
from bpo.analytics.past import Past
from bpo.analytics.traits import Traits
from tests.analytics import books
from tests.analytics.ledger import Title, build, day, stories

PAID = "payment"


def of(titles: list[Title], position: int, on: int, until: int = 900) -> Traits:
    book = build(titles)
    return traits.observe(
        book, remembered(titles, until), np.array([position]), np.array([ordinal(day(on))])
    )


def remembered(titles: list[Title], until: int = 900) -> Past:
    return past.remember(build(titles), ordinal(day(until)))


def test_what_happens_on_the_day_or_later_is_not_known() -> None:
    davi = [
        Title(1, 0, 30, 100, ((20, PAID, 100),)),
        Title(1, 10, 40, 100, ((60, PAID, 100),)),
        Title(1, 60, 90, 100),
    ]
    assert of(davi, 2, 20).outcomes == [0]
    assert of(davi, 2, 21).outcomes == [1]
    assert of(davi, 2, 41).late_outcomes == [0]
    assert of(davi, 2, 42).late_outcomes == [1]
    assert (of(davi, 2, 60).overdue, of(davi, 2, 61).overdue) == ([1], [0])


def test_a_payment_undone_is_undone_on_its_day_and_not_before() -> None:
    bounced = [
        Title(1, 0, 30, 100, ((20, PAID, 100), (50, "reversal", -100), (80, PAID, 100))),
        Title(1, 5, 200, 100),
    ]
    assert of(bounced, 1, 40).late_outcomes == [0]
    assert of(bounced, 1, 40).outcomes == [1]
    assert of(bounced, 1, 51).late_outcomes == [1]
    assert of(bounced, 1, 51).outcomes == [1]
    assert (of(bounced, 1, 60).overdue, of(bounced, 1, 81).overdue) == ([1], [0])


def test_a_withdrawn_title_is_no_outcome_and_a_write_off_is_late() -> None:
    gone = [
        Title(1, 0, 30, 100, ((20, "withdrawal", 100),)),
        Title(1, 0, 30, 100, ((50, "withdrawal", 100),)),
        Title(1, 0, 30, 100, ((50, "write_off", 100),)),
        Title(1, 60, 90, 100),
    ]
    known = of(gone, 3, 60)
    assert (known.outcomes, known.late_outcomes, known.overdue) == ([1], [1], [0])


def test_one_debtor_says_nothing_about_the_rate_of_another_but_through_the_usual() -> None:
    late = [Title(1, n, n + 10, 100, ((n + 40, PAID, 100),)) for n in range(0, 100, 10)]
    punctual = [Title(2, n, n + 10, 100, ((n + 5, PAID, 100),)) for n in range(0, 100, 10)]
    asked = [Title(1, 300, 310, 100), Title(2, 300, 310, 100), Title(3, 300, 310, 100)]
    rates = [of(late + punctual + asked, 20 + n, 300).late_rate[0] for n in range(3)]
    assert rates[0] > 0.9
    assert rates[1] < 0.1
    assert 0.4 < rates[2] < 0.6


@settings(max_examples=15, deadline=None)
@given(stories())
def test_no_fact_of_the_day_or_later_changes_what_is_known(story: list[Title]) -> None:
    """The strict rule: with the future cut off at each title's issue, its traits are the same."""
    book = build(story)
    for position in range(len(book.receivables.issue)):
        issue = book.receivables.issue[[position]]
        asked = np.array([position])
        everything = traits.observe(book, past.remember(book, 99_999), asked, issue)
        until_then = traits.observe(book, past.remember(book, int(issue[0]) - 1), asked, issue)
        for field in fields(Traits):
            one, other = getattr(everything, field.name), getattr(until_then, field.name)
            assert np.allclose(one, other, atol=1e-6), field.name


def test_a_whole_book_at_once_is_the_same_as_title_by_title() -> None:
    book = books.habits(5, by_chance=False).frames()
    issue = book.receivables.issue
    remembered = past.remember(book, 99_999)
    together = traits.observe(book, remembered, np.arange(len(issue)), issue)
    for position in (0, 17, len(issue) - 1):
        alone = traits.observe(book, remembered, np.array([position]), issue[[position]])
        assert np.isclose(alone.late_rate[0], together.late_rate[position])
        assert np.isclose(alone.delay[0], together.delay[position])
