"""Paying in parts from the debtor's own page: offers of the engine, agreed to or asked for."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bpo.db import acting_as, db
from bpo.domain.deals import agreement_terms
from bpo.domain.deals import agreements as agreement_rules
from bpo.domain.deals import approvals as approval_rules
from bpo.domain.deals.agreement_terms import Terms
from bpo.domain.deals.agreements import State
from bpo.domain.page import page_acts as rules
from bpo.domain.page.page_acts import Kind, Pause
from bpo.gateways import wording
from bpo.gateways.queue import Queue
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict
from bpo.models import Agreement, ApprovalRequest, Workspace
from bpo.queries.deals import agreements as stored
from bpo.queries.desk import approvals as approval_rows
from bpo.services.deals import agreement_choices, agreements, case_files
from bpo.services.deals.agreement_choices import Choice, Choices
from bpo.services.deals.agreements import Evidence, Scene
from bpo.services.desk import approvals
from bpo.services.page.page_acts import Desk, Form, Outcome, once
from bpo.services.people.visits import Visitor

TOLD_FOR = timedelta(days=14)
"""For how long the page tells of a plan that was asked for, from its answer on."""
_GRANTED = frozenset({approval_rules.State.ACCEPTED, approval_rules.State.COUNTERED})


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan that a debtor asked for: where it stands today, and the terms that are told of.

    Once it was granted, or answered with other terms, `offer` is what they may agree to.
    """

    request: ApprovalRequest
    state: approval_rules.State
    offer: Agreement
    terms: Terms


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement that was made, its terms, and how much of it has come in, in centavos."""

    agreement: Agreement
    terms: Terms
    paid_cents: int

    @property
    def number(self) -> str:
        """The number by which people name it."""
        return agreement_rules.number(self.agreement.id)

    @property
    def broken(self) -> bool:
        """Whether it ended because a payment was too late."""
        return self.agreement.state == State.BROKEN


def choices(visitor: Visitor, monthly_cents: int | None, *, now: datetime) -> Choices:
    """What the debtor may choose today, also what somebody has to grant first.

    `monthly_cents` is what they can pay a month. Raises BadInput when it is not positive.
    """
    day = clock.local_day(now, visitor.workspace.time_zone)
    with acting_as(visitor.actor):
        return agreement_choices.of(
            db.session(),
            _program(visitor.workspace.id),
            visitor.workspace,
            visitor.debtor,
            day,
            monthly_cents,
        )


def agreed(visitor: Visitor) -> list[Agreed]:
    """The agreements that the debtor is paying, and the latest one when it is broken."""
    place = visitor.workspace.id
    with acting_as(visitor.actor):
        session = db.session()
        made = [
            one
            for one in stored.of_debtor(session, place, visitor.debtor.id)
            if State(one.state) in agreement_rules.AGREED
        ]
        running = [one for one in made if State(one.state) in agreement_rules.RUNNING]
        found = running or [one for one in made[:1] if one.state == State.BROKEN]
        paid = stored.progress(session, place, [one.id for one in found]) if found else {}
        return [
            Agreed(one, stored.terms(one), paid[one.id].paid_cents if one.id in paid else 0)
            for one in found
        ]


def named(found: Choices, fingerprint: str) -> Choice:
    """The choice with this fingerprint. Raises Conflict when its terms have changed."""
    choice = found.named(fingerprint)
    if choice is None:
        raise Conflict("These terms have changed since you saw them: please look at the new ones")
    return choice


def accept(
    visitor: Visitor,
    form: Form,
    fingerprint: str,
    monthly_cents: int | None,
    *,
    user_agent: str,
    now: datetime,
) -> int:
    """Agree to exact terms: all is recomputed, the fingerprint only says which. Returns the act.

    Raises Conflict when they have changed, or need a person's approval first.
    """

    def act(desk: Desk) -> Outcome:
        made = agreements.agree(
            desk.session,
            visitor.actor,
            desk.workspace.id,
            desk.debtor.id,
            fingerprint,
            key=f"page-{form.key}",
            now=now,
            evidence=Evidence(user_agent),
            monthly_cents=monthly_cents,
        ).agreement
        terms, number = stored.terms(made), agreement_rules.number(made.id)
        detail = {"agreement_id": made.id, "numbers": [number], "plan": _plan(terms)}
        return Outcome(detail, line=f"{number} · {_told(terms, desk.workspace)}")

    return once(visitor, Kind.AGREEMENT, form, act, now=now)


def ask(
    visitor: Visitor,
    form: Form,
    fingerprint: str,
    monthly_cents: int | None,
    *,
    now: datetime,
    queue: Queue,
) -> int:
    """Ask for terms that somebody has to grant: a request for approval. Returns the act.

    The offers are made anew; the fingerprint only says which. Reminders pause while it waits.
    Raises Conflict when it is none, or while another plan of the debtor is being looked at;
    BadInput for terms that nobody need grant.
    """
    words = rules.words(form.words)

    def act(desk: Desk) -> Outcome:
        found = _found(desk, monthly_cents)
        choice = named(found, fingerprint)
        before = approval_rows.asked_on_page(desk.session, desk.workspace.id, desk.debtor.id)
        if before is not None and _state(before, desk.today) in approval_rules.OPEN:
            raise Conflict("A plan of yours is being looked at already: the answer comes here")
        scene = Scene(desk.workspace, desk.debtor, desk.today)
        request = approvals.put(
            desk.session, visitor.actor, scene, choice, found, words, now=now, queue=queue
        )
        detail = {
            "plan": _plan(choice.terms),
            "monthly_cents": monthly_cents,
            "needs_approval_by": request.needed_by,
        }
        line = " · ".join(filter(None, (_told(choice.terms, desk.workspace), words)))
        pauses = _pauses(desk, request.valid_until)
        return Outcome(detail, pauses, line, request_id=request.id)

    return once(visitor, Kind.PLAN, Form(form.key, words), act, now=now)


def escalate(visitor: Visitor, form: Form, monthly_cents: int | None, *, now: datetime) -> int:
    """Put a case that no offer fits before a person, with the whole file. Returns the act.

    `monthly_cents` is what the debtor can pay a month. Raises BadInput when it is not positive.
    """
    words = rules.words(form.words)

    def act(desk: Desk) -> Outcome:
        found = _found(desk, monthly_cents)
        said = f"{_say(monthly_cents, desk.workspace)}/m" if monthly_cents else None
        line = " · ".join(filter(None, (said, words)))
        detail = {"monthly_cents": monthly_cents}
        return Outcome(detail, _pauses(desk), line, case_files.of(found.found))

    return once(visitor, Kind.PLAN, Form(form.key, words), act, now=now)


def asked(visitor: Visitor, *, now: datetime) -> Asked | None:
    """The plan that the debtor asked for last, while there is something to tell of it."""
    place, day = visitor.workspace.id, clock.local_day(now, visitor.workspace.time_zone)
    with acting_as(visitor.actor):
        session = db.session()
        request = approval_rows.asked_on_page(session, place, visitor.debtor.id)
        if request is None or now - (request.decided_at or request.asked_at) > TOLD_FOR:
            return None
        number = request.answered_with_id or request.agreement_id
        row = stored.by_id(session, place, number) if number else None
    state = _state(request, day)
    if row is None or (state in _GRANTED and not _open(row, day)):
        return None
    return Asked(request, state, row, stored.terms(row))


def _state(request: ApprovalRequest, day: date) -> approval_rules.State:
    state = approval_rules.State(request.state)
    return approval_rules.state_on(state, request.valid_until, day)


def _open(row: Agreement, day: date) -> bool:
    return State(row.state) in agreement_rules.ACCEPTABLE and row.valid_until >= day


def _found(desk: Desk, monthly_cents: int | None) -> Choices:
    return agreement_choices.of(
        desk.session,
        _program(desk.workspace.id),
        desk.workspace,
        desk.debtor,
        desk.today,
        monthly_cents,
    )


def _pauses(desk: Desk, at_least: date | None = None) -> tuple[tuple[Pause, int | None], ...]:
    """Silence until a person answers, and as long as the request holds."""
    pause = rules.pause(Kind.PLAN, desk.today, desk.calendar)
    if pause is None or pause.until is None:
        return ()
    longest = max(pause.until, at_least) if at_least else pause.until
    return ((replace(pause, until=longest), None),)


def _program(workspace_id: int) -> Actor:
    """Who looks at all choices, granted or not, on behalf of the debtor; reads only."""
    return actors.system((workspace_id,), name="debtor page")


def _plan(terms: Terms) -> dict[str, Any]:
    """The terms without who agrees."""
    kept = agreement_terms.to_json(terms)
    return {name: kept[name] for name in ("kind", "installments")} | {
        "total_cents": terms.total_cents,
        "discount_cents": terms.discount_cents,
    }


def _told(terms: Terms, workspace: Workspace) -> str:
    """The terms in a line: what comes first, and what follows."""
    first, *rest = [one.amount_cents for one in terms.installments]
    said = _say(first, workspace)
    return f"{said} + {len(rest)} x {_say(rest[-1], workspace)}" if rest else said


def _say(cents: int, workspace: Workspace) -> str:
    return wording.money(cents, workspace.locale, workspace.currency)
