"""Money in suspense: what is proposed for it, and who is left in peace until a person decides."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bpo.domain.cash import reconciliation
from bpo.domain.cash.reconciliation import Book, Credit, Proposal
from bpo.domain.intake import findings
from bpo.domain.reminders.holds import HoldReason
from bpo.models import BankSuggestion, Hold


def release_holds(
    session: Session, workspace_id: int, line_ids: Iterable[int], now: datetime
) -> None:
    """End the pauses that some lines had placed."""
    session.execute(
        update(Hold)
        .where(
            Hold.workspace_id == workspace_id,
            Hold.source.in_([_source(number) for number in line_ids]),
            Hold.released_at.is_(None),
        )
        .values(released_at=now)
    )


def forget(session: Session, workspace_id: int, ids: Sequence[int]) -> None:
    """Take back what was proposed for some lines."""
    session.execute(
        delete(BankSuggestion).where(
            BankSuggestion.workspace_id == workspace_id, BankSuggestion.line_id.in_(ids)
        )
    )


def suggest(
    session: Session, workspace_id: int, credits: Sequence[Credit], book: Book, today: date
) -> int:
    """Store anew what is proposed for some credits, and pause the likely debtors."""
    found = {credit.id: reconciliation.proposals(credit, book) for credit in credits}
    forget(session, workspace_id, list(found))
    rows = [
        {
            "workspace_id": workspace_id,
            "line_id": number,
            "rank": rank,
            "debtor_id": one.debtor_id,
            "receivable_id": receivable_id,
            "reasons": [findings.phrase_to_json(reason) for reason in one.reasons],
        }
        for number, ranked in found.items()
        for rank, one in enumerate(ranked, 1)
        for receivable_id in one.receivable_ids or (None,)
    ]
    if rows:
        session.execute(insert(BankSuggestion), rows)
    _pause(session, workspace_id, found, today)
    return sum(bool(ranked) for ranked in found.values())


def _pause(
    session: Session, workspace_id: int, found: dict[int, list[Proposal]], today: date
) -> None:
    wanted = {
        (_source(number), debtor_id)
        for number, ranked in found.items()
        for debtor_id in reconciliation.likely_debtors(ranked)
    }
    standing = session.execute(
        select(Hold.source, Hold.debtor_id).where(
            Hold.workspace_id == workspace_id,
            Hold.source.in_([_source(number) for number in found]),
            Hold.released_at.is_(None),
        )
    )
    rows = [
        {
            "workspace_id": workspace_id,
            "debtor_id": debtor_id,
            "reason": HoldReason.PAYMENT_SEEN.value,
            "source": source,
            "starts_on": today,
        }
        for source, debtor_id in sorted(wanted - {(s, d or 0) for s, d in standing})
    ]
    if rows:
        session.execute(insert(Hold), rows)


def _source(line_id: int) -> str:
    return f"bank_line:{line_id}"
