"""Reading the entries of a receivable as a ledger: each with its payment and what undid it."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from bpo.domain.books import adjustments
from bpo.domain.books.adjustments import Recorded
from bpo.domain.books.receivables import Entry, EntryKind
from bpo.kernel.errors import Conflict
from bpo.models import Entry as EntryRow
from bpo.models import Payment, Receivable, User


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with the balance after it, in centavos.

    `undone_by` is the id of the entry that undid it, `payment_undone` whether its payment was
    undone as a whole, `who` the name of the person who recorded it.
    """

    row: EntryRow
    payment: Payment | None
    undone_by: int | None
    payment_undone: bool
    who: str | None
    balance_cents: int

    @property
    def recorded(self) -> Recorded:
        """The entry as rules know it."""
        return _recorded(self.row, self.undone_by)

    def can_undo(self, title: Receivable) -> bool:
        """Whether it may be undone by itself; of `title`, whose entry it is."""
        if self.payment_undone or not adjustments.can_undo(self.recorded):
            return False
        try:
            adjustments.check_undo(
                self.recorded,
                is_instalment=title.agreement_id is not None,
                is_imported=self.row.import_id is not None,
                open_cents=title.amount_cents - title.settled_cents,
            )
        except Conflict:
            return False
        return True


def lines(session: Session, workspace_id: int, receivable_id: int, amount_cents: int) -> list[Line]:
    """Every entry of a receivable of that amount, by day, the oldest first."""
    undoing, reversal = aliased(EntryRow), aliased(Payment)
    rows = session.execute(
        select(EntryRow, Payment, undoing.id, reversal.id, User.name)
        .outerjoin(
            Payment,
            and_(Payment.workspace_id == EntryRow.workspace_id, Payment.id == EntryRow.payment_id),
        )
        .outerjoin(
            undoing,
            and_(undoing.workspace_id == EntryRow.workspace_id, undoing.reverses_id == EntryRow.id),
        )
        .outerjoin(
            reversal,
            and_(reversal.workspace_id == Payment.workspace_id, reversal.reverses_id == Payment.id),
        )
        .outerjoin(User, User.id == EntryRow.created_by)
        .where(EntryRow.workspace_id == workspace_id, EntryRow.receivable_id == receivable_id)
        .order_by(EntryRow.on_day, EntryRow.id)
    )
    found, left = [], amount_cents
    for row, payment, undone_by, payment_undone_by, who in rows:
        left -= row.principal_cents
        is_reversed = payment_undone_by is not None
        found.append(Line(row, payment, undone_by, is_reversed, who, left))
    return found


def recorded(session: Session, workspace_id: int, receivable_id: int) -> list[Recorded]:
    """Every entry of a receivable as rules know it."""
    undoing = aliased(EntryRow)
    rows = session.execute(
        select(EntryRow, undoing.id)
        .outerjoin(
            undoing,
            and_(undoing.workspace_id == EntryRow.workspace_id, undoing.reverses_id == EntryRow.id),
        )
        .where(EntryRow.workspace_id == workspace_id, EntryRow.receivable_id == receivable_id)
    )
    return [_recorded(row, undone_by) for row, undone_by in rows]


def is_undone(session: Session, workspace_id: int, entry_id: int) -> bool:
    """Whether something has undone an entry."""
    undoing = select(EntryRow.id).where(
        EntryRow.workspace_id == workspace_id, EntryRow.reverses_id == entry_id
    )
    return session.scalar(undoing) is not None


def by_key(session: Session, workspace_id: int, key: str) -> EntryRow | None:
    """The entry that a form has already recorded under its key."""
    return session.scalar(
        select(EntryRow).where(
            EntryRow.workspace_id == workspace_id, EntryRow.idempotency_key == key
        )
    )


def _recorded(row: EntryRow, undone_by: int | None) -> Recorded:
    entry = Entry(
        row.on_day, EntryKind(row.kind), row.principal_cents, row.fine_cents, row.interest_cents
    )
    return Recorded(row.id, entry, row.payment_id, row.reverses_id, undone_by)
