"""Reading agreements: those of a debtor, those of a workspace, and how far each has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import Session

from bpo.db import driver
from bpo.domain.deals import agreement_terms
from bpo.domain.deals.agreement_terms import Terms
from bpo.domain.deals.agreements import ACCEPTABLE, AGREED, RUNNING, WAITING, Part, Progress, State
from bpo.models import (
    Agreement,
    AgreementAcceptance,
    AgreementReceivable,
    AuditEntry,
    Debtor,
    Entry,
    Hold,
    Receivable,
)

_PROGRESS = """
SELECT r.agreement_id, count(*) FILTER (WHERE r.settled_on IS NULL),
       coalesce(sum(m.cents), 0)::bigint,
       min(r.effective_due_date) FILTER (WHERE r.settled_on IS NULL)
FROM receivables r
LEFT JOIN LATERAL (
    SELECT sum(e.principal_cents + e.fine_cents + e.interest_cents) AS cents FROM entries e
    WHERE e.workspace_id = r.workspace_id AND e.receivable_id = r.id
      AND e.kind IN ('payment', 'reversal')
) m ON true
WHERE r.workspace_id = %(workspace)s AND r.agreement_id = ANY (%(agreements)s)
GROUP BY r.agreement_id
"""
_STALE = """
SELECT a.id FROM agreements a
WHERE a.workspace_id = %(workspace)s AND a.state IN ('draft', 'offered', 'countered')
  AND (a.valid_until < %(day)s OR EXISTS (
    SELECT FROM agreement_receivables t
    JOIN receivables r ON r.workspace_id = t.workspace_id AND r.id = t.receivable_id
    WHERE t.workspace_id = a.workspace_id AND t.agreement_id = a.id
      AND (r.amount_cents - r.settled_cents <> t.principal_cents OR t.entry_count <> (
        SELECT count(*) FROM entries e
        WHERE e.workspace_id = r.workspace_id AND e.receivable_id = r.id))))
ORDER BY a.id
"""
_NOTHING = Progress(0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement with the debtor it is with, and how far it has come."""

    row: Agreement
    debtor: Debtor
    progress: Progress

    @property
    def left_cents(self) -> int:
        """What the terms still ask for, late charges apart."""
        return max(self.row.total_cents - self.progress.paid_cents, 0)


def by_id(session: Session, workspace_id: int, agreement_id: int) -> Agreement | None:
    """One agreement."""
    return session.get(Agreement, (workspace_id, agreement_id))


def locked(session: Session, workspace_id: int, agreement_id: int) -> Agreement | None:
    """One agreement, fresh and held until the transaction ends."""
    return session.get(
        Agreement,
        (workspace_id, agreement_id),
        with_for_update={"key_share": True},
        populate_existing=True,
    )


def terms(row: Agreement) -> Terms:
    """The terms as they were frozen."""
    return agreement_terms.from_json(row.terms)


def of_debtor(session: Session, workspace_id: int, debtor_id: int) -> list[Agreement]:
    """The agreements of a debtor, newest first."""
    return list(
        session.scalars(
            select(Agreement)
            .where(Agreement.workspace_id == workspace_id, Agreement.debtor_id == debtor_id)
            .order_by(Agreement.id.desc())
        )
    )


def acceptable(session: Session, workspace_id: int, debtor_id: int, today: date) -> list[Agreement]:
    """Offers that a debtor may accept today: in time, and their originals as they were."""
    stale = set(stale_offers(session, workspace_id, today))
    query = (
        select(Agreement)
        .where(
            Agreement.workspace_id == workspace_id,
            Agreement.debtor_id == debtor_id,
            Agreement.state.in_(ACCEPTABLE),
            Agreement.valid_until >= today,
        )
        .order_by(Agreement.id.desc())
    )
    return [row for row in session.scalars(query) if row.id not in stale]


def stale_offers(session: Session, workspace_id: int, today: date) -> list[int]:
    """Offers whose time is over, or whose originals have changed since."""
    values = {"workspace": workspace_id, "day": today}
    with driver(session).cursor() as cursor:
        return [row[0] for row in cursor.execute(_STALE, values)]


