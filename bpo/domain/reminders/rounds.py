"""A campaign's round of one day: reminders, thanks for payments, a word where all is well."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bpo.domain.reminders import planning, receipts, relationship
from bpo.domain.reminders.agenda import Voice
from bpo.domain.reminders.reasons import ORDINARY, Code, Reason
from bpo.domain.reminders.receipts import Paid
from bpo.domain.reminders.touches import Debtor, Plan, Skip


def plan(
    debtors: Iterable[Debtor],
    paid: Sequence[Paid],
    last_paid: Sequence[Paid],
    voice: Voice,
    today: date,
    *,
    known_until: date | None = None,
    earliest: datetime | None = None,
    explain: bool = False,
) -> Plan:
    """All that a voice says on `today`, and to whom it says nothing.

    Real days, dry runs and simulations ask this function. `debtors` hear of what is open, `paid`
    are payments not thanked for yet and `last_paid` the newest of each debtor. Whoever hears
    anything is not among those left in peace; with `explain` these have the reasons of every kind
    of message that might have been theirs. The rest is as in `planning.plan`.
    """
    made = planning.plan(
        debtors, voice, today, known_until=known_until, earliest=earliest, explain=explain
    )
    thanks = receipts.plan(paid, voice, today)
    busy = {touch.debtor_id for touch in (*made.touches, *thanks)}
    greetings = relationship.plan(last_paid, voice, today, busy=busy)
    if not (thanks or greetings or explain):
        return made
    heard = busy.union(touch.debtor_id for touch in greetings)
    skips = [skip for skip in made.skips if skip.debtor_id not in heard]
    if explain:
        owed = receipts.silences(paid, voice, today)
        courtesy = relationship.silences(last_paid, voice, today)
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
