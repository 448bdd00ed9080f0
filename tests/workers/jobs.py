"""Jobs that only tests ask for."""

import os
import signal
from typing import Any

import redis
from flask import current_app
from sqlalchemy import text

from bpo.db import db
from bpo.gateways import outside


def note(key: str, value: Any) -> None:
    """Append a value to a list that the test reads."""
    url = outside.of(current_app._get_current_object()).settings.redis_url  # type: ignore[attr-defined]
    with redis.Redis.from_url(url) as connection:
        connection.rpush(key, str(value))


def note_backend(key: str) -> None:
    """Note which PostgreSQL backend serves this process."""
    note(key, db.session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def die(key: str) -> None:
    """Die as a machine does, the first time."""
    note(key, "tried")
    os.kill(os.getpid(), signal.SIGKILL)
