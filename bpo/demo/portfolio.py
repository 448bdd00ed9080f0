"""The demonstration as a whole: client companies, the people who sign in, and every book."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpo.db import acting_as, db, unit_of_work
from bpo.demo import (
    asks,
    campaigns,
    companies,
    deals,
    fees,
    filling,
    going_live,
    making,
    pages,
    people,
    replies,
    statements,
)
from bpo.demo.companies import Company
from bpo.demo.diary import Diary
from bpo.demo.ledger import Book
from bpo.domain.insight.report_schedule import Kind
from bpo.domain.reminders.deliveries import MAY_HAVE_ARRIVED
from bpo.embedded.outbox.mailbox import Mailbox
from bpo.embedded.outbox.smtp import Envelope
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import Conflict
from bpo.models import Debtor, User, Workspace
from bpo.queries.insight import portfolio_mails
from bpo.queries.people import users
from bpo.queries.people import workspaces as stored
from bpo.services.deals import negotiation
from bpo.services.insight import portfolio_schedules, report_schedules
from bpo.services.insight.report_schedules import Wish
from bpo.services.people import payment_methods, staff, upkeep, workspaces
from bpo.services.reminders.letters import Desk

NAME = "bpo demo"
CAUGHT_DAYS = 3
"""Of how many past business days the mail catcher shows the mails."""
_MONDAY_EIGHT = (0, 8)
_WEEK, _MONTH = timedelta(days=7), timedelta(days=31)


@dataclass(slots=True)
class Made:
    """What was made: all zero when everything was there."""

    companies: int = 0
    users: int = 0
    mails: int = 0
    rows: Counter[str] = field(default_factory=Counter)


def create(desk: Desk, mailbox: Mailbox, *, now: datetime) -> Made:
    """Make what is missing of the demonstration; a repeat makes nothing.

    An account with a password that everybody knows must not open real data: Conflict where there
    are other client companies.
    """
    _insist_on_room(db.session())
    made = Made()
    here = {company.slug: _company(company, now, made) for company in companies.COMPANIES}
    analysts = _people(here, now, made)
    _by_mail(analysts, here, now)
    mails: list[tuple[datetime, Envelope]] = []
    for company in companies.COMPANIES:
        mails += _fill(company, here[company.slug], analysts[company.analyst], desk, now, made)
    for _, envelope in sorted(mails, key=lambda mail: mail[0]):
        mailbox.keep(envelope)
    made.mails = len(mails)
    return made


def _insist_on_room(session: Session) -> None:
    strangers = [place.slug for place in stored.everything(session) if not place.is_demo]
    if strangers:
        raise Conflict(
            "There are client companies here already ({slugs}): the demonstration, whose password"
            " everybody knows, is only for an empty installation",
            slugs=", ".join(strangers[:3]),
        )


def _company(company: Company, now: datetime, made: Made) -> Workspace:
    found = stored.by_slug(db.session(), company.slug)
    if found is not None:
        return found
    today = clock.local_day(now, company.profile.time_zone)
    made.companies += 1
    return workspaces.create(
        actors.system((), name=NAME),
        company.slug,
        company.profile,
        now=now,
        policy=company.terms[0].policy,
        policy_from=today - timedelta(days=company.terms[0].days_ago),
        is_demo=True,
    )


def _people(here: dict[str, Workspace], now: datetime, made: Made) -> dict[str, User]:
    """Everybody's account, by the local part of the address."""
    program = actors.system([place.id for place in here.values()], name=NAME)
    found: dict[str, User] = {}
    for person in people.PEOPLE:
        user = users.by_email(db.session(), person.email)
        if user is None:
            who = (person.email, person.name, person.role, [here[s].id for s in person.slugs])
            user = staff.create(program, *who, people.PASSWORD, now=now)
            made.users += 1
        found[person.email.partition("@")[0]] = user
    return found


def _by_mail(accounts: dict[str, User], here: dict[str, Workspace], now: datetime) -> None:
    """The manager gets the portfolio on Monday mornings; the last one was missed and goes out."""
    manager = accounts[people.PEOPLE[0].email.partition("@")[0]]
    if portfolio_mails.schedule(db.session(), manager.id) is None:
        reach = frozenset(place.id for place in here.values())
        reader = actors.user(manager.id, Role(manager.role), reach, name=manager.name)
        portfolio_schedules.choose(reader, *_MONDAY_EIGHT, now=now - _WEEK)


def _fill(
    company: Company, workspace: Workspace, analyst: User, desk: Desk, now: datetime, made: Made
) -> list[tuple[datetime, Envelope]]:
    """One client company, its book in one transaction, unless it has one already.

    Returns the mails of the last days, each with the instant at which it left.
    """
    program = actors.system([workspace.id], name=NAME)
    if _is_filled(program):
        return []
    book = making.book(company, now)
    with unit_of_work(program) as session:
        diary, counts = filling.fill(session, workspace, book, analyst, desk, now)
    upkeep.know_the_book(program)
    made.rows += counts
    _finish(program, workspace, book, now)
    manager = users.by_email(db.session(), people.PEOPLE[0].email)
    assert manager is not None
    if company.slug in asks.ANSWERS:
        asks.make(program, workspace, manager, now)
    if company.slug in campaigns.OWN:
        campaigns.part(program, workspace, analyst, manager, now)
    if company.slug == going_live.COMPANY:
        going_live.ask(program, workspace, analyst, now)
    return list(_mails(diary, book, desk.sender(workspace).address))


def _is_filled(program: Actor) -> bool:
    with acting_as(program):
        return db.session().scalar(select(Debtor.id).limit(1)) is not None


def _mails(diary: Diary, book: Book, sender: str) -> Iterator[tuple[datetime, Envelope]]:
    since = book.days_ago(CAUGHT_DAYS - 1)
    for made in diary.made:
        arrived = made.state in MAY_HAVE_ARRIVED and made.touch.planned_on >= since
        if arrived and made.message and made.address:
            yield made.at, Envelope(sender, [made.address.address], made.message.body)


def _finish(program: Actor, workspace: Workspace, book: Book, now: datetime) -> None:
    """Ways to pay, the classes of today, and the report that is due or was missed."""
    for offer in book.company.methods:
        payment_methods.add(program, workspace.id, offer.kind, offer.label, offer.details, now=now)
    fees.agree(program, workspace, book.today, now)
    if book.company.slug in deals.COMPANIES:
        deals.make(program, workspace, now=now)
    replies.set_up(program, workspace, now=now)
    if book.started:
        replies.answer(program, workspace, now=now)
        pages.fill(program, workspace, now=now)
    statements.open_accounts(program, workspace, now)
    statements.bring(program, workspace, book, now)
    negotiation.refresh_classes(program, workspace.id, book.today, now=now)
    weekday, hour = book.company.report
    wish = Wish(weekday=weekday, hour=hour)
    since = now - _WEEK if book.started else now
    report_schedules.edit(program, workspace.id, Kind.WEEKLY, wish, now=since)
    if book.started:
        report_schedules.pause(program, workspace.id, Kind.MONTHLY, False, now=now - _MONTH)
