"""What a debtor does on the page: each act is a small form of its own, without JavaScript."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from flask import g, redirect, request

from bpo.domain.deals import approvals
from bpo.domain.desk import disputes
from bpo.domain.desk.disputes import Grounds
from bpo.domain.intake import proofs
from bpo.domain.page import page_acts
from bpo.domain.page.page_acts import CallAt, Kind
from bpo.domain.people.debtors import Channel
from bpo.gateways import pictures, wording
from bpo.kernel.errors import BadInput
from bpo.services.desk import conversations
from bpo.services.page import page_acts as doing
from bpo.services.page import page_claims
from bpo.services.page.page_acts import Form
from bpo.services.page.page_claims import Upload
from bpo.services.people.visits import Closed, Visitor
from bpo.services.reminders import surveys
from bpo.web import forms
from bpo.web.debtor import door
from bpo.web.debtor.door import Answer
from bpo.web.debtor.telling import closed, tell
from bpo.web.forms import Typed


@door.seen("/<any(paid, dispute, promise, talk, contact, hardship, data):act>")
def act_form(visitor: Visitor, act: str) -> Answer:
    """The form of one act."""
    return form(visitor, act)


@door.done("/paid")
def act_paid(visitor: Visitor) -> Answer:
    """I have paid."""
    return done(
        visitor,
        "paid",
        lambda typed: page_claims.paid(
            visitor,
            sent(typed),
            _chosen(),
            paid_on=typed.day("paid_on"),
            proof=_upload(),
            now=g.now,
        ),
    )


@door.done("/dispute")
def act_dispute(visitor: Visitor) -> Answer:
    """I disagree."""
    return done(
        visitor,
        "dispute",
        lambda typed: page_claims.disagree(
            visitor, sent(typed), _chosen(), typed.one_of("grounds", Grounds), now=g.now
        ),
    )


@door.done("/promise")
def act_promise(visitor: Visitor) -> Answer:
    """I promise a day."""
    return done(
        visitor,
        "promise",
        lambda typed: page_claims.promise(
            visitor,
            sent(typed),
            typed.needed_cents("promised"),
            typed.needed_day("promised_for"),
            now=g.now,
        ),
    )


@door.done("/talk")
def act_talk(visitor: Visitor) -> Answer:
    """A message to a person, or call me."""
    return done(
        visitor,
        "talk",
        lambda typed: doing.message(
            visitor,
            sent(typed),
            phone=typed.text("phone"),
            call_at=typed.one_of("call_at", CallAt) if typed.text("call_at") else None,
            now=g.now,
        ),
    )


@door.done("/contact")
def act_contact(visitor: Visitor) -> Answer:
    """Another e-mail or telephone."""
    return done(
        visitor,
        "contact",
        lambda typed: doing.contact(
            visitor,
            sent(typed),
            typed.one_of("channel", Channel),
            typed.needed("address"),
            now=g.now,
        ),
    )


@door.done("/hardship")
def act_hardship(visitor: Visitor) -> Answer:
    """I cannot pay what I owe without going without what I need."""
    return done(visitor, "hardship", lambda typed: doing.hardship(visitor, sent(typed), now=g.now))


@door.done("/survey")
def act_survey(visitor: Visitor) -> Answer:
    """How easy was it?"""
    typed, home = Typed(request.form, visitor.locale), door.home(visitor)
    surveys.answer(
        visitor,
        typed.needed("about"),
        typed.whole("subject") or 0,
        typed.whole("score") or 0,
        typed.text("words"),
        now=g.now,
    )
    return redirect(f"{home}?thanks=1", 303)


@door.seen("/done/<int:act_id>")
def act_done(visitor: Visitor, act_id: int) -> Answer:
    """What was done, its number, and what happens next."""
    act = conversations.one(visitor, act_id)
    return tell(
        "done",
        visitor,
        act=act,
        kind=Kind(act.kind),
        protocol=page_acts.protocol(act.at, act.id),
        days=_days(act.detail),
        home=door.home(visitor),
    )


def sent(typed: Typed) -> Form:
    """What every form brings."""
    return Form(typed.needed("key"), typed.text("words"))


def done(visitor: Visitor, act: str, do: Callable[[Typed], int]) -> Answer:
    """Do an act and show what it did, or its form again with what is wrong."""
    home, locale = door.home(visitor), visitor.locale
    attempt = forms.attempt(lambda: do(Typed(request.form, locale)))
    if attempt.result is not None:
        return redirect(f"{home}/done/{attempt.result}", 303)
    again = door.arrive(door.asked_token())
    if isinstance(again, Closed):
        return closed(again)
    refusal = attempt.refusal
    assert refusal is not None
    sentence = wording.say(refusal.phrase, locale, currency=again.visitor.workspace.currency)
    return form(again.visitor, act, {refusal.field or "": sentence}), 400


def form(visitor: Visitor, act: str, faults: dict[str, str] | None = None, **more: Any) -> str:
    """The form of an act; `faults` are sentences by field."""
    account = door.account(visitor)
    statement = account.statement
    return tell(
        act,
        visitor,
        statement=statement,
        payable=(*statement.due, *statement.upcoming),
        home=door.home(visitor),
        key=request.form.get("key") or uuid4().hex,
        typed=request.form,
        chosen=request.form.getlist("receivables") or request.args.getlist("invoice"),
        faults=faults or {},
        grounds=disputes.LABELS,
        call_times=page_acts.CALL_LABELS,
        latest=page_acts.latest_promise(statement.day),
        least_cents=page_acts.least_promised(statement.total_cents),
        talk=conversations.of(visitor) if act == "talk" else (),
        kinds=page_acts.LABELS,
        decisions=approvals.ANSWERS,
        hints=[
            (reach, proofs.hidden_address(reach.contact.address)) for reach in statement.reaches
        ],
        **more,
    )


def _days(detail: dict[str, Any]) -> dict[str, date]:
    """The days of an act; `first`: when the first payment of a plan falls due."""
    given = {name: detail.get(name) for name in ("until", "promised_for", "answer_by")}
    if "plan" in detail:
        given["first"] = detail["plan"]["installments"][0]["due_date"]
    return {name: date.fromisoformat(day) for name, day in given.items() if day}


def _chosen() -> list[int]:
    given = request.form.getlist("receivables")
    if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in given):
        raise BadInput("Choose one of the options", field="receivables")
    return [int(one) for one in given]


def _upload() -> Upload | None:
    given = request.files.get("file")
    if given is None or not given.filename:
        return None
    return Upload(given.filename, given.stream.read(pictures.LARGEST + 1))
