"""Clearing the queue of credits: applying a proposal, choosing by hand, setting aside, undoing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.cash import bank_splits
from bpo.domain.cash.bank_splits import Part
from bpo.domain.cash.reconciliation import Credit
from bpo.domain.intake import findings
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import BankLine, BankMatch, BankSuggestion, Debtor, Payment
from bpo.queries.books import receivables
from bpo.queries.cash import bank
from bpo.queries.cash import payments as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.cash import known_credits, reconciling, suspense
from bpo.services.cash.payments import insist_on_whole, take_back
from bpo.services.cash.reconciling import Choice, Done
from bpo.services.people import audit

NOT_A_PAYMENT = "not_a_payment"


class Ref(NamedTuple):
    """A line and its workspace."""

    workspace_id: int
    line_id: int

    def __str__(self) -> str:
        return f"{self.workspace_id}.{self.line_id}"


def ref(text: str) -> Ref:
    """The line that a form names: `3.17`. Raises BadInput."""
    place, _, line = text.partition(".")
    try:
        return Ref(int(place), int(line))
    except ValueError as error:
        raise BadInput("This is no line of a bank: {text}", text=text) from error


def rerun(actor: Actor, workspace_id: int, *, now: datetime) -> Done:
    """Match everything that is open anew, with what is known now."""
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        workspace = workspaces.by_id(session, workspace_id)
        if workspace is None:
            raise NotFound("There is no such workspace")
        today = clock.local_day(now, workspace.time_zone)
        return reconciling.run(session, actor, workspace_id, today=today, now=now)


def accept(actor: Actor, refs: Sequence[Ref], *, now: datetime) -> list[Ref]:
    """Apply the best proposal of each line; returns the lines that were applied.

    A line without a proposal, or decided meanwhile, is passed over.
    """
    done: list[Ref] = []
    with unit_of_work(actor) as session:
        for workspace_id, ids in _by_workspace(actor, refs).items():
            choices = _best(session, workspace_id, ids)
            applied = reconciling.apply(session, actor, workspace_id, choices, now=now)
            credits = [one.credit for one in choices if one.credit.id in applied]
            known_credits.set_twins_aside(session, workspace_id, credits, now=now)
            done += [Ref(workspace_id, number) for number in applied]
    return done


def choose(
    actor: Actor,
    workspace_id: int,
    line_id: int,
    debtor_id: int,
    receivable_ids: Sequence[int],
    *,
    now: datetime,
) -> int:
    """Say whose a credit is and what it settles, in that order; returns the payment's id.

    Without receivables it settles the debtor's oldest. Raises Conflict when it was decided
    meanwhile, BadInput for a receivable that is settled or another debtor's.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        credits = bank.credits(session, workspace_id, [line_id])
        if not credits:
            raise Conflict("This money has been decided on already")
        debtor = debtors.by_id(session, workspace_id, debtor_id)
        if debtor is None:
            raise NotFound("There is no such debtor")
        ids = _open_of(session, debtor, receivable_ids, credits[0])
        part = 1 + len(bank.matches_of(session, workspace_id, line_id))
        choice = Choice(credits[0], debtor_id, ids, part=part)
        applied = reconciling.apply(session, actor, workspace_id, [choice], now=now)
        known_credits.set_twins_aside(session, workspace_id, credits, now=now)
        return applied[line_id]


