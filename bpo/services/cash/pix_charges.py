"""Keeping the charges that a company's bank holds in step with its receivables.

The row says what is wanted before the bank is spoken to, and no transaction is open meanwhile. The
identifier of a charge is fixed with its row, so that one that the bank took without our hearing of
it is found again, never made twice.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from bpo.db import acting_as, after_commit, db, unit_of_work
from bpo.domain.books import charges as late
from bpo.domain.books import receivables as domain
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.cash import pix_charges as rules
from bpo.domain.cash.pix_charges import State
from bpo.domain.intake import findings
from bpo.domain.people import access
from bpo.domain.people.access import Permission
from bpo.domain.reminders.channels import PIX, Stored
from bpo.gateways.pix import notices
from bpo.gateways.pix.banks import Opened
from bpo.gateways.pix.charges import Charge, Charges, Discount, Issued, Status
from bpo.gateways.pix.notices import Notice
from bpo.gateways.queue import Queue
from bpo.jobs import Job
from bpo.kernel import clock
from bpo.kernel.actor import Actor
from bpo.kernel.errors import Conflict, NotFound, Refusal, Unavailable
from bpo.kernel.text import Phrase
from bpo.models import Debtor, PixCharge, Receivable, Workspace
from bpo.queries.books import receivables
from bpo.queries.cash import pix_charges as stored
from bpo.queries.people import workspaces
from bpo.queries.reminders import channels
from bpo.services.cash import pix_notices
from bpo.services.people import audit

MOST = 200
"""Charges newly asked for, and charges spoken about, in one run; the rest is for the next."""

_NO_MONEY = Phrase("The bank says that it was paid, and does not tell of the money yet.")
_NO_CODE = Phrase("The bank gave no code to pay the charge by.")


@dataclass(slots=True)
class Kept:
    """What a run did: charges by the state that they came to, and whether the bank was away."""

    states: Counter[str] = field(default_factory=Counter)
    away: bool = False


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the bank says of one charge, and what came for it."""

    state: State
    code: str | None = None
    money: tuple[Notice, ...] = ()
    problem: Phrase | None = None


def keep(actor: Actor, workspace_id: int, *, banks: Opened, now: datetime) -> Kept:
    """Ask the bank for charges that are wanted, take back those that are not, look after the rest.

    Money of which the bank tells is taken in like a notice of it. A bank that is away ends the run,
    and stands with the settings as their problem; the next run goes on where it ended. Nothing
    happens for a company whose bank is not set up.
    """
    access.require(actor, Permission.EDIT_WORKSPACE, workspace_id)
    setting = _setting(actor, workspace_id)
    done, problem = Kept(), None
    if setting is None:
        return done
    _plan(actor, workspace_id, setting, now)
    try:
        bank = banks(setting)
        for row, charge in _waiting(actor, workspace_id, setting, now):
            heard = _issue(bank, charge) if charge else _look(bank, row)
            _record(actor, row, heard, now)
            done.states[heard.state.value] += 1
    except Unavailable as away:
        done.away, problem = True, away.phrase
    _note(actor, workspace_id, problem, now)
    return done


def again(
    actor: Actor, workspace_id: int, receivable_id: int, *, now: datetime, queue: Queue
) -> PixCharge:
    """Ask the bank once more for a charge that it refused, as a new one.

    Raises Conflict when its latest charge was not refused, or none would be asked for: it is
    settled, in part or whole, or its due date is over.
    """
    access.require(actor, Permission.RECORD_PAYMENT, workspace_id)
    with unit_of_work(actor) as session:
        workspace = session.get_one(Workspace, workspace_id, with_for_update={"key_share": True})
        row = stored.of_receivable(session, workspace_id, receivable_id)
        if row is None or row.state != State.REFUSED:
            raise Conflict("The bank has refused no charge of this receivable")
        title = receivables.by_id(session, workspace_id, receivable_id)
        today = clock.local_day(now, workspace.time_zone)
        if title is None or title.settled_cents or title.due_date < today:
            raise Conflict("No charge is asked for once something was paid or the due date is over")
        row.state = State.CANCELLED.value
        audit.record(
            session,
            actor,
            workspace_id,
            "pix_charge.again",
            now=now,
            subject=("receivable", receivable_id),
            txid=row.txid,
        )
        after_commit(session, lambda: queue.put(Job.KEEP_PIX_CHARGES, workspace_id))
    return row


