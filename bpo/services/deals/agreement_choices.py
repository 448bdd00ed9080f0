"""What a debtor may agree to today: offers made before and still good, and those of the moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.deals import agreement_terms
from bpo.domain.deals.agreement_terms import Original, Party, Terms
from bpo.domain.deals.agreements import Part
from bpo.domain.deals.terms import Offer, Wish
from bpo.kernel import documents
from bpo.kernel.actor import Actor, ActorKind, Role
from bpo.kernel.text import Phrase
from bpo.models import Agreement, Debtor, Workspace
from bpo.queries.books.receivables import Due
from bpo.queries.deals import agreements
from bpo.queries.people import workspaces
from bpo.services.books import invoices
from bpo.services.deals import negotiation
from bpo.services.deals.negotiation import Proposals


@dataclass(frozen=True, slots=True)
class Choice:
    """Terms that can be agreed to by naming their `fingerprint`.

    `offer` is what the engine made of them, None for `agreement`: an offer made before.
    """

    fingerprint: str
    terms: Terms
    offer: Offer | None = None
    agreement: Agreement | None = None

    @property
    def granted(self) -> bool:
        """Whether a person approved it beforehand."""
        return self.agreement is not None and bool(self.agreement.approval)

    @property
    def needs_approval_by(self) -> Role | None:
        """Who must grant it before it can be offered."""
        return self.offer.needs_approval_by if self.offer else None


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a debtor on a day, best first; `note` says why there are none, or so few.

    `forbidden`: nothing may be agreed now, whatever is offered. `repeated`: today's offers whose
    terms are those of an agreement that was offered before.
    """

    day: date
    choices: tuple[Choice, ...]
    note: Phrase | None
    found: Proposals
    forbidden: bool = False
    repeated: Mapping[Offer, Agreement] = field(default_factory=dict)

    def named(self, fingerprint: str) -> Choice | None:
        """The choice whose terms have this fingerprint."""
        return next((one for one in self.choices if one.fingerprint == fingerprint), None)


def of(
    session: Session,
    actor: Actor,
    workspace: Workspace,
    debtor: Debtor,
    day: date,
    monthly_cents: int | None = None,
    wish: Wish | None = None,
) -> Choices:
    """All that `actor` may agree to with a debtor on a day, recomputed from the books.

    A debtor sees what needs nobody's approval. While over-indebtedness is declared, or when the
    debt has been agreed upon as often as the policy allows, a person decides: only offers that were
    approved remain.
    `monthly_cents`: what the debtor says they can pay a month; `wish`: terms that were typed.
    """
    found = negotiation.proposals(session, workspace, debtor, day, monthly_cents, wish)
    obstacle = forbidden(session, actor, workspace, debtor, found)
    if obstacle:
        made = tuple(one for one in _made(session, workspace, debtor, day) if one.granted)
        return Choices(day, made, obstacle, found, forbidden=True)
    made = _made(session, workspace, debtor, day)
    policy = _policy(session, workspace, day)
    fresh = [_choice(one, found, workspace, policy) for one in found.offers]
    known = {one.fingerprint: one.agreement for one in made}
    fitting = [one for one in fresh if one.fingerprint not in known and _visible(actor, one)]
    again = {one.offer: known.get(one.fingerprint) for one in fresh if one.offer}
    repeated = {offer: deal for offer, deal in again.items() if deal}
    return Choices(day, (*made, *fitting), found.note, found, repeated=repeated)


def marks(choices: Choices) -> list[str]:
    """The fingerprint of each of today's offers, in their order; empty for what is out of reach."""
    known = {one.offer: one.fingerprint for one in choices.choices if one.offer}
    return [known.get(offer, "") for offer in choices.found.offers]


def forbidden(
    session: Session, actor: Actor, workspace: Workspace, debtor: Debtor, found: Proposals
) -> Phrase | None:
    """Why nothing may be agreed with a debtor now, whatever the offer; None when it may."""
    declared = agreements.is_over_indebted(session, workspace.id, debtor.id, found.day)
    if declared and actor.kind is ActorKind.DEBTOR:
        return Phrase("Over-indebtedness was declared: a person of the team looks at the case")
    before = agreements.ended_before(session, workspace.id, [one.row.id for one in found.debts])
    most = found.limits.max_renegotiations
    if len(before) > most and actor.role is not Role.ADMIN:
        return Phrase(
            "This debt has been agreed upon once already: a person of the team decides"
            if len(before) == 1
            else "This debt has been agreed upon {times} times already: a person of the team"
            " decides",
            times=len(before),
        )
    return None


def may_grant(actor: Actor, needed: Role | None) -> bool:
    """Whether somebody may make an offer that needs the approval of a role."""
    if needed is None or actor.kind is ActorKind.SYSTEM:
        return True
    return needed is Role.ADMIN and actor.role is Role.ADMIN


def _made(session: Session, workspace: Workspace, debtor: Debtor, day: date) -> tuple[Choice, ...]:
    return tuple(
        Choice(row.fingerprint, agreements.terms(row), agreement=row)
        for row in agreements.acceptable(session, workspace.id, debtor.id, day)
    )


def _visible(actor: Actor, choice: Choice) -> bool:
    return actor.kind is not ActorKind.DEBTOR or choice.needs_approval_by is None


def _choice(
    offer: Offer, found: Proposals, workspace: Workspace, policy: CollectionPolicy
) -> Choice:
    terms = agreement_terms.freeze(
        offer,
        (_original(one) for one in found.debts),
        policy,
        creditor=_creditor(workspace),
        debtor=_debtor(found.debtor),
        as_of=found.day,
        currency=workspace.currency,
    )
    return Choice(agreement_terms.fingerprint(terms), terms, offer)


def _original(one: Due) -> Original:
    amount = one.amount
    part = Part(
        one.row.id,
        one.row.due_date,
        amount.principal_cents,
        amount.fine_cents,
        amount.interest_cents,
    )
    return Original(part, one.row.number)


def _creditor(workspace: Workspace) -> Party:
    shown = invoices.creditor(workspace)
    return Party(shown.legal_name, shown.document, shown.address)


def _debtor(debtor: Debtor) -> Party:
    document = documents.formatted(debtor.document) if debtor.document else ""
    place = " - ".join(filter(None, (debtor.city, debtor.state)))
    return Party(debtor.name, document, place)


def _policy(session: Session, workspace: Workspace, day: date) -> CollectionPolicy:
    version = workspaces.policy_on(session, workspace.id, day)
    return policies.from_json(version.terms) if version else CollectionPolicy()
