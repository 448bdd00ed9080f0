"""Who may grant what: an offer by role and age of the debt; and the life of a request for it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from bpo.domain.books.policies import NegotiationLimits
from bpo.domain.deals.risk import RiskClass
from bpo.domain.deals.terms import Situation, Waiver
from bpo.kernel.actor import Role
from bpo.kernel.errors import Conflict
from bpo.kernel.text import Phrase

RANKS = (Role.ANALYST, Role.ADMIN, Role.CLIENT_MANAGER)
"""Who decides, from the least to the most: the client company has the last word on its money."""


class About(StrEnum):
    """What a request is about: an offer to a debtor, or something that goes live."""

    OFFER = "offer"
    GO = "go"
    VERSION = "version"
    TEXT = "text"


OF_CAMPAIGNS = frozenset({About.GO, About.VERSION})
GOING_LIVE = OF_CAMPAIGNS | {About.TEXT}


class State(StrEnum):
    """Where a request stands; `voided`: what was asked about has changed since."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    COUNTERED = "countered"
    EXPIRED = "expired"
    VOIDED = "voided"


OPEN = frozenset({State.ASKED})
LABELS = {
    State.ASKED: Phrase("Waiting for approval"),
    State.ACCEPTED: Phrase("Approved"),
    State.REFUSED: Phrase("Not approved"),
    State.COUNTERED: Phrase("Other terms suggested"),
    State.EXPIRED: Phrase("Approval expired"),
    State.VOIDED: Phrase("Changed since it was asked"),
}
ANSWERS = {
    State.ACCEPTED: Phrase("Your plan was accepted"),
    State.COUNTERED: Phrase("We can offer you this instead"),
    State.REFUSED: Phrase("This plan was not possible"),
    State.EXPIRED: Phrase("This plan no longer holds"),
}
"""What a debtor is told of a plan that they asked for."""
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.ASKED: frozenset(State) - {State.ASKED},
    State.ACCEPTED: frozenset(),
    State.REFUSED: frozenset(),
    State.COUNTERED: frozenset(),
    State.EXPIRED: frozenset(),
    State.VOIDED: frozenset(),
}


def move(state: State, to: State) -> State:
    """The next state. Raises Conflict for a request that was decided already."""
    if to not in TRANSITIONS[state]:
        raise Conflict("This request was already decided: {state}", state=state.value)
    return to


def state_on(state: State, valid_until: date, day: date) -> State:
    """The state as of a day: what nobody decided while it held has expired."""
    return State.EXPIRED if state in OPEN and valid_until < day else state


def needed_by(
    situation: Situation, limits: NegotiationLimits, waiver: Waiver, payments: int
) -> Role | None:
    """Who must agree before an offer is made; None when an analyst may make it alone.

    The first role whose limits for a debt of this age hold it. Class D, and a person who declared
    over-indebtedness, go to the BPO manager at least. What nobody's limits hold goes to the client.
    """
    able = [role for role in RANKS if _may_grant(situation, limits, role, waiver, payments)]
    role = able[0] if able else Role.CLIENT_MANAGER
    if role is not Role.ANALYST:
        return role
    guarded = situation.over_indebted or situation.rating.risk_class is RiskClass.D
    return Role.ADMIN if guarded else None


def may_decide(role: Role | None, needed: Role) -> bool:
    """Whether a role may decide a request: the one that is named, or the client company above it.

    The client manager decides about the client's money also what was put to the BPO manager.
    """
    return role is not None and RANKS.index(role) >= RANKS.index(needed)


def _may_grant(
    situation: Situation, limits: NegotiationLimits, role: Role, waiver: Waiver, payments: int
) -> bool:
    limit = limits.approval(role, situation.days_late)
    return (
        payments <= limit.max_installments
        and waiver.charges_cents <= situation.charges_cents * limit.charges_rate
        and waiver.principal_cents <= situation.principal_cents * limit.principal_rate
    )
