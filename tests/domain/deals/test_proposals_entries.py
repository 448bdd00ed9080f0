"""How much is asked for at first: from whom little can be asked, and from whom nothing helps."""

from datetime import date

from bpo.domain.deals import proposals
from bpo.domain.deals.behaviour import Commitment
from bpo.domain.deals.proposals import Limits, OfferKind
from bpo.kernel.actor import Role
from tests.domain.negotiations import CALENDAR, TODAY, owing, situation, yearly

GOOD = yearly(*[0] * 12)
BROKEN = [Commitment(date(2026, 8, 10), kept=False), Commitment(date(2026, 9, 20), kept=False)]


def test_where_a_third_is_more_than_a_month_leaves_free_class_d_pays_that_down():
    """Half of the R$ 1.200 that Davi usually pays a month; the least only at his own word."""
    case = situation(GOOD, [owing(300_000)], promises=BROKEN)

    found = proposals.offers(case, Limits(), CALENDAR, TODAY)
    long = next(one for one in found if one.kind is OfferKind.LONG_PLAN)
    asked = proposals.offers(case, Limits(), CALENDAR, TODAY, 60_000)

    assert long.down_payment_cents == 60_000
    assert long.needs_approval_by is Role.ADMIN
    assert min(o.down_payment_cents for o in asked if o.down_payment_cents) == 30_000
    assert all(offer.needs_approval_by for offer in asked)


def test_an_offer_beyond_anybodys_means_is_worth_nothing_and_the_lightest_comes_first():
    found = proposals.offers(situation(GOOD, [owing(90_000_000)]), Limits(), CALENDAR, TODAY, 1_000)

    assert {offer.expected_recovery_cents for offer in found} == {0}
    largest = [max(one.amount_cents for one in offer.installments) for offer in found]
    assert largest == sorted(largest)
