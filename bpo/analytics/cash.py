"""The cash that open receivables should bring in the coming weeks, with a band, and how it went.

Only what is open on the day is in it: sales to come are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import erf, sqrt
from typing import Any, Final

import numpy as np

from bpo.analytics import past, scorecard, scoring, spreads, traits
from bpo.analytics.frames import Flags, Frames, Integers, ordinal
from bpo.analytics.pace import WEEK
from bpo.analytics.past import Floats
from bpo.analytics.scorecard import Scorecard
from bpo.analytics.scoring import Scores
from bpo.analytics.spreads import MONTH as MONTH
from bpo.analytics.spreads import WHOLE_PAYMENTS
from bpo.analytics.traits import Traits

CONFIDENCE_PCT = 80
"""In how many of a hundred weeks the band should hold what comes."""
USUAL_STRETCH = 1.0
STRETCHES: Final = tuple(float(2**power) for power in np.arange(-2, 5.01, 0.25))
"""How much more, or less, weeks may be found to vary than supposed: a quarter to 32 times."""
QUARTER = 13
"""As MONTH, weeks that are told together."""
QUARTERS = 3
"""Of how many past days thirteen weeks are told."""

_USUAL_WEEKS = 12
_USUAL_MONTHS = 8


@dataclass(frozen=True, slots=True)
class CashWeek:
    """Seven days: what is due in them, and what should come with its band, centavos of principal.

    `came_cents` is what came of what was open on the day of the forecast, None while ahead.
    `sum_*` is the band of all that comes from the day of the forecast to the end of these (None in
    forecasts made before it was kept).
    """

    first: date
    last: date
    due_cents: int
    expected_cents: int
    low_cents: int
    high_cents: int
    came_cents: int | None = None
    sum_low_cents: int | None = None
    sum_high_cents: int | None = None

    @property
    def held(self) -> bool:
        """Whether what came lay within the band."""
        return self.came_cents is not None and (
            self.low_cents <= self.came_cents <= self.high_cents
        )


def weeks(
    frames: Frames,
    scores: Scores,
    stretch: float = USUAL_STRETCH,
    sum_stretch: float | None = None,
    parts: float = WHOLE_PAYMENTS,
) -> tuple[CashWeek, ...]:
    """The coming weeks of scored receivables. `stretch` is how much more weeks vary than supposed,
    `sum_stretch` the same for several weeks together (at least as much), `parts` how many times
    what whole payments bring comes in the first four weeks, because some is paid in parts.

    Expected: balance x chance (x `parts`). The band is that of a sum of titles that are paid whole
    or not at all, half of their spread common to the titles of a debtor, its variance stretched. It
    leaves out a tenth of the weeks on each side; where a week without any money is no surprise, it
    begins at nothing and leaves out a fifth above.
    """
    found = spreads.single(frames, scores, parts)
    low, high = spreads.band(*found, stretch)
    least, most = spreads.of_sums(frames, scores, [max(stretch, sum_stretch or 0.0)], parts)[0]
    due = frames.receivables.effective[scores.title] - ordinal(scores.as_of)
    falls = [
        int(scores.balance[(due > WEEK * n) & (due <= WEEK * (n + 1))].sum())
        for n in range(len(low))
    ]
    middle = np.diff(np.rint(np.cumsum(found[0])), prepend=0)
    return tuple(
        CashWeek(
            scores.as_of + timedelta(days=1 + WEEK * n),
            scores.as_of + timedelta(days=WEEK * (n + 1)),
            falls[n],
            int(middle[n]),
            int(min(low[n], middle[n])),
            round(float(max(high[n], middle[n]))),
            sum_low_cents=int(min(least[n], middle[: n + 1].sum())),
            sum_high_cents=round(float(max(most[n], middle[: n + 1].sum()))),
        )
        for n in range(len(low))
    )


def by(record: Mapping[str, Any], frames: Frames, scores: Scores) -> tuple[CashWeek, ...]:
    """The coming weeks by what a kept `Record` learned; nothing in the first ones, or without."""
    return weeks(
        frames,
        scores,
        record.get("stretch", USUAL_STRETCH),
        record.get("sum_stretch"),
        record.get("parts", WHOLE_PAYMENTS),
    )


_Told = tuple[date, tuple[CashWeek, ...], Floats]
"""The day of a forecast, its weeks, and what came in each."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some weeks of a past forecast together, and what came in them, centavos of principal."""

    first: date
    last: date
    expected_cents: int
    low_cents: int
    high_cents: int
    came_cents: int

    @property
    def held(self) -> bool:
        """Whether what came lay within the band."""
        return self.low_cents <= self.came_cents <= self.high_cents


