"""`make test` near midnight: wait until the new day has begun, so that a run has one today."""

import sys
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONES = (UTC, ZoneInfo("America/Sao_Paulo"))
A_RUN = timedelta(minutes=5)


def until_the_next_day(now: datetime) -> float:
    """Seconds to wait: 0 unless a run begun at `now` would see midnight in one of the zones."""
    left = []
    for zone in ZONES:
        here = now.astimezone(zone)
        midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        left.append(midnight.astimezone(UTC) - now.astimezone(UTC))
    return max((one.total_seconds() for one in left if one < A_RUN), default=0.0)


if __name__ == "__main__":
    seconds = until_the_next_day(datetime.now(UTC))
    if seconds:
        print(f"Midnight is near: the tests begin in {seconds:.0f} seconds.", file=sys.stderr)
        time.sleep(seconds + 1)
