"""The open receivables of a workspace as its model sees them on a day, and why."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from bpo.analytics import fitting, pace, past, scorecard, traits
from bpo.analytics.frames import Frames, Integers, balances, ordinal
from bpo.analytics.pace import WEEK
from bpo.analytics.past import Floats, Past
from bpo.analytics.scorecard import FEATURES, Scorecard
from bpo.analytics.traits import Traits
from bpo.kernel.text import Phrase

WEEKS = 13
MOST_REASONS = 3

_TELLING = 0.15
_MOVING = 0.4
LONGEST = 365
_MOST_LIKELY = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One position per open receivable. Chances 0 to 1.

    `late`: of being paid late, given that it is unpaid so far (1 once overdue). `weeks`: a column
    per coming week, the chance of being paid in it. `in_days`: days from the day of the score until
    half of such titles are paid. `delay`: the same from the effective due date (negative: early).
    `pull`: a column per feature of FEATURES, what it adds to the log-odds against the usual title.
    `waiting`: open titles of the debtor due before; `queue`, `season`: what they and the days of
    the month add to the log-odds of being paid in the first week.
    """

    as_of: date
    title: Integers
    balance: Integers
    late: Floats
    weeks: Floats
    in_days: Integers
    delay: Integers
    pull: Floats
    waiting: Floats
    queue: Floats
    season: Floats
    traits: Traits


def score(frames: Frames, card: Scorecard, as_of: date, weeks: int = WEEKS) -> Scores:
    """Every receivable open at the end of `as_of`, from facts dated until then."""
    today = ordinal(as_of)
    balance = balances(frames, as_of)
    title = np.flatnonzero(balance > 0)
    remembered = past.remember(frames, today)
    known = traits.observe(frames, remembered, title, np.full(len(title), today + 1))
    so_far = (today - frames.receivables.effective[title]).astype(np.float64)
    view = card.outlook(known, card.chance(known))
    left = np.maximum(view.unpaid(so_far), 1e-9)
    ahead = np.column_stack([view.unpaid(so_far + WEEK * n) for n in range(weeks + 1)])
    queue, season = _shifts(frames, remembered, card, title, today, weeks)
    even = np.maximum(ahead / left[:, None], 1e-12)
    unpaid = _paced(even, queue + season)
    half = np.rint(view.reached(left * _across(unpaid, even, np.full(len(title), 0.5))))
    late = _across(even, unpaid, (view.chance / left).clip(0, 1))
    half = half.clip(so_far + 1, so_far + LONGEST).astype(np.int64)
    return Scores(
        as_of=as_of,
        title=title,
        balance=balance[title],
        late=np.where(so_far > 0, 1.0, late.clip(0, _MOST_LIKELY)),
        weeks=-np.diff(unpaid, axis=1).clip(-1, 0),
        in_days=half - so_far.astype(np.int64),
        delay=half,
        pull=_pull(card, known),
        waiting=pace.waiting(frames, title),
        queue=queue[:, 0] - card.pace.base,
        season=season[:, 0],
        traits=known,
    )


def _shifts(
    frames: Frames, remembered: Past, card: Scorecard, title: Integers, today: int, weeks: int
) -> tuple[Floats, Floats]:
    """What the queue and the season add to the log-odds of being paid, a column per week."""
    if card.pace.is_steady:
        return np.zeros((len(title), weeks)), np.zeros((len(title), weeks))
    season = pace.season(frames, remembered, title, today, weeks)
    return card.pace.shifts(pace.waiting(frames, title), season)


def _paced(even: Floats, shift: Floats) -> Floats:
    """The chances of being unpaid at the ends of weeks, each week's odds of being paid shifted."""
    if not shift.any():
        return even
    within = 1 - even[:, 1:] / even[:, :-1]
    odds = fitting.log_odds(within) + shift
    paid = np.where((within > 0) & (within < 1), fitting.inverse(odds), within)
    return np.column_stack((even[:, 0], np.cumprod(1 - paid, axis=1)))


def _across(one: Floats, other: Floats, share: Floats) -> Floats:
    """The chance of being unpaid on the other of two paces on the day when on one it is `share`.

    A column per end of week. Within a week the pace only sets how much is paid; beyond the last
    both are alike.
    """
    row, last = np.arange(len(one)), one.shape[1] - 1
    week = ((one > share[:, None]).sum(axis=1) - 1).clip(0, last)
    after = np.minimum(week + 1, last)
    fallen, paid = one[row, week] - share, one[row, week] - one[row, after]
    part = np.divide(fallen, paid, out=np.zeros(len(one)), where=paid > 0)
    within = other[row, week] - part * (other[row, week] - other[row, after])
    beyond = share * other[:, -1] / np.maximum(one[:, -1], 1e-12)
    return np.where(week < last, within, beyond)