@dataclass(frozen=True, slots=True)
class Record:
    """How forecasts of the past went: the first week of each, oldest first, and all of them.

    `months`, `quarters`: four and thirteen weeks together, told every four weeks, newest first.
    `stretch` is how much more (or, below 1, less) weeks varied than supposed, `sum_stretch` the
    same for four weeks together, `parts` how many times what whole payments explain came in four
    weeks. `held_pct`: share of all weeks (up to 4 ahead) whose band held what came; None without
    any. `bias_pct`: what was expected over what came, less 100.
    """

    next_week: tuple[CashWeek, ...]
    in_four: tuple[CashWeek, ...]
    stretch: float
    held_pct: float | None
    bias_pct: float | None
    months: tuple[Span, ...] = ()
    quarters: tuple[Span, ...] = ()
    sum_stretch: float | None = None
    parts: float = WHOLE_PAYMENTS


def look_back(
    frames: Frames, as_of: date, back: int = 12, at_issue: Traits | None = None
) -> Record:
    """What would have been said at the end of each of the last `back` weeks, and what came.

    Each forecast uses only facts dated until its day, a model fitted on facts of up to three weeks
    before, and the stretch and parts that the forecasts before it had earned. Thirteen weeks
    together are told on days every four weeks, the last of which lies thirteen weeks back.
    `at_issue` as in `scorecard.fit`.
    """
    days = [as_of - timedelta(days=WEEK * n) for n in range(back + MONTH, 0, -1)]
    told: list[_Told] = []
    tried: list[tuple[date, Flags]] = []
    summed: list[tuple[date, Flags]] = []
    months: list[_Month] = []
    card: Scorecard | None = None
    known = at_issue or traits.at_issue(frames, past.remember(frames, ordinal(as_of)))
    for day in days:
        if card is None or (day - card.as_of).days >= 4 * WEEK:
            card = scorecard.fit(frames, day, known)
        scores = scoring.score(frames, card, day, MONTH)
        parts = _parts(months, day)
        ahead = weeks(frames, scores, _earned(tried, day), _earned(summed, day), parts)
        came = _came(frames, scores, MONTH)
        tried += _tried(frames, scores, came, parts)
        summed += _tried_sums(frames, scores, came, parts)
        said = scores.balance @ scores.weeks.sum(axis=1)
        months.append((ahead[-1].last, float(said), float(came.sum())))
        told.append((day, ahead, came))
    record = _record(told, as_of, round(_earned(tried, as_of), 4))
    stretch, parts = round(_earned(summed, as_of), 4), round(_parts(months, as_of), 4)
    quarters = _quarters(frames, as_of, known, stretch, parts)
    return replace(record, quarters=quarters, sum_stretch=stretch, parts=parts)


_Month = tuple[date, float, float]
"""The last day of four weeks, what whole payments should have brought in them, and what came."""


def _parts(months: Sequence[_Month], day: date) -> float:
    """How many times what whole payments bring comes in four weeks, by those that ended by a day.

    Some usual ones, in which as much came as was told, are added. Parts bring more, never less.
    """
    told = [(said, came) for end, said, came in months if end <= day]
    said, came = np.array(told).reshape(-1, 2).sum(axis=0).tolist()
    usual = _USUAL_MONTHS * said / max(len(told), 1)
    return max((came + usual) / (said + usual), WHOLE_PAYMENTS) if said else WHOLE_PAYMENTS


def _quarters(
    frames: Frames, as_of: date, known: Traits, stretch: float, parts: float
) -> tuple[Span, ...]:
    """What would have been said of thirteen weeks at the last times when they have since ended.

    The stretch and parts are those of now: no forecast so far back has its own.
    """
    found = []
    for back in range(QUARTER, QUARTER + MONTH * QUARTERS, MONTH):
        day = as_of - timedelta(days=WEEK * back)
        scores = scoring.score(frames, scorecard.fit(frames, day, known), day, QUARTER)
        if len(scores.title):
            ahead = weeks(frames, scores, stretch, stretch, parts)
            found.append(_span(ahead, _came(frames, scores, QUARTER)))
    return tuple(found)


