"""The clock: once a minute it looks at the rows and rings for what is due."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import sleep

import structlog
from flask import Flask

from bpo import db
from bpo.app import create_app
from bpo.db import db as database
from bpo.gateways import outside
from bpo.kernel.errors import BadInput
from bpo.services.insight import ringing
from bpo.services.insight.ringing import Bell
from config.settings import Settings

log = structlog.get_logger()

PERIOD_SECONDS = 60


def main(settings: Settings) -> None:
    """Tick until told to stop."""
    if not settings.redis_url or not settings.database_url:
        raise BadInput("DATABASE_URL and REDIS_URL are not set: the clock needs both")
    app = create_app(settings)
    with app.app_context():
        db.check_role(database.engine)
    keep_time(app, pause=sleep)


def keep_time(
    app: Flask, *, pause: Callable[[float], None], clock: Callable[[], datetime] | None = None
) -> None:
    """Tick at once and then at every full minute; a tick that fails is followed by the next."""
    clock = clock or (lambda: datetime.now(UTC))
    bell = Bell()
    while True:
        tick(app, bell, clock())
        pause(PERIOD_SECONDS - clock().timestamp() % PERIOD_SECONDS)


def tick(app: Flask, bell: Bell, now: datetime) -> None:
    """One look at the rows; the database or the broker may be away, and comes back."""
    with app.app_context():
        try:
            rung = ringing.tick(bell, now=now, queue=outside.of(app).queue)
        except Exception:
            log.exception("tick_failed")
        else:
            if rung:
                log.info("rung", jobs=[f"{ring.job}{list(ring.args)}" for ring in rung])
