"""Agreeing on recurring charges: begun, priced anew, paused, resumed, ended."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bpo.db import unit_of_work
from bpo.domain.books import subscriptions as rules
from bpo.domain.books.subscriptions import Terms
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.writing import sightings
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import Subscription, SubscriptionPause, SubscriptionPrice
from bpo.queries.books import subscriptions as stored
from bpo.queries.people import debtors, repeats, workspaces
from bpo.services.people import audit

_AGREED = ("workspace_id", "debtor_id", "description", "every", "starts_on", "first_due", "ends_on")
_WHOLE = (*_AGREED, "notice_days", "prorated", "created_by")


def sighting(terms: Terms, act: str) -> str:
    """The name of what an act changes as it is, which a form brings back (`sightings`).

    `price`: the prices; `end`: the last day; `pause` and `resume`: the pauses.
    """
    match act:
        case "price":
            told = [[str(price.since), str(price.cents)] for price in terms.prices]
        case "end":
            told = [[str(terms.ends_on)]]
        case _:
            told = [[str(pause.since), str(pause.until)] for pause in terms.pauses]
    return sightings.of_content(told)


def begin(
    actor: Actor,
    workspace_id: int,
    debtor_id: int,
    description: str,
    terms: Terms,
    *,
    now: datetime,
) -> Subscription:
    """Agree on a charge that comes back; a form sent twice agrees once.

    Raises BadInput by field, NotFound.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    description = " ".join(description.split())
    with unit_of_work(actor) as session:
        rules.check(terms, description, _today(session, workspace_id, now))
        if debtors.locked(session, workspace_id, debtor_id) is None:
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
        if found := _begun_just_now(session, row, terms):
            return found
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
    seen: str | None = None,
) -> Subscription:
    """Let periods that begin on a day or later cost something else; charged ones stay.

    Raises Conflict when the prices are no longer those `seen`, by their `sighting`, and say
    something else than is wished.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    rules.check_price(cents)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        if since < _today(session, workspace_id, now):
            raise BadInput("A price changes today or later", field="since")
        terms = _terms(session, row)
        since = max(since, terms.prices[0].since)
        price = stored.price_since(session, workspace_id, subscription_id, since)
        if price and price.amount_cents == cents:
            return row
        sightings.require(sighting(terms, "price"), seen)
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
    seen: str | None = None,
) -> Subscription:
    """Charge no period that begins on a day or later, until it is resumed.

    Raises Conflict for one that is paused, but by the same form sent twice, and when the pauses are
    no longer those `seen`, by their `sighting`.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        if since < _today(session, workspace_id, now):
            raise BadInput("A pause begins today or later", field="since")
        if found := stored.open_pause(session, workspace_id, subscription_id):
            if seen and (found.since, found.reason) == (since, reason):
                return row
            raise Conflict("It is paused already")
        _insist_on_seen_pauses(session, row, seen)
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


def resume(
    actor: Actor,
    workspace_id: int,
    subscription_id: int,
    *,
    now: datetime,
    seen: str | None = None,
) -> Subscription:
    """Charge periods that begin from today on again; those in the pause are not made up for.

    Raises Conflict for one that is not paused, but by a form that showed its pause, and when the
    pauses are no longer those `seen`, by their `sighting`.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        found = stored.open_pause(session, workspace_id, subscription_id)
        if found is None and seen:
            return row
        if found is None:
            raise Conflict("It is not paused")
        _insist_on_seen_pauses(session, row, seen)
        found.until = max(found.since, _today(session, workspace_id, now))
        _look_ahead(session, row)
        _record(session, actor, row, "subscription.resume", now)
    return row


def end(
    actor: Actor,
    workspace_id: int,
    subscription_id: int,
    last: date,
    *,
    now: datetime,
    seen: str | None = None,
) -> Subscription:
    """Let no period begin after a day; what was issued stays owed.

    Raises Conflict when the last day is no longer the one `seen`, by its `sighting`, nor the one
    that is wished.
    """
    access.require(actor, Permission.EDIT_DEBTORS, workspace_id)
    with unit_of_work(actor) as session:
        row = _held(session, workspace_id, subscription_id)
        if last < _today(session, workspace_id, now):
            raise BadInput("It ends today or later", field="ends_on")
        if row.ends_on == last:
            return row
        sightings.require(sighting(_terms(session, row), "end"), seen)
        row.ends_on = last
        _look_ahead(session, row)
        _record(session, actor, row, "subscription.end", now, day=str(last))
    return row


def _held(session: Session, workspace_id: int, subscription_id: int) -> Subscription:
    row = stored.locked(session, workspace_id, subscription_id)
    if row is None:
        raise NotFound("There is no such subscription")
    return row


def _begun_just_now(session: Session, row: Subscription, terms: Terms) -> Subscription | None:
    """The very charge that the same person agreed on a moment ago, at the same price."""
    found = repeats.a_moment_ago(session, row, _WHOLE)
    if found is None or _terms(session, found).prices != terms.prices:
        return None
    return found


def _insist_on_seen_pauses(session: Session, row: Subscription, seen: str | None) -> None:
    if seen and seen != sighting(_terms(session, row), "pause"):
        raise Conflict("Somebody has paused or resumed it since you looked: see how it is now")


def _terms(session: Session, row: Subscription) -> Terms:
    session.flush()
    (found,) = stored.agreed(session, row.workspace_id, [row])
    return found.terms


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
