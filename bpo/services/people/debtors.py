"""Debtors: registered, described, and the ways to reach them."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.people import access
from bpo.domain.people import debtors as rules
from bpo.domain.people.access import Permission
from bpo.domain.people.debtors import ContactProfile, Kind, Profile
from bpo.domain.writing import sightings
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound
from bpo.kernel.text import number_key, searchable
from bpo.models import Contact, Debtor
from bpo.queries.people import debtors
from bpo.services.people import audit


def create(actor: Actor, workspace_id: int, profile: Profile, *, now: datetime) -> Debtor:
    """Register a debtor. Raises BadInput by field, Conflict for a taken number or document."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    profile = rules.checked(profile)
    with unit_of_work(actor) as session:
        _insist_on_new(session, workspace_id, profile)
        debtor = Debtor(workspace_id=workspace_id, **_columns(profile))
        session.add(debtor)
        session.flush()
        _record(session, actor, debtor, "debtor.create", now, name=debtor.name)
    return debtor


def edit(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    profile: Profile,
    *,
    now: datetime,
    seen: Profile | None = None,
) -> Debtor:
    """Change what a debtor's record says of what was `seen`; the rest stays as it is by now.

    Raises BadInput by field, Conflict as `create` and for a field that another has changed too.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    profile = rules.checked(profile)
    with unit_of_work(actor) as session:
        debtor = _held(session, workspace_id, debtor_id)
        profile = sightings.merged(seen and rules.checked(seen), profile, of(debtor))
        _insist_on_new(session, workspace_id, profile, debtor_id)
        changed = rules.changes(asdict(of(debtor)), asdict(profile))
        for name, value in _columns(profile).items():
            setattr(debtor, name, value)
        session.flush()
        if changed:
            _record(session, actor, debtor, "debtor.edit", now, changed=changed)
    return debtor


def add_contact(
    actor: Actor, workspace_id: int, debtor_id: int, profile: ContactProfile, *, now: datetime
) -> Contact:
    """Add a way to reach a debtor; it comes last among those of its channel."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    profile = rules.reached(profile)
    with unit_of_work(actor) as session:
        debtor = _held(session, workspace_id, debtor_id)
        contact = Contact(
            workspace_id=workspace_id,
            debtor_id=debtor_id,
            channel=profile.channel.value,
            address=profile.address,
            name=profile.name,
            purpose=profile.purpose.value,
            position=_last(session, debtor) + 1,
        )
        session.add(contact)
        try:
            session.flush()
        except IntegrityError:
            raise Conflict("This contact is already there", field="address") from None
        _record(session, actor, debtor, "contact.add", now, **asdict(profile))
    return contact


def remove_contact(actor: Actor, workspace_id: int, contact_id: int, *, now: datetime) -> None:
    """Take a way to reach a debtor off; a refusal of its address stays."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        contact, debtor = _contact(session, workspace_id, contact_id)
        detail = {"channel": contact.channel, "address": contact.address}
        session.delete(contact)
        session.flush()
        _record(session, actor, debtor, "contact.remove", now, **detail)


def mend_contact(actor: Actor, workspace_id: int, contact_id: int, *, now: datetime) -> None:
    """Trust an address again that a mail server had refused."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        contact, debtor = _contact(session, workspace_id, contact_id)
        contact.status, contact.status_reason = "valid", None
        _record(session, actor, debtor, "contact.mend", now, address=contact.address)


def of(debtor: Debtor) -> Profile:
    """The profile of a stored debtor."""
    return Profile(
        debtor.name,
        debtor.reference,
        debtor.document,
        Kind(debtor.kind),
        debtor.consumer,
        debtor.city,
        debtor.state,
        debtor.locale,
        tuple(debtor.tags or ()),
    )


def _columns(profile: Profile) -> dict[str, object]:
    return asdict(profile) | {
        "kind": profile.kind.value,
        "tags": list(profile.tags),
        "search_name": searchable(profile.name),
        "reference_key": number_key(profile.reference),
    }


def _insist_on_new(
    session: Session, workspace_id: int, profile: Profile, own_id: int | None = None
) -> None:
    number, document = profile.reference, profile.document
    other = debtors.alike(session, workspace_id, number, document, but=own_id)
    if other is None:
        return
    same_document = document is not None and other.document == document
    raise Conflict(
        "{name} ({reference}) already has this CPF or CNPJ"
        if same_document
        else "{name} ({reference}) already has this customer number",
        field="document" if same_document else "reference",
        name=other.name,
        reference=other.reference,
    )


def _held(session: Session, workspace_id: int, debtor_id: int) -> Debtor:
    debtor = debtors.locked(session, workspace_id, debtor_id)
    if debtor is None:
        raise NotFound("There is no such debtor")
    return debtor


def _contact(session: Session, workspace_id: int, contact_id: int) -> tuple[Contact, Debtor]:
    contact = debtors.contact(session, workspace_id, contact_id)
    if contact is None:
        raise NotFound("There is no such contact")
    return contact, _held(session, workspace_id, contact.debtor_id)


def _last(session: Session, debtor: Debtor) -> int:
    query = select(func.max(Contact.position)).where(
        Contact.workspace_id == debtor.workspace_id, Contact.debtor_id == debtor.id
    )
    return session.scalar(query) or 0


def _record(
    session: Session, actor: Actor, debtor: Debtor, action: str, now: datetime, **detail: object
) -> None:
    subject = ("debtor", debtor.id)
    audit.record(session, actor, debtor.workspace_id, action, now=now, subject=subject, **detail)
