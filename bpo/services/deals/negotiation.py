"""Negotiation: offers to one debtor from their own history, and the classes of all of them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Text, cast, column, func, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy, NegotiationLimits
from bpo.domain.deals import behaviour, risk, wishes
from bpo.domain.deals import proposals as rules
from bpo.domain.deals.behaviour import Behaviour
from bpo.domain.deals.proposals import Debt, Offer, Situation
from bpo.domain.deals.risk import Rating
from bpo.domain.deals.terms import Wish
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel.actor import Actor
from bpo.kernel.text import Phrase
from bpo.models import Debtor, Workspace
from bpo.queries.books import receivables
from bpo.queries.books.receivables import Due
from bpo.queries.deals import agreements, history
from bpo.queries.people import debtors, workspaces
from bpo.services.people import audit

CET_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a debtor's history with the creditor says on a day, and the class it gives."""

    behaviour: Behaviour
    rating: Rating


@dataclass(frozen=True, slots=True)
class Proposals:
    """Offers to a debtor on a day with all they were made from; amounts in centavos.

    `balance_cents` is everything open, principal only. `due_today_cents` is what the offers are
    about, charges included: the overdue receivables in `debts`, or what is open when nothing is
    overdue. `note` says so, or why there are no offers.
    """

    debtor: Debtor
    day: date
    balance_cents: int
    due_today_cents: int
    debts: tuple[Due, ...]
    portrait: Portrait
    limits: NegotiationLimits
    offers: tuple[Offer, ...]
    note: Phrase | None


def portrait(session: Session, debtor: Debtor, day: date) -> Portrait:
    """The behaviour and class of a debtor, of facts dated on or before a day."""
    known = history.of(session, debtor.workspace_id, debtor.id, day)
    return _portrait(known, day)


def proposals(
    session: Session,
    workspace: Workspace,
    debtor: Debtor,
    day: date,
    monthly_cents: int | None = None,
    wish: Wish | None = None,
) -> Proposals:
    """Offers to settle what a debtor owes on a day, within the policy in force that day.

    Overdue receivables that are not in dispute; what is not yet due only when nothing is overdue.
    Instalments of an agreement are no debts of their own.
    `monthly_cents` is what the debtor says they can pay a month, `wish` terms that somebody typed:
    the offer made of them comes first. Raises BadInput when either cannot be.
    """
    owed = receivables.due_on(session, debtor, day)
    disputed = debtors.disputed_on(session, workspace.id, debtor.id, day)
    free = [
        one for one in owed if not disputed & {None, one.row.id} and one.row.agreement_id is None
    ]
    overdue = [one for one in free if one.is_overdue]
    chosen = overdue or free
    seen = portrait(session, debtor, day)
    situation = Situation(
        tuple(_debt(one) for one in chosen),
        seen.behaviour,
        seen.rating,
        debtor.consumer,
        debtor.consumer and agreements.is_over_indebted(session, workspace.id, debtor.id, day),
    )
    limits = _limits(session, workspace, day)
    calendar = workspaces.calendar(session, workspace)
    return Proposals(
        debtor,
        day,
        sum(one.amount.principal_cents for one in owed),
        situation.due_today_cents,
        tuple(chosen),
        seen,
        limits,
        (
            *((wishes.offer(situation, limits, calendar, day, wish),) if wish else ()),
            *rules.offers(situation, limits, calendar, day, monthly_cents),
        ),
        _note(owed, free, overdue, situation.over_indebted),
    )


def sentence(phrase: Phrase, locale: str, currency: str = "BRL") -> str:
    """A reason in the reader's language; exact rates, such as the CET, with two decimals."""
    values = {
        name: wording.percent(value, locale, CET_DIGITS)
        if name.endswith("_pct") and isinstance(value, Decimal)
        else value
        for name, value in phrase.params.items()
    }
    return wording.say(Phrase(phrase.template, **values), locale, currency=currency)


