"""The model of one workspace: how likely a title is paid late, and when. Fitted on its own past.

Nothing is fitted across workspaces. A workspace starts from `PRIOR_*`, a fixed table shipped with
the product (where it comes from: docs/decisions/0009), and moves away from it as its own outcomes
come in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np

from bpo.analytics import delays, fitting, outlook, pace, past, traits, trust
from bpo.analytics.delays import Delays
from bpo.analytics.frames import Flags, Frames, Integers, day_of, ordinal
from bpo.analytics.outlook import Outlook, Shape
from bpo.analytics.pace import WEEK, Pace
from bpo.analytics.past import Floats, Past
from bpo.analytics.traits import Traits
from bpo.analytics.trust import Rehearsal

FEATURES: Final = ("start", "rate", "timing", "size", "overdue", "experience", "level")
"""What the log-odds of lateness are made of; see `table`."""
PRIOR_LATE: Final = (0.2, 0.5, 0.45, 0.0, 0.6, -0.15, 0.6)
SPREAD_LATE: Final = (0.6, 0.3, 0.6, 0.3, 0.45, 0.2, 0.2)

DAYS: Final = ("start", "delay", "size", "experience", "level")
"""What the days from the effective due date to payment are made of; see `days_table`."""
PRIOR_DAYS: Final = (2.0, 0.95, 0.0, -0.5, 2.0)
SPREAD_DAYS: Final = (4.0, 0.2, 1.0, 1.2, 1.0)

MONOTONE: Final = ("rate", "timing", "overdue", "level")
"""Features that may only raise the chance of lateness; anything else could not be explained."""
FEW: Final = 4
"""With fewer outcomes a debtor is told as new."""

MEMORY_DAYS: Final = 180.0
"""A title issued this long ago teaches half as much."""

_CUTS = (0.4, 0.6, 0.8)
_DAYS_NOISE = 10.0
_ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """A fitted model. `trust` is the model's share of the say against the debtor's own late rate.

    `late` and `days` are coefficients in the order of FEATURES and DAYS; `known` titles had an
    outcome on `as_of`, `open` were still open (censored); `proved_on` titles decided the trust.
    `usual` is the row of `table` in the middle of the book, against which a title is explained.
    `apart`: how far titles usually stand from it. `pace`: what else moves a payment from one week
    to the next.
    """

    as_of: date
    late: Floats
    days: Floats
    usual: Floats
    trust: float
    shape: Shape
    known: int
    open: int
    proved_on: int
    apart: Floats = field(default_factory=lambda: np.ones(len(FEATURES)))
    pace: Pace = field(default_factory=Pace)

    def chance(self, known: Traits) -> Floats:
        """The chance of being paid late, as seen at issue, 0 to 1."""
        model = table(known) @ self.late
        plain = fitting.log_odds(known.plain_rate)
        return fitting.inverse(self.trust * model + (1 - self.trust) * plain)

    def expected_delay(self, known: Traits) -> Floats:
        """Days from the effective due date to payment, on average; negative is early."""
        found: Floats = (days_table(known) @ self.days).clip(-90, 365)
        return found

    def outlook(self, known: Traits, chance: Floats) -> Outlook:
        """When titles are paid that are late with a chance."""
        return Outlook(self.shape, self.expected_delay(known), known.spread, chance)

    def within_week(self, known: Traits, so_far: Floats) -> Floats:
        """The chance that what is unpaid `so_far` days after its effective due date is paid in the
        seven days that follow, at an even pace."""
        view = self.outlook(known, self.chance(known))
        left = np.maximum(view.unpaid(so_far), 1e-9)
        chance: Floats = (1 - view.unpaid(so_far + WEEK) / left).clip(0, 1)
        return chance

    def to_json(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "as_of": self.as_of.isoformat(),
            "late": dict(zip(FEATURES, self.late.tolist(), strict=True)),
            "days": dict(zip(DAYS, self.days.tolist(), strict=True)),
            "usual": self.usual.tolist(),
            "apart": dict(zip(FEATURES, self.apart.tolist(), strict=True)),
            "trust": self.trust,
            "unpaid": self.shape.own.unpaid.tolist(),
            "plain": self.shape.common.unpaid.tolist(),
            "plain_shares": [self.shape.early, self.shape.late],
            "known": self.known,
            "open": self.open,
            "proved_on": self.proved_on,
            "pace": self.pace.to_json(),
        }


def from_json(stored: dict[str, Any]) -> Scorecard:
    """The model that `to_json` wrote. Raises KeyError when something is missing.

    The first models knew no plain days, those after them no pace.
    """
    own = Delays(np.array(stored["unpaid"]))
    common = Delays(np.array(stored["plain"])) if "plain" in stored else own
    return Scorecard(
        as_of=date.fromisoformat(stored["as_of"]),
        late=np.array([stored["late"][name] for name in FEATURES]),
        days=np.array([stored["days"][name] for name in DAYS]),
        usual=np.array(stored["usual"]),
        trust=stored["trust"],
        shape=Shape(own, common, *stored.get("plain_shares", ())),
        known=stored["known"],
        open=stored["open"],
        proved_on=stored["proved_on"],
        apart=np.array([stored.get("apart", {}).get(name, 1.0) for name in FEATURES]),
        pace=Pace(**stored.get("pace", {})),
    )


_Trial = tuple[Scorecard, int, int]
"""A model of the past, the day at whose end it was fitted, and that until which it is asked."""


def fit(frames: Frames, as_of: date, at_issue: Traits | None = None) -> Scorecard:
    """The model of a workspace from facts dated on or before `as_of`.

    `at_issue` (see `traits.at_issue`) saves looking again where several models are fitted.

    Later parts of the past prove it: fitted on the facts known before, it tells the outcomes since,
    beside the debtor's own smoothed late rate. The better it did, the more say it gets.
    """
    today = ordinal(as_of)
    remembered = past.remember(frames, today)
    known = at_issue or traits.at_issue(frames, remembered)
    seen = cases(frames, remembered, today, known)
    trials = _rehearse(frames, seen, known, today)
    asked = [_asked(frames, seen, trial) for trial in trials]
    share, proved_on = trust.earned(asked, int(seen.settled.sum()))
    card = _fit(seen, today, share, proved_on)
    return replace(card, pace=_find_pace(frames, remembered, card, trials))


def table(known: Traits) -> Floats:
    """One row per title, one column per feature of FEATURES.

    `rate`: log-odds of the debtor's late rate; `timing`: mean delay in spreads, -3 to 3; `size`:
    log of the amount over the usual; `overdue`, `experience`: log of 1 + overdue titles, outcomes;
    `level`: lateness of the book lately against always.
    """
    return np.column_stack(
        (
            np.ones_like(known.delay),
            fitting.log_odds(known.late_rate),
            (known.delay / known.spread).clip(-3, 3),
            known.size,
            np.log1p(known.overdue),
            np.log1p(known.outcomes),
            known.level,
        )
    )


def days_table(known: Traits) -> Floats:
    """One row per title, one column per feature of DAYS; `delay` in days, else as in `table`."""
    return np.column_stack(
        (np.ones_like(known.delay), known.delay, known.size, np.log1p(known.outcomes), known.level)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """What a model learns from: titles by position, as known on a day.

    `settled`: paid by then, `delay` days after the effective due date (else so far); `late`:
    known late, paid or not; `watched`: days since that date; `weight`: fades with age.
    """

    title: Integers
    settled: Flags
    late: Flags
    delay: Floats
    watched: Floats
    weight: Floats
    traits: Traits

    @property
    def due(self) -> Flags:
        """Titles whose deadline has passed."""
        return self.watched > 0


def cases(frames: Frames, remembered: Past, today: int, at_issue: Traits) -> Cases:
    """The titles issued by `today`, except those withdrawn or written off: they have no outcome."""
    titles = frames.receivables
    shut = remembered.closed_on >= 0
    fair = (titles.issue <= today) & (titles.amount > 0) & (~shut | remembered.was_paid)
    title = np.flatnonzero(fair)
    settled, effective = shut[title], titles.effective[title]
    end = np.where(settled, remembered.closed_on[title], today)
    return Cases(
        title=title,
        settled=settled,
        late=end > effective,
        delay=(end - effective).astype(np.float64),
        watched=(today - effective).astype(np.float64),
        weight=0.5 ** ((today - titles.issue[title]) / MEMORY_DAYS),
        traits=at_issue.of(title),
    )


def _fit(seen: Cases, today: int, share: float, proved_on: int) -> Scorecard:
    days, found = _fit_days(seen)
    rows, none = table(seen.traits), np.zeros(len(FEATURES))
    draft = Scorecard(
        as_of=day_of(today),
        late=np.array(PRIOR_LATE),
        days=days,
        usual=rows.mean(axis=0) if len(rows) else none,
        apart=rows.std(axis=0) if len(rows) else none,
        trust=share,
        shape=found,
        known=int(seen.settled.sum()),
        open=int((~seen.settled).sum()),
        proved_on=proved_on,
    )
    return _fit_late(draft, seen)


def _fit_days(seen: Cases) -> tuple[Floats, Shape]:
    """Coefficients of the delay and the distribution around it, open titles as censored.

    An open title stands for the mean of what it may become (Buckley and James), in a few rounds.
    """
    rows = days_table(seen.traits) / _DAYS_NOISE
    prior, certainty = np.array(PRIOR_DAYS), 1 / np.array(SPREAD_DAYS) ** 2
    spread, paid = seen.traits.spread, seen.settled.astype(np.float64)
    found, guess = prior, seen.delay.clip(-90, 180)
    shape = delays.estimate((guess - rows @ prior * _DAYS_NOISE) / spread, paid)
    for _ in range(_ROUNDS):
        mean = rows @ found * _DAYS_NOISE
        shape = delays.estimate((seen.delay - mean) / spread, paid)
        beyond = mean + spread * shape.mean_beyond((seen.delay - mean) / spread)
        guess = np.where(seen.settled, seen.delay, beyond).clip(-90, 180)
        found = fitting.linear(rows, guess / _DAYS_NOISE, prior, certainty)
    return found, _shaped(seen, rows @ found * _DAYS_NOISE)


def _shaped(seen: Cases, mean: Floats) -> Shape:
    """Own and plain days, and how much of each; a title not yet due says nothing of the share."""
    paid, spread = seen.settled.astype(np.float64), seen.traits.spread
    shape = Shape(
        delays.estimate((seen.delay - 0.5 - mean) / spread, paid),
        outlook.plain_days(seen.delay, paid),
    )
    view = Outlook(shape, mean, spread, np.zeros_like(mean))
    early, late = view.shares(seen.delay, seen.late, seen.watched)
    return replace(shape, early=early, late=late)


def _fit_late(draft: Scorecard, seen: Cases) -> Scorecard:
    """The chance of lateness; what is open counts with the chance that it has by now."""
    rows, found = table(seen.traits), np.array(PRIOR_LATE)
    for _ in range(_ROUNDS):
        chance = fitting.inverse(rows @ found)
        so_far = draft.outlook(seen.traits, chance).unpaid(seen.delay)
        waiting = np.where(seen.late, 1.0, chance / np.maximum(so_far, 1e-9))
        outcome = np.where(seen.settled, seen.late, waiting.clip(0, 1))
        found = _rising(rows, outcome, seen.weight)
    return replace(draft, late=found)


def _rising(rows: Floats, outcome: Floats, weight: Floats) -> Floats:
    """The fit, once more without the features that came out against their meaning."""
    prior, certainty = np.array(PRIOR_LATE), 1 / np.array(SPREAD_LATE) ** 2
    found = fitting.logistic(rows, outcome, weight, prior, certainty)
    rising = np.array([name in MONOTONE for name in FEATURES])
    against = rising & (found < 0)
    if not against.any():
        return found
    prior, certainty = np.where(against, 0.0, prior), np.where(against, 1e9, certainty)
    again = fitting.logistic(rows, outcome, weight, prior, certainty)
    return np.where(against, 0.0, again)


def _rehearse(frames: Frames, seen: Cases, at_issue: Traits, today: int) -> list[_Trial]:
    """Fitted on what was known at three days of the past; none where too little is known."""
    if int(seen.settled.sum()) < trust.ENOUGH:
        return []
    issue = np.sort(frames.receivables.issue[seen.title])
    cuts = [int(issue[int(len(issue) * part)]) for part in _CUTS] + [today]

    def fitted(cut: int) -> Scorecard:
        return _fit(cases(frames, past.remember(frames, cut), cut, at_issue), cut, 1.0, 0)

    return [(fitted(cut), cut, until) for cut, until in pairwise(cuts)]


def _asked(frames: Frames, seen: Cases, trial: _Trial) -> Rehearsal:
    """What a model of the past says of the titles issued after its day, until the next day, whose
    deadline has passed by now."""
    card, cut, until = trial
    issue = frames.receivables.issue[seen.title]
    asked = (issue > cut) & (issue <= until) & seen.due
    plain = fitting.log_odds(seen.traits.plain_rate)
    return Rehearsal((table(seen.traits) @ card.late)[asked], plain[asked], seen.late[asked])


def _find_pace(frames: Frames, remembered: Past, card: Scorecard, trials: Sequence[_Trial]) -> Pace:
    """The pace that the models of the rehearsals support on the weeks after their days."""
    if not trials:
        return Pace()
    weeks = pace.past_weeks(frames, remembered, ordinal(card.as_of))

    def odds(model: Scorecard) -> Floats:
        alike = replace(model, trust=card.trust)
        return fitting.log_odds(alike.within_week(weeks.traits, weeks.so_far))

    said = [(cut, until, odds(model)) for model, cut, until in trials]
    return pace.earned(weeks, said, odds(card))
