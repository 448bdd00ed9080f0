"""What waits of a campaign to debtors to whom another, put before it, speaks by now."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.steps import Moment
from bpo.domain.reminders.touches import Debtor


class Waiting(NamedTuple):
    """A contact that was planned and has not left: whose, and at which moment it speaks."""

    touch_id: int
    debtor_id: int
    moment: Moment


def taken_over(
    waiting: Iterable[Waiting], debtors: Iterable[Debtor], campaign: Campaign, today: date
) -> list[int]:
    """The waiting contacts of campaigns behind one whose debtor and moment are its own today.

    They would be the last of the old voice on a day that the new one wants: they are called off,
    and do not count as contacts of the debtor.
    """
    known = {debtor.id: debtor for debtor in debtors}
    return [
        one.touch_id
        for one in waiting
        if one.debtor_id in known and campaign.takes(known[one.debtor_id], one.moment, today)
    ]
