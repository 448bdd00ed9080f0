"""Instants and local days: no off-by-one through UTC."""

from datetime import UTC, date, datetime, time

import pytest

from bpo.kernel import clock

SAO_PAULO = "America/Sao_Paulo"


def test_late_evening_is_still_today_where_the_client_is() -> None:
    instant = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert clock.local_day(instant, SAO_PAULO) == date(2026, 11, 23)
    assert clock.local_time(instant, SAO_PAULO).hour == 23


def test_a_wall_time_becomes_one_instant() -> None:
    nine = clock.instant(date(2026, 11, 23), time(9), SAO_PAULO)
    assert nine == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert clock.local_day(nine, SAO_PAULO) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("state", "zone"),
    [("SP", SAO_PAULO), ("am", "America/Manaus"), ("AC", "America/Rio_Branco"), (None, SAO_PAULO)],
)
def test_a_debtor_lives_in_the_zone_of_their_state(state: str | None, zone: str) -> None:
    assert clock.zone_of_state(state) == zone
