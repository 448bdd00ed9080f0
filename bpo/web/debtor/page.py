"""The debtor's own page: who asks, a second factor, then what is due today and how to pay it."""

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.books import breakdown
from bpo.domain.cash.payments import LABELS
from bpo.domain.intake import attachments, proofs
from bpo.domain.page.page_acts import Kind as Act
from bpo.domain.people.debtors import Kind
from bpo.domain.people.links import Purpose
from bpo.domain.writing import messages
from bpo.gateways import outside
from bpo.gateways import papers as drawing
from bpo.models import PageAct
from bpo.services.desk import conversations
from bpo.services.page import debtor_page, debtor_papers, page_plans
from bpo.services.page.debtor_page import Account, Arrival
from bpo.services.people import visits
from bpo.services.people.visits import Closed, Visitor
from bpo.services.reminders import page_links, surveys
from bpo.web import access, documents
from bpo.web.debtor import blueprint, door, proof
from bpo.web.debtor.door import Answer
from bpo.web.debtor.pix import drawn
from bpo.web.debtor.telling import closed, tell, wait
from bpo.web.throttle import limiter, refused

PER_LINK = "3 per minute; 6 per hour; 10 per day"
PER_ADDRESS = "20 per hour; 60 per day"
ROWS = 10
"""Receivables told line by line; an account with more shows the rest on asking."""


@blueprint.get("/d/<token>", endpoint="page")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit(door.OPENINGS)
def page(token: str) -> Answer:
    """The account of who has proved themselves, the question for who has not."""
    arrival = door.arrive(token)
    if isinstance(arrival, Closed):
        return closed(arrival)
    if not proof.holds(arrival.visitor):
        return _ask(arrival)
    return _show(door.account(arrival.visitor))


@door.seen("/<int:receivable_id>", endpoint="receivable")
def receivable(visitor: Visitor, receivable_id: int) -> Answer:
    """One receivable by itself, with its own Pix code."""
    account = door.account(visitor)
    due = debtor_page.one(account, receivable_id)
    code = debtor_page.pix_for_one(visitor.workspace, account.statement, due)
    qr = drawn(visitor, code)
    return tell(
        "receivable",
        visitor,
        due=due,
        rows=breakdown.rows(due.amount),
        pix=code,
        qr=qr,
        papers=debtor_papers.of(visitor, due),
        kinds=attachments.LABELS,
        home=door.home(visitor),
    )


@door.seen("/<int:receivable_id>/invoice.pdf", endpoint="invoice")
def invoice(visitor: Visitor, receivable_id: int) -> Answer:
    """The invoice of one receivable, to be kept or printed."""
    due = debtor_page.one(door.account(visitor), receivable_id)
    base_url = outside.current().settings.base_url
    made = debtor_papers.invoice(visitor, due, base_url=base_url)
    return documents.download(
        made.filename, "application/pdf", drawing.invoice(made, visitor.locale)
    )


@door.seen("/<int:receivable_id>/documents/<int:attachment_id>", endpoint="document")
def document(visitor: Visitor, receivable_id: int, attachment_id: int) -> Answer:
    """A fiscal document or boleto of one receivable."""
    due = debtor_page.one(door.account(visitor), receivable_id)
    file = debtor_papers.document(visitor, due, attachment_id)
    return documents.download(file.name, file.media_type, file.content)


@blueprint.post("/d/<token>")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit(PER_LINK, key_func=door.link_tried, deduct_when=refused)
@limiter.limit(PER_ADDRESS, deduct_when=refused)
def prove(token: str) -> Answer:
    """Hear the answer; the same sentence for every wrong one."""
    attempt = debtor_page.prove(
        token,
        request.form.get("answer", ""),
        signer=outside.current().signer,
        address=request.remote_addr,
        now=g.now,
    )
    if isinstance(attempt, Closed):
        return closed(attempt)
    visitor = attempt.arrival.visitor
    if attempt.locked:
        return wait(visitor.workspace)
    if not attempt.right:
        return _ask(attempt.arrival, wrong=True), 400
    onward = redirect(door.home(visitor), 303)
    proof.remember(onward, visitor, door.home(visitor))
    return onward


@blueprint.post("/d/<token>/leave", endpoint="leave")
@access.signed(Purpose.DEBTOR_PAGE)
def leave(token: str) -> Response:
    """Forget this browser."""
    address = url_for("debtor.page", token=token)
    onward = redirect(address, 303)
    proof.forget(onward, address)
    return onward


@blueprint.post("/d/<token>/new", endpoint="link_anew")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit("2 per hour; 4 per day", key_func=door.link_tried)
@limiter.limit("10 per hour; 20 per day")
def link_anew(token: str) -> Answer:
    """Mail a new link to the address on file; the answer is the same whether there is one."""
    here, address = outside.current(), request.remote_addr
    whose = page_links.ask(token, signer=here.signer, address=address, now=g.now, queue=here.queue)
    return closed(Closed(whose), asked=True)


@blueprint.errorhandler(429)
def too_often(_error: Exception) -> Answer:
    """Slow down whoever tries too often, kindly."""
    signer = outside.current().signer
    return wait(visits.creditor(db.session(), signer, door.asked_token(), Purpose.DEBTOR_PAGE))


def _ask(arrival: Arrival, *, wrong: bool = False) -> str:
    debtor = arrival.visitor.debtor
    return tell(
        "ask",
        arrival.visitor,
        factor=arrival.question.factor if arrival.question else None,
        hidden_name=proofs.hidden_name(debtor.name),
        hidden_document=proofs.hidden_document(debtor.document) if debtor.document else None,
        wrong=wrong,
    )


def _show(account: Account) -> str:
    visitor, statement = account.visitor, account.statement
    made = page_plans.agreed(visitor)
    return tell(
        "page",
        visitor,
        account=account,
        statement=statement,
        rows=None if "all" in request.args else ROWS,
        pix=account.pix,
        qr=drawn(visitor, account.pix),
        home=door.home(visitor),
        methods=LABELS,
        hello=messages.first_name(visitor.debtor.name, person=visitor.debtor.kind == Kind.PERSON),
        answered=_answered(visitor),
        running=[one for one in made if not one.broken],
        broken=next((one for one in made if one.broken), None),
        asked=page_plans.asked(visitor, now=g.now),
        survey=surveys.question(visitor, g.now),
        hints=[proofs.hidden_address(reach.contact.address) for reach in statement.reaches],
    )


def _answered(visitor: Visitor) -> PageAct | None:
    """The answer of the team that was the last word of the conversation."""
    talk = conversations.of(visitor)
    last = talk[-1].act if talk else None
    return last if last is not None and last.kind == Act.ANSWER else None