def by_debtor(frames: Frames, scores: Scores) -> tuple[Integers, Floats]:
    """The debtors who owe, and how much of it is expected within the scored weeks, 0 to 1."""
    debtor = frames.receivables.debtor[scores.title]
    size = len(frames.receivables.debtor_ids)
    owed = np.bincount(debtor, scores.balance, minlength=size)
    coming = np.bincount(debtor, scores.balance * scores.weeks.sum(axis=1), minlength=size)
    who = np.flatnonzero(owed > 0)
    return frames.receivables.debtor_ids[who], (coming[who] / owed[who]).clip(0, 1)


def _pull(card: Scorecard, known: Traits) -> Floats:
    apart = scorecard.table(known) - card.usual
    pull: Floats = apart * card.late * card.trust
    pull[:, FEATURES.index("rate")] += apart[:, FEATURES.index("rate")] * (1 - card.trust)
    return pull


def reasons(scores: Scores, position: int) -> tuple[Phrase, ...]:
    """What made the chance of one title what it is, most telling first; facts, not figures."""
    if scores.delay[position] > 0 and scores.late[position] >= 1:
        first: tuple[Phrase, ...] = (Phrase("Already past its due date"),)
    else:
        first = ()
    pull = scores.pull[position]
    order = np.argsort(-np.abs(pull))
    told = [
        _told(FEATURES[n], scores.traits, position, float(pull[n]))
        for n in order
        if abs(pull[n]) >= _TELLING
    ]
    timed = _timed(scores, position)
    found = [phrase for phrase in told if phrase is not None][: MOST_REASONS - len(timed)] + timed
    return first + tuple(found or [Phrase("Close to what is usual in this company")])


def _timed(scores: Scores, n: int) -> list[Phrase]:
    """What most quickens or delays its payment in the coming week, if that is much."""
    queue, season = float(scores.queue[n]), float(scores.season[n])
    if queue <= -_MOVING and queue <= -abs(season):
        count = int(scores.waiting[n])
        return [Phrase("Older open invoices, usually paid before this one: {count}", count=count)]
    if season <= -_MOVING:
        return [Phrase("In the coming week of the month this debtor seldom pays")]
    if season >= _MOVING:
        return [Phrase("In the coming week of the month this debtor mostly pays")]
    return []


def _told(feature: str, known: Traits, n: int, pull: float) -> Phrase | None:
    match feature:
        case "rate":
            return _rate(int(known.late_outcomes[n]), int(known.outcomes[n]))
        case "timing":
            return _timing(round(float(known.delay[n])))
        case "size":
            return _size(known.size[n] > 0, pull > 0)
        case "overdue" if known.overdue[n] >= 1:
            return Phrase(
                "Overdue invoices of this debtor now: {count}", count=int(known.overdue[n])
            )
        case "experience" if known.outcomes[n] < scorecard.FEW:
            return Phrase("Few invoices so far")
        case "level":
            return Phrase("Lately this company is paid later than before") if pull > 0 else None
    return None


def _rate(late: int, total: int) -> Phrase:
    if total == 0:
        return Phrase("No invoice decided yet: taken as others of this company")
    if total == 1:
        late_one = Phrase("The only invoice decided so far was paid late")
        return late_one if late else Phrase("The only invoice decided so far was not paid late")
    return Phrase("Paid late so far: {late} of {total} invoices", late=late, total=total)


def _size(large: bool, later: bool) -> Phrase:
    if large:
        larger_later = Phrase("A larger amount than usual, which here is paid later")
        return larger_later if later else Phrase("A larger amount, which here is paid sooner")
    smaller_later = Phrase("A smaller amount than usual, which here is paid later")
    return smaller_later if later else Phrase("A smaller amount, which here is paid sooner")


def _timing(days: int) -> Phrase:
    if days == 0:
        return Phrase("Usually pays on the due date")
    if days < 0:
        return Phrase(
            "Usually pays one day before the due date"
            if days == -1
            else "Usually pays {count} days before the due date",
            count=-days,
        )
    return Phrase(
        "Usually pays one day after the due date"
        if days == 1
        else "Usually pays {count} days after the due date",
        count=days,
    )
