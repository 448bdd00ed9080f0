"""What comes in some weeks together or by itself, and how far that may stray.

Titles are taken to be paid whole or not at all; what is paid in parts is told by one figure.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np

from bpo.analytics.frames import Frames
from bpo.analytics.past import Floats
from bpo.analytics.scoring import Scores

MONTH = 4
"""Weeks that are told together."""
TENTH = 1.2816
"""Standard deviations from the middle beyond which a tenth of a bell lies."""
WHOLE_PAYMENTS = 1.0
"""Nothing more comes than whole payments explain."""

_FIFTH = 0.8416
_SURPRISE = 0.1
_SUREST = 0.98

Sums = tuple[Floats, Floats, Floats]
"""Of some sums: the mean, the variance, the chance of nothing at all."""


def single(frames: Frames, scores: Scores, parts: float) -> Sums:
    """Each week by itself."""
    whole = scores.weeks.T @ scores.balance
    raised = whole + np.diff(_in_parts(scores, whole, parts), prepend=0)
    return raised, _variance(frames, scores) * _times(raised, whole) ** 2, _nothing(frames, scores)


def _in_parts(scores: Scores, whole: Floats, parts: float) -> Floats:
    """What comes until the end of each week over what whole payments bring in it.

    It grows for four weeks and then stays: what is paid in part later is mostly whole by then. No
    more comes by it than may be taken for certain.
    """
    first = np.arange(len(whole)) < MONTH
    over = np.cumsum(np.where(first, whole * (parts - 1), 0))
    so_far = np.cumsum(whole)
    most = np.maximum(so_far, _SUREST * scores.balance.sum())
    found: Floats = np.minimum(so_far + over, most) - so_far
    return found


def _times(raised: Floats, whole: Floats) -> Floats:
    found: Floats = np.divide(raised, whole, out=np.ones_like(whole), where=whole > 0)
    return found


def of_sums(
    frames: Frames, scores: Scores, stretches: Sequence[float], parts: float
) -> list[tuple[Floats, Floats]]:
    """The bands of all that comes until the end of each week, with each of some stretches.

    Where more than half of what is open should have come, it is the band of what is left: most of
    the surprise then lies below. Nobody is taken to pay for certain.
    """
    paid = replace(scores, weeks=np.cumsum(scores.weeks, axis=1).clip(0, _SUREST))
    left = replace(paid, weeks=1 - paid.weeks)
    whole, plain = scores.balance.sum(), paid.weeks.T @ scores.balance
    over = _in_parts(scores, scores.weeks.T @ scores.balance, parts)
    told = np.minimum(plain + over, _SUREST * whole)
    variance = _variance(frames, paid) * _times(told, plain) ** 2
    of_paid = told, variance, _nothing(frames, paid)
    of_left = whole - told, variance, _nothing(frames, left)
    mostly, found = told > whole / 2, []
    for stretch in stretches:
        (low, high), (least, most) = band(*of_paid, stretch), band(*of_left, stretch)
        lowest = np.where(mostly, (whole - most).clip(0), low)
        found.append((lowest, np.where(mostly, whole - least, high)))
    return found


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


def band(
    expected: Floats, variance: Floats, nothing: Floats, stretch: float
) -> tuple[Floats, Floats]:
    """From where to where most sums lie: never below zero, and longer above than below.

    Quantiles of the gamma distribution with this mean and variance (Wilson and Hilferty), moved
    away from the mean as standard deviations grow with the stretch.
    """
    safe = np.maximum(expected, 1e-9)
    spread = np.sqrt(np.maximum(variance, 1e-12)) / safe / 3
    from_nothing = nothing >= _SURPRISE

    def away(deviations: Floats) -> Floats:
        """How far from the mean a quantile lies, over the mean."""
        cube = np.maximum(1 - spread**2 + deviations * spread, 0) ** 3
        far: Floats = (cube - 1) * sqrt(stretch)
        return far

    below = np.where(from_nothing, -1.0, away(np.full_like(safe, -TENTH)))
    above = away(np.where(from_nothing, _FIFTH, TENTH))
    return expected * (1 + below.clip(-1, 0)), expected * (1 + np.maximum(above, 0))


def _nothing(frames: Frames, scores: Scores) -> Floats:
    """The chance that no title at all is paid, by week: half as if a debtor paid all or none."""
    unpaid = np.log1p(-scores.weeks.clip(0, 1 - 1e-9))
    together = np.zeros((len(frames.receivables.debtor_ids), unpaid.shape[1]))
    np.minimum.at(together, frames.receivables.debtor[scores.title], unpaid)
    chance: Floats = np.exp((unpaid.sum(axis=0) + together.sum(axis=0)) / 2)
    return chance
