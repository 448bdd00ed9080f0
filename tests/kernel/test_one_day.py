"""A run of the tests has one today."""

from datetime import UTC, datetime

import pytest

from tests.one_day import until_the_next_day


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 11, 29, 12, 0, tzinfo=UTC), 0),
        (datetime(2026, 11, 29, 23, 54, 59, tzinfo=UTC), 0),
        (datetime(2026, 11, 29, 23, 58, tzinfo=UTC), 120),
        (datetime(2026, 11, 29, 2, 59, 30, tzinfo=UTC), 30),
        (datetime(2026, 11, 29, 3, 0, tzinfo=UTC), 0),
    ],
)
def test_a_run_that_would_see_midnight_waits_for_it(now: datetime, seconds: float) -> None:
    assert until_the_next_day(now) == seconds
