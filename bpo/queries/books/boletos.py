"""Reading the boletos of receivables."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.models import Boleto


def of_receivable(session: Session, workspace_id: int, receivable_id: int) -> Boleto | None:
    """The boleto of one receivable."""
    return session.scalars(
        select(Boleto).where(
            Boleto.workspace_id == workspace_id, Boleto.receivable_id == receivable_id
        )
    ).first()


def lines(session: Session, workspace_id: int, receivable_ids: Iterable[int]) -> dict[int, str]:
    """The digitable lines of some receivables, by receivable."""
    rows = session.execute(
        select(Boleto.receivable_id, Boleto.line).where(
            Boleto.workspace_id == workspace_id, Boleto.receivable_id.in_(list(receivable_ids))
        )
    )
    return dict(rows.all())
