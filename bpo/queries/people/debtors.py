"""Reading debtors: one by id or name, how to reach them, and what stands between them and us."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import Session

from bpo.domain.people import debtors as rules
from bpo.kernel import documents
from bpo.kernel import text as words
from bpo.models import Contact, Debtor, Dispute, Hold, OptOut, Promise, Receivable


@dataclass(frozen=True, slots=True)
class Reach:
    """A contact of a debtor and, when its address asked for silence, since when."""

    contact: Contact
    refused_at: datetime | None

    @property
    def shown(self) -> str:
        """The address as people write it."""
        return rules.shown(self.contact.channel, self.contact.address)

    @property
    def usable(self) -> bool:
        """Whether a message may go there."""
        return self.contact.status == "valid" and self.refused_at is None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between a debtor and the reminders today."""

    promises: tuple[Promise, ...]
    holds: tuple[Hold, ...]
    disputes: tuple[Dispute, ...]

    def disputed(self, receivable_id: int) -> bool:
        """Whether a receivable is disputed, by itself or with everything else."""
        return any(one.receivable_id in (None, receivable_id) for one in self.disputes)


def by_id(session: Session, workspace_id: int, debtor_id: int) -> Debtor | None:
    """One debtor."""
    return session.get(Debtor, (workspace_id, debtor_id))


def locked(session: Session, workspace_id: int, debtor_id: int) -> Debtor | None:
    """One debtor, fresh and held until the transaction ends; payments of one wait for another."""
    query = select(Debtor).where(Debtor.workspace_id == workspace_id, Debtor.id == debtor_id)
    query = query.with_for_update(key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))


def named(session: Session, workspace_id: int, reference: str) -> list[Debtor]:
    """The debtors that a customer number or a CPF or CNPJ means: exact, else leading zeros apart.

    More than one when numbers differ by zeros only.
    """
    exact = select(Debtor).where(
        Debtor.workspace_id == workspace_id, Debtor.reference == reference.strip()
    )
    found = session.scalars(exact).all()
    if found:
        return list(found)
    key, document = words.number_key(reference), documents.normalized(reference)
    loose = select(Debtor).where(
        Debtor.workspace_id == workspace_id,
        or_(Debtor.reference_key == key, Debtor.document == document),
    )
    return list(session.scalars(loose.order_by(Debtor.id).limit(10)))


def alike(
    session: Session,
    workspace_id: int,
    reference: str,
    document: str | None,
    *,
    but: int | None = None,
) -> Debtor | None:
    """A debtor, `but` apart, who already has this customer number or document."""
    same = Debtor.reference_key == words.number_key(reference)
    if document:
        same = or_(same, Debtor.document == document)
    query = select(Debtor).where(Debtor.workspace_id == workspace_id, same)
    if but is not None:
        query = query.where(Debtor.id != but)
    return session.scalar(query.order_by(Debtor.id).limit(1))


def ids(session: Session, workspace_id: int, *, after: int = 0, limit: int = 5000) -> list[int]:
    """Ids of debtors in order, a page at a time."""
    query = select(Debtor.id).where(Debtor.workspace_id == workspace_id, Debtor.id > after)
    return list(session.scalars(query.order_by(Debtor.id).limit(limit)))


def contacts(session: Session, workspace_id: int, debtor_id: int) -> list[Reach]:
    """The ways to reach a debtor, billing first, with what was refused."""
    rows = session.execute(
        select(Contact, OptOut.at)
        .outerjoin(
            OptOut,
            and_(
                OptOut.workspace_id == Contact.workspace_id,
                OptOut.channel == Contact.channel,
                OptOut.address == Contact.address,
            ),
        )
        .where(Contact.workspace_id == workspace_id, Contact.debtor_id == debtor_id)
        .order_by(Contact.purpose != "billing", Contact.position, Contact.id)
    )
    return [Reach(contact, at) for contact, at in rows]


def contact(session: Session, workspace_id: int, contact_id: int) -> Contact | None:
    """One way to reach a debtor."""
    return session.get(Contact, (workspace_id, contact_id))