def entry_counts(
    session: Session, workspace_id: int, receivable_ids: Sequence[int]
) -> dict[int, int]:
    """How many entries some receivables have; those without are left out."""
    query = (
        select(Entry.receivable_id, func.count())
        .where(Entry.workspace_id == workspace_id, Entry.receivable_id.in_(receivable_ids))
        .group_by(Entry.receivable_id)
    )
    return dict(session.execute(query).all())


def taken(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, list[Part]]:
    """What some agreements took in, by agreement."""
    rows = session.scalars(
        select(AgreementReceivable)
        .where(
            AgreementReceivable.workspace_id == workspace_id,
            AgreementReceivable.agreement_id.in_(list(ids)),
        )
        .order_by(AgreementReceivable.agreement_id, AgreementReceivable.receivable_id)
    )
    found: dict[int, list[Part]] = {}
    for row in rows:
        part = Part(
            row.receivable_id,
            row.due_date,
            row.principal_cents,
            row.fine_cents,
            row.interest_cents,
        )
        found.setdefault(row.agreement_id, []).append(part)
    return found


def progress(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, Progress]:
    """How far some agreements have come, in one read."""
    values = {"workspace": workspace_id, "agreements": list(ids)}
    with driver(session).cursor() as cursor:
        return {row[0]: Progress(*row[1:]) for row in cursor.execute(_PROGRESS, values)}


def installments(
    session: Session, workspace_id: int, ids: Sequence[int], *, lock: bool = False
) -> list[Receivable]:
    """The instalments of some agreements in order; `lock` holds them."""
    query = (
        select(Receivable)
        .where(Receivable.workspace_id == workspace_id, Receivable.agreement_id.in_(ids))
        .order_by(Receivable.agreement_id, Receivable.installment, Receivable.id)
    )
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(session.scalars(query))


def acceptance(
    session: Session, workspace_id: int, agreement_id: int
) -> AgreementAcceptance | None:
    """Who accepted an agreement, when and from where."""
    return session.scalar(
        select(AgreementAcceptance).where(
            AgreementAcceptance.workspace_id == workspace_id,
            AgreementAcceptance.agreement_id == agreement_id,
        )
    )


def accepted_with(session: Session, workspace_id: int, key: str) -> AgreementAcceptance | None:
    """What was accepted with an idempotency key."""
    return session.scalar(
        select(AgreementAcceptance).where(
            AgreementAcceptance.workspace_id == workspace_id,
            AgreementAcceptance.idempotency_key == key,
        )
    )


