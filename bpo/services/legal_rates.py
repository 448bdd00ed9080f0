"""Keeping the legal rates of default interest as they are published."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert

from bpo.db import unit_of_work
from bpo.domain import access, legal_rates
from bpo.domain.access import Permission
from bpo.kernel.actor import Actor
from bpo.models import LegalRate
from bpo.services import audit

SOURCE = "Banco Central do Brasil"


def enter(
    actor: Actor, rates: Sequence[tuple[date, Decimal]], *, now: datetime, source: str = SOURCE
) -> int:
    """Enter or correct the rates of some months; returns how many.

    They hold for every client company whose contracts agree on no rate. Raises BadInput for what
    cannot be a legal rate.
    """
    access.require(actor, Permission.MANAGE_USERS)
    rows = [legal_rates.checked(*pair) for pair in rates]
    with unit_of_work(actor) as session:
        entered = insert(LegalRate).values(
            [
                {"month": month, "rate": rate, "source": source, "recorded_by": actor.user_id}
                for month, rate in rows
            ]
        )
        session.execute(
            entered.on_conflict_do_update(
                index_elements=["month"],
                set_={
                    "rate": entered.excluded.rate,
                    "source": entered.excluded.source,
                    "recorded_by": entered.excluded.recorded_by,
                },
            )
        )
        audit.record_access(
            session,
            "legal_rates",
            now=now,
            user_id=actor.user_id,
            address=actor.address,
            rates={month.isoformat(): f"{rate:f}" for month, rate in rows},
        )
    return len(rows)
