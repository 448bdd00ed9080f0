"""Addresses that asked for silence: noted by analysts or by the debtor's own link, and undone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bpo.db import acting_as, unit_of_work
from bpo.domain.intake import proofs
from bpo.domain.people import access
from bpo.domain.people import debtors as rules
from bpo.domain.people.access import Permission
from bpo.domain.people.debtors import Channel, ContactProfile
from bpo.domain.people.links import Purpose
from bpo.gateways.signing import Signer
from bpo.kernel.actor import Actor, ActorKind
from bpo.kernel.errors import NotFound
from bpo.models import OptOut
from bpo.queries.people import debtors
from bpo.services.people import audit, visits
from bpo.services.people.visits import DOOR, Closed, Visitor

ANALYST = "analyst"
UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Quiet:
    """An e-mail address, hidden but for a hint, and whether it receives nothing."""

    hint: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What the debtor of an unsubscribe link has asked for."""

    visitor: Visitor
    addresses: tuple[Quiet, ...]

    @property
    def is_silent(self) -> bool:
        """Whether no address receives e-mails any more."""
        return all(one.silent for one in self.addresses)


@dataclass(frozen=True, slots=True)
class _Line:
    """One address of one debtor on a channel, exactly as it is stored."""

    workspace_id: int
    debtor_id: int
    channel: Channel
    address: str


_Act = Callable[[Session, Actor, _Line], bool]


def add(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    channel: Channel,
    address: str,
    *,
    source: str,
    now: datetime,
) -> bool:
    """Write to an address on a channel no more, whoever the debtor is; False: it was so already.

    Analysts need the permission to contact; a debtor speaks for themselves alone. Every message
    is judged again before it leaves, so what is planned stops too. Raises BadInput for what is no
    address of the channel.
    """
    _require(actor, workspace_id, debtor_id)
    with unit_of_work(actor) as session:
        line = _line(session, workspace_id, debtor_id, channel, address)
        return _silenced(source, now)(session, actor, line)


def remove(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    channel: Channel,
    address: str,
    *,
    now: datetime,
) -> bool:
    """Write to an address again, because the debtor asked; False: nothing stood against it.

    Who may is as for `add`; a debtor takes back only what they asked for by their own link.
    """
    _require(actor, workspace_id, debtor_id)
    with unit_of_work(actor) as session:
        line = _line(session, workspace_id, debtor_id, channel, address)
        return _heard(now)(session, actor, line)


def stop_one(visitor: Visitor, contact_id: int, *, source: str, now: datetime) -> None:
    """Write to one contact of a proved debtor no more. Raises NotFound for anybody else's."""
    with unit_of_work(visitor.actor) as session:
        place, debtor_id = visitor.workspace.id, visitor.debtor.id
        contact = debtors.contact(session, place, contact_id)
        if contact is None or contact.debtor_id != debtor_id:
            raise NotFound("There is no such contact")
        line = _Line(place, debtor_id, Channel(contact.channel), contact.address)
        _silenced(source, now)(session, visitor.actor, line)


def look(token: str, *, signer: Signer, address: str | None, now: datetime) -> Wish | Closed:
    """What stands for the debtor of an unsubscribe link; changes nothing."""
    return _by_link(token, signer, address, now, lambda session, actor, line: False)


def stop(token: str, *, signer: Signer, address: str | None, now: datetime) -> Wish | Closed:
    """Stop e-mails to every address of the link's debtor; a second time does nothing."""
    return _by_link(token, signer, address, now, _silenced(UNSUBSCRIBE, now))


def resume(token: str, *, signer: Signer, address: str | None, now: datetime) -> Wish | Closed:
    """Undo `stop` with the same link; what an analyst noted, or another debtor asked, stays."""
    return _by_link(token, signer, address, now, _heard(now))


def _by_link(
    token: str, signer: Signer, address: str | None, now: datetime, act: _Act
) -> Wish | Closed:
    with unit_of_work(DOOR) as session:
        visitor = visits.enter(
            session, signer, token, Purpose.UNSUBSCRIBE, address=address, now=now
        )
        if isinstance(visitor, Closed):
            return visitor
        with acting_as(visitor.actor):
            for line in _lines(session, visitor):
                act(session, visitor.actor, line)
            return _wish(session, visitor)


def _silenced(source: str, now: datetime) -> _Act:
    def act(session: Session, actor: Actor, line: _Line) -> bool:
        row = insert(OptOut).values(
            workspace_id=line.workspace_id,
            debtor_id=line.debtor_id,
            channel=line.channel.value,
            address=line.address,
            source=source,
            at=now,
        )
        done = session.execute(row.on_conflict_do_nothing().returning(OptOut.id)).first()
        if done:
            _record(session, actor, "opt_out.record", line, now, source=source)
        return done is not None

    return act


def _heard(now: datetime) -> _Act:
    def act(session: Session, actor: Actor, line: _Line) -> bool:
        row = delete(OptOut).where(
            OptOut.workspace_id == line.workspace_id,
            OptOut.channel == line.channel.value,
            OptOut.address == line.address,
        )
        if actor.kind is ActorKind.DEBTOR:
            row = row.where(OptOut.debtor_id == line.debtor_id, OptOut.source == UNSUBSCRIBE)
        done = session.execute(row.returning(OptOut.source)).first()
        if done:
            _record(session, actor, "opt_out.withdraw", line, now, source=done.source)
        return done is not None

    return act


def _require(actor: Actor, workspace_id: int, debtor_id: int) -> None:
    own = actor.kind is ActorKind.DEBTOR and actor.debtor_id == debtor_id
    if not (own and actor.reaches(workspace_id)):
        access.require(actor, Permission.CONTACT, workspace_id)


def _line(
    session: Session, workspace_id: int, debtor_id: int, channel: Channel, address: str
) -> _Line:
    """The address as the debtor's contact has it, else in normal form."""
    if debtors.by_id(session, workspace_id, debtor_id) is None:
        raise NotFound("There is no such debtor")
    wanted = address.strip()
    for reach in debtors.contacts(session, workspace_id, debtor_id):
        if reach.contact.channel == channel and reach.contact.address == wanted:
            return _Line(workspace_id, debtor_id, channel, wanted)
    normal = rules.reached(ContactProfile(channel, wanted)).address
    return _Line(workspace_id, debtor_id, channel, normal)


def _lines(session: Session, visitor: Visitor) -> list[_Line]:
    workspace_id, debtor_id = visitor.workspace.id, visitor.debtor.id
    return [
        _Line(workspace_id, debtor_id, Channel.EMAIL, reach.contact.address)
        for reach in debtors.contacts(session, workspace_id, debtor_id)
        if reach.contact.channel == Channel.EMAIL
    ]


def _wish(session: Session, visitor: Visitor) -> Wish:
    reaches = debtors.contacts(session, visitor.workspace.id, visitor.debtor.id)
    return Wish(
        visitor,
        tuple(
            Quiet(proofs.hidden_address(reach.contact.address), reach.refused_at is not None)
            for reach in reaches
            if reach.contact.channel == Channel.EMAIL
        ),
    )


def _record(
    session: Session, actor: Actor, action: str, line: _Line, now: datetime, *, source: str
) -> None:
    audit.record(
        session,
        actor,
        line.workspace_id,
        action,
        now=now,
        subject=("debtor", line.debtor_id),
        channel=line.channel.value,
        address=line.address,
        source=source,
    )
