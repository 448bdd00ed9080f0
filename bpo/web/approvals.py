"""Requests for approval as office and portal show and decide them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from flask import flash, g
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.deals import approvals as rules
from bpo.domain.deals.agreement_terms import Terms
from bpo.domain.deals.approvals import State
from bpo.domain.deals.terms import Wish
from bpo.domain.intake import findings
from bpo.domain.reminders import going_live, reasons
from bpo.domain.reminders.reasons import Code
from bpo.gateways import outside
from bpo.kernel.actor import Role
from bpo.kernel.text import Phrase
from bpo.models import ApprovalRequest, Campaign, Debtor, Simulation
from bpo.queries.deals import agreements
from bpo.queries.desk import approvals
from bpo.services.deals import negotiation
from bpo.services.desk import approvals as deciding
from bpo.services.writing import publications, simulations
from bpo.web import forms, language
from bpo.web.forms import Typed
from bpo.web.office.people import lists

PARTS = {
    "subject": Phrase("Subject"),
    "preview": Phrase("Preview line"),
    "title": Phrase("Heading"),
    "body": Phrase("Text"),
}
REASONS = 5
"""So many reasons for silence are shown, the most frequent first."""
ANSWERS = {
    State.ACCEPTED.value: "accept",
    State.REFUSED.value: "refuse",
    State.COUNTERED.value: "counter",
}


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a campaign would do: `state` of its simulation, its figures, who is left and why.

    `by_step`: label, goal, messages now and afterwards; what runs now is none for a start.
    """

    number: int
    state: str
    days: int
    draft: bool
    figures: Mapping[str, Any] | None
    by_step: tuple[tuple[str, str, int, int], ...]
    silent: tuple[tuple[Phrase, Mapping[str, Any]], ...]
    messages_now: int = 0
    newly: int = 0
    no_longer: int = 0