def _span(ahead: Sequence[CashWeek], came: Floats) -> Span:
    last = ahead[-1]
    return Span(
        first=ahead[0].first,
        last=last.last,
        expected_cents=sum(week.expected_cents for week in ahead),
        low_cents=last.sum_low_cents or 0,
        high_cents=last.sum_high_cents or 0,
        came_cents=round(float(came.sum())),
    )


def _tried(frames: Frames, scores: Scores, came: Floats, parts: float) -> list[tuple[date, Flags]]:
    """Which of STRETCHES would have held what came, for each week; known from its end."""
    found = spreads.single(frames, scores, parts)
    bands = [spreads.band(*found, stretch) for stretch in STRETCHES]
    held = np.array([(low <= came) & (came <= high) for low, high in bands])
    return [
        (scores.as_of + timedelta(days=WEEK * (n + 1)), held[:, n])
        for n in range(len(came))
        if found[1][n] > 0
    ]


def _tried_sums(
    frames: Frames, scores: Scores, came: Floats, parts: float
) -> list[tuple[date, Flags]]:
    """Which of STRETCHES would have held what came in all the weeks together."""
    if not len(scores.title):
        return []
    bands, whole = spreads.of_sums(frames, scores, STRETCHES, parts), came.sum()
    held = np.array([low[-1] <= whole <= high[-1] for low, high in bands])
    return [(scores.as_of + timedelta(days=WEEK * len(came)), held)]


def _earned(tried: Sequence[tuple[date, Flags]], day: date) -> float:
    """The stretch that what ended by a day has earned."""
    return _stretch([held for end, held in tried if end <= day])


def _stretch(tried: Sequence[Flags]) -> float:
    """The least stretch that would have held as many weeks as promised.

    A few weeks as supposed are added; no single week may say everything.
    """
    held = np.array(tried, dtype=np.float64).reshape(-1, len(STRETCHES)).sum(axis=0)
    supposed = np.array([erf(spreads.TENTH * sqrt(stretch / 2)) for stretch in STRETCHES])
    share = (held + _USUAL_WEEKS * supposed) / (len(tried) + _USUAL_WEEKS)
    enough = np.flatnonzero(share >= CONFIDENCE_PCT / 100 - 1e-4)
    return STRETCHES[int(enough[0])] if len(enough) else STRETCHES[-1]


def _came(frames: Frames, scores: Scores, count: int) -> Floats:
    """Principal of money received in each of the weeks after, on the titles that were open."""
    entries = frames.entries
    asked = np.zeros(len(frames.receivables.ids), dtype=np.bool_)
    asked[scores.title] = True
    after = entries.on - ordinal(scores.as_of) - 1
    kept = entries.money & asked[entries.receivable] & (after >= 0) & (after < WEEK * count)
    place: Integers = after[kept] // WEEK
    return np.bincount(place, entries.principal[kept], minlength=count).astype(np.float64)


def _record(told: Sequence[_Told], as_of: date, stretch: float) -> Record:
    """Days on which nothing was open put nothing to the test and are left out."""
    known = [
        [_closed(week, came[n]) if week.last <= as_of else week for n, week in enumerate(ahead)]
        for _, ahead, came in told
        if ahead[-1].sum_high_cents
    ]
    closed = [week for row in known for week in row if week.came_cents is not None]
    came = sum(week.came_cents or 0 for week in closed)
    expected = sum(week.expected_cents for week in closed)
    return Record(
        next_week=tuple(row[0] for row in known if row[0].came_cents is not None),
        in_four=tuple(row[3] for row in known if row[3].came_cents is not None),
        stretch=stretch,
        held_pct=_pct(sum(week.held for week in closed), len(closed)),
        bias_pct=None if not came else round(expected / came * 100 - 100, 1),
        months=tuple(_span(row, came) for _, row, came in _ended(told, as_of)[::-MONTH]),
    )


def _ended(told: Sequence[_Told], as_of: date) -> list[_Told]:
    """Those whose weeks are all over, and in which anything was open."""
    return [one for one in told if one[1][-1].last <= as_of and one[1][-1].sum_high_cents]


def _closed(week: CashWeek, came: float) -> CashWeek:
    return replace(week, came_cents=round(float(came)))


def _pct(part: int, whole: int) -> float | None:
    return None if not whole else round(part / whole * 100, 1)
