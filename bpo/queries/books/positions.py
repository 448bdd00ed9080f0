"""What the figures of many client companies on their day are made of, and how they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import driver

HERE = """
here (workspace_id, today, before) AS (
    SELECT * FROM unnest(%(places)s::bigint[], %(days)s::date[], %(before)s::date[])
)
"""
_OPEN_THEN = "s.current_cents + s.late_30_cents + s.late_60_cents + s.late_90_cents"
_TREND = f"""
WITH {HERE}
SELECT s.workspace_id, (here.before - s.day) / 7,
       {_OPEN_THEN} + s.late_over_cents, s.current_cents
FROM here CROSS JOIN generate_series(0, %(weeks)s - 1) AS back
JOIN metric_snapshots s ON s.workspace_id = here.workspace_id AND s.day = here.before - 7 * back
"""


@dataclass(frozen=True, slots=True)
class Position:
    """A company on its day, in centavos, in the order of `balances.Balances`."""

    balances: tuple[int, ...]
    largest_cents: int
    received: Mapping[int, int] = field(default_factory=dict)


def overdue_trend(
    session: Session, values: Mapping[str, Any], weeks: int
) -> dict[int, tuple[float | None, ...]]:
    """The overdue share (0 to 100) at the ends of the last weeks, oldest first."""
    found: dict[int, list[float | None]] = {place: [None] * weeks for place in values["places"]}
    for place, back, open_, current in fetched(session, _TREND, {**values, "weeks": weeks}):
        if open_:
            found[place][weeks - 1 - back] = (open_ - current) * 100 / open_
    return {place: tuple(shares) for place, shares in found.items()}


def fetched(session: Session, sql: str, values: Mapping[str, Any]) -> list[Any]:
    """The rows of a query."""
    with driver(session).cursor() as cursor:
        return cursor.execute(sql, values).fetchall()
