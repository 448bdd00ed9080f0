"""Keeping the legal rates of default interest, and indices of prices, as they are published."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import Model, unit_of_work
from bpo.domain.books import indices, legal_rates
from bpo.domain.books.indices import Index
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel.actor import Actor
from bpo.models import IndexRate, LegalRate
from bpo.services.people import audit

SOURCE = "Banco Central do Brasil"


def enter(
    actor: Actor,
    rates: Sequence[tuple[date, Decimal]],
    *,
    now: datetime,
    source: str = SOURCE,
    index: Index | None = None,
) -> int:
    """Enter or correct the rates of some months, of an index or, without one, the legal rate.

    They hold for every client company whose contracts refer to them. Returns how many. Raises
    BadInput for what cannot be such a rate.
    """
    access.require(actor, Permission.MANAGE_USERS)
    check = indices.checked if index else legal_rates.checked
    given = {"source": source, "recorded_by": actor.user_id}
    rows = [dict(zip(("month", "rate"), check(*pair), strict=True)) | given for pair in rates]
    with unit_of_work(actor) as session:
        if index:
            of_index = {"index_name": index.value}
            _keep(session, IndexRate, [row | of_index for row in rows], "index_name", "month")
        else:
            _keep(session, LegalRate, rows, "month")
        audit.record_access(
            session,
            "legal_rates",
            now=now,
            user_id=actor.user_id,
            address=actor.address,
            index=index.value if index else None,
            rates={str(row["month"]): f"{row['rate']:f}" for row in rows},
        )
    return len(rows)


def _keep(session: Session, table: type[Model], rows: list[dict[str, Any]], *key: str) -> None:
    entered = insert(table).values(rows)
    changed = {name: entered.excluded[name] for name in ("rate", "source", "recorded_by")}
    session.execute(entered.on_conflict_do_update(index_elements=list(key), set_=changed))