class Words(NamedTuple):
    """One part of a text, as it holds and as it would be."""

    part: Phrase
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as a card: `state` as of today, `mine` when this reader may decide it.

    About an offer it has the debtor and the terms; about a campaign what it would do (`ahead`) and
    what is other than what runs (`changes`); about a text the words before and after.
    """

    request: ApprovalRequest
    state: State
    mine: bool
    title: Phrase
    reasons: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    debtor: Debtor | None = None
    terms: Terms | None = None
    campaign: Campaign | None = None
    ahead: Ahead | None = None
    words: tuple[Words, ...] = ()


def shown(needed_by: Role | None = None) -> list[Shown]:
    """The requests of the workspace at hand."""
    today = lists.today()
    found = approvals.listed(db.session(), g.workspace.id, needed_by=needed_by)
    return [_shown(one, today) for one in found]


def _shown(one: approvals.Listed, today: date) -> Shown:
    request = one.request
    state = rules.state_on(State(request.state), request.valid_until, today)
    mine = state in rules.OPEN and rules.may_decide(g.actor.role, Role(request.needed_by))
    plain = Shown(request, state, mine, Phrase(""))
    if one.debtor is not None and one.agreement is not None:
        case = request.case_file
        return replace(
            plain,
            title=Phrase("Offer to approve"),
            reasons=_told([*case["reasons"], *case["class_reasons"]]),
            debtor=one.debtor,
            terms=agreements.terms(one.agreement),
        )
    titled = replace(plain, title=going_live.TITLES[rules.About(request.about)])
    if one.campaign is None:
        return replace(titled, words=_words(request))
    return replace(
        titled,
        changes=_told(request.case_file["changes"]),
        campaign=one.campaign,
        ahead=_ahead(request, one.simulation) if one.simulation else None,
    )


def _told(written: Iterable[Any]) -> tuple[str, ...]:
    phrases = (findings.phrase_from_json(phrase) for phrase in written)
    locale, currency = language.current(), g.workspace.currency
    return tuple(
        dict.fromkeys(negotiation.sentence(phrase, locale, currency) for phrase in phrases)
    )


def _ahead(request: ApprovalRequest, asked: Simulation) -> Ahead:
    result = asked.result or {}
    after, before = result.get("after"), result.get("before") or {"steps": {}}
    difference = result.get("difference") or {}
    said = after["steps"] if after else {}
    rows = tuple(
        (label, goal, _count(before["steps"], key), _count(said, key))
        for key, label, goal in request.case_file["steps"]
        if key in said or key in before["steps"]
    )
    known = list(Code)
    silent = after["silent"] if after else {}
    most = sorted(silent.items(), key=lambda row: -row[1]["debtors"])[:REASONS]
    return Ahead(
        asked.id,
        simulations.state_of(asked, g.now),
        asked.days,
        asked.draft,
        after,
        rows,
        tuple((reasons.phrase(Code(code)), row) for code, row in most if code in known),
        before.get("messages", 0),
        difference.get("newly", {}).get("debtors", 0),
        difference.get("no_longer", {}).get("debtors", 0),
    )


def _count(steps: Mapping[str, Any], key: str) -> int:
    return int(steps[key]["messages"]) if key in steps else 0


def _words(request: ApprovalRequest) -> tuple[Words, ...]:
    before, after = request.case_file["before"], request.content["text"]
    return tuple(
        Words(PARTS[name], before.get(name, ""), after[name])
        for name in PARTS
        if before.get(name) or after[name]
    )


def decide(request_id: int) -> dict[str, str]:
    """Do what the form says and tell what came of it; what has to be mended by field."""
    typed = forms.typed()
    request = approvals.by_id(db.session(), g.workspace.id, request_id)
    offer = request is None or request.about == rules.About.OFFER.value
    decided = _decided if offer else _published
    attempt = forms.attempt(lambda: decided(request_id, typed))
    if attempt.result is not None:
        state = State(attempt.result.state)
        by_debtor = attempt.result.asked_by is None and state is not State.EXPIRED
        flash(*(_said(state, by_debtor=by_debtor) if offer else _said_live(state)))
    return forms.faults(attempt)


def _decided(request_id: int, typed: Typed) -> ApprovalRequest:
    actor, place, queue = g.actor, g.workspace.id, outside.current().queue
    answer = typed.text("answer")
    match typed.one_of("decision", State):
        case State.ACCEPTED:
            return deciding.accept(actor, place, request_id, now=g.now, queue=queue, answer=answer)
        case State.COUNTERED:
            wish = Wish(typed.needed_cents("down_cents"), typed.whole("payments") or 0)
            return deciding.counter(
                actor, place, request_id, wish, now=g.now, queue=queue, answer=answer
            )
        case _:
            why = typed.needed("answer")
            return deciding.refuse(actor, place, request_id, why, now=g.now, queue=queue)


def _published(request_id: int, typed: Typed) -> ApprovalRequest:
    actor, place, answer = g.actor, g.workspace.id, typed.text("answer")
    if typed.one_of("decision", State) is State.ACCEPTED:
        queue = outside.current().queue
        return publications.accept(actor, place, request_id, now=g.now, queue=queue, answer=answer)
    return publications.refuse(actor, place, request_id, typed.needed("answer"), now=g.now)


def _said_live(state: State) -> tuple[str, str]:
    if state is State.ACCEPTED:
        return _("Approved: it holds from now on."), "good"
    if state is State.REFUSED:
        return _("Not approved: whoever asked reads your reason."), "good"
    return _("It has changed since it was asked about: nothing goes live."), "warning"


def _said(state: State, *, by_debtor: bool) -> tuple[str, str]:
    if by_debtor:
        return _("The debtor reads the answer on their page; their link goes out by mail."), "good"
    if state is State.ACCEPTED:
        return _("Approved: the offer can be accepted by the debtor until its day."), "good"
    if state is State.COUNTERED:
        return _("Your terms are offered instead."), "good"
    if state is State.REFUSED:
        return _("Not approved: whoever asked reads your reason."), "good"
    return _("What is owed has changed since this was asked: nothing was approved."), "warning"