def unwritten(session: Session, workspace_id: int, *, limit: int) -> list[Agreement]:
    """Agreements accepted, whose paper has not been written yet, oldest first."""
    query = (
        select(Agreement)
        .where(
            Agreement.workspace_id == workspace_id,
            Agreement.agreed_on.is_not(None),
            Agreement.file_id.is_(None),
        )
        .order_by(Agreement.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def ended_before(
    session: Session, workspace_id: int, receivable_ids: Iterable[int]
) -> list[Agreement]:
    """Agreements that took in one of these receivables and ended unpaid, newest first."""
    return list(
        session.scalars(
            select(Agreement)
            .where(
                Agreement.workspace_id == workspace_id,
                Agreement.agreed_on.is_not(None),
                Agreement.state.in_((State.BROKEN, State.CANCELLED)),
                Agreement.id.in_(
                    select(AgreementReceivable.agreement_id).where(
                        AgreementReceivable.workspace_id == workspace_id,
                        AgreementReceivable.receivable_id.in_(list(receivable_ids)),
                    )
                ),
            )
            .order_by(Agreement.id.desc())
        )
    )


def agreed(session: Session, workspace_id: int, *, since: date) -> list[Agreement]:
    """Agreements to be judged: running ones, and those settled since a day, in order of debtor."""
    return list(
        session.scalars(
            select(Agreement)
            .where(
                Agreement.workspace_id == workspace_id,
                Agreement.state.in_((*RUNNING, State.SETTLED)),
                (Agreement.ended_on.is_(None)) | (Agreement.ended_on >= since),
            )
            .order_by(Agreement.debtor_id, Agreement.id)
        )
    )


def is_over_indebted(session: Session, workspace_id: int, debtor_id: int, today: date) -> bool:
    """Whether the debtor declared over-indebtedness and nobody has released it yet."""
    query = select(Hold.id).where(
        Hold.workspace_id == workspace_id,
        Hold.debtor_id == debtor_id,
        Hold.reason == "over_indebted",
        Hold.released_at.is_(None),
        (Hold.until.is_(None)) | (Hold.until >= today),
    )
    return session.scalar(query.limit(1)) is not None


GROUPS: dict[str, frozenset[State]] = {
    "running": RUNNING,
    "waiting": WAITING,
    "settled": frozenset({State.SETTLED}),
    "broken": frozenset({State.BROKEN}),
    "over": frozenset({State.REFUSED, State.EXPIRED, State.CANCELLED}),
}
"""How the list is told apart."""


def listed(
    session: Session,
    workspace_id: int,
    states: Iterable[State],
    *,
    limit: int,
    before: int | None = None,
) -> list[Standing]:
    """A page of agreements in some states, newest first, in a constant number of reads."""
    query = (
        _with_debtors(workspace_id)
        .where(Agreement.state.in_(list(states)))
        .order_by(Agreement.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Agreement.id < before)
    return _standing(session, workspace_id, session.execute(query).all())


def live_of(session: Session, workspace_id: int, debtor_id: int) -> list[Standing]:
    """The agreements of a debtor that run or wait, newest first."""
    query = (
        _with_debtors(workspace_id)
        .where(Agreement.debtor_id == debtor_id, Agreement.state.in_([*RUNNING, *WAITING]))
        .order_by(Agreement.id.desc())
    )
    return _standing(session, workspace_id, session.execute(query).all())


def standing(session: Session, workspace_id: int, rows: Sequence[Agreement]) -> list[Standing]:
    """Some agreements with their debtors and how far they have come."""
    query = _with_debtors(workspace_id).where(Agreement.id.in_([row.id for row in rows]))
    return _standing(session, workspace_id, session.execute(query).all())


def counts(session: Session, workspace_id: int) -> dict[str, int]:
    """How many agreements each group of the list holds."""
    label = case(
        *((Agreement.state.in_(states), name) for name, states in GROUPS.items()), else_="over"
    )
    query = (
        select(label, func.count()).where(Agreement.workspace_id == workspace_id).group_by(label)
    )
    return dict.fromkeys(GROUPS, 0) | dict(session.execute(query).all())


def history(session: Session, workspace_id: int, agreement_id: int) -> list[AuditEntry]:
    """What the trail tells of one agreement, newest first."""
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.workspace_id == workspace_id,
            AuditEntry.subject_kind == "agreement",
            AuditEntry.subject_id == agreement_id,
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return list(session.scalars(query))


def paid_on(
    session: Session, workspace_id: int, receivable_ids: Sequence[int]
) -> dict[int, tuple[date, int]]:
    """The day of the last payment of some receivables, and all the money paid on each."""
    query = (
        select(
            Entry.receivable_id,
            func.max(Entry.on_day),
            func.sum(Entry.principal_cents + Entry.fine_cents + Entry.interest_cents),
        )
        .where(
            Entry.workspace_id == workspace_id,
            Entry.receivable_id.in_(receivable_ids),
            Entry.kind.in_(("payment", "reversal")),
        )
        .group_by(Entry.receivable_id)
    )
    return {number: (day, int(cents)) for number, day, cents in session.execute(query)}


def _with_debtors(workspace_id: int) -> Select[Agreement, Debtor]:
    return (
        select(Agreement, Debtor)
        .join(
            Debtor,
            (Debtor.workspace_id == Agreement.workspace_id) & (Debtor.id == Agreement.debtor_id),
        )
        .where(Agreement.workspace_id == workspace_id)
    )


def _standing(
    session: Session, workspace_id: int, rows: Sequence[Row[Agreement, Debtor]]
) -> list[Standing]:
    ids = [row.id for row, _ in rows if row.state in AGREED or row.agreed_on]
    known = progress(session, workspace_id, ids) if ids else {}
    return [Standing(row, debtor, known.get(row.id, _NOTHING)) for row, debtor in rows]
