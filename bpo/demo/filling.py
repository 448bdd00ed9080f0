"""The book of one client company put into the database, with what its campaign did."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bpo.demo import audit_rows, book_rows, diary_rows, making, storing
from bpo.demo.book_rows import Here
from bpo.demo.diary import Diary
from bpo.demo.ledger import Book
from bpo.demo.letters import Writer
from bpo.demo.storing import Row
from bpo.domain.books import policies
from bpo.domain.people.links import Purpose, expiry
from bpo.kernel import clock
from bpo.models import Campaign, PolicyVersion, User, Workspace
from bpo.queries.books import receivables
from bpo.queries.people import workspaces as stored
from bpo.queries.reminders import campaigns
from bpo.services.people import links
from bpo.services.reminders.letters import Desk

_BEGINS_AT = time(8, 20)
_ARRIVES_AT = time(10, 30)


def fill(
    session: Session, workspace: Workspace, book: Book, analyst: User, desk: Desk, now: datetime
) -> tuple[Diary, Counter[str]]:
    """Write everything; returns what the campaign did, and how many rows of what there are now."""
    versions = _rules(session, workspace, book)
    here = Here(workspace.id, analyst.id, analyst.name, versions, book)
    _date(session, workspace, book)
    storing.number(session, imports=book.files, debtors=book.debtors)
    storing.number(session, receivables=book.titles, payments=book.payments)
    campaign = campaigns.listed(session, workspace.id)[0]
    diary = making.diary(book, campaign.id)
    storing.number(session, promises=book.promises, disputes=book.disputes, notes=book.notes)
    storing.number(session, touches=diary.made)
    if book.started:
        _begin(campaign, book)
        _writer(session, workspace, here, desk, now).write(diary.made)
    counts: Counter[str] = Counter()
    for table, rows in _tables(here, diary, campaign):
        counts[table] = storing.insert(session, table, rows)
    return diary, counts


def _tables(here: Here, diary: Diary, campaign: Campaign) -> Iterator[tuple[str, Iterable[Row]]]:
    """Tables and their rows, what is pointed at first."""
    campaign_id = campaign.id
    yield "imports", book_rows.imports(here)
    yield "freshness_marks", book_rows.freshness_marks(here)
    yield "debtors", book_rows.debtors(here)
    yield "contacts", book_rows.contacts(here)
    yield "opt_outs", book_rows.opt_outs(here)
    yield "receivables", book_rows.receivables(here)
    yield "payments", book_rows.payments(here)
    yield "entries", book_rows.entries(here)
    yield "promises", book_rows.promises(here)
    yield "disputes", book_rows.disputes(here)
    yield "holds", book_rows.holds(here)
    yield "notes", book_rows.notes(here)
    yield "touches", diary_rows.touches(here, diary)
    yield "touch_receivables", diary_rows.touch_receivables(here, diary)
    yield "messages", diary_rows.messages(here, diary)
    yield "skips", diary_rows.skips(here, diary, campaign_id)
    yield "plan_runs", diary_rows.plan_runs(here, diary, campaign_id)
    yield "tasks", diary_rows.tasks(here, diary)
    yield "audit_entries", audit_rows.entries(here, campaign_id, campaign.started_at)


def _rules(session: Session, workspace: Workspace, book: Book) -> list[int]:
    """Holidays and later versions of the policy; the ids of all versions, the first one first."""
    holidays = making.local_holidays(book.company, book.today)
    rows = [{"workspace_id": workspace.id, "day": day, "name": name} for day, name in holidays]
    storing.insert(session, "local_holidays", rows)
    for number, terms in enumerate(book.company.terms[1:], start=2):
        session.add(
            PolicyVersion(
                workspace_id=workspace.id,
                version=number,
                effective_from=book.today - timedelta(days=terms.days_ago),
                terms=policies.to_json(terms.policy),
            )
        )
    session.flush()
    return [version.id for version in reversed(stored.policies(session, workspace.id))]


def _date(session: Session, workspace: Workspace, book: Book) -> None:
    """Client companies and their campaigns are as old as the story says."""
    came = clock.instant(book.taken_on, _ARRIVES_AT, book.zone)
    for table, own in ((Workspace, Workspace.id), (Campaign, Campaign.workspace_id)):
        session.execute(update(table).where(own == workspace.id).values(created_at=came))


def _begin(campaign: Campaign, book: Book) -> None:
    assert book.started
    campaign.state, campaign.released_version = "running", campaign.version
    campaign.started_at = clock.instant(book.started, _BEGINS_AT, book.zone)


def _writer(
    session: Session, workspace: Workspace, here: Here, desk: Desk, now: datetime
) -> Writer:
    debtors = [debtor.id for debtor in here.book.debtors]
    pages, stops = (
        links.ensure(session, purpose, workspace.id, debtors, expires_at=expiry(purpose, now))
        for purpose in (Purpose.DEBTOR_PAGE, Purpose.UNSUBSCRIBE)
    )
    terms = receivables.policies_of(session, workspace.id)
    return Writer(desk, here.book, workspace, here.versions, terms, pages, stops)
