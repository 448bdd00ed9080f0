"""How much is asked for at first: from whom little can be asked, and from whom nothing helps."""

from datetime import date

from bpo.domain import proposals
from bpo.domain.behaviour import Commitment
from bpo.domain.proposals import Limits
from tests.domain.negotiations import CALENDAR, TODAY, owing, situation, yearly

GOOD = yearly(*[0] * 12)
BROKEN = [Commitment(date(2026, 8, 10), kept=False), Commitment(date(2026, 9, 20), kept=False)]


def test_an_offer_beyond_anybodys_means_is_worth_nothing_and_the_lightest_comes_first():
    found = proposals.offers(situation(GOOD, [owing(90_000_000)]), Limits(), CALENDAR, TODAY, 1_000)

    assert {offer.expected_recovery_cents for offer in found} == {0}
    largest = [max(one.amount_cents for one in offer.installments) for offer in found]
    assert largest == sorted(largest)
