"""What becomes of contacts that may not be made now: called off or put off, each with its why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bpo.domain.reminders import deliveries, moves
from bpo.domain.reminders.deliveries import State
from bpo.models import Touch
from bpo.services.reminders.drafts import Draft, Verdict

_SET = """
UPDATE touches t SET moved_because = nullif(n.why, ''),
    state = CASE WHEN n.cancelled = '' THEN t.state ELSE :cancelled END,
    state_reason = CASE WHEN n.cancelled = '' THEN t.state_reason ELSE n.cancelled END,
    settled_at = CASE WHEN n.cancelled = '' THEN t.settled_at ELSE :now END,
    scheduled_at = coalesce(n.until, t.scheduled_at)
FROM unnest(CAST(:ids AS bigint[]), CAST(:whys AS text[]), CAST(:reasons AS text[]),
            CAST(:untils AS timestamptz[])) AS n (id, why, cancelled, until)
WHERE t.workspace_id = :place AND t.id = n.id AND t.state = ANY (CAST(:waiting AS text[]))
"""


def record(session: Session, workspace_id: int, aside: Sequence[Draft], now: datetime) -> None:
    """Write down why contacts are not made now, and from when to when they are moved.

    Two statements, however many they are; what has left meanwhile is left alone.
    """
    ids = [draft.waiting.id for draft in aside]
    query = select(Touch.id, Touch.moved_because, Touch.scheduled_at).where(
        Touch.workspace_id == workspace_id, Touch.id.in_(ids)
    )
    known = {number: (why, at) for number, why, at in session.execute(query)}
    rows = [
        (draft.waiting.id, _why(draft.verdict, *known[draft.waiting.id]), draft.verdict)
        for draft in aside
        if draft.verdict is not None and draft.waiting.id in known
    ]
    values: dict[str, Any] = {
        "place": workspace_id,
        "now": now,
        "cancelled": State.CANCELLED.value,
        "waiting": [state.value for state in deliveries.WAITING],
        "ids": [number for number, _, _ in rows],
        "whys": [why for _, why, _ in rows],
        "reasons": [one.cancelled.value if one.cancelled else "" for _, _, one in rows],
        "untils": [one.not_before for _, _, one in rows],
    }
    session.execute(text(_SET), values)


def _why(verdict: Verdict, stored: str | None, due: datetime) -> str:
    """What is stored of a contact, with why it is not made now."""
    if not verdict.why:
        return stored or ""
    first = verdict.why[0]
    if verdict.not_before is not None and not verdict.cancelled:
        return moves.postponed(stored, first.code, due, verdict.not_before)
    lines = [line for line in (stored, moves.written(verdict.why)) if line]
    return ",".join(lines)
