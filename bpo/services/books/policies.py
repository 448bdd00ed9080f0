"""The collection policy of a client company: published in dated versions that never change."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bpo.db import db, unit_of_work
from bpo.domain.books import policies, policy_checks
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.policy_checks import Finding, Severity
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.writing import sightings
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import PolicyVersion, Workspace
from bpo.queries.people import workspaces
from bpo.services.people import audit


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be said about a policy before it is published."""

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def review(actor: Actor, workspace_id: int, policy: CollectionPolicy) -> Review:
    """What is wrong with a policy, and what is worth knowing.

    What only consumers are protected from is a warning: charges to a consumer are capped by
    themselves (`policies.for_debtor`), while companies may agree on more.
    """
    access.require(actor, Permission.SEE_WORKSPACE, workspace_id)
    return _review(policy, consumers=workspaces.has_consumers(db.session(), workspace_id))


def publish(
    actor: Actor,
    workspace_id: int,
    policy: CollectionPolicy,
    effective_from: date,
    *,
    now: datetime,
    seen: str | None = None,
) -> PolicyVersion:
    """Add a version of the policy, in force from a day that is today or later.

    Earlier versions stay readable for ever, and receivables keep the version they were issued
    under. Raises BadInput when the policy has errors or would reach into the past, Conflict when
    the newest version is no longer the one that was `seen`.
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    policies.from_json(policies.to_json(policy))
    with unit_of_work(actor) as session:
        workspace = workspaces.locked(session, workspace_id)
        if workspace is None:
            raise NotFound("This page does not exist or is not yours to see")
        newest = workspaces.policies(session, workspace_id)[0]
        same = (newest.terms, newest.effective_from) == (policies.to_json(policy), effective_from)
        if seen and same:
            return newest
        sightings.require(str(newest.version), seen)
        _check(session, workspace, policy, effective_from, now)
        version = _added(session, workspace, policy, effective_from, actor.user_id)
        audit.record(
            session,
            actor,
            workspace_id,
            "policy.publish",
            now=now,
            subject=("policy_version", version.id),
            version=version.version,
            effective_from=effective_from.isoformat(),
        )
    return version


def _check(
    session: Session, workspace: Workspace, policy: CollectionPolicy, since: date, now: datetime
) -> None:
    if since < clock.local_day(now, workspace.time_zone):
        raise BadInput("A policy cannot reach into the past", field="effective_from")
    errors = _review(policy, consumers=workspaces.has_consumers(session, workspace.id)).errors
    if errors:
        first = errors[0]
        raise BadInput(first.phrase.template, field=first.field, **first.phrase.params)


def _review(policy: CollectionPolicy, *, consumers: bool) -> Review:
    found = policy_checks.validate(policy, consumer=False)
    errors = tuple(f for f in found if f.severity is Severity.ERROR)
    warnings = [f for f in found if f.severity is Severity.WARNING]
    if consumers:
        known = {(f.field, f.phrase) for f in found}
        of_consumers = policy_checks.validate(policy, consumer=True)
        warnings += [f for f in of_consumers if (f.field, f.phrase) not in known]
    return Review(errors, tuple(warnings))


def _added(
    session: Session,
    workspace: Workspace,
    policy: CollectionPolicy,
    since: date,
    user_id: int | None,
) -> PolicyVersion:
    latest = max(v.version for v in workspaces.policies(session, workspace.id))
    version = PolicyVersion(
        workspace_id=workspace.id,
        version=latest + 1,
        effective_from=since,
        terms=policies.to_json(policy),
        created_by=user_id,
    )
    session.add(version)
    session.flush()
    return version
