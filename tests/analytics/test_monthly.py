from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bpo.analytics import collection, losses, monthly, recovery
from bpo.analytics.monthly import Agreed, Facts
from bpo.analytics.weekly import Actions
from bpo.domain.books.receivables import AGING
from tests.analytics import ledger
from tests.analytics.ledger import Title, day


@ledger.few
@given(ledger.stories(), st.integers(0, 300), st.integers(0, 90))
def test_every_row_of_what_became_of_a_balance_closes(
    story: list[Title], number: int, later: int
) -> None:
    told = monthly.build(
        monthly.month_of(day(number + later)),
        day(number + later),
        facts(story, day(number), day(number + later)),
    )
    for roll in told.rolls:
        rest = roll.stayed_cents + roll.renegotiated_cents + roll.cured_cents
        assert roll.rolled_cents + rest == roll.open_cents, roll


def test_what_went_into_an_agreement_stands_apart_from_what_was_settled() -> None:
    story = [Title(1, 0, 10, 900, ((31, "payment", 100), (40, "agreement", 500)))]
    told = monthly.build(monthly.month_of(day(50)), day(50), facts(story, day(30), day(50)))
    assert told.rolls[1] == monthly.Roll("1-30", 900, 300, 0, 100, 500)


def facts(story: list[Title], then: date, now: date) -> Facts:
    built = ledger.build(story)
    return Facts(
        metrics=collection.metrics(built, now),
        trend=(),
        aging_count={},
        rolls=recovery.rolls(built, then, now, AGING),
        rolled_from=then,
        top=(),
        agreed=Agreed(),
        actions=Actions(),
        expected=(),
        steps=(),
        loss=losses.of(losses.USUAL, [0] * len(losses.USUAL.buckets)),
    )
