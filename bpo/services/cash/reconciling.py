"""Matching open credits with receivables, inside the transaction of whoever asks.

Everything here is set-based: the number of statements grows neither with the credits nor with the
receivables. Payments are written under the lock of their debtors, with what is owed read again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from bpo.domain.cash import allocation, reconciliation
from bpo.domain.cash import payments as rules
from bpo.domain.cash.allocation import Allocated, Owed, Target
from bpo.domain.cash.payments import Method
from bpo.domain.cash.reconciliation import Book, Credit
from bpo.domain.intake import findings
from bpo.kernel.actor import Actor
from bpo.kernel.text import Phrase
from bpo.models import (
    AuditEntry,
    BankLine,
    BankMatch,
    Debtor,
    Entry,
    Payment,
    Receivable,
)
from bpo.queries.cash import bank
from bpo.services.cash import early_credits, known_credits, suspense

SOURCES = {"ofx": Method.TRANSFER, "cnab": Method.BOLETO, "pix": Method.PIX}
MOST_ROUNDS = 5
_RESERVE = text("SELECT nextval('payments_id_seq') FROM generate_series(1, :count)")


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did, in lines."""

    matched: int = 0
    suggested: int = 0
    aside: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What a credit is for, decided by the rules or by a person; `spread` says how it is spread
    where it settles less than is asked, as an agreement that is paid off early does. Of a credit
    that is split each `part` has a choice of its own, whose credit has the amount of the part."""

    credit: Credit
    debtor_id: int
    receivable_ids: tuple[int, ...]
    reasons: tuple[Phrase, ...] = ()
    by_machine: bool = False
    spread: Allocated | None = None
    part: int = 1


def run(
    session: Session,
    actor: Actor,
    workspace_id: int,
    line_ids: Iterable[int] | None = None,
    *,
    today: date,
    now: datetime,
) -> Done:
    """Match some open credits, or all: what is certain is applied, what is likely proposed.

    Money of a day that has not come is never applied by itself. What was recorded by other means,
    and the lump sum of boletos that a return file has told one by one, is set aside; who records a
    payment of the same debtor meanwhile is waited for. The likely debtors are left in peace until a
    person has decided.
    """
    known_credits.reopen_reversed(session, workspace_id, now)
    credits = bank.credits(session, workspace_id, line_ids)
    if not credits:
        return Done()
    near = known_credits.near(session, workspace_id)
    book = bank.book(session, workspace_id)
    aside = known_credits.set_aside(session, workspace_id, credits, book, near, now)
    left = [credit for credit in credits if credit.id not in aside]
    done = _paid_off(session, actor, workspace_id, left, today, now)
    if done:
        left = [credit for credit in left if credit.id not in done]
        book = bank.book(session, workspace_id)
    for _ in range(MOST_ROUNDS):
        certain = _certain([one for one in left if one.on <= today], book)
        _hold_debtors(session, workspace_id, [one.debtor_id for one in certain])
        held = [one.credit for one in certain]
        aside |= known_credits.set_aside(session, workspace_id, held, book, near, now)
        left = [credit for credit in left if credit.id not in aside]
        certain = [one for one in certain if one.credit.id not in aside]
        applied = apply(session, actor, workspace_id, certain, now=now) if certain else {}
        if not applied:
            break
        done |= applied
        left = [credit for credit in left if credit.id not in applied]
        book = bank.book(session, workspace_id)
    if done:
        days = {credit.on for credit in credits if credit.id in done}
        aside |= known_credits.told_before(session, workspace_id, days, book, near, now)
        left = [credit for credit in left if credit.id not in aside]
    suggested = suspense.suggest(session, workspace_id, left, book, today)
    return Done(len(done), suggested, len(aside))


def _paid_off(
    session: Session,
    actor: Actor,
    workspace_id: int,
    credits: Sequence[Credit],
    today: date,
    now: datetime,
) -> dict[int, int]:
    """Apply what the Pix code of an agreement brought, under the lock of its debtor."""
    named = early_credits.named([one for one in credits if one.on <= today])
    if not named:
        return {}
    deals = early_credits.debtors_of(session, workspace_id, named.values())
    _hold_debtors(session, workspace_id, deals.values())
    chosen: dict[int, Choice] = {}
    for credit in credits:
        number = named.get(credit.id, 0)
        found = early_credits.closing(session, workspace_id, number, credit)
        if found is not None and number not in chosen:
            ids, spread, why = found
            chosen[number] = Choice(credit, deals[number], ids, why, by_machine=True, spread=spread)
    choices = list(chosen.values())
    return apply(session, actor, workspace_id, choices, now=now) if choices else {}


def reopen(
    session: Session, actor: Actor, workspace_id: int, *, today: date, now: datetime
) -> None:
    """Let the credits of payments that were undone wait for a person again, with proposals."""
    if lines := known_credits.reopen_reversed(session, workspace_id, now):
        run(session, actor, workspace_id, lines, today=today, now=now)


def apply(
    session: Session, actor: Actor, workspace_id: int, choices: Sequence[Choice], *, now: datetime
) -> dict[int, int]:
    """Record what credits are for; the payment of each line by its id.

    The debtors are held, what they owe is read again, and a credit goes to those of its receivables
    that are still open; what is left over is the debtor's credit. By the machine nothing is applied
    to a receivable that has been settled meanwhile.
    """
    _hold_debtors(session, workspace_id, [one.debtor_id for one in choices])
    book = bank.book(session, workspace_id)
    plans: list[tuple[Choice, Allocated]] = []
    touched: set[int] = set()
    for one in choices:
        open_ids = [number for number in one.receivable_ids if book.title(number)]
        if touched & set(open_ids) or (one.by_machine and len(open_ids) < len(one.receivable_ids)):
            continue
        touched |= set(open_ids)
        plans.append((one, one.spread or _spread(one, open_ids, book)))
    numbers = _payments(session, actor, workspace_id, plans)
    _entries(session, actor, workspace_id, plans, numbers)
    _matches(session, actor, workspace_id, plans, numbers)
    _settle_lines(session, workspace_id, [one.credit.id for one, _ in plans], now)
    _audit(session, actor, workspace_id, plans, numbers, now)
    return {one.credit.id: number for (one, _), number in zip(plans, numbers, strict=True)}


def split(
    session: Session,
    actor: Actor,
    workspace_id: int,
    credit: Credit,
    choices: Sequence[Choice],
    *,
    now: datetime,
) -> None:
    """Record the parts of one credit; what they leave of it waits on, and no machine places it."""
    apply(session, actor, workspace_id, choices, now=now)
    rest = credit.amount_cents - sum(one.credit.amount_cents for one in choices)
    if rest:
        session.execute(
            update(BankLine)
            .where(BankLine.workspace_id == workspace_id, BankLine.id == credit.id)
            .values(state="open", by_hand=True, placed_cents=BankLine.amount_cents - rest)
        )


def _certain(credits: Sequence[Credit], book: Book) -> list[Choice]:
    """What may be applied by itself, no receivable twice."""
    found = []
    for credit in credits:
        ranked = reconciliation.proposals(credit, book)
        if ranked and ranked[0].is_certain:
            best = ranked[0]
            book.claim(best)
            found.append(
                Choice(credit, best.debtor_id, best.receivable_ids, best.reasons, by_machine=True)
            )
    return found


def _spread(one: Choice, open_ids: Sequence[int], book: Book) -> Allocated:
    if not open_ids:
        return Allocated((), one.credit.amount_cents)
    owed: list[Owed] = []
    for number in open_ids:
        title = book.title(number)
        assert title
        owed.append(book.asked(title, one.credit.on))
    targets = [Target(number) for number in open_ids]
    return allocation.allocate(one.credit.amount_cents, owed, targets=targets)


def _hold_debtors(session: Session, workspace_id: int, ids: Iterable[int]) -> None:
    """Hold debtors and what they owe, in the order of their ids, as every payment does."""
    wanted = sorted(set(ids))
    session.execute(
        select(Debtor.id)
        .where(Debtor.workspace_id == workspace_id, Debtor.id.in_(wanted))
        .order_by(Debtor.id)
        .with_for_update()
    )
    session.execute(
        select(Receivable)
        .where(
            Receivable.workspace_id == workspace_id,
            Receivable.debtor_id.in_(wanted),
            Receivable.settled_on.is_(None),
        )
        .order_by(Receivable.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _payments(
    session: Session, actor: Actor, workspace_id: int, plans: Sequence[tuple[Choice, Allocated]]
) -> list[int]:
    lines = bank.sources(session, workspace_id, [one.credit.id for one, _ in plans])
    rows = [
        {
            "workspace_id": workspace_id,
            "debtor_id": one.debtor_id,
            "amount_cents": one.credit.amount_cents,
            "paid_on": one.credit.on,
            "method": SOURCES[lines[one.credit.id]].value,
            "reference": (one.credit.memo or one.credit.bank_reference)[:200] or None,
            "source": f"bank_{lines[one.credit.id]}",
            "created_by": actor.user_id,
        }
        for one, _ in plans
    ]
    if not rows:
        return []
    numbers = list(session.scalars(_RESERVE, {"count": len(rows)}))
    pairs = zip(rows, numbers, strict=True)
    session.execute(insert(Payment), [row | {"id": number} for row, number in pairs])
    return numbers


def _entries(
    session: Session,
    actor: Actor,
    workspace_id: int,
    plans: Sequence[tuple[Choice, Allocated]],
    numbers: Sequence[int],
) -> None:
    rows = [
        {
            "workspace_id": workspace_id,
            "receivable_id": part.receivable_id,
            "payment_id": number,
            "kind": entry.kind.value,
            "on_day": entry.on,
            "principal_cents": entry.principal_cents,
            "fine_cents": entry.fine_cents,
            "interest_cents": entry.interest_cents,
            "created_by": actor.user_id,
        }
        for (one, spread), number in zip(plans, numbers, strict=True)
        for part in spread.allocations
        for entry in rules.entries(part, one.credit.on)
    ]
    if rows:
        session.execute(insert(Entry), rows)


def _matches(
    session: Session,
    actor: Actor,
    workspace_id: int,
    plans: Sequence[tuple[Choice, Allocated]],
    numbers: Sequence[int],
) -> None:
    rows = [
        {
            "workspace_id": workspace_id,
            "line_id": one.credit.id,
            "payment_id": number,
            "part": one.part,
            "by_machine": one.by_machine,
            "reasons": [findings.phrase_to_json(reason) for reason in one.reasons],
            "created_by": actor.user_id,
        }
        for (one, _), number in zip(plans, numbers, strict=True)
    ]
    if rows:
        session.execute(insert(BankMatch), rows)


def _audit(
    session: Session,
    actor: Actor,
    workspace_id: int,
    plans: Sequence[tuple[Choice, Allocated]],
    numbers: Sequence[int],
    now: datetime,
) -> None:
    """One row for each match, written together."""
    rows = [
        {
            "workspace_id": workspace_id,
            "at": now,
            "action": "bank.match",
            "actor_kind": actor.kind.value,
            "user_id": actor.user_id,
            "actor_name": actor.name,
            "address": actor.address,
            "subject_kind": "payment",
            "subject_id": number,
            "detail": {
                "debtor_id": one.debtor_id,
                "amount_cents": one.credit.amount_cents,
                "line": one.credit.id,
                "credit_cents": spread.unapplied_cents,
                "by_machine": one.by_machine,
            },
        }
        for (one, spread), number in zip(plans, numbers, strict=True)
    ]
    if rows:
        session.execute(insert(AuditEntry), rows)


def _settle_lines(session: Session, workspace_id: int, ids: Sequence[int], now: datetime) -> None:
    session.execute(
        update(BankLine)
        .where(BankLine.workspace_id == workspace_id, BankLine.id.in_(ids))
        .values(state="matched", placed_cents=BankLine.amount_cents)
    )
    suspense.forget(session, workspace_id, ids)
    suspense.release_holds(session, workspace_id, ids, now)
