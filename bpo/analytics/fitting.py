"""Penalised fits in plain numpy, chances by Newton's method, amounts by least squares. Ranks."""

import numpy as np

from bpo.analytics.frames import Flags
from bpo.analytics.past import Floats

_STEPS = 40
_CLOSE = 1e-8


def logistic(
    table: Floats, outcome: Floats, weight: Floats, prior: Floats, certainty: Floats
) -> Floats:
    """Coefficients of the log-odds of `outcome` (0 to 1), rows weighted, drawn towards `prior`.

    Maximises the likelihood less half the sum of certainty x (coefficient - prior) ** 2: the more
    rows, the less the prior weighs; with no rows it is the answer.
    """
    found = np.asarray(prior, dtype=np.float64)
    for _ in range(_STEPS):
        chance = inverse(table @ found)
        slope = table.T @ (weight * (outcome - chance)) - certainty * (found - prior)
        bend = (table * (weight * chance * (1 - chance))[:, None]).T @ table + np.diag(certainty)
        step = np.linalg.solve(bend, slope)
        found = np.asarray(found + step, dtype=np.float64)
        if np.abs(step).max() < _CLOSE:
            break
    return np.asarray(found, dtype=np.float64)


def linear(table: Floats, amount: Floats, prior: Floats, certainty: Floats) -> Floats:
    """Coefficients of least squares, drawn towards `prior` as in `logistic`."""
    bend = table.T @ table + np.diag(certainty)
    found = np.linalg.solve(bend, table.T @ amount + certainty * prior)
    return np.asarray(found, dtype=np.float64)


def auc(chance: Floats, happened: Flags) -> float | None:
    """The area under the curve by ranks, ties shared; None when only one outcome occurred."""
    ones, zeros = int(happened.sum()), int((~happened).sum())
    if not ones or not zeros:
        return None
    _, place, count = np.unique(chance, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[happened].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def inverse(odds: Floats) -> Floats:
    """The chance of a log-odds."""
    chance: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return chance


def log_odds(chance: Floats) -> Floats:
    """The log-odds of a chance, kept finite."""
    safe = np.clip(chance, 1e-4, 1 - 1e-4)
    odds: Floats = np.log(safe / (1 - safe))
    return odds
