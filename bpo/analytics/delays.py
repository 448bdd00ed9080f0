"""How long payment takes around what is usual for a debtor: one distribution for a workspace.

A delay is measured as its distance from the debtor's own mean in units of the debtor's own spread,
so that titles of all debtors tell about each other. Titles still open are censored: they say "not
yet", not "never" (Kaplan and Meier's estimate).
"""

from dataclasses import dataclass

import numpy as np

from bpo.analytics.fitting import inverse
from bpo.analytics.past import Floats

_WIDTH = 0.05
_EDGES = np.arange(-3.7, 6.7 + _WIDTH / 2, _WIDTH)
_CERTAINTY = 20.0
_SCALE = 0.55


@dataclass(frozen=True, slots=True, eq=False)
class Delays:
    """`unpaid[k]`: the chance of being unpaid at the k-th edge of a fixed scale (see `_scale`)."""

    unpaid: Floats

    def after(self, distance: Floats) -> Floats:
        """The chance of being unpaid at a distance from the mean, in spreads."""
        chance: Floats = np.interp(_scale(distance), _EDGES, self.unpaid)
        return chance

    def reached(self, chance: Floats) -> Floats:
        """The distance at which the chance of being unpaid has fallen to `chance`."""
        place = np.interp(-chance, -self.unpaid, _EDGES)
        distance: Floats = np.sinh(place)
        return distance

    def mean_beyond(self, distance: Floats) -> Floats:
        """The mean distance of what is still unpaid at a distance; beyond the scale, its end."""
        weight = -np.diff(self.unpaid, append=0.0)
        middle = np.sinh(np.append(_EDGES[:-1] + _WIDTH / 2, _EDGES[-1]))
        rest = np.cumsum((weight * middle)[::-1])[::-1]
        place = np.searchsorted(_EDGES, _scale(distance), "right").clip(max=len(_EDGES) - 1)
        left = np.maximum(self.unpaid[place], 1e-9)
        mean: Floats = np.maximum(rest[place] / left, distance)
        return mean


def estimate(distance: Floats, paid: Floats) -> Delays:
    """The distribution of observed distances; `paid` is 1 for payments, 0 for what is still open.

    A fixed bell (logistic, `_CERTAINTY` titles strong) stands for what is not yet known.
    """
    slots = len(_EDGES) - 1
    place = ((_scale(distance) - _EDGES[0]) / _WIDTH).astype(np.int64).clip(0, slots - 1)
    bell = -np.diff(inverse(-np.sinh(_EDGES) / _SCALE)) * _CERTAINTY
    events = np.bincount(place, weights=paid, minlength=slots) + bell
    exits = np.bincount(place, weights=1 - paid, minlength=slots) + events
    at_risk = exits[::-1].cumsum()[::-1]
    open_later = np.bincount(place, weights=1 - paid, minlength=slots) / 2
    hazard = events / np.maximum(at_risk - open_later, 1e-12)
    return Delays(np.concatenate(([1.0], np.cumprod(1 - hazard.clip(0, 1)))))


def _scale(distance: Floats) -> Floats:
    """Fine around the mean, coarse far from it."""
    place: Floats = np.arcsinh(distance).clip(_EDGES[0], _EDGES[-1])
    return place
