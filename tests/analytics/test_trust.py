"""The share of the say that a model earns against the debtor's own late rate."""

import numpy as np
import pytest

from bpo.analytics import trust
from bpo.analytics.trust import Rehearsal


def rehearsal(seed: int, *, level: float, order: float, count: int = 600) -> Rehearsal:
    """A model that knows the level of the book, or the order of its titles, beside a rate that
    knows half of the order."""
    rng = np.random.default_rng(seed)
    known, hidden = rng.normal(size=count), rng.normal(size=count)
    truth = known + hidden - 1.5
    late = rng.random(count) < 1 / (1 + np.exp(-truth))
    plain = known
    return Rehearsal(plain + level * -1.5 + order * hidden, plain, late)


def test_a_model_that_orders_better_earns_its_say() -> None:
    assert trust.earned([rehearsal(1, level=1, order=1)], 1000)[0] >= 0.75


def test_a_better_level_alone_earns_none_for_it_tells_nobody_from_anybody() -> None:
    assert trust.earned([rehearsal(2, level=1, order=0)], 1000) == (0.0, 600)
    assert trust.earned([rehearsal(2, level=1, order=-0.3)], 1000)[0] == 0.0


@pytest.mark.parametrize("known", [0, 100, 300, 3000])
def test_before_it_can_be_proved_the_share_is_what_is_expected(known: int) -> None:
    share, proved_on = trust.earned(
        [rehearsal(3, level=1, order=-1, count=trust.ENOUGH - 1)], known
    )
    assert share == pytest.approx(max(trust.LEAST, known**2 / (known**2 + 300**2)))
    assert proved_on == trust.ENOUGH - 1


def test_nothing_to_prove_it_on_is_no_proof() -> None:
    assert trust.earned([], 0) == (trust.LEAST, 0)
    punctual = Rehearsal(np.full(80, -3.0), np.full(80, -2.0), np.zeros(80, dtype=np.bool_))
    assert trust.earned([punctual], 80) == (0.0, 80)
