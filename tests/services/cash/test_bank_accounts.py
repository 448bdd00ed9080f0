"""The accounts of a company: a closed one brings nothing, and an awaited one is awaited."""

from datetime import date

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as, unit_of_work
from bpo.domain.cash.bank_accounts import Details, find
from bpo.formats.ofx import Account, Extract, Movement, Statement
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import AuditEntry, BankAccount, BankLine
from bpo.queries.cash import bank
from bpo.services.cash import bank_accounts, bank_lines
from tests.factories import people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
MAIN = Details("Conta principal", "341", "0712", "45871-3")


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    ana = people.actor(session, cast.ana)
    with acting_as(ana):
        yield ana


def _told(cast, number="458713", until=TODAY, memo="PIX", bank_code="0341"):
    account = Account(bank_code, "712", number)
    moved = Movement(0, number, bank_code, "712", "", until, 10_00, "CREDIT", memo, "", "", 1)
    program = actors.system([cast.sol.id], name="test")
    told = Extract((Statement(account, None, until, 5_00),), (moved,), ())
    with unit_of_work(program) as session:
        return bank_lines.take_statement(
            session, program, cast.sol.id, told, None, today=TODAY, now=NOW
        )


def test_a_statement_finds_the_account_that_a_person_wrote_otherwise(session, cast, ana):
    row = bank_accounts.open_one(ana, cast.sol.id, MAIN, now=NOW)
    assert bank.known_until(session, cast.sol.id) is None
    taken = _told(cast)
    assert (taken.applied, taken.left, taken.known_until) == (1, 0, TODAY)
    (found,) = bank.accounts(session, [cast.sol.id])
    assert (found.id, found.number, found.known_until) == (row.id, "45871-3", TODAY)


def test_who_is_awaited_keeps_payments_from_being_known_until_it_tells_or_is_closed(
    session, cast, ana
):
    assert _told(cast).known_until == TODAY
    other = bank_accounts.open_one(ana, cast.sol.id, Details("", "237", "", "99-1"), now=NOW)
    assert _told(cast, memo="TED").known_until is None
    bank_accounts.close(ana, cast.sol.id, other.id, now=NOW)
    assert bank.known_until(session, cast.sol.id) == TODAY


def test_a_closed_account_keeps_its_history_takes_nothing_and_can_be_opened_again(
    session, cast, ana
):
    _told(cast)
    (row,) = bank.accounts(session, [cast.sol.id])
    bank_accounts.close(ana, cast.sol.id, row.id, now=NOW)
    taken = _told(cast, memo="PIX DE DAVI")
    assert (taken.applied, taken.left, taken.known_until) == (0, 1, None)
    count = select(func.count()).select_from(BankLine)
    assert session.scalar(count) == 1
    with pytest.raises(Conflict):
        bank_accounts.close(ana, cast.sol.id, row.id, now=NOW)
    bank_accounts.reopen(ana, cast.sol.id, row.id, now=NOW)
    assert _told(cast, memo="PIX DE DAVI").applied == 1
    assert session.scalar(count) == 2
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("account.%")))
    assert list(actions) == ["account.close", "account.reopen"]


def test_what_is_said_of_an_account_is_corrected_and_is_nobody_elses(session, cast, ana):
    _told(cast, until=date(2026, 11, 20))
    (row,) = bank.accounts(session, [cast.sol.id])
    bank_accounts.edit(ana, cast.sol.id, row.id, MAIN, now=NOW)
    assert (row.name, row.bank, row.number) == ("Conta principal", "341", "45871-3")
    assert _told(cast, memo="OUTRO").applied == 1
    other = bank_accounts.open_one(ana, cast.sol.id, Details("", "001", "1", "77-0"), now=NOW)
    for act in (
        lambda: bank_accounts.edit(ana, cast.sol.id, other.id, MAIN, now=NOW),
        lambda: bank_accounts.open_one(ana, cast.sol.id, MAIN, now=NOW),
    ):
        with pytest.raises(Conflict):
            act()


WRONG = [("", "1"), ("000", "1"), ("34A", "1"), ("341", "")]


@pytest.mark.parametrize(("bank_code", "number"), WRONG)
def test_what_no_bank_writes_is_refused(cast, ana, bank_code, number):
    with pytest.raises(BadInput):
        bank_accounts.open_one(ana, cast.sol.id, Details("", bank_code, "", number), now=NOW)


def test_carla_opens_and_closes_nothing(session, cast, ana):
    row = bank_accounts.open_one(ana, cast.sol.id, MAIN, now=NOW)
    carla = people.actor(session, cast.carla)
    for act in (
        lambda: bank_accounts.open_one(carla, cast.sol.id, MAIN, now=NOW),
        lambda: bank_accounts.close(carla, cast.sol.id, row.id, now=NOW),
        lambda: bank_accounts.edit(carla, cast.sol.id, row.id, MAIN, now=NOW),
        lambda: bank_accounts.close(carla, cast.lua.id, row.id, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_an_account_is_found_by_its_numbers_and_never_guessed():
    one, other = (BankAccount(bank="341", branch=b, number="45871-3") for b in ("0712", "0713"))
    assert find([one], "341", "", "458713") is one
    assert find([one, other], "341", "713", "0458713") is other
    assert find([one, other], "341", "", "458713") is None
    assert find([one], "237", "0712", "45871-3") is None
    assert find([BankAccount(bank="341", branch="", number="")], "341", "1", "0") is None
