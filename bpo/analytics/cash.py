"""The cash that open receivables should bring in the coming weeks, with a band, and how it went.

Only what is open on the day is in it: sales to come are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bpo.analytics import scorecard, scoring
from bpo.analytics.frames import Frames, Integers, ordinal
from bpo.analytics.past import Floats
from bpo.analytics.scorecard import Scorecard
from bpo.analytics.scoring import WEEK, Scores

CONFIDENCE_PCT = 80
"""In how many of a hundred weeks the band should hold what comes."""
_Z = 1.2816
_LEAST_STRETCH, _MOST_STRETCH = 1.0, 16.0
USUAL_STRETCH, _STRETCH_WEEKS = 2.0, 4


@dataclass(frozen=True, slots=True)
class CashWeek:
    """Seven days: what is due in them, and what should come with its band, centavos of principal.

    `came_cents` is what came of what was open on the day of the forecast, None while ahead.
    """

    first: date
    last: date
    due_cents: int
    expected_cents: int
    low_cents: int
    high_cents: int
    came_cents: int | None = None

    @property
    def held(self) -> bool:
        """Whether what came lay within the band."""
        return self.came_cents is not None and (
            self.low_cents <= self.came_cents <= self.high_cents
        )


def weeks(frames: Frames, scores: Scores, stretch: float = USUAL_STRETCH) -> tuple[CashWeek, ...]:
    """The coming weeks of scored receivables. `stretch` is how much more weeks vary than chance.

    Expected: balance x chance. The band is that of a sum of titles that are paid whole or not at
    all, all titles of one debtor together, its variance stretched.
    """
    expected = scores.weeks.T @ scores.balance
    reach = _Z * np.sqrt(_variance(frames, scores) * stretch)
    due = frames.receivables.effective[scores.title] - ordinal(scores.as_of)
    falls = [
        int(scores.balance[(due > WEEK * n) & (due <= WEEK * (n + 1))].sum())
        for n in range(len(expected))
    ]
    return tuple(
        CashWeek(
            scores.as_of + timedelta(days=1 + WEEK * n),
            scores.as_of + timedelta(days=WEEK * (n + 1)),
            falls[n],
            round(float(middle)),
            max(round(float(middle - side)), 0),
            round(float(middle + side)),
        )
        for n, (middle, side) in enumerate(zip(expected, reach, strict=True))
    )


def _variance(frames: Frames, scores: Scores) -> Floats:
    """By week. Titles of a debtor move together: half of their spread adds up, half is chance."""
    debtor = frames.receivables.debtor[scores.title]
    size = len(frames.receivables.debtor_ids)
    spread = scores.balance[:, None] * np.sqrt(scores.weeks * (1 - scores.weeks))
    together = np.column_stack(
        [np.bincount(debtor, spread[:, n], minlength=size) for n in range(spread.shape[1])]
    )
    variance: Floats = ((together**2).sum(axis=0) + (spread**2).sum(axis=0)) / 2
    return variance


@dataclass(frozen=True, slots=True)
class Record:
    """How forecasts of the past went: the first week of each, oldest first, and all of them.

    `stretch` is how much more they missed than chance alone would. `held_pct`: share of all weeks
    (up to 4 ahead) whose band held what came; None without any. `bias_pct`: what was expected
    over what came, less 100.
    """

    next_week: tuple[CashWeek, ...]
    in_four: tuple[CashWeek, ...]
    stretch: float
    held_pct: float | None
    bias_pct: float | None


def look_back(frames: Frames, as_of: date, back: int = 12) -> Record:
    """What would have been said at the end of each of the last `back` weeks, and what came.

    Each forecast uses only facts dated until its day, a model fitted on facts of up to three weeks
    before, and the stretch that the forecasts before it had earned.
    """
    days = [as_of - timedelta(days=WEEK * n) for n in range(back + 4, 0, -1)]
    told: list[tuple[date, tuple[CashWeek, ...], Floats]] = []
    misses: list[tuple[date, float]] = []
    card: Scorecard | None = None
    for day in days:
        if card is None or (day - card.as_of).days >= 4 * WEEK:
            card = scorecard.fit(frames, day)
        scores = scoring.score(frames, card, day, 4)
        stretch = _stretch([miss for known, miss in misses if known <= day])
        ahead = weeks(frames, scores, stretch)
        came = _came(frames, scores, 4)
        misses += _misses(frames, scores, came, day)
        told.append((day, ahead, came))
    return _record(told, as_of, _stretch([miss for known, miss in misses if known <= as_of]))


def _misses(frames: Frames, scores: Scores, came: Floats, day: date) -> list[tuple[date, float]]:
    """Squared misses over their variance, each known from the end of its week."""
    expected, variance = scores.weeks.T @ scores.balance, _variance(frames, scores)
    return [
        (day + timedelta(days=WEEK * (n + 1)), float((came[n] - expected[n]) ** 2 / variance[n]))
        for n in range(len(came))
        if variance[n] > 0
    ]


def _stretch(misses: Sequence[float]) -> float:
    """The mean miss with a few usual ones added; no single week may say everything."""
    capped = [min(miss, 3 * _MOST_STRETCH) for miss in misses]
    total = sum(capped) + USUAL_STRETCH * _STRETCH_WEEKS
    return min(max(total / (len(capped) + _STRETCH_WEEKS), _LEAST_STRETCH), _MOST_STRETCH)


def _came(frames: Frames, scores: Scores, count: int) -> Floats:
    """Principal of money received in each of the weeks after, on the titles that were open."""
    entries = frames.entries
    asked = np.zeros(len(frames.receivables.ids), dtype=np.bool_)
    asked[scores.title] = True
    after = entries.on - ordinal(scores.as_of) - 1
    kept = entries.money & asked[entries.receivable] & (after >= 0) & (after < WEEK * count)
    place: Integers = after[kept] // WEEK
    return np.bincount(place, entries.principal[kept], minlength=count).astype(np.float64)


def _record(
    told: Sequence[tuple[date, tuple[CashWeek, ...], Floats]], as_of: date, stretch: float
) -> Record:
    known = [
        [_closed(week, came[n]) if week.last <= as_of else week for n, week in enumerate(ahead)]
        for _, ahead, came in told
    ]
    closed = [week for row in known for week in row if week.came_cents is not None]
    came = sum(week.came_cents or 0 for week in closed)
    expected = sum(week.expected_cents for week in closed)
    return Record(
        next_week=tuple(row[0] for row in known if row[0].came_cents is not None),
        in_four=tuple(row[3] for row in known if row[3].came_cents is not None),
        stretch=round(stretch, 4),
        held_pct=_pct(sum(week.held for week in closed), len(closed)),
        bias_pct=None if not came else round(expected / came * 100 - 100, 1),
    )


def _closed(week: CashWeek, came: float) -> CashWeek:
    return CashWeek(
        week.first,
        week.last,
        week.due_cents,
        week.expected_cents,
        week.low_cents,
        week.high_cents,
        round(float(came)),
    )


def _pct(part: int, whole: int) -> float | None:
    return None if not whole else round(part / whole * 100, 1)