def to_json(found: Proposals, workspace: Workspace, numbers: dict[int, str]) -> dict[str, Any]:
    """The proposals for programs; `numbers` names receivables, sentences are the workspace's."""

    def say(phrase: Phrase) -> str:
        return sentence(phrase, workspace.locale, workspace.currency)

    return {
        "debtor": found.debtor.reference,
        "name": found.debtor.name,
        "date": found.day.isoformat(),
        "class": found.portrait.rating.risk_class.value,
        "class_reasons": [say(reason) for reason in found.portrait.rating.reasons],
        "balance_cents": found.balance_cents,
        "due_today_cents": found.due_today_cents,
        "receivables": [_due_json(one) for one in found.debts],
        "facts": behaviour.to_json(found.portrait.behaviour, numbers.__getitem__),
        "offers": [rules.to_json(offer, say) for offer in found.offers],
        "note": say(found.note) if found.note else None,
    }


def refresh_classes(actor: Actor, workspace_id: int, today: date, *, now: datetime) -> int:
    """Class every debtor of a workspace anew by the facts of today; returns how many changed.

    Reads and writes in bulk, some thousand debtors in a transaction.
    """
    access.require(actor, Permission.NEGOTIATE, workspace_id)
    total = after = 0
    while True:
        with unit_of_work(actor) as session:
            ids = debtors.ids(session, workspace_id, after=after)
            if not ids:
                return total
            changed = _refresh(session, workspace_id, ids, today)
            if changed:
                audit.record(
                    session, actor, workspace_id, "debtor.classify", now=now, changed=changed
                )
            total, after = total + changed, ids[-1]


def _refresh(session: Session, workspace_id: int, ids: list[int], today: date) -> int:
    known = history.load(session, workspace_id, today, ids)
    portraits = {n: _portrait(known.get(n, history.EMPTY), today) for n in ids}
    classes = {number: seen.rating.risk_class.value for number, seen in portraits.items()}
    return _store(session, workspace_id, classes)


def _portrait(known: behaviour.History, day: date) -> Portrait:
    observed = behaviour.observe(known, day)
    return Portrait(observed, risk.classify(observed))


def _debt(one: Due) -> Debt:
    amount = one.amount
    return Debt(
        one.row.id,
        one.row.number,
        amount.principal_cents,
        amount.fine_cents,
        amount.interest_cents,
        amount.days_late,
    )


def _limits(session: Session, workspace: Workspace, day: date) -> NegotiationLimits:
    version = workspaces.policy_on(session, workspace.id, day)
    policy = policies.from_json(version.terms) if version else CollectionPolicy()
    return policy.negotiation


def _note(
    owed: list[Due], free: list[Due], overdue: list[Due], over_indebted: bool
) -> Phrase | None:
    if not owed:
        return Phrase("Nothing is owed: there is nothing to negotiate")
    if not free and all(one.row.agreement_id is not None for one in owed):
        return Phrase("Everything that is open belongs to a running agreement")
    if not free:
        return Phrase("Everything that is open is in dispute: no offer until that is decided")
    if over_indebted:
        return Phrase(
            "Over-indebtedness declared (Law 14.181/2021): reminders are stopped, and a person "
            "talks it over. Plans may last five years and need approval; leave enough to live on"
        )
    if not overdue:
        return Phrase("Nothing is overdue: these offers are about what is open and not yet due")
    return None


def _due_json(one: Due) -> dict[str, Any]:
    amount = one.amount
    return {
        "number": one.row.number,
        "due_date": one.row.due_date.isoformat(),
        "principal_cents": amount.principal_cents,
        "fine_cents": amount.fine_cents,
        "interest_cents": amount.interest_cents,
        "days_late": amount.days_late,
    }


def _store(session: Session, workspace_id: int, classes: dict[int, str]) -> int:
    columns = column("id", BigInteger), column("risk_class", Text)
    new: Any = (
        func.unnest(
            cast(list(classes), ARRAY(BigInteger)), cast(list(classes.values()), ARRAY(Text))
        )
        .table_valued(*columns, name="classed")
        .render_derived()
    )
    done = session.execute(
        update(Debtor)
        .where(
            Debtor.workspace_id == workspace_id,
            Debtor.id == new.c.id,
            Debtor.risk_class.is_distinct_from(new.c.risk_class),
        )
        .values(risk_class=new.c.risk_class)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
