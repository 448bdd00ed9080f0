"""A campaign's round of one day: reminders, thanks for payments, a word where all is well."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bpo.domain.reminders import contact, planning, receipts, relationship
from bpo.domain.reminders.campaigns import Campaign
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.reasons import ORDINARY, Code, Reason
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.touches import Debtor, Plan, Skip


def plan(
    debtors: Iterable[Debtor],
    paid: Sequence[Paid],
    last_paid: Sequence[Paid],
    campaign: Campaign,
    rules: Rules,
    place: contact.Place,
    today: date,
    *,
    available: frozenset[str],
    known_until: date | None = None,
    earliest: datetime | None = None,
    explain: bool = False,
    ahead: Sequence[Campaign] = (),
) -> Plan:
    """All that a campaign says on `today`, and to whom it says nothing.

    Real days, dry runs and simulations ask this function. `debtors` hear of what is open, `paid`
    are payments not thanked for yet and `last_paid` the newest of each debtor. Whoever hears
    anything is not among those left in peace; with `explain` these have the reasons of every kind
    of message that might have been theirs. The rest is as in `planning.plan`.
    """
    made = planning.plan(
        debtors,
        campaign,
        rules,
        place,
        today,
        available=available,
        known_until=known_until,
        earliest=earliest,
        explain=explain,
        ahead=ahead,
    )
    thanks = receipts.plan(paid, campaign, rules, place, today, available=available, ahead=ahead)
    busy = {touch.debtor_id for touch in (*made.touches, *thanks)}
    greetings = relationship.plan(
        last_paid, campaign, rules, place, today, available=available, busy=busy, ahead=ahead
    )
    if not (thanks or greetings or explain):
        return made
    heard = busy.union(touch.debtor_id for touch in greetings)
    skips = [skip for skip in made.skips if skip.debtor_id not in heard]
    if explain:
        owed = receipts.silences(
            paid, campaign, rules, place, today, available=available, ahead=ahead
        )
        courtesy = relationship.silences(
            last_paid, campaign, rules, place, today, available=available, ahead=ahead
        )
        ids = sorted((owed.keys() | courtesy.keys()) - heard)
        skips = _explained(skips, {n: [*owed.get(n, ()), *courtesy.get(n, ())] for n in ids})
    return Plan([*made.touches, *thanks, *greetings], skips, made.warnings)


def _explained(skips: Sequence[Skip], more: dict[int, list[Reason]]) -> list[Skip]:
    """The silences with their further reasons, and those of debtors who owe nothing where there is
    something to tell of them."""
    found = []
    for skip in skips:
        extra = more.pop(skip.debtor_id, None)
        if extra:
            skip = planning.left_in_peace(skip.debtor_id, (*skip.reasons, *extra))
        found.append(skip)
    found += [
        planning.left_in_peace(debtor_id, (Reason(Code.NOTHING_DUE), *reasons))
        for debtor_id, reasons in more.items()
        if not ORDINARY.issuperset([reason.code for reason in reasons])
    ]
    return found
