"""Agreeing on recurring charges: begun, priced anew, paused, resumed, ended."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.books import subscriptions as rules
from bpo.domain.books.subscriptions import Terms
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Subscription, SubscriptionPause, SubscriptionPrice
from bpo.queries.books import subscriptions as stored
from bpo.queries.people import debtors, workspaces
from bpo.services.people import audit


def begin(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    description: str,
    terms: Terms,
    *,
    now: datetime,
) -> Subscription:
    """Agree on a charge that comes back. Raises BadInput by field, NotFound."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    description = " ".join(description.split())
    with unit_of_work(actor) as session:
        rules.check(terms, description, _today(session, workspace_id, now))
        if debtors.by_id(session, workspace_id, debtor_id) is None:
            raise NotFound("There is no such debtor")
        row = Subscription(
            workspace_id=workspace_id,
            debtor_id=debtor_id,
            description=description,
            every=terms.every.value,
            starts_on=terms.starts_on,
            first_due=terms.first_due,
            ends_on=terms.ends_on,
            notice_days=terms.notice_days,
            prorated=terms.prorated,
            next_issue_on=rules.next_issue(terms, ()),
            created_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        session.add_all(
            SubscriptionPrice(
                workspace_id=workspace_id,
                subscription_id=row.id,
                since=price.since,
                amount_cents=price.cents,
            )
            for price in terms.prices
        )
        cents = terms.prices[0].cents
        _record(session, actor, row, "subscription.begin", now, amount_cents=cents)
    return row


def reprice(
    actor: Actor,
    workspace_id: int,
    subscription_id: int,
    cents: int,
    since: date,
    *,
    now: datetime,
) -> Subscription:
    """Let periods that begin on a day or later cost something else; charged ones stay."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    rules.check_price(cents)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        if since < _today(session, workspace_id, now):
            raise BadInput("A price changes today or later", field="since")
        price = stored.price_since(session, workspace_id, subscription_id, since)
        if price is None:
            price = SubscriptionPrice(
                workspace_id=workspace_id, subscription_id=subscription_id, since=since
            )
            session.add(price)
        price.amount_cents = cents
        _record(
            session, actor, row, "subscription.reprice", now, amount_cents=cents, day=str(since)
        )
    return row


def pause(
    actor: Actor,
    workspace_id: int,
    subscription_id: int,
    since: date,
    reason: str | None,
    *,
    now: datetime,
) -> Subscription:
    """Charge no period that begins on a day or later, until it is resumed."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        if since < _today(session, workspace_id, now):
            raise BadInput("A pause begins today or later", field="since")
        if stored.open_pause(session, workspace_id, subscription_id) is not None:
            raise Conflict("It is paused already")
        session.add(
            SubscriptionPause(
                workspace_id=workspace_id,
                subscription_id=subscription_id,
                since=since,
                reason=reason,
            )
        )
        _look_ahead(session, row)
        _record(session, actor, row, "subscription.pause", now, day=str(since), reason=reason)
    return row


def resume(actor: Actor, workspace_id: int, subscription_id: int, *, now: datetime) -> Subscription:
    """Charge periods that begin from today on again; those in the pause are not made up for."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        found = stored.open_pause(session, workspace_id, subscription_id)
        if found is None:
            raise Conflict("It is not paused")
        found.until = max(found.since, _today(session, workspace_id, now))
        _look_ahead(session, row)
        _record(session, actor, row, "subscription.resume", now)
    return row


def end(
    actor: Actor, workspace_id: int, subscription_id: int, last: date, *, now: datetime
) -> Subscription:
    """Let no period begin after a day; what was issued stays owed."""
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        if last < _today(session, workspace_id, now):
            raise BadInput("It ends today or later", field="ends_on")
        row.ends_on = last
        _look_ahead(session, row)
        _record(session, actor, row, "subscription.end", now, day=str(last))
    return row


def _held(session: Session, workspace_id: int, subscription_id: int) -> Subscription:
    row = stored.locked(session, workspace_id, subscription_id)
    if row is None:
        raise NotFound("There is no such subscription")
    return row


def _look_ahead(session: Session, row: Subscription) -> None:
    """Work out anew when the clock has to look at it."""
    session.flush()
    (found,) = stored.agreed(session, row.workspace_id, [row])
    row.next_issue_on = rules.next_issue(found.terms, found.done)


def _today(session: Session, workspace_id: int, now: datetime) -> date:
    workspace = workspaces.by_id(session, workspace_id)
    assert workspace
    return clock.local_day(now, workspace.time_zone)


def _record(
    session: Session, actor: Actor, row: Subscription, action: str, now: datetime, **detail: Any
) -> None:
    audit.record(
        session,
        actor,
        row.workspace_id,
        action,
        now=now,
        subject=("subscription", row.id),
        label=row.description,
        **detail,
    )
