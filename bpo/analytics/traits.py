"""What is known of a receivable's payer on a day, as the few figures that a score is made of."""

from dataclasses import dataclass, field, fields

import numpy as np

from bpo.analytics import past as memory
from bpo.analytics.frames import Frames, Integers
from bpo.analytics.past import Events, Floats, Lookup, Past

HALF_LIFE_DAYS = 730.0
"""An outcome of two years ago counts half."""
RECENT_DAYS = 120.0
"""The half-life of the level of the whole book."""

_FOREVER = 1e9
_RATE_WEIGHT = 1.25
_USUAL_RATE = 0.3
_UNSEEN = 0.7
_ROUNDS = 3
_DELAY_WEIGHT = 0.3
_SPREAD_WEIGHT = 8.0
_USUAL_SPREAD = 10.0
_LONGEST_DELAY, _EARLIEST = 180, -90


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """One position per receivable asked about, from facts dated before its day.

    `late_rate`: share of the debtor's outcomes that were late, fading, smoothed towards the
    workspace's. `plain_rate`: the same without fading (the baseline). `delay`: mean days from the
    effective due date to payment (negative: early), overdue titles counted so far, smoothed.
    `spread`: usual distance of a payment from that mean, days. `size`: log of the amount over the
    workspace's usual. `overdue`: the debtor's open overdue titles. `outcomes`, `late_outcomes`:
    decided titles. `level`: log-odds of lateness in the book lately over always.
    """

    late_rate: Floats
    plain_rate: Floats
    delay: Floats
    spread: Floats
    size: Floats
    overdue: Floats
    outcomes: Floats
    late_outcomes: Floats
    level: Floats

    def of(self, position: Integers) -> "Traits":
        """Those of some positions."""
        return Traits(**{one.name: getattr(self, one.name)[position] for one in fields(self)})


def at_issue(frames: Frames, past: Past) -> Traits:
    """The traits of every title on the day of its issue: what a model learns from.

    Whatever `past` holds of later days is not in them, so that they serve a fit at any day.
    """
    titles = frames.receivables
    return observe(frames, past, np.arange(len(titles.ids)), titles.issue)


