"""What anybody may read of a client company: who it is, its policy, how it can be paid."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.reminders import contact_rules
from bpo.domain.reminders.contact_rules import Rules
from bpo.models import PaymentMethod, PolicyVersion, Workspace
from bpo.queries.people import workspaces


@dataclass(frozen=True, slots=True)
class Dated:
    """A version of the policy and the days in [`since`, `until`) on which it holds.

    `until` is None when nothing follows it.
    """

    number: int
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay, without its account data: those come with the invoice."""

    kind: str
    label: str
    note: str | None


@dataclass(frozen=True, slots=True)
class PublicPolicy:
    """One version of a policy with what belongs beside it."""

    shown: Dated
    current: Dated
    terms: CollectionPolicy
    versions: tuple[Dated, ...]
    methods: tuple[Method, ...]
    rules: Rules


def page(
    session: Session, workspace: Workspace, day: date, number: int | None = None
) -> PublicPolicy | None:
    """The version asked for, by default the one in force on `day`; None when there is none such."""
    rows = session.execute(
        select(PolicyVersion.version, PolicyVersion.effective_from, PolicyVersion.terms)
        .where(PolicyVersion.workspace_id == workspace.id)
        .order_by(PolicyVersion.effective_from, PolicyVersion.version)
    ).all()
    held = _held([(version, since) for version, since, _ in rows])
    terms = {version: terms for version, _, terms in rows}
    current = next((v for v in reversed(held) if v.since <= day), held[0] if held else None)
    shown = current if number is None else next((v for v in held if v.number == number), None)
    if shown is None or current is None:
        return None
    return PublicPolicy(
        shown,
        current,
        policies.from_json(terms[shown.number]),
        tuple(reversed(held)),
        _methods(session, workspace.id),
        _rules(session, workspace.id),
    )


def _held(rows: list[tuple[int, date]]) -> list[Dated]:
    """Versions in the order in which they hold; one replaced on its own day ends as it begins."""
    ends: list[date | None] = [*(since for _, since in rows[1:]), None]
    return [Dated(number, since, end) for (number, since), end in zip(rows, ends, strict=True)]


def _methods(session: Session, workspace_id: int) -> tuple[Method, ...]:
    return tuple(_method(row) for row in workspaces.payment_methods(session, workspace_id))


def _method(row: PaymentMethod) -> Method:
    return Method(row.kind, row.label, row.details.get("note"))


def _rules(session: Session, workspace_id: int) -> Rules:
    row = workspaces.contact_rules(session, workspace_id)
    return contact_rules.from_json(row.rules) if row else Rules()
