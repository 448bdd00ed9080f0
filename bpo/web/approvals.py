"""Requests for approval as office and portal show and decide them."""

from dataclasses import dataclass
from datetime import date

from flask import flash, g
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain import approvals as rules
from bpo.domain import findings
from bpo.domain.agreement_terms import Terms
from bpo.domain.approvals import State
from bpo.domain.terms import Wish
from bpo.kernel.actor import Role
from bpo.models import ApprovalRequest, Debtor
from bpo.queries import agreements, approvals
from bpo.services import approvals as deciding
from bpo.services import negotiation
from bpo.web import forms, language
from bpo.web.forms import Typed
from bpo.web.office import lists

ANSWERS = {
    State.ACCEPTED.value: "accept",
    State.REFUSED.value: "refuse",
    State.COUNTERED.value: "counter",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as a card: `state` as of today, `mine` when this reader may decide it."""

    request: ApprovalRequest
    debtor: Debtor
    terms: Terms
    state: State
    mine: bool
    reasons: tuple[str, ...]


def shown(needed_by: Role | None = None) -> list[Shown]:
    """The requests of the workspace at hand."""
    today = lists.today()
    found = approvals.listed(db.session(), g.workspace.id, needed_by=needed_by)
    return [_shown(one, today) for one in found]


def _shown(one: approvals.Listed, today: date) -> Shown:
    request = one.request
    state = rules.state_on(State(request.state), request.valid_until, today)
    mine = state in rules.OPEN and rules.may_decide(g.actor.role, Role(request.needed_by))
    written = [*request.case_file["reasons"], *request.case_file["class_reasons"]]
    told = (
        negotiation.sentence(
            findings.phrase_from_json(phrase), language.current(), g.workspace.currency
        )
        for phrase in written
    )
    return Shown(
        request,
        one.debtor,
        agreements.terms(one.agreement),
        state,
        mine,
        tuple(dict.fromkeys(told)),
    )


def decide(request_id: int) -> dict[str, str]:
    """Do what the form says and tell what came of it; what has to be mended by field."""
    typed = forms.typed()
    attempt = forms.attempt(lambda: _decided(request_id, typed))
    if attempt.result is not None:
        flash(*_told(State(attempt.result.state)))
    return forms.faults(attempt)


def _decided(request_id: int, typed: Typed) -> ApprovalRequest:
    actor, place = g.actor, g.workspace.id
    match typed.one_of("decision", State):
        case State.ACCEPTED:
            return deciding.accept(actor, place, request_id, now=g.now, answer=typed.text("answer"))
        case State.COUNTERED:
            wish = Wish(typed.needed_cents("down_cents"), typed.whole("payments") or 0)
            return deciding.counter(
                actor, place, request_id, wish, now=g.now, answer=typed.text("answer")
            )
        case _:
            return deciding.refuse(actor, place, request_id, typed.needed("answer"), now=g.now)


def _told(state: State) -> tuple[str, str]:
    if state is State.ACCEPTED:
        return _("Approved: the offer can be accepted by the debtor until its day."), "good"
    if state is State.COUNTERED:
        return _("Your terms are offered instead."), "good"
    if state is State.REFUSED:
        return _("Not approved: whoever asked reads your reason."), "good"
    return _("What is owed has changed since this was asked: nothing was approved."), "warning"
