"""How much of the say a model has earned against the debtor's own late rate, on its own past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bpo.analytics import fitting
from bpo.analytics.frames import Flags
from bpo.analytics.past import Floats

SHARES: Final = tuple(eighth / 8 for eighth in range(9))
LEAST: Final = 0.25
"""The share of the say that the table has before anything is known; the debtor's own rate has the
other."""
CAUTION: Final = 300
"""A model that has seen this many outcomes is expected to deserve half of the say."""
FIRM: Final = 0.2
"""How far (as a standard deviation) the past may easily move the share from what is expected."""
ENOUGH: Final = 50
"""With fewer titles to prove it on, the share stays what is expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """Titles that a model fitted before them was asked about, by position.

    `odds` and `plain`: log-odds of lateness by the model, and by the debtor's own smoothed rate;
    `late`: what came.
    """

    odds: Floats
    plain: Floats
    late: Flags

    def mixed(self, share: float) -> Floats:
        """The log-odds where the model has a share of the say."""
        odds: Floats = share * self.odds + (1 - share) * self.plain
        return odds


def earned(rehearsals: Sequence[Rehearsal], known: int) -> tuple[float, int]:
    """The model's share of the say, 0 to 1, and how many titles proved it.

    It is the share that told the chances best, drawn towards what is expected of a model that has
    seen `known` outcomes. None at all where with it titles came in no better order than by the
    debtors' own rates: chances are told better by the level of the whole book as well, which tells
    nobody from anybody.
    """
    expected = max(LEAST, known**2 / (known**2 + CAUTION**2))
    proved_on = sum(len(one.late) for one in rehearsals)
    if proved_on < ENOUGH:
        return expected, proved_on
    losses = sum(np.array([_loss(one, share) for share in SHARES]) for one in rehearsals)
    strain = (np.array(SHARES) - expected) ** 2 / (2 * FIRM**2)
    share = SHARES[int(np.argmin(losses + strain))]
    return (share if _order_gain(rehearsals, share) > 0 else 0.0), proved_on


def _loss(one: Rehearsal, share: float) -> float:
    odds = one.mixed(share)
    return float(np.logaddexp(0, np.where(one.late, -odds, odds)).sum())


def _order_gain(rehearsals: Sequence[Rehearsal], share: float) -> float:
    """In how many more pairs of a late and a punctual title the late one came first than by the
    debtors' own rates."""
    gain = 0.0
    for one in rehearsals:
        ours, theirs = (fitting.auc(odds, one.late) for odds in (one.mixed(share), one.plain))
        if ours is not None and theirs is not None:
            gain += (ours - theirs) * int(one.late.sum()) * int((~one.late).sum())
    return gain