def observe(frames: Frames, past: Past, title: Integers, day: Integers) -> Traits:
    """The traits of titles (positions) on days (see `frames.ordinal`), from facts before them."""
    ask = _Asked(frames, title, day)
    whole, whole_late = ask.debtor_rates(past, _FOREVER)
    usual = ask.usual_rate(past)
    delay, spread = _timing(frames, past, ask)
    return Traits(
        late_rate=ask.late_rate(past),
        plain_rate=(whole_late + _RATE_WEIGHT * usual) / (whole + _RATE_WEIGHT),
        delay=delay,
        spread=spread,
        size=_size(frames, past, ask),
        overdue=np.rint(ask.debtor(past.late) - ask.debtor(past.left)).clip(0),
        outcomes=np.rint(whole).clip(0),
        late_outcomes=np.rint(whole_late).clip(0),
        level=_level(past, ask),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """The titles and days asked about; sums of events over their debtors or over everybody."""

    frames: Frames
    title: Integers
    day: Integers
    found: dict[tuple[int, bool], Lookup] = field(default_factory=dict)

    def debtor(
        self, events: Events, values: Floats | None = None, half: float = _FOREVER
    ) -> Floats:
        return self._lookup(events, own=True).sums(values, half)

    def everybody(
        self, events: Events, values: Floats | None = None, half: float = _FOREVER
    ) -> Floats:
        return self._lookup(events, own=False).sums(values, half)

    def _lookup(self, events: Events, *, own: bool) -> Lookup:
        """Made once for the events of a past, which outlive the question."""
        key = (id(events), own)
        if key not in self.found:
            debtor = self.frames.receivables.debtor
            group = debtor if own else np.zeros_like(debtor)
            self.found[key] = memory.look_up(events, group, group[self.title], self.day)
        return self.found[key]

    def debtor_rates(self, past: Past, half: float) -> tuple[Floats, Floats]:
        """Outcomes and late ones of the debtor, never below zero."""
        late = self.debtor(past.late, half=half).clip(0)
        return late + self.debtor(past.punctual, half=half).clip(0), late

    def late_rate(self, past: Past) -> Floats:
        """The debtor's late rate, smoothed towards the workspace's, open titles counted in part.

        Early on, only quick payments are known; without the open titles every book looks punctual.
        """
        count, late = self.debtor_rates(past, HALF_LIFE_DAYS)
        all_late = self.everybody(past.late).clip(0)
        decided = all_late + self.everybody(past.punctual).clip(0)
        waiting = self.everybody(past.issued) - decided
        usual = _smoothed(all_late, decided, waiting, np.full(len(late), _USUAL_RATE), 3)
        own = self.debtor(past.issued) - self.debtor(past.late) - self.debtor(past.punctual)
        return _smoothed(late, count, own, usual, _RATE_WEIGHT)

    def usual_rate(self, past: Past) -> Floats:
        """The workspace's share of late outcomes; a third when nothing is known."""
        late = self.everybody(past.late).clip(0)
        rate: Floats = (late + 1) / (late + self.everybody(past.punctual).clip(0) + 3)
        return rate


def _smoothed(late: Floats, count: Floats, waiting: Floats, usual: Floats, weight: float) -> Floats:
    """Late over count with `weight` usual outcomes added, and each waiting title as it may end.

    Punctual payments come late in the term: of those to come, 0.7 are usually not yet seen.
    """
    rate, waiting = (late + weight * usual) / (count + weight), waiting.clip(0)
    for _ in range(_ROUNDS):
        ends_late = rate / (rate + (1 - rate) * _UNSEEN)
        rate = (late + waiting * ends_late + weight * usual) / (count + waiting + weight)
    return rate


def _timing(frames: Frames, past: Past, ask: _Asked) -> tuple[Floats, Floats]:
    """Mean delay and its spread; a title still open past its day counts with the days so far."""
    effective = frames.receivables.effective
    delays = _delays(past.paid, effective)
    mean, weight = _mean_delay(past, ask, effective, delays)
    every, every_count = ask.everybody(past.paid, delays), ask.everybody(past.paid)
    usual = _over(every, every_count)
    smooth = (mean * weight + _DELAY_WEIGHT * usual) / (weight + _DELAY_WEIGHT)
    variance = _variance(past, ask, delays)
    return smooth.clip(_EARLIEST, _LONGEST_DELAY), np.sqrt(variance)


def _delays(paid: Events, effective: Integers) -> Floats:
    found = (paid.on - effective[paid.title]).clip(_EARLIEST, _LONGEST_DELAY)
    delays: Floats = found.astype(np.float64)
    return delays


def _mean_delay(
    past: Past, ask: _Asked, effective: Integers, delays: Floats
) -> tuple[Floats, Floats]:
    paid, total = (
        ask.debtor(past.paid, half=HALF_LIFE_DAYS),
        ask.debtor(past.paid, delays, HALF_LIFE_DAYS),
    )
    waiting = (ask.debtor(past.late) - ask.debtor(past.left)).clip(0)
    due = ask.debtor(past.late, effective[past.late.title].astype(np.float64))
    due -= ask.debtor(past.left, effective[past.left.title].astype(np.float64))
    so_far = (waiting * ask.day - due).clip(0, waiting * _LONGEST_DELAY)
    weight = (paid + waiting).clip(0)
    return _over(total + so_far, weight), weight


def _variance(past: Past, ask: _Asked, delays: Floats) -> Floats:
    """Variance of a debtor's delays around their mean, smoothed to that within all debtors."""
    count, total = ask.debtor(past.paid).clip(0), ask.debtor(past.paid, delays)
    within = (ask.debtor(past.paid, delays**2) - _over(total**2, count)).clip(0)
    every = ask.everybody(past.paid, _surprises(past, ask, delays))
    usual = (every.clip(0) + 5 * _USUAL_SPREAD**2) / (ask.everybody(past.paid).clip(0) + 5)
    variance: Floats = (within + _SPREAD_WEIGHT * usual) / ((count - 1).clip(0) + _SPREAD_WEIGHT)
    return variance


def _surprises(past: Past, ask: _Asked, delays: Floats) -> Floats:
    """Squared distance of each payment from the debtor's payments before it."""
    own = _Asked(ask.frames, past.paid.title, past.paid.on)
    count, total = own.debtor(past.paid).clip(0), own.debtor(past.paid, delays)
    everyone, every = own.everybody(past.paid).clip(0), own.everybody(past.paid, delays)
    mean = (total + _DELAY_WEIGHT * _over(every, everyone)) / (count + _DELAY_WEIGHT)
    surprise: Floats = (delays - mean) ** 2
    return surprise


def _size(frames: Frames, past: Past, ask: _Asked) -> Floats:
    logs = np.log(frames.receivables.amount.clip(1))
    count = ask.everybody(past.issued)
    usual = _over(ask.everybody(past.issued, logs[past.issued.title]), count)
    return np.where(count > 0, logs[ask.title] - usual, 0.0).clip(-2.5, 2.5)


def _level(past: Past, ask: _Asked) -> Floats:
    lately = _odds(ask.everybody(past.late, half=RECENT_DAYS), ask, past, RECENT_DAYS)
    return lately - _odds(ask.everybody(past.late), ask, past, _FOREVER)


def _odds(late: Floats, ask: _Asked, past: Past, half: float) -> Floats:
    punctual = ask.everybody(past.punctual, half=half).clip(0)
    odds: Floats = np.log((late.clip(0) + 3) / (punctual + 3))
    return odds


def _over(total: Floats, count: Floats) -> Floats:
    return np.divide(total, count, out=np.zeros_like(total), where=count > 1e-9)
