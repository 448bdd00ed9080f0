"""Bank statements of the demonstration: money that came in this week and waits for a person."""

from collections.abc import Iterator
from datetime import date, datetime

from bpo.db import unit_of_work
from bpo.demo.ledger import Book, Title
from bpo.domain.cash.bank_accounts import Details
from bpo.formats.ofx import Account, Extract, Movement, Statement
from bpo.kernel.actor import Actor
from bpo.models import Workspace
from bpo.services.cash import bank_accounts, bank_lines

ACCOUNTS = {
    "trigo-da-serra": Account("33", "2271", "13004518-6"),
    "lumina-sistemas": Account("341", "0712", "45871-3"),
    "torre-sul": Account("237", "1180", "20934-5"),
    "norte-diesel": Account("077", "0001", "3349021-8"),
}
"""The account of each company whose statement was brought this morning."""

BY_HAND = {
    "trigo-da-serra": (
        Details("Conta de cobrança", "033", "2271", "13004518-6"),
        Details("Conta antiga", "104", "0350", "5021-4"),
    ),
}
"""Accounts that the analyst opened before their first statement; all but the first are closed."""

SUGGESTED = 2
_TOGETHER = "TED RECEBIDA ALIANCA CONTABILIDADE PAGTO CLIENTES"
_STRANGERS = (
    ("TED RECEBIDA 237.0001 CONTA DE TERCEIRO", 1_870_00),
    ("DEPOSITO EM DINHEIRO LOTERICA", 412_35),
    ("RENDIMENTO APLICACAO AUTOMATICA", 38_17),
)


def open_accounts(program: Actor, workspace: Workspace, now: datetime) -> None:
    """Open the accounts that are told by hand, and close what is no longer used."""
    for number, details in enumerate(BY_HAND.get(workspace.slug, ())):
        account = bank_accounts.open_one(program, workspace.id, details, now=now)
        if number:
            bank_accounts.close(program, workspace.id, account.id, now=now)


def bring(program: Actor, workspace: Workspace, book: Book, now: datetime) -> int:
    """Take in a statement through yesterday; returns how many lines it had."""
    account = ACCOUNTS.get(workspace.slug)
    if account is None:
        return 0
    movements = tuple(_movements(account, book))
    statement = Statement(account, book.days_ago(7), book.yesterday, 48_211_09)
    with unit_of_work(program) as session:
        bank_lines.take_statement(
            session,
            program,
            workspace.id,
            Extract((statement,), movements, ()),
            None,
            today=book.today,
            now=now,
        )
    return len(movements)


def _movements(account: Account, book: Book) -> Iterator[Movement]:
    """Some who paid before it was due, named by the bank; an accountant who paid for two of its
    clients at once; and money that nobody is named with."""
    day = book.calendar.add_business_days(book.today, -1)
    first, *others = _soon(book)
    named = [first, *others[: SUGGESTED - 1]]
    for title in named:
        yield _movement(account, day, title.cents, f"PIX RECEBIDO {title.debtor.name.upper()}")
    one, *rest = others[SUGGESTED - 1 :]
    other = next(title for title in rest if title.debtor is not one.debtor)
    yield _movement(account, day, one.cents + other.cents, _TOGETHER)
    for memo, cents in _STRANGERS:
        yield _movement(account, day, cents, memo)


def _soon(book: Book) -> list[Title]:
    """Titles untouched and not yet due, the nearest first."""
    found = [title for title in book.titles if not title.entries and title.due > book.today]
    return sorted(found, key=lambda title: (title.due, title.id))


def _movement(account: Account, day: date, cents: int, memo: str) -> Movement:
    return Movement(
        0, account.number, account.bank, account.branch, "", day, cents, "CREDIT", memo, "", "", 1
    )