def _setting(actor: Actor, workspace_id: int) -> Stored | None:
    with acting_as(actor):
        session = db.session()
        row = channels.setting(session, workspace_id, PIX)
        found = channels.stored(row) if row is not None and row.active else None
        session.rollback()
    return found


def _plan(actor: Actor, workspace_id: int, setting: Stored, now: datetime) -> None:
    """Write down which charges are wanted, and which no longer."""
    with unit_of_work(actor) as session:
        workspace = _open(session, workspace_id)
        if workspace is None:
            return
        today = clock.local_day(now, workspace.time_zone)
        stored.release(session, workspace_id, today, now)
        if not workspace.pix_key:
            return
        terms = receivables.policies_of(session, workspace_id)
        found = [
            row
            for row, debtor in stored.wanted(session, workspace_id, today, MOST)
            if rules.fits(terms.of(row, consumer=debtor.consumer))
        ]
        ids = stored.new_ids(session, len(found))
        lasts = timedelta(days=_valid_days(setting))
        rows = [
            {
                "workspace_id": workspace_id,
                "id": number,
                "receivable_id": row.id,
                "txid": rules.txid(number, row.id, row.due_date),
                "state": State.ASKED.value,
                "cents": row.amount_cents,
                "due_date": row.due_date,
                "valid_until": row.due_date + lasts,
                "next_at": now,
            }
            for number, row in zip(ids, found, strict=True)
        ]
        if rows:
            session.execute(insert(PixCharge), rows)


def _open(session: Session, workspace_id: int) -> Workspace | None:
    """The company, locked so that one run at a time plans for it; None once it is closed."""
    workspace = session.get(Workspace, workspace_id, with_for_update={"key_share": True})
    return workspace if workspace is not None and workspace.active else None


def _waiting(
    actor: Actor, workspace_id: int, setting: Stored, now: datetime
) -> list[tuple[PixCharge, Charge | None]]:
    """The charges to speak about, each with what is asked for where it is still to be issued."""
    with acting_as(actor):
        session = db.session()
        workspace = workspaces.by_id(session, workspace_id)
        rows = list(stored.to_talk_about(session, workspace_id, now, MOST))
        asked = [row for row in rows if row.state == State.ASKED]
        bodies = _bodies(session, workspace, setting, asked) if workspace else {}
        for row in rows:
            session.expunge(row)
        session.rollback()
    return [(row, bodies.get(row.id)) for row in rows]


def _bodies(
    session: Session, workspace: Workspace, setting: Stored, rows: list[PixCharge]
) -> dict[int, Charge]:
    terms = receivables.policies_of(session, workspace.id)
    found = {}
    by_id = {row.receivable_id: row for row in rows}
    for title, debtor in stored.titles(session, workspace.id, by_id):
        row, policy = by_id[title.id], terms.of(title, consumer=debtor.consumer)
        found[row.id] = _charge(workspace, setting, row, title, debtor, policy)
    return found


def _charge(
    workspace: Workspace,
    setting: Stored,
    row: PixCharge,
    title: Receivable,
    debtor: Debtor,
    policy: CollectionPolicy,
) -> Charge:
    return Charge(
        row.txid,
        workspace.pix_key or "",
        row.cents,
        row.due_date,
        _valid_days(setting),
        debtor.name,
        debtor.document or "",
        policy.fine_rate,
        policy.monthly_rate,
        _discounts(title, policy),
        title.number,
    )


