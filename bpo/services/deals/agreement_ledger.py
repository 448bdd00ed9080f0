"""The books of an agreement: originals leave, instalments enter, and all of it comes back."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from bpo.domain.books.receivables import Entry, EntryKind
from bpo.domain.deals import agreements as rules
from bpo.domain.deals.agreement_terms import Terms
from bpo.domain.deals.agreements import Part, Progress
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel.actor import Actor
from bpo.kernel.text import number_key
from bpo.models import Agreement, AgreementReceivable, Hold, Receivable
from bpo.models import Entry as EntryRow
from bpo.queries.books import receivables
from bpo.queries.deals import agreements
from bpo.queries.people import workspaces

BROKEN = "agreement broken"
CALLED_OFF = "agreement cancelled"


def note_originals(session: Session, agreement: Agreement, terms: Terms) -> None:
    """Write down what the agreement is about; nothing leaves the balance yet."""
    ids = [part.receivable_id for part in terms.parts]
    known = agreements.entry_counts(session, agreement.workspace_id, ids)
    rows = [
        {
            "workspace_id": agreement.workspace_id,
            "agreement_id": agreement.id,
            "entry_count": known.get(part.receivable_id, 0),
            "receivable_id": part.receivable_id,
            "due_date": part.due_date,
            "principal_cents": part.principal_cents,
            "fine_cents": part.fine_cents,
            "interest_cents": part.interest_cents,
        }
        for part in terms.parts
    ]
    session.execute(insert(AgreementReceivable), rows)


def take_in(
    session: Session, actor: Actor, agreement: Agreement, terms: Terms, today: date
) -> None:
    """The originals leave the balance and are paused; the instalments are issued.

    Every centavo of principal and charges of the day is taken; the instalments carry the sum less
    the discount plus the interest of the plan.
    """
    receivables.locked(
        session, agreement.workspace_id, [part.receivable_id for part in terms.parts]
    )
    entries = [(part.receivable_id, rules.taking(part, today)) for part in terms.parts]
    _write(session, actor, agreement, entries, None)
    _pause(session, actor, agreement, terms.parts, today)
    _issue(session, agreement, terms, today)


def give_back(
    session: Session,
    actor: Actor,
    ended: Sequence[Agreement],
    paid: dict[int, Progress],
    today: date,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Agreements that end unpaid: open instalments are withdrawn, the originals come back.

    What was paid has settled the originals, the oldest first; the rest of principal and charges is
    open again, and late charges run on from the original dates. A constant number of statements
    for any number of agreements.
    """
    if not ended:
        return
    workspace_id = ended[0].workspace_id
    by_id = {row.id: row for row in ended}
    taken = agreements.taken(session, workspace_id, by_id)
    pending = agreements.installments(session, workspace_id, list(by_id), lock=True)
    entries = [
        _row(by_id[row.agreement_id or 0], row.id, _withdrawal(row, today), actor, reason)
        for row in pending
        if row.settled_on is None
    ]
    entries += [
        _row(by_id[number], part.receivable_id, rules.giving_back(part, today), actor, reason)
        for number, parts in taken.items()
        for part in rules.remainder(parts, paid[number].paid_cents)
        if part.total_cents
    ]
    if entries:
        session.execute(insert(EntryRow), entries)
    release(session, actor, workspace_id, [part for own in taken.values() for part in own], now)


def release(
    session: Session, actor: Actor, workspace_id: int, parts: Iterable[Part], now: datetime
) -> None:
    """End the pauses that the agreement had placed on its originals."""
    session.execute(
        update(Hold)
        .where(
            Hold.workspace_id == workspace_id,
            Hold.receivable_id.in_([part.receivable_id for part in parts]),
            Hold.reason == HoldReason.AGREEMENT.value,
            Hold.released_at.is_(None),
        )
        .values(released_at=now, released_by=actor.user_id)
        .execution_options(synchronize_session=False)
    )


def _withdrawal(row: Receivable, today: date) -> Entry:
    return Entry(today, EntryKind.WITHDRAWAL, row.amount_cents - row.settled_cents)


def _pause(
    session: Session, actor: Actor, agreement: Agreement, parts: Iterable[Part], today: date
) -> None:
    rows = [
        {
            "workspace_id": agreement.workspace_id,
            "debtor_id": agreement.debtor_id,
            "receivable_id": part.receivable_id,
            "reason": HoldReason.AGREEMENT.value,
            "source": actor.kind.value,
            "note": rules.number(agreement.id),
            "starts_on": today,
            "created_by": actor.user_id,
        }
        for part in parts
    ]
    session.execute(insert(Hold), rows)


def _issue(session: Session, agreement: Agreement, terms: Terms, today: date) -> None:
    version = workspaces.policy_on(session, agreement.workspace_id, today)
    count = len(terms.installments)
    rows: list[dict[str, Any]] = []
    for position, one in enumerate(terms.installments, start=1):
        number = rules.number(agreement.id, position)
        rows.append(
            {
                "workspace_id": agreement.workspace_id,
                "debtor_id": agreement.debtor_id,
                "agreement_id": agreement.id,
                "number": number,
                "number_key": number_key(number),
                "installment": position,
                "installments": count,
                "issue_date": today,
                "due_date": one.due_date,
                "effective_due_date": one.due_date,
                "amount_cents": one.amount_cents,
                "policy_version_id": version.id if version else None,
            }
        )
    session.execute(insert(Receivable), rows)


def _write(
    session: Session,
    actor: Actor,
    agreement: Agreement,
    entries: Iterable[tuple[int, Entry]],
    reason: str | None,
) -> None:
    rows = [_row(agreement, number, entry, actor, reason) for number, entry in entries]
    session.execute(insert(EntryRow), rows)


def _row(
    agreement: Agreement, receivable_id: int, entry: Entry, actor: Actor, reason: str | None
) -> dict[str, Any]:
    told = f"{rules.number(agreement.id)}: {reason}" if reason else rules.number(agreement.id)
    return {
        "workspace_id": agreement.workspace_id,
        "receivable_id": receivable_id,
        "kind": entry.kind.value,
        "on_day": entry.on,
        "principal_cents": entry.principal_cents,
        "fine_cents": entry.fine_cents,
        "interest_cents": entry.interest_cents,
        "reason": told,
        "created_by": actor.user_id,
    }