def split(
    actor: Actor,
    workspace_id: int,
    line_id: int,
    parts: Sequence[Part],
    *,
    now: datetime,
    left_cents: int | None = None,
) -> int:
    """Say what of a credit is whose, debtor by debtor, all at once; returns the centavos left.

    Each part is a payment of its debtor, whose excess is that debtor's credit. What is left stays
    in suspense, with the debtors that are still likely. Raises Conflict when the credit, or a
    receivable of it, was decided meanwhile, and when no longer `left_cents` of it were left, which
    the form showed; BadInput for parts that cannot be.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        credits = bank.credits(session, workspace_id, [line_id])
        if not credits:
            raise Conflict("This money has been decided on already")
        if left_cents not in (None, credits[0].amount_cents):
            raise Conflict("Another part of this was placed meanwhile: see what is left of it")
        left = bank_splits.rest(parts, credits[0].amount_cents)
        first = 1 + len(bank.matches_of(session, workspace_id, line_id))
        choices = [
            _part(session, workspace_id, credits[0], part, number)
            for number, part in enumerate(parts, first)
        ]
        reconciling.split(session, actor, workspace_id, credits[0], choices, now=now)
        known_credits.set_twins_aside(session, workspace_id, credits, now=now)
        if left:
            _look_again(session, actor, workspace_id, [line_id], now)
    return left


def _part(session: Session, workspace_id: int, credit: Credit, part: Part, number: int) -> Choice:
    debtor = debtors.by_id(session, workspace_id, part.debtor_id)
    if debtor is None:
        raise NotFound("There is no such debtor")
    ids = _open_of(session, debtor, part.receivable_ids, credit)
    own = credit._replace(amount_cents=part.cents)
    return Choice(own, part.debtor_id, ids, part=number)


def _open_of(
    session: Session, debtor: Debtor, chosen: Sequence[int], credit: Credit
) -> tuple[int, ...]:
    """The receivables that money settles, in order; raises BadInput for one that is not open."""
    open_ids = [due.row.id for due in receivables.to_settle(session, debtor, credit.on)]
    if set(chosen) - set(open_ids):
        raise BadInput(
            "A chosen receivable is settled already or is not this debtor's", field="receivables"
        )
    return tuple(dict.fromkeys(chosen or open_ids))


def set_aside(actor: Actor, refs: Sequence[Ref], *, now: datetime) -> list[Ref]:
    """Say that credits are no payments of debtors: a transfer, a loan, bank interest."""
    done: list[Ref] = []
    with unit_of_work(actor) as session:
        for workspace_id, ids in _by_workspace(actor, refs).items():
            numbers = session.scalars(
                update(BankLine)
                .where(
                    BankLine.workspace_id == workspace_id,
                    BankLine.id.in_(ids),
                    BankLine.state == "open",
                )
                .values(state="aside", aside_reason=NOT_A_PAYMENT)
                .returning(BankLine.id)
            ).all()
            suspense.release_holds(session, workspace_id, numbers, now)
            for number in numbers:
                _record(session, actor, workspace_id, "bank.aside", number, now)
            done += [Ref(workspace_id, number) for number in numbers]
    return done


def undo(actor: Actor, refs: Sequence[Ref], *, now: datetime) -> list[Ref]:
    """Open credits again: their payments are reversed, and no machine touches them any more.

    A payment that had been recorded by other means stays. Returns the lines that are open again.
    """
    done: list[Ref] = []
    with unit_of_work(actor) as session:
        for workspace_id, ids in _by_workspace(actor, refs).items():
            for line in _decided(session, workspace_id, ids):
                _reopen(session, actor, line, now)
                done.append(Ref(workspace_id, line.id))
            _look_again(session, actor, workspace_id, ids, now)
    return done


def _look_again(
    session: Session, actor: Actor, workspace_id: int, ids: Sequence[int], now: datetime
) -> None:
    """Propose anew what some lines may be for, with what is known now."""
    workspace = workspaces.by_id(session, workspace_id)
    assert workspace
    today = clock.local_day(now, workspace.time_zone)
    session.flush()
    reconciling.run(session, actor, workspace_id, ids, today=today, now=now)


def _decided(session: Session, workspace_id: int, ids: Iterable[int]) -> Sequence[BankLine]:
    return session.scalars(
        select(BankLine)
        .where(
            BankLine.workspace_id == workspace_id,
            BankLine.id.in_(list(ids)),
            BankLine.state.in_(("matched", "aside")) | (BankLine.placed_cents > 0),
        )
        .order_by(BankLine.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _reopen(session: Session, actor: Actor, line: BankLine, now: datetime) -> None:
    for match in bank.matches_of(session, line.workspace_id, line.id):
        match.undone_at, match.undone_by = now, actor.user_id
        if not match.linked:
            _reverse(session, actor, match, now)
    line.state, line.placed_cents = "open", 0
    line.aside_reason, line.by_hand = None, True
    _record(session, actor, line.workspace_id, "bank.undo", line.id, now)


def _reverse(session: Session, actor: Actor, match: BankMatch, now: datetime) -> None:
    """The opposite of the payment, on its own days: it was never that debtor's."""
    payment = session.get(Payment, (match.workspace_id, match.payment_id))
    if payment is None or stored.reversal_of(session, match.workspace_id, match.payment_id):
        return
    debtors.locked(session, match.workspace_id, payment.debtor_id)
    insist_on_whole(session, payment)
    undoing = Payment(
        workspace_id=payment.workspace_id,
        debtor_id=payment.debtor_id,
        amount_cents=-payment.amount_cents,
        paid_on=payment.paid_on,
        method=payment.method,
        source="bank",
        reverses_id=payment.id,
        created_by=actor.user_id,
    )
    session.add(undoing)
    session.flush()
    take_back(session, payment, undoing, None)
    audit.record(
        session,
        actor,
        payment.workspace_id,
        "payment.reverse",
        now=now,
        subject=("payment", undoing.id),
        debtor_id=payment.debtor_id,
        amount_cents=undoing.amount_cents,
        paid_on=undoing.paid_on.isoformat(),
    )


def _best(session: Session, workspace_id: int, ids: Sequence[int]) -> list[Choice]:
    credits = {credit.id: credit for credit in bank.credits(session, workspace_id, ids)}
    found: dict[int, list[BankSuggestion]] = defaultdict(list)
    query = (
        select(BankSuggestion)
        .where(
            BankSuggestion.workspace_id == workspace_id,
            BankSuggestion.line_id.in_(list(credits)),
            BankSuggestion.rank == 1,
        )
        .order_by(BankSuggestion.id)
    )
    for row in session.scalars(query):
        found[row.line_id].append(row)
    placed = bank.parts(session, workspace_id, list(credits))
    return [
        Choice(
            credits[number],
            rows[0].debtor_id,
            tuple(row.receivable_id for row in rows if row.receivable_id),
            tuple(findings.phrase_from_json(reason) for reason in rows[0].reasons),
            part=1 + placed.get(number, 0),
        )
        for number, rows in found.items()
    ]


def _by_workspace(actor: Actor, refs: Iterable[Ref]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for workspace_id, line_id in refs:
        found[workspace_id].append(line_id)
    for workspace_id in found:
        access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    return dict(sorted(found.items()))


def _record(
    session: Session, actor: Actor, workspace_id: int, action: str, line_id: int, now: datetime
) -> None:
    audit.record(session, actor, workspace_id, action, now=now, subject=("bank_line", line_id))