def opt_out(session: Session, workspace_id: int, channel: str, address: str) -> OptOut | None:
    """The refusal of an address on a channel, if there is one."""
    return session.scalar(
        select(OptOut).where(
            OptOut.workspace_id == workspace_id,
            OptOut.channel == channel,
            OptOut.address == address,
        )
    )


def standing(session: Session, workspace_id: int, debtor_id: int, today: date) -> Standing:
    """The promise, pauses and disputes of a debtor, those of the whole workspace included."""
    holds = session.scalars(
        select(Hold)
        .outerjoin(
            Receivable,
            and_(Receivable.workspace_id == Hold.workspace_id, Receivable.id == Hold.receivable_id),
        )
        .where(
            Hold.workspace_id == workspace_id,
            Hold.released_at.is_(None),
            or_(Hold.until.is_(None), Hold.until >= today),
            or_(
                func.coalesce(Hold.debtor_id, Receivable.debtor_id) == debtor_id,
                and_(Hold.debtor_id.is_(None), Hold.receivable_id.is_(None)),
            ),
        )
        .order_by(Hold.starts_on, Hold.id)
    ).all()
    return Standing(
        tuple(promises(session, workspace_id, debtor_id, ("active",))),
        tuple(holds),
        tuple(disputes(session, workspace_id, debtor_id)),
    )


def dispute(session: Session, workspace_id: int, dispute_id: int) -> Dispute | None:
    """One dispute."""
    return session.get(Dispute, (workspace_id, dispute_id))


def promises(
    session: Session, workspace_id: int, debtor_id: int, states: Sequence[str]
) -> Sequence[Promise]:
    """Promises of a debtor in some states, the earliest due first."""
    return session.scalars(
        select(Promise)
        .where(
            Promise.workspace_id == workspace_id,
            Promise.debtor_id == debtor_id,
            Promise.state.in_(states),
        )
        .order_by(Promise.promised_for, Promise.id)
    ).all()


def disputes(session: Session, workspace_id: int, debtor_id: int) -> Sequence[Dispute]:
    """Open disputes of a debtor."""
    return session.scalars(
        select(Dispute)
        .where(
            Dispute.workspace_id == workspace_id,
            Dispute.debtor_id == debtor_id,
            Dispute.state == "open",
        )
        .order_by(Dispute.opened_on, Dispute.id)
    ).all()


def disputed_on(
    session: Session, workspace_id: int, debtor_id: int, day: date
) -> frozenset[int | None]:
    """Ids of the receivables disputed at the end of a day; None stands for all of them."""
    return frozenset(
        session.scalars(
            select(Dispute.receivable_id).where(
                Dispute.workspace_id == workspace_id,
                Dispute.debtor_id == debtor_id,
                Dispute.opened_on <= day,
                or_(Dispute.closed_on.is_(None), Dispute.closed_on > day),
            )
        )
    )


def flags(
    session: Session, workspace_id: int, debtor_ids: Iterable[int], today: date
) -> dict[int, list[str]]:
    """What is going on with some debtors: `active` promise, `disputed`, `on_hold`."""
    chosen = list(debtor_ids)
    active = select(Promise.debtor_id, literal("promised")).where(
        Promise.workspace_id == workspace_id,
        Promise.debtor_id.in_(chosen),
        Promise.state == "active",
    )
    disputed = select(Dispute.debtor_id, literal("disputed")).where(
        Dispute.workspace_id == workspace_id,
        Dispute.debtor_id.in_(chosen),
        Dispute.state == "open",
    )
    held = select(Hold.debtor_id, literal("on_hold")).where(
        Hold.workspace_id == workspace_id,
        Hold.debtor_id.in_(chosen),
        Hold.released_at.is_(None),
        Hold.starts_on <= today,
        or_(Hold.until.is_(None), Hold.until >= today),
    )
    found: dict[int, list[str]] = defaultdict(list)
    for debtor_id, flag in session.execute(active.union(disputed, held)):
        if debtor_id is not None:
            found[debtor_id].append(flag)
    return {number: sorted(own) for number, own in found.items()}