def _discounts(title: Receivable, policy: CollectionPolicy) -> tuple[Discount, ...]:
    """Each early discount, counted by the rule that every screen asks, the earliest day first."""
    facts = domain.Receivable(
        title.amount_cents, title.due_date, title.effective_due_date, (), title.id
    )
    days = sorted(
        {min(late.discount_until(facts, policy, one), title.due_date) for one in policy.discounts}
    )
    worth = ((day, late.amount_due(facts, policy, day).discount_cents) for day in days)
    return tuple(Discount(day, cents) for day, cents in worth if 0 < cents < title.amount_cents)


def _valid_days(setting: Stored) -> int:
    return int(setting.options.get("valid_days") or rules.VALID_DAYS)


def _issue(bank: Charges, charge: Charge) -> _Heard:
    """Have a charge issued; one that the bank has already is taken as it is there."""
    try:
        try:
            held = bank.issue(charge)
        except Conflict as refusal:
            held = _known(bank, charge.txid, refusal)
    except Unavailable:
        raise
    except Refusal as refusal:
        return _Heard(State.REFUSED, problem=refusal.phrase)
    if held.status is Status.ACTIVE and not held.copy_paste:
        return _Heard(State.REFUSED, problem=_NO_CODE)
    return _heard(held, State.ASKED, None)


def _known(bank: Charges, txid: str, refusal: Conflict) -> Issued:
    """The charge that exists under the identifier; raises the refusal when there is none."""
    try:
        return bank.read(txid)
    except NotFound:
        raise refusal from None


def _look(bank: Charges, row: PixCharge) -> _Heard:
    """Ask about a charge, and take it back where it is no longer wanted."""
    try:
        held = bank.read(row.txid)
        if row.state == State.LEAVING and held.status is Status.ACTIVE:
            held = bank.cancel(row.txid)
    except Unavailable:
        raise
    except NotFound:
        return _Heard(State.CANCELLED)
    except Refusal as refusal:
        return _Heard(State(row.state), row.copy_paste, problem=refusal.phrase)
    return _heard(held, State(row.state), row.copy_paste)


def _heard(held: Issued, was: State, code: str | None) -> _Heard:
    """What it means. A charge paid without a word of the money is looked at again: the money is
    not here yet; and one that the bank keeps although it should go stays on its way out."""
    if held.status is Status.ACTIVE:
        stays = was is State.LEAVING
        return _Heard(State.LEAVING if stays else State.ACTIVE, held.copy_paste or code)
    if held.status is not Status.PAID:
        return _Heard(State.CANCELLED)
    if not held.told:
        return _Heard(was, code, problem=_NO_MONEY)
    try:
        return _Heard(State.PAID, money=notices.of(held.told))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable("The bank told of money in words that are none of its Pix") from error


def _record(actor: Actor, row: PixCharge, heard: _Heard, now: datetime) -> None:
    """Write what the bank said, with the money of which it told, unless the row has moved on."""
    live = heard.state in rules.LIVE
    values = {
        "state": heard.state.value,
        "copy_paste": heard.code or row.copy_paste,
        "problem": findings.phrase_to_json(heard.problem) if heard.problem else None,
        "tries": 0,
        "next_at": now + rules.LOOK_EVERY,
        "closed_at": None if live else now,
    }
    if heard.state is State.LEAVING:
        values |= {"tries": row.tries + 1, "next_at": rules.next_try(row.tries + 1, now)}
    with unit_of_work(actor) as session:
        if heard.money:
            workspace = session.get_one(Workspace, row.workspace_id)
            zone = workspace.time_zone
            pix_notices.taken(session, actor, row.workspace_id, heard.money, now=now, zone=zone)
        session.execute(
            update(PixCharge)
            .where(
                PixCharge.workspace_id == row.workspace_id,
                PixCharge.id == row.id,
                PixCharge.state == row.state,
            )
            .values(**values)
        )


def _note(actor: Actor, workspace_id: int, problem: Phrase | None, now: datetime) -> None:
    """Keep with the settings that the bank was asked, and what it said."""
    with unit_of_work(actor) as session:
        row = channels.setting(session, workspace_id, PIX)
        if row is not None:
            row.checked_at = now
            row.problem = findings.phrase_to_json(problem) if problem else None
